"""The reference evaluator: one row of canonical values, three-valued answers (逐人求值).

A missing field makes a leaf unknown (None); ``and``, ``or``, ``not`` follow Kleene. Every engine must agree with
this module to the yuan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from juxian.core.dates import whole_months, whole_years
from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.bounds import bounds_of
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    AnyOf,
    Apart,
    Compare,
    Constant,
    Day,
    Elapsed,
    FieldValue,
    Greatest,
    HasAny,
    IsTrue,
    Known,
    Least,
    LevelCompare,
    LevelIs,
    LevelsCompare,
    Minus,
    Node,
    Not,
    Number,
    OneOf,
    Plus,
    Points,
    Received,
    ReceivedAmount,
    Season,
    Share,
    TextIs,
    Times,
    Window,
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """What an evaluation needs besides the row. ``benefit_words``: id or title of a benefit → all its names.

    memory: for explanations, what never differs from person to person; the same for one rulebook and schema.
    """

    as_of: date
    schema: Schema
    benefit_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict, compare=False)

    def words_of(self, benefit: str) -> tuple[str, ...]:
        return self.benefit_words.get(benefit, (benefit,))


Rule = Callable[[Any, Row, Situation], Any]
RULES: dict[
    type, Rule
] = {}  # one for each form; a plain dictionary, since a person is asked hundreds of times


def evaluate(node: Node, row: Row, at: Situation) -> Any:
    """True, False or None of a clause; int, ``date`` or None of a term."""
    return RULES[type(node)](node, row, at)


def rule(form: type) -> Callable[[Rule], Rule]:
    """Register the rule of a form."""

    def register(function: Rule) -> Rule:
        RULES[form] = function
        return function

    return register


def day_of(value: Any) -> date | None:
    """A DATE value, which rows may hold as ISO text."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value)


@rule(Number)
def _(node: Number, row: Row, at: Situation) -> int:
    return node.value


@rule(Day)
def _(node: Day, row: Row, at: Situation) -> date:
    return node.value


@rule(FieldValue)
def _(node: FieldValue, row: Row, at: Situation) -> int | date | None:
    value = row.get(node.field)
    return day_of(value) if node.kind is Kind.DATE else value


@rule(Elapsed)
def _(node: Elapsed, row: Row, at: Situation) -> int | None:
    start = day_of(row.get(node.field))
    if start is None:
        return None
    return whole_years(start, at.as_of) if node.unit == "years" else whole_months(start, at.as_of)


@rule(Apart)
def _(node: Apart, row: Row, at: Situation) -> int | None:
    start, end = evaluate(node.start, row, at), evaluate(node.end, row, at)
    if start is None or end is None:
        return None
    months = whole_months(start, end.replace(month=1, day=1) if node.new_year else end)
    return months // 12 if node.unit == "years" else months


@rule(ReceivedAmount)
def _(node: ReceivedAmount, row: Row, at: Situation) -> int | None:
    return received_fen(row, at.words_of(node.benefit))


@rule(Plus)
def _(node: Plus, row: Row, at: Situation) -> int | None:
    left, right = evaluate(node.left, row, at), evaluate(node.right, row, at)
    return None if left is None or right is None else left + right


@rule(Minus)
def _(node: Minus, row: Row, at: Situation) -> int | None:
    left, right = evaluate(node.left, row, at), evaluate(node.right, row, at)
    return None if left is None or right is None else left - right


@rule(Times)
def _(node: Times, row: Row, at: Situation) -> int | None:
    left, right = evaluate(node.left, row, at), evaluate(node.right, row, at)
    return None if left is None or right is None else left * right


@rule(Share)
def _(node: Share, row: Row, at: Situation) -> int | None:
    whole = evaluate(node.whole, row, at)
    return None if whole is None else whole * node.per_mille // node.of


@rule(Least)
def _(node: Least, row: Row, at: Situation) -> int | None:
    found = [evaluate(term, row, at) for term in node.terms]
    return None if None in found else min(found)


@rule(Greatest)
def _(node: Greatest, row: Row, at: Situation) -> int | None:
    found = [evaluate(term, row, at) for term in node.terms]
    return None if None in found else max(found)


@rule(Points)
def _(node: Points, row: Row, at: Situation) -> int | None:
    total = 0
    for clause, term in node.rows:
        holds = evaluate(clause, row, at)
        given = evaluate(term, row, at) if holds else 0
        if holds is None or given is None:
            return None
        total += given
    return total


@rule(Constant)
def _(node: Constant, row: Row, at: Situation) -> bool:
    return node.value


@rule(AllOf)
def _(node: AllOf, row: Row, at: Situation) -> bool | None:
    return all_of(evaluate(part, row, at) for part in node.parts)


@rule(AnyOf)
def _(node: AnyOf, row: Row, at: Situation) -> bool | None:
    return any_of(evaluate(part, row, at) for part in node.parts)


@rule(Not)
def _(node: Not, row: Row, at: Situation) -> bool | None:
    return negated(evaluate(node.part, row, at))


@rule(Compare)
def _(node: Compare, row: Row, at: Situation) -> bool | None:
    if isinstance(node.left, Points) or isinstance(node.right, Points):
        return _of_ranges(node, row, at)
    left, right = evaluate(node.left, row, at), evaluate(node.right, row, at)
    return None if left is None or right is None else _RELATIONS[node.relation](left, right)


def range_of(node: Points, row: Row, at: Situation) -> tuple[int, int]:
    """The least and the greatest sum that a points table may come to, whatever is missing."""
    low = high = 0
    for clause, term in node.rows:
        holds = evaluate(clause, row, at)
        if holds is False:
            continue
        given = evaluate(term, row, at)
        least, greatest = bounds_of(term)[:2] if given is None else (given, given)
        low += least if holds else min(0, least)
        high += greatest if holds else max(0, greatest)
    return low, high


def _ranges(term: Node, row: Row, at: Situation) -> tuple[int, int] | None:
    if isinstance(term, Points):
        return range_of(term, row, at)
    value = evaluate(term, row, at)
    return None if value is None else (value, value)


def _of_ranges(node: Compare, row: Row, at: Situation) -> bool | None:
    """A comparison of points, decided as soon as the points that are certain decide it."""
    left, right = _ranges(node.left, row, at), _ranges(node.right, row, at)
    if left is None or right is None:
        return None
    if node.relation in ("==", "!="):
        same = None if left[0] <= right[1] and right[0] <= left[1] else False
        same = True if left[0] == left[1] == right[0] == right[1] else same
        return same if node.relation == "==" else negated(same)
    answers = {_RELATIONS[node.relation](left[0], right[1]), _RELATIONS[node.relation](left[1], right[0])}
    return answers.pop() if len(answers) == 1 else None


@rule(OneOf)
def _(node: OneOf, row: Row, at: Situation) -> bool | None:
    if isinstance(node.term, Points):
        return any_of(_of_ranges(Compare("==", node.term, value), row, at) for value in node.values)
    value = evaluate(node.term, row, at)
    return None if value is None else any(value == number.value for number in node.values)


@rule(LevelIs)
def _(node: LevelIs, row: Row, at: Situation) -> bool | None:
    value = row.get(node.field)
    return value in node.levels if value in at.schema.scales[node.scale].levels else None


@rule(LevelCompare)
def _(node: LevelCompare, row: Row, at: Situation) -> bool | None:
    levels = at.schema.scales[node.scale].levels
    level = levels.get(row.get(node.field, ""))
    return None if level is None else _RELATIONS[node.order](level.rank, levels[node.level].rank)


@rule(LevelsCompare)
def _(node: LevelsCompare, row: Row, at: Situation) -> bool | None:
    answer: bool | None = evaluate(node.meaning, row, at)
    return answer


@rule(HasAny)
def _(node: HasAny, row: Row, at: Situation) -> bool | None:
    value = row.get(node.field)
    return None if value is None else any(code in value for code in node.levels)


@rule(TextIs)
def _(node: TextIs, row: Row, at: Situation) -> bool | None:
    value = row.get(node.field)
    return None if value is None else value in node.values


@rule(IsTrue)
def _(node: IsTrue, row: Row, at: Situation) -> bool | None:
    value: bool | None = row.get(node.field)
    return value


@rule(Received)
def _(node: Received, row: Row, at: Situation) -> bool | None:
    received = row.get(RECEIVED)
    return None if received is None else any(word in received for word in at.words_of(node.benefit))


@rule(Known)
def _(node: Known, row: Row, at: Situation) -> bool:
    return row.get(node.field) is not None


class Applying(StrEnum):
    """Where a day lies to a window."""

    EARLY = "early"  # 尚未开始
    OPEN = "open"  # 可申报
    LATE = "late"  # 已过期限


def applying(node: Window, row: Row, at: Situation) -> Applying | None:
    """None while the date that it counts from is unknown and nothing else refuses."""
    day = node.applied or at.as_of
    if node.closes is not None and day > node.closes:
        return Applying.LATE
    if (node.opens is not None and day < node.opens) or not in_season(node.season, day):
        return Applying.EARLY
    if not node.field:
        return Applying.OPEN
    start = day_of(row.get(node.field))
    if start is None:
        return None
    if whole_months(start, day) < node.after:
        return Applying.EARLY
    late = node.within is not None and whole_months(start, day - timedelta(days=1)) >= node.within
    return Applying.LATE if late else Applying.OPEN


def in_season(season: Season | None, day: date) -> bool:
    if season is None:
        return True
    first, last = season
    own = day.month, day.day
    return first <= own <= last if first <= last else own >= first or own <= last


@rule(Window)
def _(node: Window, row: Row, at: Situation) -> bool | None:
    found = applying(node, row, at)
    return None if found is None else found is Applying.OPEN


def received_fen(row: Row, words: tuple[str, ...]) -> int | None:
    """Fen received under any of the names; None when nothing is known of what was received."""
    received = row.get(RECEIVED)
    return None if received is None else sum(received.get(word) or 0 for word in words)


def all_of(answers: Any) -> bool | None:
    """Kleene's and: no wins over unknown, unknown over yes."""
    found: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            found = None
    return found


def any_of(answers: Any) -> bool | None:
    """Kleene's or: yes wins over unknown, unknown over no."""
    found: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        if answer is None:
            found = None
    return found


def negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


_RELATIONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
