"""What is owed back when service ends early (服务期未满的退还).

Formulas of published rules (policy-facts R88): pro rata by months, ``paid − total / 120 × months``; pro rata by years,
``S − S / 8 × years``; all of it plus a sum for each missing year. What is asked back never exceeds what was paid; a
penalty stands beside it. A part of a fen stays with the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from juxian.core.money import yuan
from juxian.core.text import Text

MONTHS_OF_YEAR = 12


class Formula(StrEnum):
    """How much of the whole has been earned (the words of a policy file)."""

    PRO_RATA_MONTHS = "pro_rata_months"  # 按月折算
    PRO_RATA_YEARS = "pro_rata_years"  # 按整年折算
    FULL = "full"  # 全额退还
    RECEIVED = "received"  # 退还已领部分


_PRO_RATA = (Formula.PRO_RATA_MONTHS, Formula.PRO_RATA_YEARS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person agreed to.

    serve_months: the service owed. of_months: over how many months the whole is earned (pro rata), mostly the same number.
    penalty_year_fen: for each missing year, a year begun counts whole; from the pack, by degree.
    """

    formula: Formula
    serve_months: int
    of_months: int = 0
    penalty_year_fen: int = 0

    def __post_init__(self) -> None:
        if self.serve_months < 1 or self.of_months < 0 or self.penalty_year_fen < 0:
            raise ValueError("the terms need months of service and no negative figure")
        if self.formula in _PRO_RATA and self.of_months < 1:
            raise ValueError("pro rata needs the months over which the whole is earned")
        if self.formula is Formula.PRO_RATA_YEARS and self.of_months % MONTHS_OF_YEAR:
            raise ValueError("pro rata by years needs whole years")


@dataclass(frozen=True, slots=True)
class Owed:
    """The demand: ``refund_fen`` ≤ what was paid, ``penalty_fen`` beside it, and how it was worked out."""

    refund_fen: int
    penalty_fen: int
    missing_months: int
    working: Text

    @property
    def total_fen(self) -> int:
        return self.refund_fen + self.penalty_fen


def owed_back(terms: Terms, total_fen: int, paid_fen: int, served: int) -> Owed:
    """What is owed if service ended after ``served`` full months (“if I left today I would owe…”).

    total_fen: the whole grant; paid_fen: what was paid of it and not asked back before. Raises ValueError on negatives.
    """
    if min(total_fen, paid_fen, served) < 0:
        raise ValueError("amounts and months are not negative")
    missing = max(0, terms.serve_months - served)
    if not missing:
        return Owed(0, 0, 0, Text("服务期已满，无需退还", "the service is complete; nothing is owed"))
    earned = earned_fen(terms, total_fen, served)
    refund = max(0, paid_fen - earned)
    years = -(-missing // MONTHS_OF_YEAR)
    return Owed(
        refund, terms.penalty_year_fen * years, missing, _working(terms, total_fen, paid_fen, served, refund)
    )


def earned_fen(terms: Terms, total_fen: int, served: int) -> int:
    """How much of the whole is earned, rounded up to a fen, at most the whole."""
    if terms.formula is Formula.PRO_RATA_MONTHS:
        return min(total_fen, -(-total_fen * served // terms.of_months))
    if terms.formula is Formula.PRO_RATA_YEARS:
        years, of_years = served // MONTHS_OF_YEAR, terms.of_months // MONTHS_OF_YEAR
        return min(total_fen, -(-total_fen * years // of_years))
    return 0


def _working(terms: Terms, total_fen: int, paid_fen: int, served: int, refund: int) -> Text:
    """The calculation as it stands in the letter of demand."""
    paid, back = yuan(paid_fen), yuan(refund)
    penalty = Text("", "")
    if terms.penalty_year_fen:
        years = -(-(terms.serve_months - served) // MONTHS_OF_YEAR)
        each = yuan(terms.penalty_year_fen)
        penalty = Text(f"；另付违约金 {each} 元 × {years} 年", f"; penalty {each} yuan × {years} years")
    if terms.formula not in _PRO_RATA:
        return Text(f"退还已领 {paid} 元{penalty.zh}", f"all that was paid, {paid} yuan{penalty.en}")
    by_year = terms.formula is Formula.PRO_RATA_YEARS
    of, count = (
        (terms.of_months // MONTHS_OF_YEAR, served // MONTHS_OF_YEAR)
        if by_year
        else (terms.of_months, served)
    )
    zh, en = ("年", "years") if by_year else ("个月", "months")
    return Text(
        f"已领 {paid} 元 − {yuan(total_fen)} 元 ÷ {of} {zh} × 已服务 {count} {zh} = {back} 元{penalty.zh}",
        f"paid {paid} yuan − {yuan(total_fen)} yuan ÷ {of} × {count} {en} served = {back} yuan{penalty.en}",
    )
