"""Checks of one benefit by itself: its conditions, its table, its amount (单项待遇的检查)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from juxian.core.policy.decisions import Decision, alone
from juxian.core.policy.document import Hit
from juxian.core.policy.lint.axes import Rules
from juxian.core.policy.lint.finding import Finding, Severity
from juxian.core.policy.lint.grid import Truth, both, first
from juxian.core.policy.lint.parts import Part, View, conditions_of
from juxian.core.policy.lint.people import smallest
from juxian.core.policy.lint.places import (
    Desk,
    Person,
    benefit_path,
    condition_path,
    row_path,
    row_words,
    title_of,
)
from juxian.core.policy.nodes import AllOf, AnyOf, Clause, Number
from juxian.core.policy.rowwise import evaluate
from juxian.core.policy.wording import money_words, statement
from juxian.core.text import Text

Shows = Callable[[Decision], bool]


def check_benefit(view: View, desk: Desk) -> Iterator[Finding]:
    """L101 L102 L103 L104 L105 of one benefit."""
    yield from contradictions_in(view, desk)
    if not view.who.yes:
        return
    yield from _gap(view, desk)
    yield from _overlaps(view, desk)
    if view.grid.exact and (is_constant(view) or view.item.benefit.table.hit is Hit.FIRST):
        yield from _never_reached(view, desk)
    if not view.grid.thinned:
        yield from _never_pays(view, desk)


def is_constant(view: View) -> bool:
    """Whether every row gives a written amount; amounts that are reckoned are weighed at some values only."""
    rows = view.item.benefit.table.rows
    return all(row.give is None or isinstance(row.give.term, Number) for row in rows)


def who_shows(view: View, cell: int, shows: Shows) -> Mapping[str, Any] | None:
    """The smallest person like those of ``cell`` whom the reference evaluator decides as ``shows`` wants."""
    at = view.grid.at
    return smallest(view.grid.row(cell), lambda row: shows(alone(view.item, row, at)))


def _person(view: View, cell: int, name: Text, shows: Shows) -> list[Person]:
    row = who_shows(view, cell, shows)
    return [] if row is None else [(name, row)]


# L104


def contradictions_in(view: View, desk: Desk) -> Iterator[Finding]:
    """Conditions, and alternatives within them, that hold for nobody; only where every person was weighed."""
    for row, clause in conditions_of(view.item.benefit):
        if not view.grid.exact:
            by_itself = View(view.item, desk.grid(Rules((clause,)), [view.item]))
            if by_itself.grid.exact:
                yield from _impossible(by_itself, row, clause, by_itself.grid.full, desk)
        elif row is None or view.grid.truth(clause).yes == 0:
            yield from _impossible(view, row, clause, view.in_force.yes, desk)
        elif view.who.yes & view.when(row).yes:
            yield from _impossible(view, row, clause, view.who.yes, desk)


def _impossible(view: View, row: int | None, clause: Clause, context: int, desk: Desk) -> Iterator[Finding]:
    if context == 0:
        return
    for node in dead_parts(view, clause, context):
        told = statement(node, desk.schema)
        whole = node is clause
        message = Text(
            f"“{title_of(view.item).zh}”的条件“{told.zh}”永远不成立" if whole else f"“{title_of(view.item).zh}”条件中的“{told.zh}”一支永远不成立",
            f"{title_of(view.item).en}: the condition “{told.en}” can never hold" if whole else f"{title_of(view.item).en}: the alternative “{told.en}” can never hold",
        )  # fmt: skip
        people = _nearest(view, node, context)
        path = condition_path(view.item, row)
        yield desk.finding("L104", "warning", message, view.item, path, node, people)


def dead_parts(view: View, clause: Clause, context: int) -> list[Clause]:
    """The outermost parts of ``clause`` that hold nowhere within ``context``."""
    if view.grid.truth(clause).yes & context == 0:
        return [clause]
    match clause:
        case AnyOf(parts):
            return [dead for part in parts for dead in dead_parts(view, part, context)]
        case AllOf(parts):
            found = []
            for part in parts:
                rest = both(
                    [view.grid.truth(other) for other in parts if other is not part] or [Truth(-1, 0)]
                )
                found += dead_parts(view, part, context & rest.yes)
            return found
        case _:
            return []


def _nearest(view: View, node: Clause, context: int) -> list[Person]:
    """Somebody who meets all parts of a contradiction but one."""
    parts: Sequence[Clause] = node.parts if isinstance(node, AllOf) else (node,)
    truths = [view.grid.truth(part) for part in parts]
    for left_out in reversed(range(len(parts))):
        near = both([truth for place, truth in enumerate(truths) if place != left_out] or [Truth(-1, 0)])
        mask = context & near.yes & truths[left_out].no
        if mask:
            return _lacking(view, parts, left_out, first(mask))
    return []


def _lacking(view: View, parts: Sequence[Clause], left_out: int, cell: int) -> list[Person]:
    def shows(row: Mapping[str, Any]) -> bool:
        answers = [evaluate(part, row, view.grid.at) for part in parts]
        return all(answer is (place != left_out) for place, answer in enumerate(answers))

    row = smallest(view.grid.row(cell), shows)
    return [] if row is None else [(Text("差一项就符合的人", "somebody who lacks one part only"), row)]


# L101


def _never_reached(view: View, desk: Desk) -> Iterator[Finding]:
    for place in range(len(view.item.benefit.table.rows)):
        if view.when(place).yes and not _is_reached(view, place):
            inside = view.who.yes & view.when(place).yes
            message, people = _taken(view, place, inside) if inside else _outside(view, place)
            yield desk.finding(
                "L101", "warning", message, view.item, row_path(view.item, place), None, people
            )


def _taken(view: View, place: int, inside: int) -> tuple[Text, list[Person]]:
    """Other rows always decide."""

    def shows(decision: Decision) -> bool:
        may_have = decision.in_force is True and decision.who is True
        return may_have and decision.rows[place].holds is True and _is_beaten(decision, place)

    title, row = title_of(view.item), row_words(place)
    message = Text(
        f"“{title.zh}”{row.zh}永远轮不到：符合它的人都由别的行决定",
        f"{title.en}: {row.en} is never reached: other rows decide for everybody who meets it",
    )
    name = Text(f"符合{row.zh}，却由另一行决定", f"meets {row.en}, another row decides")
    return message, _person(view, first(inside), name, shows)


def _outside(view: View, place: int) -> tuple[Text, list[Person]]:
    """Whoever meets the row may not have the benefit."""
    asked = view.when(place).yes & view.in_force.yes

    def shows(decision: Decision) -> bool:
        refused = decision.in_force is True and decision.who is False if asked else decision.in_force is False
        return refused and decision.rows[place].holds is True

    title, row = title_of(view.item), row_words(place)
    message = Text(
        f"“{title.zh}”{row.zh}永远轮不到：符合它的人都不在享受范围",
        f"{title.en}: {row.en} is never reached: nobody who meets it may have the benefit",
    )
    name = Text(f"符合{row.zh}，但不在享受范围", f"meets {row.en} but may not have the benefit")
    return message, _person(view, first(asked or view.when(place).yes), name, shows)


def _is_reached(view: View, row: int) -> bool:
    return any(
        part.decision.who is not False and part.decision.in_force is True and _decides(part.decision, row)
        for part in view.parts
    )


def _decides(decision: Decision, row: int) -> bool:
    """Whether the amount of a decided person comes from ``row``."""
    outcome, hit = decision.rows[row], decision.item.benefit.table.hit
    if outcome.holds is not True:
        return False
    others = [other for place, other in enumerate(decision.rows) if place != row and other.holds is True]
    match hit:
        case Hit.FIRST:
            return all(other.holds is False for other in decision.rows[:row])
        case Hit.HIGHEST:
            return all(other.high <= outcome.low for other in others)
        case Hit.LOWEST:
            return all(other.low >= outcome.high for other in others)
        case _:
            return True


def _is_beaten(decision: Decision, row: int) -> bool:
    """Whether another row that holds goes before ``row``, or surely gives the more (the less) that counts."""
    outcome, hit = decision.rows[row], decision.item.benefit.table.hit
    if hit is Hit.FIRST:
        return any(other.holds is True for other in decision.rows[:row])
    others = [other for place, other in enumerate(decision.rows) if place != row and other.holds is True]
    if hit is Hit.HIGHEST:
        return any(other.low > outcome.high for other in others)
    return any(other.high < outcome.low for other in others)


# L102


def _gap(view: View, desk: Desk) -> Iterator[Finding]:
    for part in view.parts:
        if _falls_through(part.decision):
            title = title_of(view.item)
            message = Text(
                f"“{title.zh}”有空档：符合享受条件的人，没有一行给待遇",
                f"{title.en}: a gap: somebody may have the benefit, but no row gives it",
            )
            name = Text("符合条件而无一行适用", "may have it, no row applies")
            people = _person(view, first(part.mask), name, _falls_through)
            yield desk.finding(
                "L102", "question", message, view.item, (*benefit_path(view.item), "amount"), None, people
            )
            return


def _falls_through(decision: Decision) -> bool:
    return decision.in_force is True and decision.who is True and decision.table.holds is False


# L103


def _overlaps(view: View, desk: Desk) -> Iterator[Finding]:
    hit = view.item.benefit.table.hit
    if hit not in (Hit.FIRST, Hit.UNIQUE):
        return
    said: set[tuple[int, int]] = set()
    for part in view.parts:
        pair = _overlap(part.decision)
        if pair and pair not in said:
            said.add(pair)
            yield _overlap_told(view, part, pair, desk)


def _overlap(decision: Decision) -> tuple[int, int] | None:
    """The row that counts and a later one that also holds: giving more (first), or another amount (unique).

    A row without a condition takes what is left, so that exceptions before it are no overlap.
    """
    if decision.in_force is not True or decision.who is not True:
        return None
    holding = [place for place, row in enumerate(decision.rows) if row.holds is True]
    if not holding or not _decides(decision, holding[0]):
        return None
    counts = decision.rows[holding[0]]
    unique = decision.item.benefit.table.hit is Hit.UNIQUE
    table_rows = decision.item.benefit.table.rows
    for later in [place for place in holding[1:] if table_rows[place].when is not None]:
        other = decision.rows[later]
        apart = None not in (other.fixed, counts.fixed) and other.fixed != counts.fixed
        if other.low > counts.high or (unique and apart):
            return holding[0], later
    return None


def _overlap_told(view: View, part: Part, pair: tuple[int, int], desk: Desk) -> Finding:
    title, rows = title_of(view.item), part.decision.rows
    one, two = (row_words(place) for place in pair)
    less, more = (money_words(rows[place].low) for place in pair)
    unique = view.item.benefit.table.hit is Hit.UNIQUE
    message = Text(
        f"“{title.zh}”{one.zh}与{two.zh}同时成立，金额为 {less.zh} 和 {more.zh}" + ("，无法确定" if unique else f"，按先后只给 {less.zh}"),
        f"{title.en}: {one.en} and {two.en} both hold, with {less.en} and {more.en}" + ("; which one is meant is open" if unique else f"; the order gives {less.en} only"),
    )  # fmt: skip
    name = Text(f"同时符合{one.zh}和{two.zh}", f"meets {one.en} and {two.en}")
    people = _person(view, first(part.mask), name, lambda decision: _overlap(decision) == pair)
    severity: Severity = "warning" if unique else "question"
    return desk.finding("L103", severity, message, view.item, row_path(view.item, pair[1]), None, people)


# L105


def _never_pays(view: View, desk: Desk) -> Iterator[Finding]:
    if not view.item.benefit.is_money or any(_pays(part.decision) for part in view.parts):
        return
    sure = is_constant(view) and view.grid.exact
    title = title_of(view.item)
    tried = Text("", "") if sure else Text("（在试过的取值中）", " (of the values that were tried)")
    message = Text(
        f"“{title.zh}”从不发钱：符合条件的人也只得 0 元{tried.zh}",
        f"{title.en} never pays: even those who may have it get nothing{tried.en}",
    )
    name = Text("符合条件而得 0 元", "may have it, gets nothing")
    people = _person(view, first(view.who.yes), name, _gets_nothing)
    severity: Severity = "warning" if sure else "question"
    path = (*benefit_path(view.item), "amount")
    yield desk.finding("L105", severity, message, view.item, path, None, people)


def _gets_nothing(decision: Decision) -> bool:
    """Whether somebody who may have the benefit is decided to get nothing of it."""
    offered = decision.offered
    return (
        decision.in_force is True and decision.who is True and (offered.holds is False or offered.high == 0)
    )


def _pays(decision: Decision) -> bool:
    """Whether somebody in this part gets, or with some other fact would get, more than nothing."""
    return (
        decision.in_force is not False
        and decision.who is not False
        and decision.offered.holds is not False
        and decision.offered.high > 0
    )
