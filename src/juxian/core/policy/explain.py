"""Why a benefit came out as it did, by the reference: every clause is evaluated where it is told (理由)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.policy.decisions import Decision
from juxian.core.policy.document import Hit
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    AnyOf,
    Clause,
    Constant,
    Known,
    Node,
    Not,
    Term,
    Window,
    fields_of,
)
from juxian.core.policy.outcomes import Outcome
from juxian.core.policy.reasons import (
    REFUSED,
    TAKEN,
    Reason,
    ReasonKind,
    Standing,
    Told,
    asked_of,
    caps_reason,
    distinct,
    earlier_reasons,
    inner_of,
    nothing_to_stack,
    offered_by,
    own_cap_reason,
    stacking_of,
    stacking_reason,
    standing_in,
    version_reason,
)
from juxian.core.policy.rowwise import Situation, all_of, any_of, applying, evaluate, negated
from juxian.core.policy.wording import own_words, statement, term_words
from juxian.core.text import Text


def told_of(decision: Decision, decisions: Sequence[Decision], seen: Evidence) -> Told:
    """Everything that is told of one decision."""
    benefit, rows = (
        decision.item.benefit,
        list(zip(decision.item.benefit.table.rows, decision.rows, strict=True)),
    )
    holding = [row for row, outcome in rows if outcome.holds is True]
    refused, table = decision.alone_refused, decision.table
    return Told(
        _reasons(decision, decisions, seen),
        refused,
        not refused and (table.holds is None or table.low != table.high),
        decision.counts is True,
        _against(decision, seen),
        next((row.article for row in holding if row.article), benefit.article),
        next((row.in_kind for row in holding if row.in_kind), None),
        decision.displaced_by,
        decision.displaced_perhaps,
    )


def _against(decision: Decision, seen: Evidence) -> Standing:
    if decision.in_force is False:
        return Standing.NOT_IN_FORCE
    if decision.who is False or decision.table.holds is False:
        return Standing.NOT_MET
    if decision.item.window is not None and decision.window is False:
        return standing_in(applying(decision.item.window, seen.row, seen.at))
    if decision.received_once is True:
        return Standing.RECEIVED
    return Standing.DISPLACED if decision.displaced_by else Standing.NOT_MET


def _reasons(decision: Decision, decisions: Sequence[Decision], seen: Evidence) -> tuple[Reason, ...]:
    """The steps of one decision in the order in which they were taken."""
    item = decision.item
    steps = [version_reason(item.version, decision.in_force, seen.at)]
    if item.window is not None:
        steps.append(window_reason(item.window, seen))
    if item.benefit.who is not None:
        steps.append(
            clause_reason(item.benefit.who.clause, item.benefit.who, seen, item.benefit.article, "who")
        )
    steps += _rows(decision, seen)
    steps += earlier_reasons(item, seen.row.get(RECEIVED))
    if rules := stacking_of(item):
        winners, perhaps = (
            [decisions[place].item.benefit.title for place in places]
            for places in (decision.displaced_by, decision.displaced_perhaps)
        )
        steps.append(
            nothing_to_stack(rules) if decision.alone_refused else stacking_reason(rules, winners, perhaps)
        )
    steps += _caps(decision)
    return tuple(steps)


OF_SPOUSE = Text("配偶的信息，不显示", "of the spouse, not shown")


def without_spouse(reasons: tuple[Reason, ...], schema: Schema) -> tuple[Reason, ...]:
    """The same steps without what the spouse has: they say whether a condition on it is met, and no value."""
    if not schema.of_spouse:
        return reasons
    return tuple(
        reason._replace(
            own=OF_SPOUSE if reason.holds is not None and _shows_spouse(reason, schema) else reason.own,
            parts=without_spouse(reason.parts, schema),
        )
        for reason in reasons
    )


def _shows_spouse(reason: Reason, schema: Schema) -> bool:
    return reason.own is not None and schema.tells_of_spouse(reason.fields)


def missing_of(clause: Clause, seen: Evidence) -> tuple[str, ...]:
    """Stored fields whose knowledge would decide an unknown clause: unknown leaves under unknown nodes only."""
    if seen.of(clause) is not None:
        return ()
    if inner := inner_of(clause):
        return distinct(name for part in inner for name in missing_of(part, seen))
    return lacking_in(fields_of(clause), seen.row)


def lacking_in(fields: Sequence[str], row: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are not recorded."""
    return tuple([name for name in fields if row.get(name) is None])


def window_reason(window: Window, seen: Evidence) -> Reason:
    """Whether one may apply on the day, with the fields that decide it."""
    fields, holds = fields_of(window), seen.of(window)
    return Reason(
        "window",
        statement(window, seen.at.schema),
        holds,
        own_words(window, seen),
        fields=fields,
        missing=fields if holds is None else (),
    )


def clause_reason(
    node: Clause,
    expression: Expression,
    seen: Evidence,
    article: str,
    kind: ReasonKind | None = None,
) -> Reason:
    """A clause with all below it."""
    asked = asked_of(node, expression, article, seen.at, kind)
    if asked.inner:
        parts = tuple([clause_reason(part, expression, seen, article) for part in asked.inner])
        return asked.joined(_joined(node, parts), parts)
    holds = seen.of(node)
    scored = tuple(
        _scored(*row, seen) if table.title else clause_reason(row[0], expression, seen, article)
        for table in asked.tables
        for row in table.rows
    )
    missing = lacking_in(asked.fields, seen.row) if holds is None else ()
    return asked.leaf(holds, asked.own(seen), missing, scored)


def _scored(clause: Clause, given: Term, seen: Evidence) -> Reason:
    """One row of a points table: what it asks, and the points that the person has for it."""
    holds = seen.of(clause)
    points = seen.of(given) if holds else 0 if holds is False else None
    asked, gives = statement(clause, seen.at.schema), term_words(given, seen.at.schema)
    fields = distinct((*fields_of(clause), *(fields_of(given) if holds is not False else ())))
    return Reason(
        "row",
        Text(f"{asked.zh}：{gives.zh.strip()} 分", f"{asked.en}: {gives.en} points"),
        None if points is None else holds,
        None if points is None else Text(f"{points} 分", f"{points} points"),
        fields=fields,
        missing=lacking_in(fields, seen.row) if points is None else (),
    )


def _joined(node: Clause, parts: Sequence[Reason]) -> bool | None:
    """The answer of a clause from those of its parts."""
    if isinstance(node, AllOf):
        return all_of([part.holds for part in parts])
    if isinstance(node, AnyOf):
        return any_of([part.holds for part in parts])
    return negated(parts[0].holds)


def _rows(decision: Decision, seen: Evidence) -> list[Reason]:
    benefit = decision.item.benefit
    refused = False in (decision.in_force, decision.who)
    taken = False
    found = []
    for table_row, outcome in zip(benefit.table.rows, decision.rows, strict=True):
        if refused or taken:
            found.append(offered_by(table_row, benefit, seen.at).skipped(REFUSED if refused else TAKEN))
        else:
            found.append(_row(decision, table_row, outcome, seen))
        taken = taken or (benefit.table.hit is Hit.FIRST and outcome.holds is True)
    return found


def _row(decision: Decision, table_row: TableRow, outcome: Outcome, seen: Evidence) -> Reason:
    offered, amount = offered_by(table_row, decision.item.benefit, seen.at), outcome.fixed
    lacking = (
        lacking_in(fields_of(table_row.give.term), seen.row) if table_row.give and amount is None else ()
    )
    if table_row.when is None:
        return offered.given(amount, lacking)
    clause = clause_reason(table_row.when.clause, table_row.when, seen, offered.article)
    return offered.told(clause, amount, lacking)


def _caps(decision: Decision) -> list[Reason]:
    """Only of what may be given."""
    own_cap, found = decision.item.benefit.cap_fen, []
    if decision.offered.holds is False:
        return []
    if own_cap is not None and decision.table.high > own_cap:
        found.append(own_cap_reason(own_cap))
    if decision.amount.high < decision.offered.high and decision.counts is True:
        found.append(caps_reason(decision.item.version, decision.amount.fixed))
    return found


def why_not(clause: Clause, row: Mapping[str, Any], at: Situation) -> list[Node]:
    """False leaves under false nodes (and true ones under a ``not`` that is false): what stands in the way."""
    return _in_the_way(clause, row, at, wanted=True)


def _in_the_way(clause: Clause, row: Mapping[str, Any], at: Situation, *, wanted: bool) -> list[Node]:
    if evaluate(clause, row, at) is not (not wanted):
        return []
    match clause:
        case Not(part):
            return _in_the_way(part, row, at, wanted=not wanted)
        case AllOf(parts) | AnyOf(parts):
            return [leaf for part in parts for leaf in _in_the_way(part, row, at, wanted=wanted)]
        case Constant() | Known() | Window():
            return []
        case _:
            return [clause]
