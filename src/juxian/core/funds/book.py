"""What ``funds.yaml`` of a pack holds once it is read and checked (一地的资金).

A *benefit word* is ``policy/benefit``, or ``policy`` for all of its benefits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from juxian.core.funds.limits import Limit
from juxian.core.ledger.closing import CarryRule
from juxian.core.ledger.shares import ShareRule
from juxian.core.text import Text

_NONE = Text("")
Measure = Literal["budget", "spent"]
MEASURES: tuple[Measure, ...] = ("budget", "spent")


@dataclass(frozen=True, slots=True)
class MoneySource:
    """Who gives (资金来源), e.g. the treasury of a district."""

    id: str
    title: Text
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a fund (预算科目). pays: benefit words of what is paid out of it."""

    id: str
    title: Text
    pays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FundRule:
    """A rule over the lines of a year (支出结构), e.g. at least half for recruiting.

    measure: what the budget provides, or what was promised and paid. since: first year it holds for.
    """

    share: ShareRule
    measure: Measure
    since: int
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund (专项资金). holder: code of the organisation whose money it is. level: the word of the place, e.g. 区, 镇.

    paid_by: code of the department that carries payments to the bank and reads its statements; empty where the office does.

    within: the fund above it, of two levels; empty for one that stands alone.
    """

    id: str
    title: Text
    holder: str
    level: Text
    lines: Mapping[str, Line]
    rules: tuple[FundRule, ...]
    carry: CarryRule
    basis: str
    source: str = ""
    within: str = ""
    since: int = 0
    note: Text = _NONE
    paid_by: str = ""

    def line_for(self, benefit: str) -> Line | None:
        """The line that pays ``policy/benefit``: one that names the benefit before one that names the policy."""
        policy = benefit.partition("/")[0]
        for word in (benefit, policy):
            for line in self.lines.values():
                if word in line.pays:
                    return line
        return None


@dataclass(frozen=True, slots=True)
class Appropriation:
    """An amount that a line receives in a year, from a source or (``fund/line``) from a line of the fund above."""

    line: str
    giver: str
    amount_fen: int

    @property
    def from_fund(self) -> bool:
        return "/" in self.giver


@dataclass(frozen=True, slots=True)
class YearBudget:
    """What a paper gives to a fund for a year (年度预算)."""

    fund: str
    year: int
    document: str
    day: date
    appropriations: tuple[Appropriation, ...]
    basis: str
    source: str = ""

    @property
    def total_fen(self) -> int:
        return sum(item.amount_fen for item in self.appropriations)


@dataclass(frozen=True, slots=True)
class OutsideFigure:
    """A figure that a rule measures against, such as general budget revenue (一般公共预算收入): year → fen."""

    id: str
    title: Text
    values: Mapping[int, int]
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class CoPayment:
    """Who bears which part of some benefits (分担): payer → share; ``here`` names the payer whose money the fund is."""

    benefits: tuple[str, ...]
    shares: Mapping[str, int]
    here: str
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class SameThing:
    """Benefits that nobody may receive twice (不重复享受), whoever grants them. across: person or household."""

    id: str
    title: Text
    benefits: tuple[str, ...]
    across: Literal["person", "household"]
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PostPool:
    """Quota posts (编制周转池) or places. longest_months: 0 is open. fill_months: a granted post lapses when unused so long.

    fact: kind of the statement that says on a person's record who holds one, with the field ``unit``; empty for none.
    """

    id: str
    title: Text
    holder: str
    unit: str
    total: int
    document: str
    day: date
    longest_months: int
    fill_months: int
    basis: str
    source: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class BankColumn:
    """One column of a bank file. field: what stands in it. width 0: of a CSV file."""

    field: str
    title: str
    width: int = 0
    align: Literal["left", "right"] = "left"
    pad: str = " "


@dataclass(frozen=True, slots=True)
class BankLayout:
    """How the bank wants its file (银行代发文件). kind: csv or fixed; widths count bytes of the encoding."""

    id: str
    title: Text
    kind: Literal["csv", "fixed"]
    encoding: str
    newline: str
    header: bool
    columns: tuple[BankColumn, ...]
    statement: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    basis: str = "assumed"


@dataclass(frozen=True)
class FundsBook:
    """Everything of the file; empty for a place without funds."""

    sources: Mapping[str, MoneySource] = field(default_factory=dict)
    funds: Mapping[str, Fund] = field(default_factory=dict)
    budgets: tuple[YearBudget, ...] = ()
    figures: Mapping[str, OutsideFigure] = field(default_factory=dict)
    payers: Mapping[str, Text] = field(default_factory=dict)
    shared: tuple[CoPayment, ...] = ()
    same: tuple[SameThing, ...] = ()
    limits: tuple[Limit, ...] = ()
    pools: Mapping[str, PostPool] = field(default_factory=dict)
    banks: Mapping[str, BankLayout] = field(default_factory=dict)

    def lines_for(self, benefit: str) -> list[tuple[Fund, Line]]:
        """Every line that may pay ``policy/benefit``, in the order of the file."""
        found = ((fund, fund.line_for(benefit)) for fund in self.funds.values())
        return [(fund, line) for fund, line in found if line is not None]

    def limits_on(self, benefit: str) -> list[Limit]:
        """The limits that ``policy/benefit`` counts towards."""
        return [limit for limit in self.limits if named(benefit, limit.benefits)]

    def sharing_of(self, benefit: str) -> CoPayment | None:
        return next((item for item in self.shared if named(benefit, item.benefits)), None)


def named(benefit: str, words: Iterable[str]) -> bool:
    """``policy/benefit`` is one of the benefit words."""
    return benefit in (known := set(words)) or benefit.partition("/")[0] in known
