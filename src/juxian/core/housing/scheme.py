"""One set of rules (公寓管理办法) as frozen data; conditions are checked expressions of the rule language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from juxian.core.allocation.waiting import WAITED_MONTHS
from juxian.core.housing.words import Payer, Price
from juxian.core.policy import Expression
from juxian.core.text import Text

PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Standard:
    """Area that a class may have (面积标准): the first row whose ``when`` holds; ``area_dm2`` in 0.01 m²."""

    area_dm2: int
    when: Expression | None = None


@dataclass(frozen=True)
class PointRule:
    """What gives points (计分项). Either ``when`` and ``gives``, or ``reads`` with ``by_value`` or ``each`` and ``most``."""

    title: Text
    when: Expression | None = None
    gives: int = 0
    reads: str = ""
    by_value: Mapping[str, int] = field(default_factory=dict)
    each: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class RentRow:
    """``share`` of the base in per mille, for the terms and the years of a term named (both ends included; None: open)."""

    share: int
    when: Expression | None = None
    terms: tuple[int, int | None] = (1, None)
    years: tuple[int, int | None] = (1, None)


@dataclass(frozen=True)
class RentTable:
    """Rent as a function of term, year, class, area and market (租金表).

    rows: the first that fits counts. over_share: per mille of the base for area above the standard, None: as within.
    payers: whole shares; empty: the tenant pays all.
    """

    price: Price
    price_fen: int
    rows: tuple[RentRow, ...]
    over_share: int | None = None
    payers: Mapping[Payer, int] = field(default_factory=dict)
    article: str = ""


@dataclass(frozen=True, slots=True)
class Tenure:
    """How long a lease lasts (租期). months: of one term; longer: further lengths that may be chosen for it; terms and total_months: None when the source sets no limit.

    renewal_months: how many months before the end renewal may be asked for; renewal_until_months: and until when.
    """

    months: int
    terms: int | None = None
    total_months: int | None = None
    renewal_months: int = 0
    renewal_until_months: int = 0
    longer: tuple[int, ...] = ()

    @property
    def choices(self) -> tuple[int, ...]:
        """Months that one term may have, the usual ones first."""
        return (self.months, *self.longer)


@dataclass(frozen=True, slots=True)
class Deposit:
    """Paid at signing (押金): a fixed amount, or months of the first rent."""

    payer: Payer = Payer.PERSON
    amount_fen: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class ExitStep:
    """Rent while leaving (过渡期租金): up to ``days`` after the notice (None: until the keys are back).

    share in per mille of ``price``: the market rent, or the rent of the lease (``rent``).
    """

    share: int
    of: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ExitCause:
    """A cause of leaving: days to leave (None: the usual ones), how long it must last, how long the list is closed."""

    cause: str
    days: int | None = None
    after_months: int = 0
    ban_months: int = 0
    article: str = ""


@dataclass(frozen=True)
class ExitRule:
    """How a tenancy ends (退出): ``days`` to leave, rent meanwhile, causes with their own figures."""

    days: int
    steps: tuple[ExitStep, ...] = ()
    causes: Mapping[str, ExitCause] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ban:
    """The list is closed for ``months`` (限制申请). times: how often it must happen; within_months: of moving in."""

    cause: str
    months: int
    times: int = 1
    within_months: int = 0
    article: str = ""


@dataclass(frozen=True)
class Scheme:
    """A set of rules (办法). basis and source tell how honest each part is; ``note`` says what is assumed.

    higher_of: profile fields of which the higher value of a couple counts (就高). days_to_answer: of an offer.
    inspection_months: how often a flat is looked at; 0: not set. passes_to_spouse: a tenant who leaves hands the lease on to
    the spouse who stays and may rent (承租人迁出); else the tenancy ends.
    """

    id: str
    title: Text
    basis: str
    source: str
    note: Text
    who: Expression | None
    article: str
    flats_per_household: int
    higher_of: tuple[str, ...]
    standards: tuple[Standard, ...]
    points_version: str
    points: tuple[PointRule, ...]
    days_to_answer: int
    tenure: Tenure
    deposit: Deposit
    rent: RentTable
    leaving: ExitRule
    bans: Mapping[str, Ban] = field(default_factory=dict)
    inspection_months: int = 0
    passes_to_spouse: bool = False

    def conditions(self) -> Iterator[Expression]:
        """Every condition that somewhere decides."""
        rows: tuple[Standard | PointRule | RentRow, ...] = (*self.standards, *self.points, *self.rent.rows)
        yield from (one for one in (self.who, *(row.when for row in rows)) if one is not None)

    @property
    def reads(self) -> tuple[str, ...]:
        """Stored fields that any part of the scheme looks at: what a snapshot has to keep, and nothing more."""
        named = {name for condition in self.conditions() for name in condition.fields}
        counted = {rule.reads for rule in self.points if rule.reads} - {WAITED_MONTHS}
        return tuple(sorted(named | counted | {*self.higher_of}))
