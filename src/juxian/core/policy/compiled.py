"""One person's answer by generated Python (编译求值): verdict and amounts of every benefit in a few microseconds.

``reasoning`` asks for another function over the same gates: what is told of every benefit, reason by reason.

The source is printed from the gates of a circuit, that is from checked nodes, never from a text that somebody wrote: it holds
words of the closed list below, names made of a letter and a number, and whole numbers. Codes, names of fields and texts of a
policy stay objects in the function's namespace (``c7``) and are never printed, so no text of an author can become code;
``tests/core/policy/test_compiled.py`` holds the source to this grammar. This is the only place of the product that executes
generated Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from juxian.core.dates import whole_months
from juxian.core.facts.schema import Schema
from juxian.core.policy.circuit.gates import Gate, Op, needed, uses_of
from juxian.core.policy.circuit.leaves import (
    CALENDAR_LEAVES,
    LAST_MONTHDAY,
    TRUTH_LEAVES,
    Board,
    Leaf,
    LeafKind,
    Limits,
    monthday,
    monthend,
)
from juxian.core.policy.circuit.stages import finals_of
from juxian.core.policy.rulebook import Rulebook
from juxian.core.policy.scales import ranked
from juxian.core.policy.shown import Objects, Shown

YES, NO, UNKNOWN = range(3)  # verdicts in answers
WORDS = frozenset(
    (
        *("def", "return", "if", "else", "is", "not", "None", "and", "or", "in", "True", "False"),
        *(
            "answer",
            "general",
            "row",
            "get",
            "found",
            "text",
            "__class__",
            "iso",
            "toordinal",
            "months",
            "monthday",
            "monthend",
        ),
    )
)  # every word that generated source may hold, besides names of a letter and a number
_UNBOUNDED = 10**40
_DEEPEST = 30  # of one expression; beyond, a part gets a name of its own


class Found(NamedTuple):
    """One benefit: ``amount`` is what counts, None while undecided; low and high what it may come to once it holds."""

    verdict: int
    amount: int | None
    low: int
    high: int


Answerer = Callable[[Mapping[str, Any]], Sequence[Found]]  # row → benefits in the order of ``Rulebook.keys``


def answerer(book: Rulebook, schema: Schema) -> Answerer:
    """The generated function of a rulebook, made once for a day and kept with it."""
    memory = book.situation(schema).memory
    found: Answerer | None = memory.get((answerer, book.as_of))
    if found is None:
        found = memory[answerer, book.as_of] = made(book, schema, answers_of)
    return found


Wanted = Callable[[Rulebook, Board, Objects], Sequence[Shown]]


def made(book: Rulebook, schema: Schema, wanted: Wanted) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """The generated function from a row to what is wanted."""
    text, names = source_of(book, schema, wanted)
    exec(compile(text, "<policies>", "exec"), names)  # noqa: S102  # see the head of this module
    function: Callable[[Mapping[str, Any]], tuple[Any, ...]] = names["answer"]
    return function


def answers_of(book: Rulebook, board: Board, objects: Objects) -> list[Shown]:
    """``Found`` of every benefit."""
    return [
        Shown((final.yes, final.no, final.low, final.high, final.decided, final.amount), _found)
        for final in finals_of(book, board)
    ]


def _found(yes: str, no: str, low: str, high: str, decided: str, amount: str) -> str:
    verdict = f"{YES} if {yes} else {NO} if {no} else {UNKNOWN}"
    return f"found({verdict}, {amount} if {decided} else None, {low}, {high})"


def source_of(book: Rulebook, schema: Schema, wanted: Wanted = answers_of) -> tuple[str, dict[str, Any]]:
    """Generated source, and the objects that it names.

    ``answer`` reads the row and goes on where everything is known; ``general`` is for a row that lacks something.
    """
    quick, careful = _board(book, schema, sure=True), _board(book, schema, sure=False)
    names: dict[str, Any] = {
        "__builtins__": {}, "iso": date.fromisoformat, "text": str, "found": Found,
        "monthday": monthday, "monthend": monthend,
        "months": lambda ordinal: whole_months(date.fromordinal(ordinal), book.as_of),
    }  # fmt: skip
    objects = Objects(names)
    plain, open_ended = wanted(book, quick, objects), wanted(book, careful, objects)
    leaves = list(dict.fromkeys((*quick.leaves, *careful.leaves)))
    reading = _Reading(leaves, schema, objects)
    lines = ["def answer(row):", *reading.lines]
    doubtful = [f"v{place}" for place, leaf in enumerate(leaves) if leaf.kind not in _NEVER_UNKNOWN]
    passed = ", ".join(reading.variables)
    if doubtful:
        lines.append(f" if {' or '.join(f'{name} is None' for name in doubtful)}: return general({passed})")
    lines += _body(plain, quick, leaves)
    lines.append(f"def general({passed}):")
    for place, leaf in enumerate(leaves):
        if leaf.kind not in _NEVER_UNKNOWN:
            empty = "False" if leaf.kind in TRUTH_LEAVES else "1"
            lines += [f" k{place} = v{place} is not None", f" if v{place} is None: v{place} = {empty}"]
    lines += _body(open_ended, careful, leaves)
    return "\n".join(lines) + "\n", names


_NEVER_UNKNOWN = (LeafKind.RECORDED, LeafKind.RECEIVED, LeafKind.WHOLE)


def _board(book: Rulebook, schema: Schema, *, sure: bool) -> Board:
    def limits(leaf: Leaf) -> Limits:
        certain = leaf.kind in (LeafKind.RECORDED, LeafKind.WHOLE) or (
            sure and leaf.kind is not LeafKind.RECEIVED
        )
        if leaf.kind is LeafKind.DAY:
            return Limits(1, date.max.toordinal(), certain)
        if leaf.kind in CALENDAR_LEAVES:
            return Limits(0, LAST_MONTHDAY, certain)
        if leaf.kind is LeafKind.LEVEL:
            return Limits(0, len(schema.scales[leaf.detail[0]].levels) - 1, certain)
        return (
            Limits(0, 1, certain) if leaf.kind in TRUTH_LEAVES else Limits(-_UNBOUNDED, _UNBOUNDED, certain)
        )

    return Board.empty(book.as_of, schema, book.benefit_words, limits)


class _Reading:
    """Lines that read each leaf once: ``v`` its value (None where unknown), ``k`` whether something was received."""

    def __init__(self, leaves: Sequence[Leaf], schema: Schema, objects: Objects) -> None:
        self.lines = [" get = row.get"]
        self.variables: list[str] = []
        self._object = objects.name_of
        self._whole: dict[str, str] = {}
        for place, leaf in enumerate(leaves):
            self._read(f"v{place}", f"k{place}", leaf, schema)

    def _field(self, leaf: Leaf) -> str:
        """The variable that holds the whole value of a leaf's field."""
        if leaf.field not in self._whole:
            name = f"w{len(self._whole)}"
            self._whole[leaf.field] = name
            self.lines.append(f" {name} = get({self._object(leaf.field)})")
        return self._whole[leaf.field]

    def _read(self, value: str, known: str, leaf: Leaf, schema: Schema) -> None:
        whole = self._field(leaf)
        self.variables.append(value)
        match leaf.kind:
            case LeafKind.NUMBER | LeafKind.FLAG | LeafKind.HISTORY | LeafKind.WHOLE:
                self.lines.append(f" {value} = {whole}")
            case LeafKind.DAY:
                day = f"(iso({whole}) if {whole}.__class__ is text else {whole}).toordinal()"
                self.lines.append(f" {value} = None if {whole} is None else {day}")
            case LeafKind.MONTHDAY | LeafKind.MONTHEND:
                day = f"(iso({whole}) if {whole}.__class__ is text else {whole})"
                self.lines.append(f" {value} = None if {whole} is None else {leaf.kind}({day})")
            case LeafKind.LEVEL:
                order = ranked(schema.scales[leaf.detail[0]])
                place_of = self._object({code: place for place, code in enumerate(order)}.get)
                self.lines.append(f" {value} = {place_of}({whole})")
            case LeafKind.HOLDS:
                code = self._object(leaf.detail[0])
                self.lines.append(f" {value} = None if {whole} is None else {code} in {whole}")
            case LeafKind.TEXT:
                texts = self._object(leaf.detail)
                self.lines.append(f" {value} = None if {whole} is None else {whole} in {texts}")
            case LeafKind.RECORDED:
                self.lines.append(f" {value} = {whole} is not None")
            case LeafKind.RECEIVED:
                name = self._object(leaf.detail[0])
                self.variables.append(known)
                self.lines.append(f" {known} = {whole} is not None and {name} in {whole}")
                self.lines.append(f" {value} = ({whole}.get({name}) or 0) if {known} else 0")


def _body(wanted: Sequence[Shown], board: Board, leaves: Sequence[Leaf]) -> list[str]:
    """Lines from the values of leaves to what is returned."""
    place_of = {leaf: place for place, leaf in enumerate(leaves)}
    renamed = [place_of[leaf] for leaf in board.leaves]
    roots = [gate for one in wanted for gate in one.gates]
    gates = needed(roots)
    twice = [arg for gate in gates if gate.op in _ENDS for arg in gate.args]  # each part is printed twice
    printer = _Printer(renamed, uses_of(gates, [*roots, *twice]))
    lines = [line for gate in gates for line in printer.named(gate)]
    texts = [(one.name, one.text(*(printer.text(gate) for gate in one.gates))) for one in wanted]
    lines += [f" {name} = {text}" for name, text in texts if name]
    return [*lines, f" return ({''.join(f'{text}, ' for name, text in texts if not name)})"]


class _Printer:
    """Gates as expressions. What is read twice gets a name; the rest stays where it is read, and is worked out only there."""

    def __init__(self, leaves: Sequence[int], uses: Mapping[int, int]) -> None:
        self._leaves = leaves
        self._uses = uses
        self._texts: dict[int, str] = {}
        self._depths: dict[int, int] = {}

    def text(self, gate: Gate) -> str:
        return self._texts[gate.place]

    def named(self, gate: Gate) -> list[str]:
        """Print one gate whose parts are printed; the line that names it, where it gets a name."""
        text = self._printed(gate)
        depth = 1 + max((self._depths[arg.place] for arg in gate.args), default=0)
        if depth > _DEEPEST or (self._uses[gate.place] > 1 and not _is_cheap(gate)):
            name = f"t{gate.place}"
            self._texts[gate.place], self._depths[gate.place] = name, 0
            return [f" {name} = {text}"]
        self._texts[gate.place], self._depths[gate.place] = text, depth
        return []

    def _printed(self, gate: Gate) -> str:
        parts = [self._texts[arg.place] for arg in gate.args]
        match gate.op:
            case Op.NUMBER:
                return repr(bool(gate.value)) if gate.truth else repr(gate.value)
            case Op.INPUT:
                return f"v{self._leaves[gate.value]}"
            case Op.KNOWN:
                return f"k{self._leaves[gate.value]}"
            case Op.NOT:
                return self._opposite(gate.args[0])
            case Op.AND | Op.OR:
                return f"({f' {gate.op} '.join(parts)})"
            case Op.DIVIDE:
                return f"({parts[0]} // {gate.value})"
            case Op.SELECT:
                return f"({parts[1]} if {parts[0]} else {parts[2]})"
            case Op.MONTHS:
                return f"months({parts[0]})"
            case Op.LEAST:
                return f"({parts[0]} if {parts[0]} < {parts[1]} else {parts[1]})"
            case Op.GREATEST:
                return f"({parts[1]} if {parts[0]} < {parts[1]} else {parts[0]})"
        return f"({parts[0]} {_SIGNS[gate.op]} {parts[1]})"

    def _opposite(self, part: Gate) -> str:
        if part.op in (Op.LESS, Op.SAME) and not self._texts[part.place].startswith("t"):
            left, right = (self._texts[arg.place] for arg in part.args)
            return f"({left} {'>=' if part.op is Op.LESS else '!='} {right})"
        return f"(not {self._texts[part.place]})"


_SIGNS = {Op.LESS: "<", Op.SAME: "==", Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*"}
_ENDS = (Op.LEAST, Op.GREATEST)  # printed with each part twice: a call of min or max costs more than all else
_ATOMS = (Op.NUMBER, Op.INPUT, Op.KNOWN)


def _is_cheap(gate: Gate) -> bool:
    """Whether a gate costs no more than a variable."""
    if gate.op is Op.NOT:
        return _is_cheap(gate.args[0])
    return gate.op in _ATOMS or (gate.op in (Op.LESS, Op.SAME) and all(arg.op in _ATOMS for arg in gate.args))
