"""Reading cards (服务卡查询)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.models import User
from juxian.apps.cards.enums import Standing
from juxian.apps.cards.models import Card, CardKey, CardQuerySet, CardUse
from juxian.apps.cards.rules import COUNTERS, MANAGERS, READERS
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.cards.book import CardBenefit, CardKind
from juxian.core.cards.code import Misread, Why, public_key, read_code, verified
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class BenefitLeft:
    """A benefit of a card and what is left of it this year. left: None without a limit."""

    benefit: CardBenefit
    used: int
    left: int | None

    @property
    def open(self) -> bool:
        return self.left is None or self.left > 0


def cards_visible_to(user: User) -> CardQuerySet:
    """Cards of the jurisdictions where the user is the talent office or a leader."""
    return Card.objects.under(*user.paths_for(READERS, on=today()))


def with_state(cards: CardQuerySet, word: str, day: date) -> CardQuerySet:
    """Those that are valid, expired, replaced or revoked on the day; all for another word."""
    match word:
        case "valid":
            return cards.valid_on(day)
        case "expired":
            return cards.expired_on(day)
        case "replaced" | "revoked":
            return cards.filter(state=word)
    return cards


def cards_of(person: Person) -> QuerySet[Card]:
    """All cards of a person, newest first."""
    return Card.objects.filter(person=person).select_related("home", "person")


def kind_of(card: Card, pack: Pack | None = None) -> CardKind | None:
    """What the pack says of the card; None for a kind that it no longer has."""
    return (pack or pack_called(card.home.pack)).cards.get(card.kind)


def uses_in(card: Card, year: int) -> dict[str, int]:
    """Benefit → uses of the holder in a year, over all cards of the kind: a new card gives no new uses; without what was
    taken back.
    """
    uses = CardUse.objects.filter(
        card__person=card.person_id,
        card__kind=card.kind,
        day__gte=date(year, 1, 1),
        day__lt=date(year + 1, 1, 1),
        reversal=None,
    )
    return dict(uses.order_by().values_list("benefit").annotate(number=Count("id")))


def uses_known_to(user: User) -> QuerySet[CardUse]:
    """Uses that the user's counters recorded, and all of the places whose talent office they are."""
    units = Organisation.objects.under(*user.paths_for(COUNTERS, on=today()))
    homes = Organisation.objects.under(*user.paths_for(MANAGERS, on=today()))
    found = CardUse.objects.filter(Q(partner__in=units) | Q(card__home__in=homes))
    return found.select_related("card__home", "card__person", "partner", "by", "reversal__by")


def benefits_left(card: Card, day: date) -> list[BenefitLeft]:
    """Benefits of the card's level with what is left of them in the year of the day."""
    kind = kind_of(card)
    used = uses_in(card, day.year) if kind else {}
    found = []
    for benefit in kind.benefits_for(card.level) if kind else ():
        number = used.get(benefit.id, 0)
        left = max(0, benefit.per_year - number) if benefit.per_year else None
        found.append(BenefitLeft(benefit, number, left))
    return found


def partner_of(benefit: CardBenefit, pack: Pack) -> str:
    """Code of the one unit that serves a benefit; empty when every counter may."""
    return pack.units.get(benefit.partner, benefit.partner)


def serves(benefit: CardBenefit, pack: Pack, partner: Organisation) -> bool:
    """The unit, or one of those below the unit that the pack names."""
    code = partner_of(benefit, pack)
    return (
        not code
        or partner.code == code
        or Organisation.objects.filter(code=code).filter(path__in=_above(partner.path)).exists()
    )


def public_keys() -> QuerySet[CardKey]:
    """All keys ever used, newest first; a retired one still proves the codes that it signed."""
    return CardKey.objects.all()


def titles_of(cards: Iterable[Card], pack: Pack, language: str) -> list[tuple[str, str]]:
    """(kind, level) in words for each card; the codes where the pack no longer knows them."""
    found = []
    for card in cards:
        kind = pack.cards.get(card.kind)
        level = kind.level(card.level) if kind else None
        found.append(
            (
                kind.title.in_language(language) if kind else card.kind,
                level.title.in_language(language) if level else card.level,
            )
        )
    return found


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a code found. word: value of ``Standing``, or of ``Why`` for a code that is not accepted."""

    word: str
    title: str
    number: str = ""
    card: Card | None = None

    @property
    def valid(self) -> bool:
        return self.word == Standing.VALID


REFUSED = {
    Why.SHAPE: _("这不是服务卡的码，或没有扫全"),
    Why.VERSION: _("码的版本较新，请更新核验页"),
    Why.KEY: _("不认识的签名密钥"),
    Why.SIGNATURE: _("签名不符，可能是伪造的"),
}


def checked(text: str, day: date, *, place: str = "") -> Checked:
    """The signature first, then the state in the register; ``place`` narrows it to the cards of one pack."""
    try:
        kid = read_code(text)[0]
        keys = {one.kid: public_key(one.public) for one in CardKey.objects.filter(kid=kid)}
        claims = verified(text, keys)
    except Misread as misread:
        return Checked(misread.why.value, str(REFUSED[misread.why]))
    found = Card.objects.filter(number=claims.number, home__pack=place or claims.place)
    card = found.select_related("home", "person").first()
    if card is None:
        return Checked(Standing.UNKNOWN, str(Standing.UNKNOWN.label), claims.number)
    standing = card.standing_on(day)
    return Checked(standing, str(standing.label), card.number, card)
