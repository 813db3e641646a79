"""Inversion (倒挂): a higher level or a longer term brings less money, all else equal, after stacking and caps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.policy.decisions import Decision
from juxian.core.policy.document import Hit
from juxian.core.policy.lint.finding import Finding, Severity
from juxian.core.policy.lint.grid import first
from juxian.core.policy.lint.joint import Joint, Row, clusters, joint_of, least_gain, reads
from juxian.core.policy.lint.merits import Merits
from juxian.core.policy.lint.people import smallest
from juxian.core.policy.lint.places import Desk, benefit_path, title_of
from juxian.core.policy.rulebook import Item, Rulebook
from juxian.core.policy.wording import field_title, joined, money_words, value_words
from juxian.core.text import Text


def inversions(book: Rulebook, merits: Merits, desk: Desk) -> Iterator[Finding]:
    """L107: within one policy (``book`` holds no other)."""
    for field in _ladders(book, merits, desk.schema):
        touched = [cluster for cluster in clusters(book) if reads(book, cluster, field)]
        if not any(book.items[place].benefit.is_money for cluster in touched for place in cluster):
            continue
        whole = Joint.over(book, frozenset().union(*touched), desk)
        if whole is not None:
            yield from _inverted(whole, field, "L107", desk)
        else:
            yield from _inverted_one_by_one(book, touched, field, desk)


def _inverted_one_by_one(
    book: Rulebook, touched: Sequence[frozenset[int]], field: str, desk: Desk
) -> Iterator[Finding]:
    """Where all benefits together have too many combinations: a loss in one cluster, not made up for by the others.

    Every finding is true of the whole; some may be missed.
    """
    every = frozenset().union(*touched)
    for cluster in touched:
        joint = joint_of(book, cluster, desk)
        worst = _worst(joint, field)
        if worst is None:
            continue
        cell, low, high = worst
        row = {name: value for name, value in joint.grid.row(cell).items() if name != field}
        for other in touched:
            if other != cluster:
                row |= least_gain(book, other, row, {field: low}, {field: high}, desk)
        whole = Joint(book, every, joint.grid, joint.views)
        found = _shown(whole, field, row, low, high, "L107", desk)
        if found is not None:
            yield found
            return


def inversions_between(book: Rulebook, merits: Merits, desk: Desk) -> Iterator[Finding]:
    """L108: within groups that reach over several policies; the sum over separate ones inverts only if one of them does."""
    for cluster in clusters(book):
        policies = {book.items[place].policy.id for place in cluster}
        if len(policies) < 2 or not any(book.items[place].benefit.is_money for place in cluster):
            continue
        joint = joint_of(book, cluster, desk)
        for field in sorted(merits.ladders(desk.schema) & set(joint.grid.fields)):
            yield from _inverted(joint, field, "L108", desk)


def _ladders(book: Rulebook, merits: Merits, schema: Schema) -> list[str]:
    return [name for name in book.fields if name in merits.ladders(schema)]


def _inverted(joint: Joint, field: str, code: str, desk: Desk) -> Iterator[Finding]:
    worst = _worst(joint, field)
    if worst is None:
        return
    cell, low, high = worst
    row = {name: value for name, value in joint.grid.row(cell).items() if name != field}
    found = _shown(joint, field, row, low, high, code, desk)
    if found is not None:
        yield found


def _shown(joint: Joint, field: str, row: Row, low: Any, high: Any, code: str, desk: Desk) -> Finding | None:
    """The finding, if the person of ``row`` really loses from ``low`` to ``high``."""
    kept = smallest(row, lambda some: _loses(joint, {**some, field: low}, {**some, field: high}))
    return (
        None if kept is None else _told(joint, field, {**kept, field: low}, {**kept, field: high}, code, desk)
    )


def _worst(joint: Joint, field: str) -> tuple[int, Any, Any] | None:
    """The lower of two neighbouring cells with the greatest loss, and both values."""
    grid = joint.grid
    axis, stride = grid.axis(field), grid.stride(field)
    steps = [place for place in range(len(axis.values) - 1) if None not in axis.values[place : place + 2]]
    totals = sorted(joint.totals.items(), reverse=True)
    best: tuple[int, int, int] | None = None
    for place in steps:
        here = grid.where(field, place)
        for rank, (more, mask) in enumerate(totals):
            risen = (mask & here) << stride
            for less, other in reversed(totals[rank + 1 :]):
                if best is not None and more - less <= best[0]:
                    break
                if hit := risen & other:
                    best = more - less, first(hit) - stride, place
                    break
    if best is None:
        return None
    _, cell, place = best
    return cell, axis.values[place], axis.values[place + 1]


def _loses(joint: Joint, lower: Row, higher: Row) -> bool:
    before, after = joint.total_of(lower), joint.total_of(higher)
    return before is not None and after is not None and before > after


def _told(joint: Joint, field: str, lower: Row, higher: Row, code: str, desk: Desk) -> Finding:
    type_, title = desk.schema.profile[field].type, field_title(field, desk.schema)
    low, high = (value_words(row[field], type_, desk.schema) for row in (lower, higher))
    before, after = joint.total_of(lower) or 0, joint.total_of(higher) or 0
    more, less = money_words(before), money_words(after)
    item = _hit_hardest(joint, lower, higher)
    policies = dict.fromkeys(other.policy.title.zh for other in joint.items)
    where = (
        Text("", "") if code == "L107" else Text(f"（{'、'.join(policies)}合计）", " over several policies")
    )
    instead = _instead(joint, lower, higher)
    message = Text(
        f"倒挂{where.zh}：其他条件相同，{title.zh}从{low.zh}升到{high.zh}，所得由 {more.zh} 减为 {less.zh}{instead.zh}",
        f"inversion{where.en}: all else equal, {title.en or title.zh} from {low.en} to {high.en} brings {less.en} instead of {more.en}{instead.en}",
    )
    severity: Severity = "question" if instead.zh or code == "L108" else "warning"
    people = [
        (Text(f"{title.zh}{words.zh}", f"{title.en or title.zh}: {words.en}"), row)
        for words, row in ((low, lower), (high, higher))
    ]
    return desk.finding(code, severity, message, item, benefit_path(item), None, people, joint.items)


def _instead(joint: Joint, lower: Row, higher: Row) -> Text:
    """What the higher one is given that has no written amount for them; empty when there is nothing."""
    before, after = joint.decisions(lower), joint.decisions(higher)
    titles = [
        title_of(decision.item) for place, decision in after.items() if _is_open(decision, before[place])
    ]
    if not titles:
        return Text("", "")
    told = joined(titles, "、", ", ")
    return Text(f"，但另有金额不定的“{told.zh}”", f", but also {told.en}, of no fixed amount")


def _is_open(decision: Decision, before: Decision) -> bool:
    """Whether it is newly given in kind, or now reckoned from other facts (such as an amount that somebody approved)."""
    if decision.offered.holds is not True:
        return False
    newly = before.offered.holds is not True
    return (newly and not decision.item.benefit.is_money) or bool(_reckoned(decision) - _reckoned(before))


def _reckoned(decision: Decision) -> set[str]:
    """Fields that the amount is reckoned from."""
    if decision.offered.holds is not True:
        return set()
    rows = zip(decision.item.benefit.table.rows, decision.rows, strict=True)
    holding = [row for row, outcome in rows if outcome.holds is True]
    counted = holding[:1] if decision.item.benefit.table.hit is Hit.FIRST else holding
    return {name for row in counted if row.give is not None for name in row.give.fields}


def _hit_hardest(joint: Joint, lower: Row, higher: Row) -> Item:
    """The benefit that loses most."""
    before, after = joint.decisions(lower), joint.decisions(higher)

    def loss(place: int) -> int:
        return _given(before[place].amount) - _given(after[place].amount)

    return joint.book.items[max(sorted(joint.places), key=loss)]


def _given(outcome: Any) -> int:
    return outcome.low if outcome.holds is True else 0
