"""The values of a field on which something turns (边界取值).

For each field: the numbers, days and levels that the rules write, one step below and one above; values that no rule tells
apart are one. Every person then answers the rules as one combination of these values does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from juxian.core.dates import latest_start
from juxian.core.facts.schema import Derive, Kind, ProfileField, Schema
from juxian.core.policy.nodes import (
    RECEIVED,
    Apart,
    Clause,
    Day,
    Elapsed,
    Greatest,
    HasAny,
    Known,
    Least,
    Minus,
    Node,
    Number,
    OneOf,
    Plus,
    Points,
    Received,
    ReceivedAmount,
    Share,
    Term,
    TextIs,
    Times,
    fields_of,
    leaves_of,
    walk,
)
from juxian.core.policy.rowwise import Situation, evaluate

STEPS = {Kind.MONEY: 100, Kind.INTEGER: 1, Kind.MONTHS: 1}  # one yuan, one, one month
ANCHORS: dict[Kind, tuple[int, ...]] = {
    Kind.MONEY: (0, 1_000_000, 2_000_000),
    Kind.INTEGER: (0, 1, 2, 3),
    Kind.MONTHS: (0, 12, 24),
}
SETS_LIMIT = 8  # groups of levels of which every combination is tried
OPEN_LIMIT = 24  # values of a field that amounts are reckoned from
_ARITHMETIC = (Apart, Plus, Minus, Times, Share, Least, Greatest, Points)


@dataclass(frozen=True)
class Axis:
    """The values of one field, ``None`` where it may also be unrecorded.

    rises: in ascending order, if the field has one. exact: no person falls between the values.
    """

    field: str
    values: tuple[Any, ...]
    rises: bool
    exact: bool


@dataclass(frozen=True)
class Rules:
    """What is read of a person: ``clauses`` are asked, ``terms`` reckoned, ``received`` needed for stacking."""

    clauses: tuple[Clause, ...]
    terms: tuple[Term, ...] = ()
    received: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        names = [name for node in (*self.clauses, *self.terms) for name in fields_of(node)]
        return tuple(dict.fromkeys([*names, *([RECEIVED] if self.received else [])]))


def axes_of(rules: Rules, at: Situation) -> list[Axis]:
    """One axis for each field that the rules read and the schema knows."""
    leaves = list(dict.fromkeys(leaf for clause in rules.clauses for leaf in leaves_of(clause)))
    return [
        _axis(at.schema.profile[name], leaves, rules.terms, at)
        for name in rules.fields
        if name in at.schema.profile
    ]


def possible_values(field: ProfileField, schema: Schema) -> frozenset[Any] | None:
    """The values that facts can give a field; None where its type sets the only limit.

    Only a field that says whether a fact exists is limited: to what it says then, and to what it says otherwise.
    """
    if not field.derive or any(rule.op is not Derive.EXISTS for rule in field.derive):
        return None
    values = {
        True if rule.gives is None else rule.gives for rule in field.derive if rule.kind in schema.kinds
    }
    return frozenset(values | {rule.otherwise for rule in field.derive if rule.otherwise is not None})


def _axis(field: ProfileField, leaves: Sequence[Clause], terms: Sequence[Term], at: Situation) -> Axis:
    own = [leaf for leaf in leaves if field.name in fields_of(leaf)]
    alone = [leaf for leaf in own if fields_of(leaf) == (field.name,)]
    reckoned = [term for term in terms if field.name in fields_of(term)]
    is_open = len(alone) < len(own) or bool(reckoned)
    values, rises = _candidates(field, [*own, *reckoned], at)
    possible = possible_values(field, at.schema)
    if possible:
        values = [value for value in values if value in possible] or sorted(possible, key=str)
    kept = values if is_open else _told_apart(values, field.name, alone, at, rises=rises)
    cut = is_open and len(kept) > OPEN_LIMIT
    if cut:
        step = -(-len(kept) // OPEN_LIMIT)
        kept = kept[::step] if kept[-1] in kept[::step] else [*kept[::step], kept[-1]]
    if any(isinstance(node, Known) for leaf in own for node in walk(leaf)):
        kept = [*kept, None]
    exact = not cut and not any(isinstance(node, _ARITHMETIC) for leaf in own for node in walk(leaf))
    return Axis(field.name, tuple(kept) or (None,), rises, exact)


def _told_apart(
    values: Sequence[Any], name: str, leaves: Sequence[Clause], at: Situation, *, rises: bool
) -> list[Any]:
    """One value for each way of answering ``leaves``: of neighbours in an order, the one at the boundary."""
    answers = [tuple(evaluate(leaf, {name: value}, at) for leaf in leaves) for value in values]
    if not rises:
        found: dict[tuple[Any, ...], Any] = {}
        for value, answer in zip(values, answers, strict=True):
            found.setdefault(answer, value)
        return list(found.values())
    starts = [place for place in range(len(values)) if place == 0 or answers[place] != answers[place - 1]]
    first_ends = starts[1] - 1 if len(starts) > 1 else 0
    return [values[first_ends], *(values[place] for place in starts[1:])]


def _candidates(field: ProfileField, nodes: Sequence[Node], at: Situation) -> tuple[list[Any], bool]:
    """Values to try, and whether they stand in an order."""
    match field.type.kind:
        case Kind.BOOLEAN:
            return [False, True], False
        case Kind.LEVEL:
            scale = at.schema.scales[field.type.scale]
            levels = sorted(scale.levels.values(), key=lambda level: level.rank)
            return [level.code for level in levels], scale.ordered
        case Kind.LEVELS:
            return _sets(field, nodes, at), False
        case Kind.DATE:
            return [day.isoformat() for day in _days(field, nodes, at.as_of)], True
        case Kind.AMOUNTS:
            return _receipts(nodes), False
        case Kind.TEXT | Kind.ORGANISATION:
            return _texts(field, nodes), False
        case kind:
            return list(_numbers(kind, field.name, nodes)), True


def _sets(field: ProfileField, nodes: Sequence[Node], at: Situation) -> list[list[str]]:
    """Every combination of the groups of levels that the rules ask for; the empty set first."""
    asked = [
        node.levels
        for root in nodes
        for node in walk(root)
        if isinstance(node, HasAny) and node.field == field.name
    ]
    groups: dict[tuple[bool, ...], str] = {}
    for code in at.schema.scales[field.type.scale].levels:
        groups.setdefault(tuple(code in levels for levels in asked), code)
    picked = [code for told, code in groups.items() if any(told)]
    found: list[list[str]] = [[]]
    for code in picked[:SETS_LIMIT]:
        found += [sorted([*some, code]) for some in found]
    found += [[code] for code in picked[SETS_LIMIT:]]
    others = [code for told, code in groups.items() if not any(told)]
    return [*found, *([code] for code in others)]


def _texts(field: ProfileField, nodes: Sequence[Node]) -> list[str]:
    written = [
        text
        for root in nodes
        for node in walk(root)
        if isinstance(node, TextIs) and node.field == field.name
        for text in node.values
    ]
    other = "other" if field.type.kind is Kind.ORGANISATION else "其他"
    return [*dict.fromkeys(written), *([other] if other not in written else [])]


def _receipts(nodes: Sequence[Node]) -> list[dict[str, int]]:
    """Nothing received before; each benefit that is asked for, in amounts around those written."""
    found: list[dict[str, int]] = [{}]
    for root in nodes:
        amounts = _written(root, Kind.MONEY) or [STEPS[Kind.MONEY]]
        for node in walk(root):
            if isinstance(node, Received):
                found.append({node.benefit: amounts[0]})
            elif isinstance(node, ReceivedAmount):
                step = STEPS[Kind.MONEY]
                near = [amount + change for amount in amounts for change in (-step, 0, step)]
                found += [{node.benefit: amount} for amount in near if amount > 0]
    return [found[place] for place in range(len(found)) if found[place] not in found[:place]]


def _numbers(kind: Kind, name: str, nodes: Sequence[Node]) -> list[int]:
    step = STEPS[kind]
    written = {value for root in nodes for value in _turning_points(root, kind)}
    near = {value + change for value in written for change in (-step, 0, step)}
    reckoned = any(isinstance(node, _ARITHMETIC) for root in nodes for node in walk(root))
    if not near or reckoned or any(fields_of(node) != (name,) for node in nodes):
        near |= set(ANCHORS[kind])
    return sorted(value for value in near if value >= 0)


def _turning_points(root: Node, kind: Kind) -> Iterator[int]:
    """Numbers of ``kind`` that are written, and those of which a written share comes to them."""
    numbers = _written(root, kind)
    shares = [(node.per_mille, node.of) for node in walk(root) if isinstance(node, Share)]
    yield from numbers
    for part, of in shares:
        for number in numbers:
            whole = -(-number * of // max(1, part) // STEPS[kind]) * STEPS[kind]
            yield whole
            yield from (whole + other for other in numbers)


def _written(root: Node, kind: Kind) -> list[int]:
    return [number.value for number in _numbers_in(root) if number.kind is kind]


def _numbers_in(root: Node) -> Iterator[Number]:
    """Every written number, those of a list included."""
    for node in walk(root):
        if isinstance(node, Number):
            yield node
        elif isinstance(node, OneOf):
            yield from node.values


def _days(field: ProfileField, nodes: Sequence[Node], as_of: date) -> list[date]:
    found: set[date] = set()
    for root in nodes:
        for node in walk(root):
            if isinstance(node, Day):
                found |= {node.value + timedelta(days=change) for change in (-1, 0, 1)}
        found |= set(_starts(root, field.name, as_of))
        if len(fields_of(root)) > 1 or not found:
            found |= {as_of - timedelta(days=days) for days in (400, 399, 200, 199)}
    past = {day for day in found if day <= as_of}
    return sorted(past if past and is_past(field, nodes) else found)


def _starts(root: Node, name: str, as_of: date) -> Iterator[date]:
    """Days from which one more, exactly, or one fewer of the written years or months have passed."""
    for node in walk(root):
        if (isinstance(node, Elapsed) and node.field == name) or (
            isinstance(node, Apart) and name in fields_of(node)
        ):
            numbers = [number.value for number in _numbers_in(root)] or [1]
            for number in numbers:
                for count in (number - 1, number, number + 1, number + 2):
                    months = count * 12 if node.unit == "years" else count
                    if 0 <= months <= 12 * 120:
                        yield from (
                            latest_start(as_of, months),
                            latest_start(as_of, months) + timedelta(days=1),
                        )


def is_past(field: ProfileField, nodes: Iterable[Node]) -> bool:
    """Whether the field is a day that cannot lie ahead: one that years are counted from, or on which a fact began."""
    counted = any(
        isinstance(node, Elapsed) and node.field == field.name for root in nodes for node in walk(root)
    )
    return counted or any(rule.op in (Derive.SINCE, Derive.EARLIEST) for rule in field.derive)
