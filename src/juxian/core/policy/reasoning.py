"""The reasons of one person by a generated function (编译理由): the same tree as the reference makes, ten times as quick.

What does not depend on the person (article, threshold, the words of a clause in both languages, a row that is not looked at) is
made when the function is. What depends on the level of one scale is made once for each level, by the reference, and looked up. The
function works out the answers by the gates of ``circuit``, puts a length of time or an amount into words once for each person,
and leaves the forms that are rare (two fields compared, points, lists of texts) to the reference, clause by clause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.circuit.forms import Answer, answer_of, quantity_of, was_received
from juxian.core.policy.circuit.gates import Gate
from juxian.core.policy.circuit.leaves import Board, LeafKind
from juxian.core.policy.circuit.stages import Offer, Step, steps_of
from juxian.core.policy.compiled import made
from juxian.core.policy.document import Hit
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.explain import clause_reason, lacking_in, window_reason
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import (
    RECEIVED,
    Clause,
    Compare,
    Day,
    Elapsed,
    FieldValue,
    IsTrue,
    LevelCompare,
    LevelIs,
    Number,
    OneOf,
    Term,
    Window,
    fields_of,
)
from juxian.core.policy.reasons import (
    REFUSED,
    TAKEN,
    Reason,
    ReasonKind,
    Standing,
    Told,
    asked_of,
    caps_reason,
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
from juxian.core.policy.rowwise import Situation, applying
from juxian.core.policy.rulebook import Rulebook
from juxian.core.policy.shown import (
    NONE,
    Objects,
    Shown,
    either,
    in_tuple,
    named,
    one_after_another,
    shown_answer,
    shown_number,
    shown_truth,
)
from juxian.core.policy.wording import UNKNOWN, elapsed_words, typed_words

Teller = Callable[[Mapping[str, Any]], Sequence[Told]]  # row → told of ``Rulebook.items``
_KEPT = 1000  # values for which what is told is kept
_DEEPEST = 20  # clauses within each other in one expression; Python reads some hundred brackets


def teller(book: Rulebook, schema: Schema) -> Teller:
    """The generated function of a rulebook, made once for a day and kept with it."""
    memory = book.situation(schema).memory
    found: Teller | None = memory.get((teller, book.as_of))
    if found is None:
        found = memory[teller, book.as_of] = made(book, schema, reasons_of)
    return found


def reasons_of(book: Rulebook, board: Board, objects: Objects) -> list[Shown]:
    """``Told`` of every item."""
    tree = _Tree(book.situation(board.schema), board, objects)
    told = [_Item(tree, step, book).told() for step in steps_of(book, board)]
    return [*tree.steps, *told]


class _Known(dict[Any, Any]):
    """What a value is told as: made when first asked for and kept, as long as the values are few."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:
        told = self._make(value)
        if len(self) < _KEPT:
            self[value] = told
        return told


class _Tree:
    """Clauses with all below them. steps: what has a name, in order: words of own values, told by several clauses; deep clauses."""

    def __init__(self, at: Situation, board: Board, objects: Objects) -> None:
        self.at, self.board, self.objects = at, board, objects
        self.steps: list[Shown] = []
        self._own_names: dict[Term, Shown] = {}

    def step(self, value: Shown) -> Shown:
        """The name of a value, which is worked out before what reads it."""
        name = f"o{len(self.steps)}"
        self.steps.append(Shown(value.gates, value.text, name))
        return named(name)

    def known(self, make: Callable[[Any], Any], value: Shown) -> Shown:
        """What is made of a value, for one of which there are few."""
        return self.objects.call(_Known(make).__getitem__, value)

    def whole(self, field: str) -> Shown:
        """The value of a field as it is recorded."""
        return shown_number(self.board.read(LeafKind.WHOLE, field)[0])

    def by_row(self, fields: Sequence[str], asked: Callable[[Mapping[str, Any]], Any]) -> Shown:
        """What the reference says of a row that holds these fields."""
        if not fields:
            return self.objects.held(asked({}))
        return self.objects.call(
            lambda *values: asked(dict(zip(fields, values, strict=True))), *map(self.whole, fields)
        )

    # clauses

    def clause(
        self, node: Clause, expression: Expression, article: str, kind: ReasonKind | None = None
    ) -> Shown:
        asked = asked_of(node, expression, article, self.at, kind)
        if asked.inner:
            parts = [self.clause(part, expression, article) for part in asked.inner]
            told = self.objects.call(asked.joined, shown_answer(answer_of(node, self.board)), in_tuple(parts))
            return self.step(told) if _height(node) % _DEEPEST == 0 else told
        match node:
            case OneOf(FieldValue() | Elapsed() as term):
                return self._measured(node, term, expression, article, kind)
            case Compare(_, FieldValue() | Elapsed() as term, Number() | Day()):
                return self._measured(node, term, expression, article, kind)
            case Compare(_, Number() | Day(), FieldValue() | Elapsed() as term):
                return self._measured(node, term, expression, article, kind)
        return self._looked_up(node, expression, article, kind)

    def _looked_up(
        self, node: Clause, expression: Expression, article: str, kind: ReasonKind | None
    ) -> Shown:
        """By the reference, from the fields that the clause reads; kept for each value where those are few."""
        fields, at = fields_of(node), self.at

        def reason(row: Mapping[str, Any]) -> Reason:
            return clause_reason(node, expression, Evidence(row, at), article, kind)

        if isinstance(node, LevelIs | LevelCompare | IsTrue):
            (field,) = fields
            return self.known(lambda value: reason({field: value}), self.whole(field))
        return self.by_row(fields, reason)

    def _measured(
        self,
        node: Clause,
        term: FieldValue | Elapsed,
        expression: Expression,
        article: str,
        kind: ReasonKind | None,
    ) -> Shown:
        """A value against what is written: the answer by its gates, the words of the value once for all clauses that ask it."""
        asked = asked_of(node, expression, article, self.at, kind)
        holds, own = answer_of(node, self.board).sure, self._own(term)
        told = self.objects.call(asked.leaf, shown_answer(Answer(holds, holds)), own)
        known = quantity_of(term, self.board).known
        return either(known, told, self.objects.held(asked.leaf(None, UNKNOWN, (term.field,))))

    def _own(self, term: FieldValue | Elapsed) -> Shown:
        if term in self._own_names:
            return self._own_names[term]
        schema, whole = self.at.schema, self.whole(term.field)
        found = quantity_of(term, self.board)
        if isinstance(term, Elapsed):
            told = self.objects.call(elapsed_words(term, schema), shown_number(found.value), whole)
        else:
            kind = term.kind
            tell = self.known if kind in (Kind.MONTHS, Kind.INTEGER) else self.objects.call
            told = tell(lambda value: typed_words(value, kind, schema), whole)
        self._own_names[term] = self.step(either(found.known, told, NONE))
        return self._own_names[term]


def _height(node: Clause) -> int:
    return 1 + max((_height(part) for part in inner_of(node)), default=0)


class _Item:
    """One benefit under one version."""

    def __init__(self, tree: _Tree, step: Step, book: Rulebook) -> None:
        self._tree, self._step, self._book = tree, step, book
        self._benefit = step.item.benefit
        board = tree.board
        self._circuit = board.circuit
        who = self._benefit.who
        self._who = answer_of(who.clause, board) if who else Answer(self._circuit.yes, self._circuit.yes)
        self._refused = self._circuit.opposite(step.alone.holds.may)

    def told(self) -> Shown:
        tree, step = self._tree, self._step
        make = partial(tuple.__new__, Told)
        holding = [
            (row, offer.holds.sure) for row, offer in zip(self._benefit.table.rows, step.rows, strict=True)
        ]
        articles = [(sure, tree.objects.held(row.article)) for row, sure in holding if row.article]
        in_kind = [(sure, tree.objects.held(row.in_kind)) for row, sure in holding if row.in_kind]
        counts = step.counts.sure if step.counts else self._circuit.yes
        shown = (
            self._reasons(),
            shown_truth(self._refused),
            shown_truth(self._undecided()),
            shown_truth(self._circuit.any((self._refused, counts))),
            self._against(),
            self._first(articles, tree.objects.held(self._benefit.article)),
            self._first(in_kind, NONE),
            self._displaced(True),
            self._displaced(None),
        )
        return tree.objects.call(make, in_tuple(shown))

    def _undecided(self) -> Gate:
        table, circuit = self._step.table, self._circuit
        if table.holds.certain and table.fixed:
            return circuit.no
        decided = circuit.both(table.holds.sure, circuit.same(table.low, table.high))
        return circuit.both(circuit.opposite(self._refused), circuit.opposite(decided))

    def _first(self, choices: Iterable[tuple[Gate, Shown]], otherwise: Shown) -> Shown:
        for test, value in reversed(list(choices)):
            otherwise = either(test, value, otherwise)
        return otherwise

    def _against(self) -> Shown:
        tree, step, item, circuit = self._tree, self._step, self._step.item, self._circuit
        not_met = circuit.opposite(circuit.both(self._who.may, step.table.holds.may))
        choices = [
            (circuit.opposite(step.in_force.may), tree.objects.held(Standing.NOT_IN_FORCE)),
            (not_met, tree.objects.held(Standing.NOT_MET)),
        ]
        if item.window is not None:
            window = item.window
            shut = circuit.opposite(answer_of(window, tree.board).may)
            standing = tree.by_row(fields_of(window), lambda row: standing_in(applying(window, row, tree.at)))
            choices.append((shut, standing))
        if item.once:
            choices.append((was_received(item.once, tree.board).sure, tree.objects.held(Standing.RECEIVED)))
        beaten = circuit.any(answer.sure for _, answer in step.rivals)
        choices.append((beaten, tree.objects.held(Standing.DISPLACED)))
        return self._first(choices, tree.objects.held(Standing.NOT_MET))

    def _displaced(self, wanted: bool | None) -> Shown:
        """Places of the items that exclude it, or may."""
        places = tuple(place for place, _ in self._step.rivals)
        if not places:
            return self._tree.objects.held(())

        def displaced(answers: Sequence[bool | None]) -> tuple[int, ...]:
            return tuple(place for place, won in zip(places, answers, strict=True) if won is wanted)

        return either(self._refused, self._tree.objects.held(()), self._tree.known(displaced, self._rivals()))

    def _rivals(self) -> Shown:
        return in_tuple([shown_answer(answer) for _, answer in self._step.rivals])

    # the steps

    def _reasons(self) -> Shown:
        tree, step, item, circuit = self._tree, self._step, self._step.item, self._circuit
        first = [self._version()]
        if item.window is not None:
            first.append(self._window(item.window))
        if self._benefit.who is not None:
            first.append(
                tree.clause(self._benefit.who.clause, self._benefit.who, self._benefit.article, "who")
            )
        rows = [offered_by(row, self._benefit, tree.at) for row in self._benefit.table.rows]
        unseen = tree.objects.held(tuple(row.skipped(REFUSED) for row in rows))
        looked_at = circuit.both(step.in_force.may, self._who.may)
        parts = [in_tuple(first), either(looked_at, self._rows(), unseen)]
        if item.once or item.deducted:
            parts.append(tree.objects.call(partial(earlier_reasons, item), tree.whole(RECEIVED)))
        return one_after_another([*parts, *self._stacking(), *self._caps()])

    def _version(self) -> Shown:
        tree, version, holds = self._tree, self._step.item.version, self._step.in_force
        yes, no, unknown = (
            tree.objects.held(version_reason(version, answer, tree.at)) for answer in (True, False, None)
        )
        return either(holds.sure, yes, either(holds.may, unknown, no))

    def _window(self, window: Window) -> Shown:
        at = self._tree.at
        return self._tree.by_row(fields_of(window), lambda row: window_reason(window, Evidence(row, at)))

    def _rows(self) -> Shown:
        tree, table, circuit = self._tree, self._benefit.table, self._circuit
        taken, shown = circuit.no, []
        for row, offer in zip(table.rows, self._step.rows, strict=True):
            skipped = tree.objects.held(offered_by(row, self._benefit, tree.at).skipped(TAKEN))
            shown.append(either(taken, skipped, self._row(row, offer)))
            if table.hit is Hit.FIRST:
                taken = circuit.any((taken, offer.holds.sure))
        return in_tuple(shown)

    def _row(self, row: TableRow, offer: Offer) -> Shown:
        tree = self._tree
        offered = offered_by(row, self._benefit, tree.at)
        amount, lacking = shown_number(offer.low), tree.objects.held(())
        if row.give is not None:
            fields, known = fields_of(row.give.term), quantity_of(row.give.term, tree.board).known
            unknown = tree.by_row(fields, partial(lacking_in, fields))
            if len(fields) == 1:
                unknown = tree.objects.held(fields)
            amount, lacking = either(known, amount, NONE), either(known, lacking, unknown)
        if row.when is None:
            return tree.objects.call(offered.given, amount, lacking)
        clause = tree.clause(row.when.clause, row.when, offered.article)
        return tree.objects.call(offered.told, clause, amount, lacking)

    def _stacking(self) -> list[Shown]:
        tree, rules = self._tree, stacking_of(self._step.item)
        if not rules:
            return []
        titles = [self._book.items[place].benefit.title for place, _ in self._step.rivals]

        def reason(answers: Sequence[bool | None]) -> tuple[Reason]:
            winners, perhaps = (
                [title for title, won in zip(titles, answers, strict=True) if won is wanted]
                for wanted in (True, None)
            )
            return (stacking_reason(rules, winners, perhaps),)

        return [
            either(
                self._refused,
                tree.objects.held((nothing_to_stack(rules),)),
                tree.known(reason, self._rivals()),
            )
        ]

    def _caps(self) -> list[Shown]:
        """Only of what may be given."""
        tree, step, circuit, version = self._tree, self._step, self._circuit, self._step.item.version
        given, found = step.offered.holds.may, []
        if self._benefit.cap_fen is not None:
            cap = circuit.number(self._benefit.cap_fen)
            over = circuit.both(given, circuit.less(cap, step.table.high))
            reason = tree.objects.held((own_cap_reason(self._benefit.cap_fen),))
            found.append(either(over, reason, tree.objects.held(())))
        if version.caps:
            counts = step.counts.sure if step.counts else circuit.yes
            cut = circuit.both(given, circuit.less(step.amount.high, step.offered.high), counts)
            amount = either(
                circuit.same(step.amount.low, step.amount.high), shown_number(step.amount.low), NONE
            )
            reason = tree.objects.call(lambda amount_fen: (caps_reason(version, amount_fen),), amount)
            found.append(either(cut, reason, tree.objects.held(())))
        return found
