"""Why a benefit came out as it did (理由): clause, threshold, own value, what is missing, what was not looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from juxian.core.facts.schema import Schema
from juxian.core.policy.decisions import Decision
from juxian.core.policy.document import Hit, Stacking, StackingRule, Version
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
    Points,
    Term,
    Window,
    fields_of,
    walk,
)
from juxian.core.policy.outcomes import Outcome
from juxian.core.policy.rowwise import Situation, all_of, any_of, evaluate, negated
from juxian.core.policy.wording import (
    Own,
    field_title,
    joined,
    money_words,
    own_of,
    own_words,
    statement,
    term_words,
)
from juxian.core.text import Text

ReasonKind = Literal[
    "version", "window", "who", "all", "any", "not", "leaf", "row", "received", "stacking", "cap"
]


class Reason(NamedTuple):
    """One step of an explanation.

    statement: what is asked, with the threshold, in words. own: what the person has. written: the author's words.
    missing: stored fields that would decide this step. not_evaluated: why it was not looked at; ``holds`` is None then.
    """

    kind: ReasonKind
    statement: Text
    holds: bool | None
    own: Text | None = None
    article: str = ""
    written: str = ""
    fields: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    not_evaluated: Text | None = None
    amount_fen: int | None = None
    parts: tuple[Reason, ...] = ()


def reasons_of(decision: Decision, decisions: Sequence[Decision], seen: Evidence) -> tuple[Reason, ...]:
    """The steps of one decision in the order in which they were taken."""
    steps = [_version(decision, seen.at)]
    if decision.item.window is not None:
        steps.append(_window(decision.item.window, decision.window, seen))
    benefit = decision.item.benefit
    if benefit.who is not None:
        steps.append(_clause(benefit.who.clause, benefit.who, seen, benefit.article, "who"))
    steps += _rows(decision, seen)
    steps += _earlier(decision, seen)
    steps += _stacking(decision, decisions)
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
    if inner := _statements(clause):
        return _distinct([name for part in inner for name in missing_of(part, seen)])
    return _unknown_in(clause, seen)


def _unknown_in(node: Node, seen: Evidence) -> tuple[str, ...]:
    """Fields of a leaf or a term that are not recorded; which it reads is looked up once."""
    found: tuple[Node, tuple[str, ...]] | None = seen.at.memory.get((fields_of, id(node)))
    if found is None:
        found = seen.at.memory[fields_of, id(node)] = node, fields_of(node)
    return tuple([name for name in found[1] if seen.row.get(name) is None])


def missing_in(decision: Decision, seen: Evidence) -> tuple[str, ...]:
    """Stored fields that keep one benefit, looked at alone, from being decided; empty when it is."""
    item = decision.item
    alone = (decision.in_force, decision.who, decision.table.holds, decision.window)
    if False in alone or decision.received_once is True:
        return ()
    found = list(missing_of(item.in_force, seen))
    if item.window is not None:
        found += missing_of(item.window, seen)
    if item.benefit.who is not None:
        found += missing_of(item.benefit.who.clause, seen)
    if decision.table.holds is None or decision.table.low != decision.table.high:
        for table_row, outcome in zip(item.benefit.table.rows, decision.rows, strict=True):
            if table_row.when is not None:
                found += missing_of(table_row.when.clause, seen)
            if table_row.give is not None and outcome.holds is not False and outcome.low != outcome.high:
                found += _unknown_in(table_row.give.term, seen)
            if outcome.holds is True and item.benefit.table.hit is Hit.FIRST:
                break
    if (item.once or item.deducted) and seen.row.get(RECEIVED) is None:
        found.append(RECEIVED)
    return _distinct(found)


def _version(decision: Decision, at: Situation) -> Reason:
    version = decision.item.version
    found: tuple[Version, Text, Text] | None = at.memory.get((_version, id(version), at.as_of))
    if found is None:
        day = at.as_of.isoformat()
        found = at.memory[_version, id(version), at.as_of] = (
            version,
            _version_words(version, at),
            Text(day, day),
        )
    _kept, asked, today = found
    if not version.applies_by:
        return Reason("version", asked, decision.in_force, today)
    missing = (version.applies_by,) if decision.in_force is None else ()
    return Reason("version", asked, decision.in_force, fields=(version.applies_by,), missing=missing)


def _version_words(version: Version, at: Situation) -> Text:
    """``2020-01-01 起施行的规定``, with the date that picks it where there is one."""
    until = f"至 {version.until.isoformat()} 前" if version.until else "起"
    period = Text(
        f"{version.since.isoformat()} {until}施行的规定",
        f"rules in force from {version.since.isoformat()}"
        + (f" until {version.until.isoformat()}" if version.until else ""),
    )
    if not version.applies_by:
        return period
    title = field_title(version.applies_by, at.schema)
    return Text(f"{title.zh}适用{period.zh}", f"{title.en or title.zh} falls under the {period.en}")


def _window(window: Window, holds: bool | None, seen: Evidence) -> Reason:
    fields = fields_of(window)
    missing = fields if holds is None else ()
    return Reason(
        "window",
        statement(window, seen.at.schema),
        holds,
        own_words(window, seen),
        fields=fields,
        missing=missing,
    )


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What an explanation of a clause says of everybody."""

    clause: Clause  # kept, so that its identity stays its own
    kind: ReasonKind
    inner: tuple[Clause, ...]
    own: Own
    statement: Text
    fields: tuple[str, ...]
    written: str
    tables: tuple[Points, ...]


def _fixed(node: Clause, expression: Expression, at: Situation) -> _Fixed:
    found: _Fixed | None = at.memory.get(id(node))
    if found is None:
        kind: ReasonKind = "leaf"
        if isinstance(node, AllOf | AnyOf | Not):
            kind = "all" if isinstance(node, AllOf) else "any" if isinstance(node, AnyOf) else "not"
        tables = () if kind != "leaf" else tuple(part for part in walk(node) if isinstance(part, Points))
        at.memory[id(node)] = found = _Fixed(
            node,
            kind,
            _statements(node),
            own_of(node),
            statement(node, at.schema),
            fields_of(node),
            expression.written(node),
            tables,
        )
    return found


def _clause(
    node: Clause,
    expression: Expression,
    seen: Evidence,
    article: str,
    kind: ReasonKind | None = None,
) -> Reason:
    fixed = _fixed(node, expression, seen.at)
    parts = tuple([_clause(part, expression, seen, article) for part in fixed.inner])
    missing: tuple[str, ...] = ()
    own: Text | None = None
    if parts:
        holds = _joined(node, parts)
        if holds is None:
            missing = _distinct(name for part in parts for name in part.missing)
    else:
        holds, own = seen.of(node), fixed.own(seen)
        if holds is None:
            missing = tuple([name for name in fixed.fields if seen.row.get(name) is None])
        if fixed.tables:
            parts = tuple(
                [
                    _scored(*scored, seen) if table.title else _clause(scored[0], expression, seen, article)
                    for table in fixed.tables
                    for scored in table.rows
                ]
            )
    return Reason(
        kind or fixed.kind,
        fixed.statement,
        holds,
        own,
        article,
        fixed.written,
        fixed.fields,
        missing,
        None,
        None,
        parts,
    )


def _scored(clause: Clause, given: Term, seen: Evidence) -> Reason:
    """One row of a points table: what it asks, and the points that the person has for it."""
    holds = seen.of(clause)
    points = seen.of(given) if holds else 0 if holds is False else None
    asked, gives = statement(clause, seen.at.schema), term_words(given, seen.at.schema)
    fields = _distinct((*fields_of(clause), *(fields_of(given) if holds is not False else ())))
    return Reason(
        "row",
        Text(f"{asked.zh}：{gives.zh.strip()} 分", f"{asked.en}: {gives.en} points"),
        None if points is None else holds,
        None if points is None else Text(f"{points} 分", f"{points} points"),
        fields=fields,
        missing=tuple(name for name in fields if points is None and seen.row.get(name) is None),
    )


def _joined(node: Clause, parts: Sequence[Reason]) -> bool | None:
    """The answer of a clause from those of its parts."""
    if isinstance(node, AllOf):
        return all_of([part.holds for part in parts])
    if isinstance(node, AnyOf):
        return any_of([part.holds for part in parts])
    return negated(parts[0].holds)


def _statements(node: Clause) -> tuple[Clause, ...]:
    match node:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def _rows(decision: Decision, seen: Evidence) -> list[Reason]:
    benefit = decision.item.benefit
    refused = False in (decision.in_force, decision.who)
    taken = False
    found = []
    for table_row, outcome in zip(benefit.table.rows, decision.rows, strict=True):
        skipped: Text | None = None
        if refused:
            skipped = Text(
                "不符合条件，未计算金额", "the conditions are not met, so no amount was worked out"
            )
        elif taken:
            skipped = Text("前面的档次已满足，不再看", "an earlier row already holds")
        found.append(_row(decision, table_row, outcome, seen, skipped))
        taken = taken or (benefit.table.hit is Hit.FIRST and outcome.holds is True)
    return found


def _row(
    decision: Decision,
    table_row: TableRow,
    outcome: Outcome,
    seen: Evidence,
    skipped: Text | None,
) -> Reason:
    article, asked = _row_words(decision, table_row, seen.at)
    written = table_row.when.text if table_row.when else ""
    if skipped:
        return Reason("row", asked, None, None, article, written, not_evaluated=skipped)
    if table_row.when is None:
        return Reason("row", asked, True, article=article, amount_fen=outcome.fixed)
    clause = _clause(table_row.when.clause, table_row.when, seen, article)
    amount = outcome.fixed if outcome.holds is not False else None
    parts = clause.parts or (clause,)
    return Reason(
        "row",
        asked,
        outcome.holds,
        None,
        article,
        written,
        clause.fields,
        clause.missing,
        None,
        amount,
        parts,
    )


def _row_words(decision: Decision, table_row: TableRow, at: Situation) -> tuple[str, Text]:
    """Article and wording of a row: who, and what is given."""
    found: tuple[TableRow, str, Text] | None = at.memory.get(id(table_row))
    if found is None:
        article = table_row.article or decision.item.benefit.article
        gives = _gives(table_row, decision, at)
        asked = Text(f"给予{gives.zh}", f"gives {gives.en}")
        if table_row.when is not None:
            when = statement(table_row.when.clause, at.schema)
            asked = Text(f"{when.zh}：{gives.zh}", f"{when.en}: {gives.en}")
        found = (table_row, article, asked)
        at.memory[id(table_row)] = found
    return found[1], found[2]


def _gives(table_row: TableRow, decision: Decision, at: Situation) -> Text:
    if table_row.in_kind is not None:
        return Text(table_row.in_kind.zh, table_row.in_kind.en or table_row.in_kind.zh)
    if table_row.give is None:
        return Text("0", "0")
    words = term_words(table_row.give.term, at.schema)
    pay = decision.item.benefit.pay
    if decision.item.benefit.per_payment and pay.count > 1:
        return Text(f"{words.zh} × {pay.count} 期", f"{words.en} × {pay.count} payments")
    return words


def _earlier(decision: Decision, seen: Evidence) -> list[Reason]:
    item = decision.item
    received = seen.row.get(RECEIVED)
    missing = (RECEIVED,) if received is None else ()
    found = []
    if item.once:
        asked = Text("以前没有享受过（终身一次）", "not received before (once in life)")
        holds = None if decision.received_once is None else not decision.received_once
        found.append(Reason("received", asked, holds, fields=(RECEIVED,), missing=missing))
    if item.deducted:
        asked = Text("扣除此前已享受的同类待遇", "what was received before under the same group is taken off")
        own = (
            None if received is None else money_words(sum(received.get(word) or 0 for word in item.deducted))
        )
        found.append(
            Reason(
                "received",
                asked,
                None if received is None else True,
                own,
                fields=(RECEIVED,),
                missing=missing,
            )
        )
    return found


def _stacking(decision: Decision, decisions: Sequence[Decision]) -> list[Reason]:
    rules = [s for s in decision.item.benefit.stacking if s.rule in _RULE_WORDS]
    if not rules:
        return []
    winners = [decisions[place].item.benefit.title for place in decision.displaced_by]
    perhaps = [decisions[place].item.benefit.title for place in decision.displaced_perhaps]
    asked = _stacking_words(tuple(rules))
    if decision.alone_refused:
        skipped = Text("不符合条件，不参与叠加", "the conditions are not met, so there is nothing to stack")
        return [Reason("stacking", asked, None, not_evaluated=skipped)]
    if winners:
        names = joined(winners, "、", ", ")
        return [Reason("stacking", asked, False, Text(f"已由“{names.zh}”享受", f"taken by {names.en}"))]
    if perhaps:
        names = joined(perhaps, "、", ", ")
        return [
            Reason("stacking", asked, None, Text(f"可能由“{names.zh}”享受", f"perhaps taken by {names.en}"))
        ]
    return [Reason("stacking", asked, True)]


@lru_cache(maxsize=256)
def _stacking_words(rules: tuple[Stacking, ...]) -> Text:
    asked = joined([_RULE_WORDS[s.rule] for s in rules], "；", "; ")
    groups = "、".join(s.group for s in rules if not s.group.startswith("="))
    return Text(
        f"{groups}：{asked.zh}" if groups else asked.zh, f"Of its group, {asked.en}" if groups else asked.en
    )


_RULE_WORDS = {
    StackingRule.HIGHEST: Text("就高不重复，只享受金额最高的一项", "only the greatest is given"),
    StackingRule.FIRST: Text(
        "依次享受，前一项享受后不再享受后一项", "an earlier one excludes the later ones"
    ),
    StackingRule.CHOOSE_ONE: Text(
        "择一享受，合计中只计金额最高的一项", "one may be chosen; the greatest counts in totals"
    ),
}


def _caps(decision: Decision) -> list[Reason]:
    own_cap = decision.item.benefit.cap_fen
    found = []
    if own_cap is not None and decision.table.high > own_cap:
        ceiling = money_words(own_cap)
        found.append(
            Reason("cap", Text(f"本项最高 {ceiling.zh}", f"at most {ceiling.en}"), True, amount_fen=own_cap)
        )
    if decision.amount.high < decision.offered.high and decision.counts is True:
        words = joined([money_words(cap.amount_fen) for cap in decision.item.version.caps], "、", ", ")
        found.append(
            Reason(
                "cap",
                Text(f"本政策合计封顶 {words.zh}", f"all benefits together at most {words.en}"),
                True,
                amount_fen=decision.amount.fixed,
            )
        )
    return found


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def why_not(clause: Clause, row: Mapping[str, Any], at: Situation) -> list[Node]:
    """False leaves under false nodes (and true ones under a ``not`` that is false): what stands in the way."""
    return _against(clause, row, at, wanted=True)


def _against(clause: Clause, row: Mapping[str, Any], at: Situation, *, wanted: bool) -> list[Node]:
    if evaluate(clause, row, at) is not (not wanted):
        return []
    match clause:
        case Not(part):
            return _against(part, row, at, wanted=not wanted)
        case AllOf(parts) | AnyOf(parts):
            return [leaf for part in parts for leaf in _against(part, row, at, wanted=wanted)]
        case Constant() | Known() | Window():
            return []
        case _:
            return [clause]
