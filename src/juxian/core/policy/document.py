"""A policy as read and checked: versions, benefits, tables, payment, stacking (政策、版本、待遇)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Literal

from juxian.core.dates import add_months, days_of_years
from juxian.core.money import split_by_share
from juxian.core.policy.language import Amount, Expression
from juxian.core.policy.names import NamedList
from juxian.core.policy.nodes import Clause, Constant, Points, Window
from juxian.core.policy.rowwise import day_of
from juxian.core.positioned import Document
from juxian.core.text import Text

Basis = Literal["sourced", "analogue", "assumed"]
BASES: tuple[Basis, ...] = ("sourced", "analogue", "assumed")
STAGES = ("introduction", "training", "evaluation", "incentive", "service")  # 引育评励服
DELIVERIES = ("application", "no_application")
MONTHS_OF = {"once": 0, "month": 1, "quarter": 3, "year": 12}
DUES = ("on_day", "next_month", "next_quarter")


class Hit(StrEnum):
    """Which rows of a table count (命中规则)."""

    FIRST = "first"  # the first that holds
    HIGHEST = "highest"  # the greatest amount of those that hold
    LOWEST = "lowest"
    SUM = "sum"  # all that hold, added up
    UNIQUE = "unique"  # at most one may hold; two that give different amounts leave the benefit undecided


class StackingRule(StrEnum):
    """How benefits of one group go together (叠加规则)."""

    HIGHEST = "highest"  # 就高不重复: only the greatest; a tie goes to the first named
    FIRST = "first"  # 依次享受: the first named that holds excludes the later ones
    CHOOSE_ONE = "choose_one"  # 择一享受: all are shown, the greatest counts in totals
    DEDUCT_EARLIER = "deduct_earlier"  # 扣除已享受: what was received under the group is taken off
    ONCE_IN_LIFE = "once_in_life"  # 终身一次: nothing when the benefit or another of its group was received


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table (分档): ``when`` None is *otherwise*; a row in kind gives nothing in money."""

    when: Expression | None
    give: Amount | None
    in_kind: Text | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    hit: Hit
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Pay:
    """How an amount is paid out (发放). ``shares``: k positive numbers, one for each payment.

    every: once month quarter year. each_if: each payment after the first needs it. days: (month, day) of each year on which
    payments fall instead, the first of them too unless ``first_at_once``. starts: DATE fields, from the latest of which it
    is counted. due: on the day counted, or on the first day of the next month or quarter. upon: a DATE field; payments after the
    first fall due with the event that it records. stops_if: once it holds nothing more is paid until the
    office lets it go on. ends_if: once it holds what is left is given up.
    """

    shares: tuple[int, ...] = (1,)
    every: str = "once"
    each_if: Expression | None = None
    days: tuple[tuple[int, int], ...] = ()
    first_at_once: bool = False
    starts: tuple[str, ...] = ()
    due: str = "on_day"
    upon: str = ""
    stops_if: Expression | None = None
    ends_if: Expression | None = None

    def counted_from(self, profile: Mapping[str, Any], otherwise: date) -> date | None:
        """The day from which payments are counted: the latest of ``starts``; None while one of them is not recorded."""
        told = [profile.get(name) for name in self.starts]
        if None in told:
            return None
        return max((day for value in told if (day := day_of(value))), default=otherwise)

    def due_days(self, first: date) -> list[date]:
        """The day on which each payment falls due, when the first may be paid from ``first`` on.

        Of payments that wait for an event it is the day on which it is expected.
        """
        if not self.days:
            counted = (add_months(first, number * self.months_between) for number in range(self.count))
            return [_first_day_after(day, self.due) for day in counted]
        if not self.first_at_once:
            return days_of_years(first, self.days, self.count)
        return [first, *days_of_years(first + timedelta(days=1), self.days, self.count - 1)]

    @property
    def count(self) -> int:
        return len(self.shares)

    @property
    def months_between(self) -> int:
        return MONTHS_OF[self.every]


def _first_day_after(day: date, due: str) -> date:
    """``day`` itself, or the first day of the month or quarter after it."""
    if due == "on_day":
        return day
    months = 1 if due == "next_month" else 3 - (day.month - 1) % 3
    return add_months(day.replace(day=1), months)


@dataclass(frozen=True, slots=True)
class Payer:
    """One of several who pay a benefit, each its part on days of its own (分担方)."""

    id: str
    title: Text
    share: int
    pay: Pay = Pay()


@dataclass(frozen=True, slots=True)
class Clawback:
    """What is owed back when service ends early (退回): ``kind`` pro_rata_months over ``of_months``, or full.

    penalty: for each missing year beside it (违约金), an amount or a table.
    """

    kind: str
    of_months: int = 0
    penalty: Table | None = None


@dataclass(frozen=True, slots=True)
class Obligation:
    """Service that goes with a benefit (服务义务)."""

    serve_months: int
    from_field: str = ""
    clawback: Clawback | None = None
    excludes: tuple[str, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Stacking:
    rule: StackingRule
    group: str  # never empty: a benefit that names no group is a group of its own


@dataclass(frozen=True, slots=True)
class Benefit:
    """One thing that a policy gives (待遇). ``who`` None is everybody."""

    id: str
    title: Text
    article: str
    basis: Basis
    who: Expression | None
    table: Table
    in_kind: Text | None = None
    pay: Pay = Pay()
    payers: tuple[Payer, ...] = ()  # several who pay; ``pay`` is that of none of them then
    per_payment: bool = False  # the table gives one payment, not the whole
    obligation: Obligation | None = None
    stacking: tuple[Stacking, ...] = ()
    cap_fen: int | None = None
    window: Window | None = None
    delivery: str = "application"
    opt_out_days: int | None = (
        None  # without application: days to object before it is granted; None: the office decides
    )
    note: Text | None = None

    @property
    def is_money(self) -> bool:
        return any(row.in_kind is None for row in self.table.rows)

    @property
    def pays(self) -> tuple[Pay, ...]:
        """The schedule, or that of each payer."""
        return tuple(payer.pay for payer in self.payers) or (self.pay,)

    def parts(self, amount_fen: int) -> Iterator[tuple[Payer | None, int]]:
        """What each payer bears of an amount, to the fen; one part of nobody in particular where there are none."""
        if not self.payers:
            yield None, amount_fen
            return
        shares = split_by_share(amount_fen, [payer.share for payer in self.payers])
        yield from zip(self.payers, shares, strict=True)


def pay_by(benefit: Benefit, payer: str) -> Pay | None:
    """The schedule of one payer, by id; that of the benefit where there are none; None of a stranger."""
    if not benefit.payers:
        return benefit.pay
    return next((one.pay for one in benefit.payers if one.id == payer), None)


@dataclass(frozen=True, slots=True)
class Cap:
    """A ceiling over all benefits of the policy for one person (封顶), unless ``unless`` holds."""

    amount_fen: int
    unless: Expression | None = None
    basis: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class PointsTable:
    """Points for what a person has (积分表); conditions and amounts of the version name its sum by id or title."""

    id: str
    title: Text
    rows: tuple[Row, ...]  # ``give`` is a whole number

    @property
    def sum(self) -> Points:
        return Points(
            self.title.zh or self.id,
            tuple(
                (row.when.clause if row.when else Constant(True), row.give.term)
                for row in self.rows
                if row.give is not None
            ),
        )


@dataclass(frozen=True, slots=True)
class ClassRow:
    """Who has a level of a class, or is taken over into it (归类)."""

    level: str
    clause: Clause
    article: str = ""


@dataclass(frozen=True, slots=True)
class ClassTable:
    """A class given by the version itself (分类); conditions name it by id or title. The greatest level that holds counts."""

    id: str
    title: Text
    scale: str
    rows: tuple[ClassRow, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """The text in force for persons whose date lies in [since, until); ``applies_by`` is a date field or empty.

    Without ``applies_by`` the day of asking picks the version.
    """

    since: date
    until: date | None
    applies_by: str
    benefits: tuple[Benefit, ...]
    caps: tuple[Cap, ...] = ()
    note: Text | None = None
    points: tuple[PointsTable, ...] = ()
    classes: tuple[ClassTable, ...] = ()
    lists: tuple[NamedList, ...] = ()


@dataclass(frozen=True, slots=True)
class Circular:
    """The document behind a policy (文件)."""

    title: str = ""
    reference: str = ""
    issuer: str = ""
    trial: bool = False
    published: date | None = None
    url: str = ""


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy with all its versions, oldest first. Compared by identity; ``origin`` is the file it was read from."""

    id: str
    title: Text
    summary: Text
    basis: Basis
    source: str
    document: Circular
    stage: str
    versions: tuple[Version, ...]
    origin: Document
    paths: Mapping[str, tuple[str | int, ...]] = field(
        default_factory=dict
    )  # benefit id → where it is first written

    @cached_property
    def benefits(self) -> dict[str, Benefit]:
        """Each benefit in its newest wording, in the order of the file."""
        return {benefit.id: benefit for version in self.versions for benefit in version.benefits}

    def version_on(self, day: date) -> Version | None:
        """The version whose period holds ``day``."""
        for version in reversed(self.versions):
            if version.since <= day:
                return version if version.until is None or day < version.until else None
        return None


@lru_cache(maxsize=512)
def open_always(policy: Policy) -> Policy:
    """The policy as if one might apply at any time; itself where one may."""
    if not any(benefit.window for version in policy.versions for benefit in version.benefits):
        return policy
    versions = tuple(
        replace(version, benefits=tuple(replace(benefit, window=None) for benefit in version.benefits))
        for version in policy.versions
    )
    return replace(policy, versions=versions)
