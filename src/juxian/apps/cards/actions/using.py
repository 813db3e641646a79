"""Recording that a benefit was used (登记使用): once for each key, never beyond the year's limit."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.cards.enums import Standing
from juxian.apps.cards.models import Card, CardUse, UseReversal
from juxian.apps.cards.queries import benefits_left, serves
from juxian.apps.cards.rules import NothingLeft, NotPossible
from juxian.apps.clock import now
from juxian.apps.gate import writing
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.packs import pack_called


class AlreadyRecorded(NotPossible):
    """The key stands for another use."""


def record_use(
    *,
    card: Card,
    benefit: str,
    partner: Organisation,
    key: str,
    day: date,
    by: User | None = None,
    acting_as: str = "",
) -> CardUse:
    """One use at the counter of ``partner``; the same key again gives the same use. Raises ``NotPossible``.

    Two counters at once: the holder's record is locked while it is counted.
    """
    with writing():
        Person.objects.select_for_update().get(pk=card.person_id)
        card = Card.objects.select_related("home", "person").get(pk=card.pk)
        earlier = CardUse.objects.filter(key=key).first()
        if earlier is not None:
            if (earlier.card_id, earlier.benefit) != (card.pk, benefit):
                raise AlreadyRecorded(_("这个使用编号已用于另一次登记。"))
            return earlier
        standing = card.standing_on(day)
        if standing is not Standing.VALID:
            raise NotPossible(_("这张卡不能使用：%(state)s。") % {"state": standing.label})
        found = next((item for item in benefits_left(card, day) if item.benefit.id == benefit), None)
        if found is None:
            raise NotPossible(_("这张卡没有这项待遇。"))
        if not serves(found.benefit, pack_called(card.home.pack), partner):
            raise NotPossible(_("这项待遇不由本机构提供。"))
        if not found.open:
            raise NothingLeft(_("本年的次数已用完。"))
        use = CardUse.objects.create(
            card=card, benefit=benefit, day=day, partner=partner, key=key, at=now(), by=by
        )
        record(
            "cards.used",
            actor=by,
            subject=card,
            organisation_path=partner.path,
            acting_as=acting_as,
            detail={"number": card.number, "benefit": benefit},
        )
        return use


def take_back_use(*, use: CardUse, reason: str, by: User) -> UseReversal:
    """A use that was recorded by mistake does not count any longer; it stays on record. Raises ``NotPossible``."""
    with writing():
        Person.objects.select_for_update().get(pk=use.card.person_id)
        if UseReversal.objects.filter(use=use).exists():
            raise NotPossible(_("这次使用已经撤回。"))
        made = UseReversal.objects.create(use=use, reason=reason, at=now(), by=by)
        record(
            "cards.use_taken_back",
            actor=by,
            subject=use.card,
            organisation_path=use.partner.path,
            detail={"number": use.card.number, "benefit": use.benefit, "day": use.day.isoformat()},
            reason=reason,
        )
        return made
