"""Grants of a user, what a person has been given, what stands against a further one (拨付事项查询、重复享受核查)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import InstalmentState
from juxian.apps.funds.models import Couple, Grant, Instalment
from juxian.apps.funds.rules import funds_paid_anywhere
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, IdentityDocument, Person
from juxian.apps.persons.queries import digests_beside
from juxian.core.funds.guard import Claim, Conflict, conflicts
from juxian.core.funds.limits import Limit, Part, broken
from juxian.core.packs.schema import Pack
from juxian.core.policy import Entitlement, Verdict, entitlements
from juxian.core.policy.rowwise import Situation, evaluate
from juxian.core.text import Text

READERS = (Role.OFFICE, Role.LEADER)


def grants_visible_to(user: User) -> QuerySet[Grant]:
    """Grants of the jurisdictions that the user works for, and those out of funds that their department pays."""
    seen = Q(home__in=Organisation.objects.under(*user.paths_for(READERS, on=today())))
    for pack, funds in funds_paid_anywhere(user).items():
        seen |= Q(home__pack=pack, fund__in=funds)
    return Grant.objects.filter(seen)


def grants_of(person: Person) -> QuerySet[Grant]:
    """Grants of a person, those of records that were merged into it included."""
    return Grant.objects.filter(person__in=records_of_person(person))


def records_of_person(person: Person) -> list[int]:
    """Ids of the record and of all that were merged into it."""
    found, newest = [person.pk], [person.pk]
    while newest:
        newest = list(Person.objects.filter(merged_into__in=newest).values_list("pk", flat=True))
        found += newest
    return found


def living(person: Person) -> Person:
    """The record that stands for the person now, after any merges."""
    while person.merged_into is not None:
        person = person.merged_into
    return person


def couple_of(person: Person, day: date | None = None) -> Couple | None:
    """The couple that somebody is one of, on ``day`` or today."""
    pairs = Couple.objects.on(day or today()).of([person.pk])
    return pairs.select_related("first", "second").first()


def spouse_of(person: Person) -> Person | None:
    pair = couple_of(person)
    if pair is None:
        return None
    return living(pair.second if pair.first_id == person.pk else pair.first)


def spouses_of(people: Collection[int], day: date) -> dict[int, Person]:
    """Person → spouse on ``day``, for those who have one; records that were merged stand for the one they went into."""
    records = {pk: pk for pk in people}
    merged = Person.objects.filter(merged_into__in=people).values_list("pk", "merged_into_id")
    records |= {pk: into for pk, into in merged if into is not None}
    found: dict[int, Person] = {}
    pairs = (
        Couple.objects.on(day).of(list(records)).select_related("first__merged_into", "second__merged_into")
    )
    for pair in pairs.order_by("pk"):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one.pk in records:
                found.setdefault(records[one.pk], living(other))
    return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit that a person is entitled to and may be granted. conflicts: what stands against it."""

    entitlement: Entitlement
    conflicts: tuple[Conflict, ...]

    @property
    def word(self) -> str:
        return f"{self.entitlement.policy.id}/{self.entitlement.benefit.id}"


def entitlement_of(
    person_profile: dict[str, Any],
    pack: Pack,
    policy: str,
    benefit: str,
    day: date,
    applied: date | None = None,
) -> Entitlement | None:
    """What the person is entitled to under the benefit on ``day``; None when it is not a yes with an amount."""
    for item in entitlements(pack.policies.values(), person_profile, day, pack.schema, applied):
        if item.policy.id == policy and item.benefit.id == benefit:
            return item if item.verdict is Verdict.YES and item.amount_fen else None
    return None


def conflicts_of(person: Person, word: str, title: str, pack: Pack, key: str = "") -> list[Conflict]:
    """What the person, the spouse, or another place stands against granting ``policy/benefit``; whoever granted it.

    key: of a grant that it takes the place of (``grant:42``).
    """
    spouse = spouse_of(person)
    claims = _claims(person, household=False)
    if spouse is not None:
        claims += _claims(spouse, household=True)
    return conflicts(Claim(word, pack.code, title, key=key), claims, pack.funds.same)


def _claims(person: Person, *, household: bool) -> list[Claim]:
    records = records_of_person(person)
    found = [
        Claim(grant.word, grant.home.pack, grant.title, grant.whole_fen, household, f"grant:{grant.pk}")
        for grant in _granted(records)
    ]
    stated = Fact.objects.standing().filter(person__in=records, kind="benefit_received")
    place = person.home.pack
    known = {grant.benefit.rpartition("/")[2] for grant in found} | {grant.title for grant in found}
    for value in stated.values_list("value", flat=True):
        benefit = str(value.get("benefit", ""))
        if benefit and benefit not in known:
            amount = value.get("amount")
            found.append(
                Claim(benefit, place, benefit, amount if isinstance(amount, int) else None, household)
            )
    return found


def limit_broken(
    person: Person, word: str, asked: Sequence[Part], profile: Mapping[str, Any], pack: Pack, on: date
) -> Text | None:
    """The first limit over several persons that stands against promising ``asked`` under ``policy/benefit``."""
    for limit in pack.funds.limits_on(word):
        counts = _counts(limit, profile, pack, on)
        if counts is False:
            continue
        if counts is None:
            return _not_told(limit, limit.when.text if limit.when else "")
        rows = Instalment.objects.filter(grant__home__pack=person.home.pack).exclude(
            state=InstalmentState.VOID
        )
        rows = rows.filter(_named_in(limit))
        if limit.per == "household":
            spouse = spouse_of(person)
            records = records_of_person(person) + (records_of_person(spouse) if spouse else [])
            rows = rows.filter(grant__person__in=records)
        elif limit.per == "field":
            value = profile.get(limit.field)
            if value is None:
                title = pack.schema.profile[limit.field].title
                return _not_told(limit, title.zh, title.in_language("en"))
            rows = rows.filter(**{f"grant__profile__{limit.field}": value})
        if found := broken(limit, asked, _given(limit, rows, pack)):
            return found.message
    return None


def _given(limit: Limit, rows: QuerySet[Instalment], pack: Pack) -> list[Part]:
    """What counts towards the limit of the instalments of others."""
    kept = ["grant__profile", "grant__as_of"] if limit.when else []
    told = rows.values_list("grant__person_id", "grant__granted_on", "due", "whole_fen", *kept)
    return [
        Part(person_pk, granted.year, due.year, amount)
        for person_pk, granted, due, amount, *then in told
        if not then or _counts(limit, then[0], pack, then[1]) is not False
    ]


def _counts(limit: Limit, profile: Mapping[str, Any], pack: Pack, day: date) -> bool | None:
    """Whether the limit counts somebody with such a profile on ``day``."""
    if limit.when is None:
        return True
    answer: bool | None = evaluate(limit.when.clause, profile, Situation(day, pack.schema))
    return answer


def _not_told(limit: Limit, zh: str, en: str = "") -> Text:
    return Text(
        f"“{limit.title.zh}”：{zh}未登记，无法核对",
        f"{limit.title.in_language('en')}: {en or zh} is not recorded",
    )


def _named_in(limit: Limit) -> Q:
    found = Q(pk__in=[])
    for word in limit.benefits:
        policy, _slash, benefit = word.partition("/")
        found |= Q(grant__policy=policy, grant__benefit=benefit) if benefit else Q(grant__policy=policy)
    return found


def _granted(records: Iterable[int]) -> list[Grant]:
    """Grants that were not ended before anything was paid: here, and of the same identity document elsewhere."""
    own = IdentityDocument.objects.filter(person__in=list(records), withdrawn_at=None)
    digests = {
        other
        for digest, sealed in own.values_list("digest", "sealed")
        for other in digests_beside(digest, sealed)
    }
    same = IdentityDocument.objects.filter(digest__in=digests, withdrawn_at=None).values("person_id")
    rows = (
        Grant.objects.filter(Q(person__in=list(records)) | Q(person__in=same))
        .exclude(Q(state="ended") & ~Q(instalments__state="paid"))
        .select_related("home")
        .order_by("pk")
        .distinct()
    )
    return list(rows)


def budget_word(
    pack: Pack, word: str, home: Organisation, stored: Iterable[tuple[str, str]]
) -> tuple[str, str] | None:
    """(fund, line) that pays ``policy/benefit``: the first that has a budget, else the first that is named."""
    wanted = [(fund.id, line.id) for fund, line in pack.funds.lines_for(word)]
    there = set(stored)
    return next((pair for pair in wanted if pair in there), wanted[0] if wanted else None)
