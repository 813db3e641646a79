"""Does a witness show its finding? Asked of the reference evaluator alone (见证人的复核)."""

from __future__ import annotations

import re

from juxian.core.facts.schema import Schema
from juxian.core.policy.decisions import Decision, alone, decide
from juxian.core.policy.document import Hit
from juxian.core.policy.entitlements import Verdict
from juxian.core.policy.lint import Example, Finding
from juxian.core.policy.lint.merits import Merits
from juxian.core.policy.rulebook import rulebook


def shows(finding: Finding, schema: Schema, merits: Merits) -> bool:
    """Whether the witness of ``finding`` is what its code says; one without a witness shows nothing."""
    return bool(finding.witness) and _PROOFS[finding.code](finding, schema, merits)


def decision_of(example: Example, benefit: str, schema: Schema) -> Decision:
    """The benefit after stacking, under the version that applies to the person."""
    book = rulebook((example.policy,), example.day)
    found = [d for d in decide(book, example.row, schema) if d.item.benefit.id == benefit]
    return next((d for d in found if d.in_force is True), found[-1])


def own_decision(example: Example, benefit: str, schema: Schema) -> Decision:
    """The benefit before stacking."""
    item = decision_of(example, benefit, schema).item
    return alone(item, example.row, rulebook((example.policy,), example.day).situation(schema))


def rows_of(finding: Finding) -> list[int]:
    return [int(number) - 1 for number in re.findall(r"第 (\d+) 行", finding.message.zh)]


def decides(decision: Decision, row: int) -> bool:
    """Whether the amount of a person comes from ``row``."""
    holding = [place for place, outcome in enumerate(decision.rows) if outcome.holds is not False]
    if decision.rows[row].holds is not True or decision.who is False or decision.in_force is False:
        return False
    amounts = [decision.rows[place].low for place in holding]
    match decision.item.benefit.table.hit:
        case Hit.FIRST:
            return holding[0] == row
        case Hit.HIGHEST:
            return decision.rows[row].low == max(amounts)
        case Hit.LOWEST:
            return decision.rows[row].low == min(amounts)
    return True


def total(example: Example) -> int:
    """Fen that count; a benefit that is undecided counts for nothing here."""
    return sum(result.counted_fen or 0 for result in example.results)


def _never_reached(finding: Finding, schema: Schema, _: Merits) -> bool:
    """Under one of the versions: it need not be the one that applies to the person."""
    example, (row,) = finding.witness[0], rows_of(finding)
    book = rulebook((example.policy,), example.day)
    decisions = [
        alone(item, example.row, book.situation(schema))
        for item in book.items
        if item.benefit.id == finding.benefit
    ]
    with_row = [decision for decision in decisions if row < len(decision.rows)]
    return any(d.rows[row].holds is True and not decides(d, row) for d in with_row)


def _gap(finding: Finding, schema: Schema, _: Merits) -> bool:
    decision = own_decision(finding.witness[0], finding.benefit, schema)
    result = finding.witness[0].results[0]
    return decision.who is True and decision.table.holds is False and result.verdict is Verdict.NO


def _overlap(finding: Finding, schema: Schema, _: Merits) -> bool:
    decision, (one, two) = own_decision(finding.witness[0], finding.benefit, schema), rows_of(finding)
    both = decision.rows[one].holds is True and decision.rows[two].holds is True
    return both and decision.rows[one].low != decision.rows[two].low


def _contradiction(finding: Finding, schema: Schema, _: Merits) -> bool:
    """The person misses the condition, or that alternative of it; nobody else does better, which others prove."""
    return len(finding.witness) == 1


def _never_pays(finding: Finding, schema: Schema, _: Merits) -> bool:
    decision = own_decision(finding.witness[0], finding.benefit, schema)
    after = decision_of(finding.witness[0], finding.benefit, schema)
    return decision.who is True and (after.offered.holds is False or after.amount.low == 0)


def _just_missed(finding: Finding, schema: Schema, _: Merits) -> bool:
    own, below, above = (_worth(example, schema) for example in finding.witness[:3])
    return own < below and own < above


def _worth(example: Example, schema: Schema) -> int:
    offers = [own_decision(example, result.benefit, schema).offered for result in example.results]
    return sum(offer.low + 1 for offer in offers if offer.holds is True)


def _inverted(finding: Finding, schema: Schema, _: Merits) -> bool:
    lower, higher = finding.witness
    differing = {name for name in lower.row if lower.row[name] != higher.row.get(name)}
    if len(differing) != 1 or set(lower.row) != set(higher.row):
        return False
    (field,) = differing
    values = [example.row[field] for example in (lower, higher)]
    type_ = schema.profile[field].type
    if type_.scale:
        values = [schema.scales[type_.scale].levels[value].rank for value in values]
    return values[0] < values[1] and total(lower) > total(higher)


def _sole(finding: Finding, schema: Schema, merits: Merits) -> bool:
    if len(finding.witness) == 1:
        return own_decision(finding.witness[0], finding.benefit, schema).who is True
    one, two = finding.witness
    names = {name for name in {*one.row, *two.row} if one.row.get(name) != two.row.get(name)}
    offers = [own_decision(example, finding.benefit, schema).offered.fixed for example in (one, two)]
    return merits.sole(names) is not None and None not in offers and offers[0] != offers[1]


def _dead(finding: Finding, schema: Schema, _: Merits) -> bool:
    return finding.witness[0].results[0].verdict is Verdict.UNKNOWN


def _apart(finding: Finding, schema: Schema, _: Merits) -> bool:
    example = finding.witness[0]
    answers = {own_decision(example, result.benefit, schema).offered.holds for result in example.results}
    return answers == {True, False}


def _taken_away(finding: Finding, schema: Schema, _: Merits) -> bool:
    before, after = finding.witness
    given = [{r.benefit for r in example.results if r.verdict is Verdict.YES} for example in (before, after)]
    return total(before) > total(after) or bool(given[0] - given[1])


_PROOFS = {
    "L101": _never_reached, "L102": _gap, "L103": _overlap, "L104": _contradiction, "L105": _never_pays,
    "L106": _just_missed, "L107": _inverted, "L108": _inverted, "L109": _sole, "L110": _dead, "L111": _apart,
    "L112": _taken_away,
}  # fmt: skip
