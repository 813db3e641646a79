"""What is to be paid by a day, and what holds a payment back (应发款项与暂缓原因)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from juxian.apps.funds.enums import AccountState, GrantState, InstalmentState, LineState
from juxian.apps.funds.models import Grant, Instalment, PayeeAccount, PaymentLine
from juxian.apps.funds.queries.grants import living
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, profiles_of
from juxian.apps.policies.queries import packs_in_force
from juxian.core.packs.schema import Pack
from juxian.core.policy.document import Pay, pay_by
from juxian.core.policy.paying import Later, later_payment
from juxian.core.policy.rowwise import Situation, day_of
from juxian.core.policy.rulebook import rulebook

LIVE = (LineState.OPEN, LineState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class DueLine:
    """One payment that is due. hold: why it is not paid now, empty when it can be; note: what to look at all the same."""

    instalment: Instalment
    person: Person
    account: PayeeAccount | None
    hold: str
    note: str


def due_instalments(home: Organisation, as_of: date) -> QuerySet[Instalment]:
    """Due by the day and in no live payment, the earliest first."""
    live = PaymentLine.objects.filter(instalment=OuterRef("pk"), state__in=LIVE)
    return (
        Instalment.objects.filter(
            ~Exists(live),
            state=InstalmentState.PLANNED,
            due__lte=as_of,
            grant__home=home,
            grant__state__in=[GrantState.ACTIVE, GrantState.SUSPENDED],
        )
        .select_related("grant__home", "grant__person__merged_into__merged_into")
        .order_by("due", "pk")
    )


def due_lines(instalments: Iterable[Instalment], home: Organisation) -> list[DueLine]:
    """Each instalment with its payee and what holds it; a constant number of queries, one more for each due day."""
    items = list(instalments)
    people = {item.pk: living(item.grant.person) for item in items}
    accounts = _accounts(people.values())
    changed = _changed_since_paid(accounts.values())
    twice, held = _held_twice(home), _conditions(items, people, home)
    return [_line(item, people[item.pk], accounts, changed, twice, held.get(item.pk, "")) for item in items]


def _line(
    item: Instalment,
    person: Person,
    accounts: Mapping[int, PayeeAccount],
    changed: set[int],
    twice: set[tuple[int, str]],
    condition: str,
) -> DueLine:
    account = accounts.get(person.pk)
    note = _("收款账户在上次发放后更换") if account and account.pk in changed else ""
    if item.grant.state == GrantState.SUSPENDED:
        hold = _("拨付事项已暂停")
    elif (person.pk, item.grant.word) in twice:
        hold = _("档案合并后同一待遇有两项拨付，须先终止一项")
    elif item.budget_id is None:
        hold = _("当年预算还没有落实")
    elif account is None:
        hold = _("没有已确认的收款账户")
    elif account.holder != person.name:
        hold = _("户名与档案姓名不一致")
    else:
        hold = condition
    return DueLine(item, person, account, hold, note)


def _accounts(people: Iterable[Person]) -> dict[int, PayeeAccount]:
    """Person → confirmed account."""
    wanted = {person.pk for person in people}
    rows = PayeeAccount.objects.filter(state=AccountState.CONFIRMED, person__in=wanted)
    return {row.person_id: row for row in rows}


def _changed_since_paid(accounts: Iterable[PayeeAccount]) -> set[int]:
    """Accounts of persons that were paid into another one before and never into this one."""
    known = {account.person_id: account.pk for account in accounts}
    rows = PaymentLine.objects.filter(account__person__in=known, state=LineState.CONFIRMED).order_by()
    paid: dict[int, set[int]] = {}
    for person, account in rows.values_list("account__person_id", "account_id").distinct():
        paid.setdefault(person, set()).add(account)
    return {known[person] for person, used in paid.items() if known[person] not in used}


def _held_twice(home: Organisation) -> set[tuple[int, str]]:
    """(living person, policy/benefit) with more than one standing grant, as a merge may leave them."""
    merged = Grant.objects.standing().filter(home=home, person__merged_into__isnull=False)
    benefits = set(merged.order_by().values_list("policy", "benefit"))
    if not benefits:
        return set()
    rows = Grant.objects.standing().filter(home=home, policy__in={policy for policy, _name in benefits})
    counted = Counter(
        (living(grant.person).pk, grant.word)
        for grant in rows.select_related("person__merged_into__merged_into")
    )
    return {key for key, number in counted.items() if number > 1}


def _conditions(
    items: Sequence[Instalment], people: Mapping[int, Person], home: Organisation
) -> dict[int, str]:
    """Instalment → why its condition holds it back, on the day it fell due."""
    asked: dict[date, list[Instalment]] = {}
    for item in items:
        if item.needs:
            asked.setdefault(item.due, []).append(item)
    if not asked:
        return {}
    attributes, found = organisation_attributes(), {}
    packs = packs_in_force(home.pack, [*asked, *(item.grant.as_of for item in items)])
    before = due_before(item for rows in asked.values() for item in rows)
    for day, rows in asked.items():
        profiles = profiles_of([people[row.pk] for row in rows], packs[day].schema, day, attributes)
        at = rulebook(tuple(packs[day].policies.values()), day).situation(packs[day].schema)
        for row in rows:
            pay = pay_of(packs[row.grant.as_of], row.grant)
            profile = profiles.get(people[row.pk].pk, {})
            answer = None if pay is None else may_be_paid(pay, profile, at, before.get(row.pk))
            reason = _not_met(row, answer)
            if reason:
                found[row.pk] = reason
    return found


def _not_met(item: Instalment, answer: bool | None) -> str:
    if answer is True:
        return ""
    words = _("发放条件待核：%(needs)s") if answer is None else _("未达到发放条件：%(needs)s")
    return words % {"needs": item.needs}


def may_be_paid(
    pay: Pay, profile: Mapping[str, Any], at: Situation, before: date | None = None
) -> bool | None:
    """Whether a payment after the first may be made; None is unknown, as while the event it waits for is not recorded.

    before: the day on which the payment before it fell due; an event counts only after it.
    """
    found = later_payment(pay, profile, at, happened=event_after(pay, profile, before) is not None)
    return None if found is Later.UNKNOWN else found is Later.PAID


def event_after(pay: Pay, profile: Mapping[str, Any], before: date | None) -> date | None:
    """The day of the event that payments wait for, if it lies after ``before``."""
    told = day_of(profile.get(pay.upon))
    return told if told is not None and (before is None or told > before) else None


def due_before(items: Iterable[Instalment]) -> dict[int, date]:
    """Instalment → the day on which the one before it fell due; of the first, the day of the grant."""
    rows = list(items)
    known = Instalment.objects.filter(grant__in={row.grant_id for row in rows})
    days = {
        (grant, number): due for grant, number, due in known.values_list("grant", "number", "due").order_by()
    }
    return {row.pk: days.get((row.grant_id, row.number - 1), row.grant.granted_on) for row in rows}


def pay_of(pack: Pack, grant: Grant) -> Pay | None:
    """How the grant is paid, in the version it was made with; None when the policy is gone.

    pack: in force on the day of the grant. A text published later alters no promise.
    """
    policy = pack.policies.get(grant.policy)
    version = policy.version_on(grant.version_since) if policy else None
    benefits = version.benefits if version else ()
    return next((pay_by(item, grant.here) for item in benefits if item.id == grant.benefit), None)
