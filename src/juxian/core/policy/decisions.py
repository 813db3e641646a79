"""The reference decision for one person: every stage of the rulebook in order (逐人认定)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.facts.schema import Schema
from juxian.core.money import CEILING_FEN
from juxian.core.policy.clauses import ClauseKind, clauses_of
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.document import StackingRule
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.nodes import RECEIVED
from juxian.core.policy.outcomes import REFUSED, Outcome, amount_range, beats, of_table
from juxian.core.policy.rowwise import Row, Situation, all_of, any_of, evaluate, negated, received_fen
from juxian.core.policy.rulebook import Ceiling, Group, Item, Rulebook


@dataclass(slots=True)
class Decision:
    """How one item came out for one person, stage by stage.

    in_force, who, table, window: each alone. offered: after what was received before and after its groups. counts: whether it
    counts in totals (``choose_one``). amount: after the caps. displaced_by: places of items that hold and exclude it.
    excluded: whether it would hold but for one of those.
    """

    item: Item
    in_force: bool | None
    who: bool | None
    rows: tuple[Outcome, ...]
    table: Outcome
    received_once: bool | None
    offered: Outcome
    counts: bool | None
    amount: Outcome
    displaced_by: tuple[int, ...] = ()
    displaced_perhaps: tuple[int, ...] = ()
    excluded: bool = False
    window: bool | None = True

    @property
    def alone_refused(self) -> bool:
        """Whether the benefit is a no before any stacking."""
        return False in (self.in_force, self.who, self.table.holds, self.window) or self.received_once is True


def decide(book: Rulebook, row: Row, schema: Schema) -> list[Decision]:
    """One decision for each item of the rulebook, in its order."""
    return decide_by(book, Evidence(row, book.situation(schema)))


def decide_by(book: Rulebook, seen: Evidence) -> list[Decision]:
    """The same from what is found of the person, however it was found."""
    decisions = [alone_by(item, seen) for item in book.items]
    for group in book.groups:
        _stack(group, decisions)
    for decision in decisions:
        decision.amount = _counted(decision)
    for ceiling in book.ceilings:
        _cut(ceiling, decisions, seen)
    return decisions


def decide_some(book: Rulebook, places: frozenset[int], row: Row, schema: Schema) -> dict[int, Decision]:
    """Decisions of ``places`` before the caps; they must bring all members of their groups with them."""
    at = book.situation(schema)
    decisions = {place: alone(book.items[place], row, at) for place in sorted(places)}
    for group in book.groups:
        if places.issuperset(group.members):
            _stack(group, decisions)
    return decisions


def alone(item: Item, row: Row, at: Situation) -> Decision:
    """One benefit by itself, with what was received before taken off."""
    return alone_by(item, Evidence(row, at))


def alone_by(item: Item, seen: Evidence) -> Decision:
    """The same from what is found of the person."""
    benefit = item.benefit
    in_force = seen.of(item.in_force)
    who = True if benefit.who is None else seen.of(benefit.who.clause)
    rows = tuple([_row(item, table_row, seen) for table_row in benefit.table.rows])
    table = of_table(benefit.table.hit, rows)
    low, high = _after_earlier(item, table, seen.row)
    once = _received_once(item, seen.row)
    window = True if item.window is None else seen.of(item.window)
    holds = all_of((in_force, who, table.holds, window, negated(once)))
    offered = Outcome(holds, low, high)
    return Decision(item, in_force, who, rows, table, once, offered, True, offered, window=window)


def _row(item: Item, table_row: TableRow, seen: Evidence) -> Outcome:
    holds = True if table_row.when is None else seen.of(table_row.when.clause)
    if holds is False:
        return REFUSED
    if table_row.give is None:
        return Outcome(holds)
    low, high = amount_range(seen.of(table_row.give.term))
    if item.benefit.per_payment:
        low, high = (min(end * item.benefit.pay.count, CEILING_FEN) for end in (low, high))
    return Outcome(holds, low, high)


def _after_earlier(item: Item, table: Outcome, row: Row) -> tuple[int, int]:
    """The table's range under the benefit's own cap, less what was received before."""
    low, high, cap = table.low, table.high, item.benefit.cap_fen
    if cap is not None:
        low, high = min(low, cap), min(high, cap)
    if not item.deducted:
        return low, high
    received = received_fen(row, item.deducted)
    if received is None:
        return 0, high
    return max(0, low - received), max(0, high - received)


def _received_once(item: Item, row: Row) -> bool | None:
    if not item.once:
        return False
    received = row.get(RECEIVED)
    return None if received is None else any(word in received for word in item.once)


def _stack(group: Group, decisions: list[Decision] | dict[int, Decision]) -> None:
    """All members of a group at once, from how they stood before it."""
    before = {place: decisions[place].offered for place in group.members}
    if all(outcome.holds is False for outcome in before.values()):
        return  # none that could exclude another
    for rank, place in enumerate(group.members):
        decision = decisions[place]
        if decision.alone_refused:
            continue  # nothing is given instead of what is refused anyway
        won = {
            other: before[other].holds
            if group.rule is StackingRule.FIRST
            else beats(before[other], before[place], ties=other_rank < rank)
            for other_rank, other in enumerate(group.members)
            if other != place and (group.rule is not StackingRule.FIRST or other_rank < rank)
        }
        excluded = any_of(won.values())
        decision.displaced_by += tuple(other for other, wins in won.items() if wins is True)
        decision.displaced_perhaps += tuple(other for other, wins in won.items() if wins is None)
        if group.rule is StackingRule.CHOOSE_ONE:
            decision.counts = all_of((decision.counts, negated(excluded)))
        else:
            decision.excluded |= excluded is True and before[place].holds is not False
            holds = all_of((decision.offered.holds, negated(excluded)))
            decision.offered = decision.offered._replace(holds=holds)


def _counted(decision: Decision) -> Outcome:
    """What goes into totals: nothing for what another is chosen over."""
    if decision.counts is True:
        return decision.offered
    return decision.offered._replace(low=0, high=0 if decision.counts is False else decision.offered.high)


def _cut(ceiling: Ceiling, decisions: list[Decision], seen: Evidence) -> None:
    """Earlier benefits are kept whole, later ones get what is left under the cap."""
    cap = ceiling.cap
    lifted = False if cap.unless is None else seen.of(cap.unless.clause)
    if lifted is True:
        return
    least = most = 0  # spent on the benefits so far
    for place in ceiling.members:
        holds, low, high = decisions[place].amount
        cut_low = min(low, max(0, cap.amount_fen - most))
        cut_high = high if lifted is None else min(high, max(0, cap.amount_fen - least))
        if cut_low != low or cut_high != high:
            decisions[place].amount = Outcome(holds, cut_low, cut_high)
        least += low if holds is True else 0
        most += high if holds is not False else 0


def failed_of(decision: Decision, row: Row, at: Situation) -> int:
    """The bits of the clauses that are surely not met; see ``clauses``."""
    met: dict[ClauseKind, bool | None] = {
        ClauseKind.VERSION: decision.in_force,
        ClauseKind.TABLE: decision.table.holds,
        ClauseKind.WINDOW: decision.window,
        ClauseKind.RECEIVED: negated(decision.received_once),
        ClauseKind.DISPLACED: not decision.excluded,
    }
    found = 0
    for bit, clause in enumerate(clauses_of(decision.item)):
        holds = evaluate(clause.node, row, at) if clause.kind is ClauseKind.WHO else met[clause.kind]
        found |= (holds is False) << bit
    return found
