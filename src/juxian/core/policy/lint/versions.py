"""A version that takes away (新版减少待遇): somebody who got more before, all facts equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from juxian.core.policy.document import Policy, Version, open_always
from juxian.core.policy.lint.finding import Example, Finding, Row, example, span_of
from juxian.core.policy.lint.grid import first
from juxian.core.policy.lint.joint import Joint
from juxian.core.policy.lint.parts import View, rules_of
from juxian.core.policy.lint.people import smallest
from juxian.core.policy.lint.places import Desk, version_path
from juxian.core.policy.rulebook import GROUP_RULES, Rulebook, rulebook
from juxian.core.policy.wording import money_words
from juxian.core.text import Text

_EVER = date(1, 1, 1)


def versions_that_take_away(policy: Policy, version: Version, desk: Desk) -> Iterator[Finding]:
    """L112: ``version`` against the one before it."""
    place = policy.versions.index(version)
    if place == 0:
        return
    before = policy.versions[place - 1]
    old, new = pair(policy, before, version, desk)
    yield from _less_money(policy, before, version, old, new, desk)
    yield from _less_in_kind(policy, before, version, old, new, desk)


@lru_cache(maxsize=512)
def always(policy: Policy, version: Version) -> Policy:
    """The policy as if ``version`` were in force for everybody, at any time of applying."""
    return open_always(replace(policy, versions=(replace(version, since=_EVER, until=None, applies_by=""),)))


def pair(policy: Policy, before: Version, after: Version, desk: Desk) -> tuple[Joint, Joint]:
    """What differs between two versions, on one grid of all that either of them asks."""
    return pair_of(always(policy, before), always(policy, after), desk)


def pair_of(before: Policy, after: Policy, desk: Desk) -> tuple[Joint, Joint]:
    """What differs between two policies, on one grid of all that either of them asks."""
    books = [rulebook((policy,), desk.day) for policy in (before, after)]
    kept = [_changed(books[0], books[1]), _changed(books[1], books[0])]
    items = [book.items[place] for book, places in zip(books, kept, strict=True) for place in sorted(places)]
    ceilings = [ceiling for book in books for ceiling in book.ceilings]
    grid = desk.grid(rules_of(items, ceilings), items)
    old, new = (
        Joint(book, places, grid, [View(book.items[place], grid) for place in sorted(places)])
        for book, places in zip(books, kept, strict=True)
    )
    return old, new


def _changed(book: Rulebook, other: Rulebook) -> frozenset[int]:
    """Benefits that the other version has not in the same words; all of them where there are caps."""
    if book.ceilings or other.ceilings:
        return frozenset(range(len(book.items)))
    same = {item.benefit.id: item.benefit for item in other.items}
    return frozenset(
        place
        for place, item in enumerate(book.items)
        if same.get(item.benefit.id) != item.benefit
        or any(stacking.rule in GROUP_RULES for stacking in item.benefit.stacking)
    )


def _less_money(
    policy: Policy, before: Version, after: Version, old: Joint, new: Joint, desk: Desk
) -> Iterator[Finding]:
    for cell in _losers(_totals(old), _totals(new)):
        kept = smallest(old.grid.row(cell), lambda row: _loses(old, new, row))
        if kept is None:
            continue
        more, less = (money_words(_total(joint, kept) or 0) for joint in (old, new))
        message = Text(
            f"{after.since} 起的版本使有的人少得：由 {more.zh} 减为 {less.zh}，是否有意？",
            f"the version from {after.since} takes away: somebody gets {less.en} instead of {more.en}; is that meant?",
        )
        benefits = {item.benefit.id for item in (*old.items, *new.items)}
        yield _told(policy, before, after, benefits, kept, message, desk)
        return


def _less_in_kind(
    policy: Policy, before: Version, after: Version, old: Joint, new: Joint, desk: Desk
) -> Iterator[Finding]:
    still = {view.item.benefit.id: view for view in new.views}
    for view in old.views:
        benefit = view.item.benefit
        if benefit.is_money:
            continue
        given = _holding(view, True)
        lost = given & _holding(still[benefit.id], False) if benefit.id in still else given
        kept = _loser(old, new, benefit.id, lost)
        if kept is not None:
            message = Text(
                f"{after.since} 起的版本使有的人不再享受“{benefit.title.zh}”，是否有意？",
                f"the version from {after.since} takes {benefit.title.in_language('en')} away from somebody; is that meant?",
            )
            yield _told(policy, before, after, {benefit.id}, kept, message, desk)


def _loser(old: Joint, new: Joint, benefit: str, lost: int) -> Row | None:
    if not lost:
        return None
    return smallest(old.grid.row(first(lost)), lambda row: _is_lost(old, new, benefit, row))


def _is_lost(old: Joint, new: Joint, benefit: str, row: Row) -> bool:
    return _given(old, benefit, row) is True and _given(new, benefit, row) is False


def _holding(view: View, answer: bool) -> int:
    mask = 0
    for part in view.parts:
        mask |= part.mask if part.decision.offered.holds is answer else 0
    return mask


def _given(joint: Joint, benefit: str, row: Row) -> bool | None:
    """Whether the benefit is given; no where the version has none of that name."""
    found = [
        decision
        for place, decision in joint.decisions(row).items()
        if joint.book.items[place].benefit.id == benefit
    ]
    return found[0].offered.holds if found else False


def _totals(joint: Joint) -> dict[int, int]:
    return joint.totals if joint.places else {0: joint.grid.full}


def _total(joint: Joint, row: Row) -> int | None:
    return joint.total_of(row) if joint.places else 0


def _losers(old: dict[int, int], new: dict[int, int]) -> Iterator[int]:
    """A cell of each loss, the greatest first."""
    losses = sorted(
        (
            (less - more, mask & other)
            for more, mask in old.items()
            for less, other in new.items()
            if more > less and mask & other
        )
    )
    for _, mask in losses:
        yield first(mask)


def _loses(old: Joint, new: Joint, row: Row) -> bool:
    more, less = _total(old, row), _total(new, row)
    return more is not None and less is not None and more > less


def _told(
    policy: Policy, before: Version, after: Version, benefits: set[str], row: Row, message: Text, desk: Desk
) -> Finding:
    last = (before.until or after.since) - timedelta(days=1)
    witness = (
        _dated(policy, before, last, last, benefits, row, desk),
        _dated(policy, after, after.since, desk.day, benefits, row, desk),
    )
    span = span_of(policy, (*version_path(policy, after), "since"))
    return Finding("L112", "question", message, policy, "", span, witness)


def _dated(
    policy: Policy, version: Version, own_day: date, asked_on: date, benefits: set[str], row: Row, desk: Desk
) -> Example:
    """The person as one to whom the version applies: by a date of their own, or by the day of asking.

    Where that date counts otherwise as well, the version is taken as in force for everybody.
    """
    name = Text(f"适用 {version.since} 版", f"under the version of {version.since}")
    plain = example(name, [always(policy, version)], benefits, row, desk.day, desk.schema, savable=False)
    if version.applies_by in row:
        return plain
    if version.applies_by:
        dated = {**row, version.applies_by: own_day.isoformat()}
        found = example(name, [policy], benefits, dated, desk.day, desk.schema)
    else:
        found = example(name, [policy], benefits, row, asked_on, desk.schema)
    results = {result.benefit: result for result in found.results}
    return found if all(results.get(own.benefit) == own for own in plain.results) else plain
