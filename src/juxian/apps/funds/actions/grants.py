"""Promising a benefit to a person, and ending the promise (核定、终止)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.funds.actions.budgets import check_spending
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.enums import GrantState, InstalmentState, LineState
from juxian.apps.funds.models import BudgetLine, Couple, Grant, Instalment, Obligation
from juxian.apps.funds.queries.budgets import budget_lines
from juxian.apps.funds.queries.grants import (
    budget_word,
    conflicts_of,
    couple_of,
    entitlement_of,
    limit_broken,
    living,
    spouse_of,
)
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of
from juxian.apps.policies.queries import pack_in_force
from juxian.core.facts.schema import Schema
from juxian.core.funds.book import CoPayment
from juxian.core.funds.limits import Part
from juxian.core.ledger.accounts import Kind, account
from juxian.core.ledger.clawback import Formula
from juxian.core.ledger.flows import reserve, void
from juxian.core.ledger.schedule import Instalment as Planned
from juxian.core.ledger.schedule import instalments
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack
from juxian.core.policy import Entitlement
from juxian.core.policy.document import Obligation as Duty
from juxian.core.policy.document import Pay, pay_by
from juxian.core.policy.outcomes import table_for
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.wording import field_title

LONGEST_NEEDS = 300
ALL_OURS = "all"


@dataclass(frozen=True, slots=True)
class _Terms:
    """How an entitlement is paid: by which line, shared with whom, in which parts."""

    fund: str
    line: str
    sharing: CoPayment | None
    plan: tuple[Planned, ...]
    needs: str = ""
    goes_on: bool = False  # its first payment is one after the first

    def ours(self, item: Planned) -> int:
        return item.parts[self.sharing.here if self.sharing else ALL_OURS]


@transaction.atomic
def grant_benefit(
    *,
    person: Person,
    policy: str,
    benefit: str,
    source_key: str,
    by: User | None = None,
    day: date | None = None,
    applied: date | None = None,
    first_due: date | None = None,
    tax_note: str = "",
    instead_of: Grant | None = None,
) -> Grant:
    """Promise a benefit on what the facts say on ``day``, and reserve the money for what falls due this year.

    applied: when it was applied for, if before ``day``; windows of applying are asked for it. instead_of: an ended grant of
    the same benefit, whose payments that were left this one makes.
    source_key: the determination or case, e.g. ``case:412``; the same one finds the first grant. Raises ``NotPossible``
    (not entitled any more, received before, no line or not enough money, a rule of the fund) and ``OutOfBounds``.
    """
    known = Grant.objects.filter(source_key=source_key).select_related("home").first()
    if known is not None:
        return known
    on = day or today()
    spouse = spouse_of(person)
    people = [person.pk, *([spouse.pk] if spouse else [])]
    list(
        Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
    )  # one grant at a time
    if person.merged_into_id:
        raise NotPossible(_("该档案已并入其他档案，请在保留的档案上办理。"))
    pack = pack_in_force(person.home.pack, on)
    profile = profile_as_of(person, on, pack.schema)
    entitled = entitlement_of(profile, pack, policy, benefit, on, applied)
    if entitled is None:
        raise NotPossible(_("按 %(day)s 的信息，此人不符合这项待遇或金额未定；请重新筛查。") % {"day": on})
    title, key = entitled.benefit.title.zh, f"grant:{instead_of.pk}" if instead_of else ""
    found = conflicts_of(person, f"{policy}/{benefit}", title, pack, key)
    if found:
        raise NotPossible(str(found[0].message))
    stored = budget_lines(person.home, on.year)
    terms = _terms(pack, entitled, person, stored, profile, on, first_due, _left(instead_of))
    _keep_limits(person, f"{policy}/{benefit}", terms, profile, pack, on)
    grant = _create(person, pack, entitled, terms, profile, on, by, source_key, tax_note)
    reserved = _reserve(grant, terms, stored, on, by)
    record(
        "funds.granted",
        actor=by,
        subject=grant,
        organisation_path=person.home.path,
        detail={
            "person": person.number,
            "benefit": grant.word,
            "amount_fen": grant.total_fen,
            "reserved_fen": reserved,
            "source": source_key,
        },
    )
    return grant


def _keep_limits(
    person: Person, word: str, terms: _Terms, profile: Mapping[str, Any], pack: Pack, on: date
) -> None:
    """One grant at a time where several persons share a limit."""
    if not pack.funds.limits_on(word):
        return
    Organisation.objects.select_for_update(no_key=True).get(pk=person.home_id)
    asked = [Part(person.pk, on.year, item.due.year, item.amount_fen) for item in terms.plan]
    against = limit_broken(person, word, asked, profile, pack, on)
    if against is not None:
        raise NotPossible(str(against))


def _terms(
    pack: Pack,
    entitled: Entitlement,
    person: Person,
    stored: Sequence[BudgetLine],
    profile: Mapping[str, Any],
    on: date,
    first_due: date | None,
    left: Sequence[date] | None = None,
) -> _Terms:
    """left: the days of the payments that are left, the last of the plan; None is all."""
    word = f"{entitled.policy.id}/{entitled.benefit.id}"
    place = budget_word(pack, word, person.home, ((line.fund, line.line) for line in stored))
    if place is None:
        raise NotPossible(_("没有一项资金列支这项待遇，请先在资金配置中指定科目。"))
    sharing = pack.funds.sharing_of(word)
    benefit = entitled.benefit
    pay = pay_by(benefit, sharing.here if sharing else "")
    if pay is None:
        raise NotPossible(_("这项待遇由几方分担，请先在资金配置中写明本级是哪一方。"))
    if left is not None:  # on the days of the grant that it goes on
        pay = replace(pay, shares=pay.shares[-len(left) :], due="on_day", first_at_once=False)
    first = first_due or pay.counted_from(profile, on)
    if first is None:
        raise NotPossible(
            _("发放从某日起算，而该日期尚未登记：%(fields)s") % {"fields": _titles(pack, pay.starts)}
        )
    amount, payers = entitled.amount_fen or 0, dict(sharing.shares) if sharing else {ALL_OURS: 1}
    if benefit.payers and sharing:  # each pays on days of its own; ours are those of our part
        amount = next(part for payer, part in benefit.parts(amount) if payer and payer.id == sharing.here)
        payers = {sharing.here: 1}
    days = [max(first, day) for day in left[-pay.count :]] if left else pay.due_days(first)
    plan = instalments(amount, pay.shares, first, pay.months_between, payers, days)
    return _Terms(*place, sharing, plan, _needs(pay, pack.schema), left is not None)


def _left(ended: Grant | None) -> list[date] | None:
    """The days of the payments that an ended grant did not make."""
    if ended is None:
        return None
    rows = ended.instalments.filter(state=InstalmentState.VOID).order_by("number")
    return list(rows.values_list("due", flat=True))


def _titles(pack: Pack, fields: Sequence[str]) -> str:
    return _("、").join(field_title(name, pack.schema).zh for name in fields)


def _needs(pay: Pay, schema: Schema) -> str:
    """What a payment after the first waits for, in words."""
    words = [pay.each_if.text] if pay.each_if else []
    words += [_("%(event)s之后") % {"event": field_title(pay.upon, schema).zh}] if pay.upon else []
    words += [_("未出现停发情形：%(clause)s") % {"clause": pay.stops_if.text}] if pay.stops_if else []
    words += [_("未出现终止情形：%(clause)s") % {"clause": pay.ends_if.text}] if pay.ends_if else []
    return _("；").join(words)[:LONGEST_NEEDS]


def _create(
    person: Person,
    pack: Pack,
    entitled: Entitlement,
    terms: _Terms,
    profile: dict[str, object],
    on: date,
    by: User | None,
    source_key: str,
    tax_note: str,
) -> Grant:
    ours = [(item, terms.ours(item)) for item in terms.plan if terms.ours(item)]
    grant = Grant.objects.create(
        home=person.home,
        person=person,
        policy=entitled.policy.id,
        benefit=entitled.benefit.id,
        title=entitled.benefit.title.zh,
        title_en=entitled.benefit.title.en,
        article=entitled.article,
        version_since=entitled.version.since,
        as_of=on,
        profile=profile,
        source_key=source_key,
        fund=terms.fund,
        line=terms.line,
        payers=dict(terms.sharing.shares) if terms.sharing else {},
        here=terms.sharing.here if terms.sharing else "",
        whole_fen=entitled.amount_fen or 0,
        total_fen=sum(amount for _item, amount in ours),
        tax_note=tax_note,
        granted_on=on,
        granted_by=by,
    )
    _owe_service(grant, entitled, profile, pack, on)
    Instalment.objects.bulk_create(
        Instalment(
            grant=grant,
            number=item.number,
            due=item.due,
            amount_fen=amount,
            whole_fen=item.amount_fen,
            parts=dict(item.parts) if terms.sharing else {},
            needs=terms.needs if item.number > 1 or terms.goes_on else "",
        )
        for item, amount in ours
    )
    return grant


def _owe_service(
    grant: Grant, entitled: Entitlement, profile: Mapping[str, object], pack: Pack, on: date
) -> None:
    """The service that goes with the benefit; without a formula of its own all that was received is owed back."""
    terms = entitled.benefit.obligation
    if terms is None:
        return
    told = profile.get(terms.from_field)
    kinds = pack_called(grant.home.pack).schema.kinds
    Obligation.objects.create(
        grant=grant,
        since=date.fromisoformat(told) if isinstance(told, str) else on,
        serve_months=terms.serve_months,
        formula=terms.clawback.kind if terms.clawback else Formula.FULL,
        of_months=terms.clawback.of_months if terms.clawback else 0,
        penalty_year_fen=_penalty(terms, profile, pack, on),
        uncounted=[name for name, kind in kinds.items() if {name, kind.title.zh} & set(terms.excludes)],
    )


def _penalty(terms: Duty, profile: Mapping[str, object], pack: Pack, on: date) -> int:
    """What each missing year costs beside the refund. Raises ``NotPossible`` while it is not known."""
    table = terms.clawback.penalty if terms.clawback else None
    if table is None:
        return 0
    found = table_for(table, profile, Situation(on, pack.schema))
    if found.holds is False:
        return 0
    if found.holds is None or found.fixed is None:
        raise NotPossible(_("违约金的标准未定，缺少决定它的信息。"))
    return found.fixed


def _reserve(grant: Grant, terms: _Terms, stored: Sequence[BudgetLine], on: date, by: User | None) -> int:
    """Reserve what falls due in the year of granting; the rest is promised when its year's budget is there."""
    line = next((row for row in stored if (row.fund, row.line) == (terms.fund, terms.line)), None)
    if line is None or line.closed_on:
        raise NotPossible(_("%(year)s 年没有列支这项待遇的预算。") % {"year": on.year})
    due = [item for item in grant.instalments.all() if item.due.year <= on.year]
    amount = sum(item.amount_fen for item in due)
    fund = pack_called(grant.home.pack).funds.funds[terms.fund]
    if not amount:
        return 0
    check_spending(grant.home, fund, on.year, {terms.line: amount})
    open_accounts([account(Kind.RESERVED, grant.name), account(Kind.PAID, grant.name)], grant.home)
    post(reserve(line.name, grant.name, amount, on, due[0].number), by=by)
    Instalment.objects.filter(pk__in=[item.pk for item in due]).update(budget=line)
    return amount


@transaction.atomic
def end_grant(*, grant: Grant, day: date, reason: str, by: User | None) -> int:
    """Give up what is not paid (终止): the money is free again. Returns the fen; raises ``NotPossible``.

    Payments that are with the bank must come back or be settled first.
    """
    grant = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("home").get(pk=grant.pk)
    if grant.state not in (GrantState.ACTIVE, GrantState.SUSPENDED):
        raise NotPossible(_("这项拨付已结束。"))
    live = Q(lines__state=LineState.OPEN)
    planned = grant.instalments.filter(state=InstalmentState.PLANNED)
    if planned.filter(live).exists():
        raise NotPossible(_("有款项在拨付批次中，须先确认、退回或移出批次。"))
    free: dict[int, int] = {}
    for item in planned.filter(budget__isnull=False):
        free[item.budget_id or 0] = free.get(item.budget_id or 0, 0) + item.amount_fen
    lines = {line.pk: line for line in BudgetLine.objects.filter(pk__in=free).select_related("home")}
    if free:
        post(
            *(
                void(_open_year_of(lines[pk]).name, grant.name, amount, day, pk, reason)
                for pk, amount in free.items()
            ),
            by=by,
        )
    planned.update(state=InstalmentState.VOID)
    Grant.objects.filter(pk=grant.pk).update(state=GrantState.ENDED, ended_on=day, end_reason=reason)
    record(
        "funds.grant_ended",
        actor=by,
        subject=grant,
        organisation_path=grant.home.path,
        detail={"freed_fen": sum(free.values())},
        reason=reason,
    )
    return sum(free.values())


def _open_year_of(line: BudgetLine) -> BudgetLine:
    """Where the money of a line goes back to: the line itself, or the next year's that is open when it was closed."""
    if line.closed_on is None:
        return line
    later = BudgetLine.objects.filter(
        home=line.home_id, fund=line.fund, line=line.line, year__gt=line.year, closed_on=None
    )
    return later.select_related("home").order_by("year").first() or line


@transaction.atomic
def suspend_grant(*, grant: Grant, suspended: bool, reason: str, by: User | None) -> None:
    """Hold its payments, or let them go on (暂停、恢复)."""
    before, after = (
        (GrantState.ACTIVE, GrantState.SUSPENDED) if suspended else (GrantState.SUSPENDED, GrantState.ACTIVE)
    )
    if not Grant.objects.filter(pk=grant.pk, state=before).update(state=after):
        raise NotPossible(_("这项拨付的状态已变化，请刷新后再办。"))
    record(
        "funds.grant_suspended" if suspended else "funds.grant_resumed",
        actor=by,
        subject=grant,
        organisation_path=grant.home.path,
        reason=reason,
    )


@transaction.atomic
def record_couple(
    *, first: Person, second: Person, by: User | None, evidence: str, since: date | None = None
) -> Couple:
    """Two persons are of one household (登记夫妻); raises ``NotPossible`` when one of them is of another.

    since: when it is known. What policies read of the spouse is derived again for both.
    """
    if first.pk == second.pk:
        raise NotPossible(_("夫妻须是两个人。"))
    one, other = sorted((first, second), key=lambda person: person.pk)
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=(one.pk, other.pk)).order_by("pk"))
    for person in (one, other):
        spouse = spouse_of(person)
        if spouse is not None and spouse.pk not in (one.pk, other.pk):
            raise NotPossible(_("%(name)s 已登记另一位配偶。") % {"name": person.name})
    couple, created = Couple.objects.get_or_create(
        first=one, second=other, until=None, defaults={"since": since}
    )
    if created:
        refresh_profiles([one, other])
        record(
            "funds.couple_recorded",
            actor=by,
            subject=couple,
            organisation_path=one.home.path,
            detail={"persons": [one.number, other.number]},
            reason=evidence,
        )
    return couple


@transaction.atomic
def end_couple(*, person: Person, day: date, by: User | None, evidence: str) -> Couple:
    """From ``day`` on the person and the spouse are no couple any more (终止夫妻登记); raises ``NotPossible``."""
    couple = couple_of(person)
    if couple is None:
        raise NotPossible(_("没有登记配偶。"))
    locked = Couple.objects.select_for_update(no_key=True).get(pk=couple.pk)
    if locked.until is not None:  # somebody else has ended it meanwhile
        raise NotPossible(_("没有登记配偶。"))
    if day > today() or (locked.since is not None and day < locked.since):
        raise NotPossible(_("终止日不能晚于今天，也不能早于起始日。"))
    locked.until = day
    locked.save(update_fields=["until"])
    both = list(Person.objects.filter(pk__in=(couple.first_id, couple.second_id)).select_related("home"))
    refresh_profiles([living(one) for one in both])
    record(
        "funds.couple_ended",
        actor=by,
        subject=couple,
        organisation_path=both[0].home.path,
        detail={"persons": sorted(one.number for one in both), "until": day.isoformat()},
        reason=evidence,
    )
    return locked
