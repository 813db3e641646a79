"""What only shows when benefits of one policy stand beside each other (待遇之间的检查)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from juxian.core.policy.decisions import Decision, alone
from juxian.core.policy.document import Benefit
from juxian.core.policy.lint.finding import Finding
from juxian.core.policy.lint.grid import first
from juxian.core.policy.lint.joint import Joint, Row, clusters, joint_of
from juxian.core.policy.lint.parts import View, conditions_of, views_on
from juxian.core.policy.lint.people import smallest
from juxian.core.policy.lint.places import Desk, benefit_path, title_of
from juxian.core.policy.nodes import AllOf, AnyOf, Clause, Not
from juxian.core.policy.rulebook import Item, Rulebook
from juxian.core.text import Text


def never_given(book: Rulebook, desk: Desk) -> Iterator[Finding]:
    """L105: a benefit that somebody may have, but that stacking or a cap always takes away."""
    for cluster in clusters(book):
        if len(cluster) < 2:
            continue
        joint = joint_of(book, cluster, desk)
        for view, place in zip(joint.views, sorted(cluster), strict=True):
            holds = _holds(view)
            if (
                holds
                and joint.grid.exact
                and not any(_is_given(decisions[place]) for _, decisions in joint.parts)
            ):
                yield _never_given(joint, view, place, holds, desk)


def _is_given(decision: Decision) -> bool:
    """Whether it is given, or may be: in kind, as one of a choice, or in money."""
    if decision.offered.holds is False:
        return False
    return not decision.item.benefit.is_money or decision.counts is not True or decision.amount.high > 0


def _never_given(joint: Joint, view: View, place: int, holds: int, desk: Desk) -> Finding:
    def shows(row: Row) -> bool:
        decision = joint.decisions(row)[place]
        return alone(view.item, row, view.grid.at).offered.holds is True and not _is_given(decision)

    title = title_of(view.item)
    message = Text(
        f"“{title.zh}”从不兑现：凡符合的人，都由同组待遇或封顶排除",
        f"{title.en} is never given: other benefits of its group, or a cap, always take its place",
    )
    row = smallest(view.grid.row(first(holds)), shows)
    people = [] if row is None else [(Text("符合条件，却被排除", "meets the conditions, is left out"), row)]
    others = [item for item in joint.items if item is not view.item]
    return desk.finding("L105", "warning", message, view.item, benefit_path(view.item), None, people, others)


def never_together(book: Rulebook, desk: Desk) -> Iterator[Finding]:
    """L111: two benefits that somebody may have, but nobody both, where no group and no plain condition says so."""
    for one, two in combinations(book.items, 2):
        if one.version is not two.version or one.key == two.key or _share_group(one, two):
            continue
        views = views_on([one, two], [], desk)
        grid = views[0].grid
        first_holds, second_holds = (_holds(view) for view in views)
        if not (first_holds and second_holds) or first_holds & second_holds or not grid.exact:
            continue
        if not _is_open_choice(views, first_holds, second_holds):
            yield _apart(views, first_holds, desk)


def _share_group(one: Item, two: Item) -> bool:
    groups = ({stacking.group for stacking in item.benefit.stacking} for item in (one, two))
    return bool(set.intersection(*groups))


def _holds(view: View) -> int:
    """Cells in which the benefit, by itself, is a yes."""
    mask = 0
    for part in view.parts:
        if part.decision.offered.holds is True:
            mask |= part.mask
    return mask


def _is_open_choice(views: Sequence[View], one: int, two: int) -> bool:
    """Whether one field parts them, or a question that one asks and the other turns round: a plain intention."""
    grid = views[0].grid
    asked, other = (_asked(view.item.benefit) for view in views)
    if any((leaf, not sense) in other for leaf, sense in asked):
        return True
    for field in grid.fields:
        masks = [grid.where(field, place) for place in range(len(grid.axis(field).values))]
        if not any(mask & one and mask & two for mask in masks):
            return True
    return False


def _asked(benefit: Benefit) -> set[tuple[Clause, bool]]:
    """Each single question of the conditions, and whether yes or no is wanted."""
    return {found for _, clause in conditions_of(benefit) for found in _senses(clause, True)}


def _senses(clause: Clause, wanted: bool) -> Iterator[tuple[Clause, bool]]:
    match clause:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _senses(part, wanted)
        case Not(part):
            yield from _senses(part, not wanted)
        case _:
            yield clause, wanted


def _apart(views: Sequence[View], holds: int, desk: Desk) -> Finding:
    one, two = (view.item for view in views)
    at = desk.at

    def shows(row: Row) -> bool:
        return alone(one, row, at).offered.holds is True and alone(two, row, at).offered.holds is False

    first_title, second_title = title_of(one), title_of(two)
    message = Text(
        f"“{first_title.zh}”与“{second_title.zh}”从不同时享受，是否有意？",
        f"{first_title.en} and {second_title.en} never go together; is that meant?",
    )
    row = smallest(views[0].grid.row(first(holds)), shows)
    name = Text(f"享受“{first_title.zh}”", f"has {first_title.en}")
    people = [] if row is None else [(name, row)]
    return desk.finding("L111", "question", message, two, (*benefit_path(two), "who"), None, people, [one])
