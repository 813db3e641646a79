"""Everything that is asked of one person, answered at once in a flat row of values (逐项留痕).

The tree of reasons with its words is made from it, and from the policy, when somebody reads it: the record says which clause
came to what, and needs neither the words nor the person. A generated function fills it in some tens of microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from juxian.core.facts.schema import Schema
from juxian.core.policy import rowwise
from juxian.core.policy.circuit.forms import Answer, Quantity, range_of, wire
from juxian.core.policy.circuit.leaves import Board
from juxian.core.policy.compiled import Shown, made, shown_answer, shown_quantity, shown_range
from juxian.core.policy.nodes import (
    AllOf,
    AnyOf,
    Clause,
    Compare,
    Day,
    FieldValue,
    Node,
    Not,
    Number,
    OneOf,
    Points,
    Term,
    walk,
)
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a record keeps what: by the identity of a node, which the rulebook holds."""

    book: Rulebook
    fields: tuple[str, ...]
    places: Mapping[int, int]
    ranges: Mapping[int, int]  # of points tables


@dataclass(frozen=True)
class Record:
    """One person under one rulebook: ``values`` of the fields of the plan, and what the nodes came to."""

    plan: Plan
    at: Situation
    values: tuple[Any, ...]
    found: tuple[Any, ...]

    @cached_property
    def row(self) -> Mapping[str, Any]:
        pairs = zip(self.plan.fields, self.values, strict=True)
        return {name: value for name, value in pairs if value is not None}

    def of(self, node: Node) -> Any:
        place = self.plan.places.get(id(node))
        if place is not None:
            return self.found[place]
        if type(node) is Number:
            return node.value
        return rowwise.evaluate(node, self.row, self.at)  # a written day, or the value of a field

    def range_of(self, points: Points) -> tuple[int, int]:
        ends: tuple[int, int] = self.found[self.plan.ranges[id(points)]]
        return ends


Recorder = Callable[[Mapping[str, Any]], Record]


def recorder(book: Rulebook, schema: Schema) -> Recorder:
    """The function that records a row; made once for a day and kept with the rulebook."""
    at = book.situation(schema)
    found: Recorder | None = at.memory.get((recorder, book.as_of))
    if found is None:
        found = at.memory[recorder, book.as_of] = _made(book, schema, at)
    return found


def _made(book: Rulebook, schema: Schema, at: Situation) -> Recorder:
    nodes = list(nodes_of(book))
    place_of, tables = _distinct(nodes)
    places = {id(node): place_of[node] for node in nodes}
    ranges = {id(node): tables[node] for node in nodes if isinstance(node, Points)}
    plan = Plan(book, book.fields, places, ranges)
    ask = made(book, schema, values_of)

    def record(row: Mapping[str, Any]) -> Record:
        return Record(plan, at, tuple(map(row.get, plan.fields)), ask(row))

    return record


def values_of(book: Rulebook, board: Board) -> list[Shown]:
    """What the generated function returns: a value for each node, then the two ends of each points table."""
    place_of, tables = _distinct(nodes_of(book))
    ranges = [shown_range(range_of(table, board)) for table in tables]
    return [*(_shown(node, board) for node in place_of), *ranges]


def _distinct(nodes: Iterable[Node]) -> tuple[dict[Node, int], dict[Points, int]]:
    """Equal nodes come to the same, wherever they are written: the place of each, and of the range of each points table."""
    places = {node: place for place, node in enumerate(dict.fromkeys(nodes))}
    tables = [node for node in places if isinstance(node, Points)]
    return places, {table: len(places) + place for place, table in enumerate(tables)}


def _shown(node: Node, board: Board) -> Shown:
    found: Answer | Quantity = wire(node, board)
    return shown_answer(found) if isinstance(found, Answer) else shown_quantity(found)


def nodes_of(book: Rulebook) -> Iterator[Node]:
    """All that decisions and reasons ask of a person; the same node may come more than once."""
    for item in book.items:
        benefit = item.benefit
        yield from _of_clause(item.in_force)
        for expression in (benefit.who, *(row.when for row in benefit.table.rows)):
            if expression is not None:
                yield from _of_clause(expression.clause)
        if item.window is not None:
            yield item.window
        for row in benefit.table.rows:
            if row.give is not None:
                yield from _of_term(row.give.term)
    for ceiling in book.ceilings:
        if ceiling.cap.unless is not None:
            yield from _of_clause(ceiling.cap.unless.clause)


def _of_clause(clause: Clause) -> Iterator[Node]:
    yield clause
    match clause:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _of_clause(part)
        case Not(part):
            yield from _of_clause(part)
        case Compare(_, left, right):
            yield from _of_terms((left, right))
        case OneOf(term):
            yield from _of_term(term)


def _of_terms(terms: Iterable[Term]) -> Iterator[Node]:
    for term in terms:
        yield from _of_term(term)


def _of_term(term: Term) -> Iterator[Node]:
    if isinstance(term, Number | Day | FieldValue):
        return
    yield term
    for table in (part for part in walk(term) if isinstance(part, Points)):
        if table is not term:
            yield table
        for clause, given in table.rows:
            yield from _of_clause(clause)
            yield from _of_term(given)
