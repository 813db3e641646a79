"""How a published number relates to a computed one: 余, 多, 近, 约 (公布数与计算数的关系)."""

from __future__ import annotations

from enum import StrEnum

from juxian.core.text import Text


class Relation(StrEnum):
    """How exactly a number was published; the closed list."""

    EXACT = "exact"
    MORE_THAN = "more_than"  # 1200余、1200多
    NEARLY = "nearly"  # 近20
    ABOUT = "about"  # 约20
    AT_LEAST = "at_least"  # 不少于、以上


WORDS = {
    Relation.EXACT: Text("", ""),
    Relation.MORE_THAN: Text("逾 ", "over "),
    Relation.NEARLY: Text("近 ", "nearly "),
    Relation.ABOUT: Text("约 ", "about "),
    Relation.AT_LEAST: Text("不少于 ", "at least "),
}


def holds(relation: Relation | str, reported: int, computed: int | None) -> bool | None:
    """Whether ``computed`` is what was published; None while nothing is computed.

    more_than 1200: 1,201 up to the next step of its last digit, below 1,300 (a step is at least ten: 45 → 46 to 54).
    nearly 20: 18 or 19, within a tenth below. about: within 5 %, both ways. Negative figures are not published so.
    """
    if computed is None:
        return None
    match Relation(relation):
        case Relation.EXACT:
            return computed == reported
        case Relation.AT_LEAST:
            return computed >= reported
        case Relation.MORE_THAN:
            return reported < computed < reported + last_step(reported)
        case Relation.NEARLY:
            return 10 * computed >= 9 * reported and computed < reported
        case Relation.ABOUT:
            return 20 * abs(computed - reported) <= abs(reported)


def last_step(number: int) -> int:
    """The place of the last digit that is not zero: 1200 → 100, 30 → 10; at least 10."""
    step = 10
    while number and number % (step * 10) == 0:
        step *= 10
    return step
