"""Gates as C: one loop without branches over narrow whole numbers, for the system's compiler (融合内核的源程序).

The source is printed from the gates of a circuit: it holds the words of this module, names made of a letter and a number, and
whole numbers. No text of a policy enters it. Yes and no are masks, −1 and 0, so that a choice is a few operations on bits;
every number has the smallest word that holds its bounds. Words wrap (``-fwrapv``): what comes of an unknown value is any
number, which the circuit never looks at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from juxian.core.policy.circuit.gates import Gate, Op, needed
from juxian.core.policy.circuit.leaves import TRUTH_LEAVES, Leaf, Limits
from juxian.core.policy.engines.asked import parted
from juxian.core.policy.engines.inputs import DAY_ZERO, width_of

BLOCK = 512  # rows between two additions to the totals; also what stays in the nearest cache
LARGEST_PART = 600  # gates in one loop, unless one result alone reads more: beyond, a compiler takes long
UNKNOWN_TRUTH = -1  # a column of yes or no holds 1, 0 or this
_ERA_DAYS = 146_097  # 400 years, after which the calendar repeats


def sentinel(limits: Limits) -> int:
    """The number that stands for unknown in a column with these bounds."""
    return limits.low - 1


def column_bits(leaf: Leaf, limits: Limits) -> int:
    """Bits of the words of an input column."""
    return 8 if leaf.kind in TRUTH_LEAVES else width_of(limits.low, limits.high)


@dataclass(frozen=True)
class Inlet:
    """What a kernel reads: leaves in the order of their places, and the bounds of each."""

    leaves: tuple[Leaf, ...]
    limits: Mapping[Leaf, Limits]
    as_of: date


def result_bits(gate: Gate) -> int:
    """Bits of the words of a column that a kernel writes."""
    return 8 if gate.truth else width_of(gate.low, gate.high)


def columns_source(roots: Sequence[Gate], inlet: Inlet) -> str:
    """``void kernel(from, to, in, out)``: the k-th output column holds the k-th root, row for row."""
    parts = []
    for number, group in enumerate(parted(roots, LARGEST_PART)):
        body = _Body(group.values(), inlet)
        opening = [
            f"  int{result_bits(g)}_t *restrict o{place} = ((int{result_bits(g)}_t *)out[{place}]);"
            for place, g in group.items()
        ]
        closing = [f"    o{place}[i] = {body.stored(gate)};" for place, gate in group.items()]
        parts.append(_part(number, body, opening, closing))
    return _whole(parts)


def totals_source(roots: Sequence[Gate], inlet: Inlet) -> str:
    """The same head; to ``out[2k]`` and ``out[2k + 1]``, each one number of 64 bits, the sum of the k-th root is added.

    The sum is ``out[2k] + (out[2k + 1] << 32)``, so that neither leaves 64 bits.
    """
    parts = []
    for number, group in enumerate(parted(roots, LARGEST_PART)):
        body = _Body(group.values(), inlet)
        opening = [
            f"  int{_sum_bits(g)}_t s{place} = 0; int64_t *r{place} = (int64_t *)out[{place}];"
            for place, g in group.items()
        ]
        adding = [
            f"    s{place} {'-' if gate.truth else '+'}= {body.text(gate)};" for place, gate in group.items()
        ]
        closing = [
            f"  r{place}[0] += (int64_t)s{place} & 0xffffffff; r{place}[1] += (int64_t)s{place} >> 32;"
            for place in group
        ]
        parts.append(_part(number, body, opening, adding, closing))
    return _whole(parts)


def _sum_bits(gate: Gate) -> int:
    return 32 if max(gate.high, -gate.low, 1) * BLOCK < 1 << 31 else 64


def _part(
    number: int, body: _Body, opening: Iterable[str], inside: Iterable[str], closing: Iterable[str] = ()
) -> list[str]:
    return [
        f"static void part{number}(int64_t from, int64_t to, const void *const *in, void *const *out) {{",
        *body.opening,
        *opening,
        "  for (int64_t i = from; i < to; i++) {",
        *body.lines,
        *inside,
        "  }",
        *closing,
        "}",
    ]


def _whole(parts: Sequence[list[str]]) -> str:
    calls = " ".join(f"part{number}(i, j, in, out);" for number in range(len(parts)))
    lines = [
        *_HEAD,
        *(line for part in parts for line in part),
        "void kernel(int64_t from, int64_t to, const void *const *in, void *const *out) {",
        f"  for (int64_t i = from; i < to; i += {BLOCK}) {{",
        f"    int64_t j = i + {BLOCK} < to ? i + {BLOCK} : to;",
        f"    {calls}",
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


class _Body:
    """The lines of a loop that work out some gates of row ``i``."""

    def __init__(self, roots: Iterable[Gate], inlet: Inlet) -> None:
        self.opening: list[str] = []
        self.lines: list[str] = []
        self._inlet = inlet
        self._read: set[int] = set()
        self._texts: dict[int, str] = {}
        for gate in needed(roots):
            self._add(gate)

    def text(self, gate: Gate) -> str:
        return self._texts[gate.place]

    def stored(self, gate: Gate) -> str:
        return f"(int8_t)({self.text(gate)} & 1)" if gate.truth else self.text(gate)

    def _add(self, gate: Gate) -> None:
        text = self._printed(gate)
        if gate.op is Op.NUMBER:
            self._texts[gate.place] = text
            return
        name = f"t{gate.place}"
        self.lines.append(f"    {_type(gate)} {name} = {text};")
        self._texts[gate.place] = name

    def _column(self, place: int) -> tuple[str, Limits]:
        leaf = self._inlet.leaves[place]
        limits = self._inlet.limits[leaf]
        if place not in self._read:
            self._read.add(place)
            bits = column_bits(leaf, limits)
            self.opening.append(f"  const int{bits}_t *restrict c{place} = (const int{bits}_t *)in[{place}];")
        return f"c{place}[i]", limits

    def _printed(self, gate: Gate) -> str:
        match gate.op:
            case Op.NUMBER:
                return str(-gate.value if gate.truth else gate.value)
            case Op.INPUT:
                column, _ = self._column(gate.value)
                return f"-({column} == 1)" if gate.truth else column
            case Op.KNOWN:
                column, limits = self._column(gate.value)
                truth = self._inlet.leaves[gate.value].kind in TRUTH_LEAVES
                return f"-({column} != {UNKNOWN_TRUTH if truth else sentinel(limits)})"
            case Op.NOT:
                return f"~{self.text(gate.args[0])}"
            case Op.AND:
                return " & ".join(self.text(arg) for arg in gate.args)
            case Op.OR:
                return " | ".join(self.text(arg) for arg in gate.args)
            case Op.LESS | Op.SAME:
                left, right = (self._number(arg) for arg in gate.args)
                return f"-({left} {'<' if gate.op is Op.LESS else '=='} {right})"
            case Op.MONTHS:
                return _months(self.text(gate.args[0]), self._inlet.as_of)
        return self._counted(gate)

    def _number(self, gate: Gate, word: str = "") -> str:
        """A gate as a number, yes as 1."""
        text = f"({self.text(gate)} & 1)" if gate.truth and gate.op is not Op.NUMBER else self.text(gate)
        return f"({word}){text}" if word else text

    def _counted(self, gate: Gate) -> str:
        if gate.op is Op.SELECT:
            return self._select(gate)
        word = f"int{max(_bits(gate), *(_bits(arg) for arg in gate.args))}_t"
        parts = [self._number(arg, word) for arg in gate.args]
        match gate.op:
            case Op.DIVIDE:
                return _divided(parts[0], gate.args[0], gate.value)
            case Op.LEAST | Op.GREATEST:
                sign = "<" if gate.op is Op.LEAST else ">"
                return f"{parts[0]} {sign} {parts[1]} ? {parts[0]} : {parts[1]}"
        return f"{parts[0]} {_SIGNS[gate.op]} {parts[1]}"

    def _select(self, gate: Gate) -> str:
        test, yes, no = gate.args
        word = _type(gate)
        mask, one, other = f"({word}){self.text(test)}", self._number(yes, word), self._number(no, word)
        if _is_nothing(no):
            return f"{mask} & {one}"
        if _is_nothing(yes):
            return f"~{mask} & {other}"
        return f"{other} ^ (({one} ^ {other}) & {mask})"


def _is_nothing(gate: Gate) -> bool:
    return gate.op is Op.NUMBER and gate.value == 0


_SIGNS = {Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*"}


def _bits(gate: Gate) -> int:
    return width_of(gate.low, gate.high)


def _type(gate: Gate) -> str:
    return f"int{8 if gate.truth else _bits(gate)}_t"


def _divided(text: str, gate: Gate, divisor: int) -> str:
    """Rounded down, also below 0, where C rounds towards 0."""
    if gate.low >= 0:
        return f"{text} / {divisor}"
    return f"({text} - (({text} < 0) ? {divisor - 1} : 0)) / {divisor}"


def _months(day: str, end: date) -> str:
    return f"months({day}, {end.year * 12 + end.month - 1}, {31 if (end + timedelta(days=1)).day == 1 else end.day})"


# Days to a civil month: years that begin in March, counted from an era that begins before every day. After the well-known
# ``civil_from_days`` of H. Hinnant, by divisions through constants only.
_ERAS = 40
_MARCH_OF_YEAR_0 = (DAY_ZERO - date(1, 3, 1)).days + 365  # days from 1 March of the year 0 to day 0
_HEAD = (
    "#include <stdint.h>",
    "static inline int32_t months(int32_t day, int32_t end_month, int32_t end_day) {",
    f"  int32_t z = day + {_MARCH_OF_YEAR_0 + _ERAS * _ERA_DAYS};",
    f"  int32_t era = z / {_ERA_DAYS}, doe = z - era * {_ERA_DAYS};",
    "  int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;",
    "  int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;",
    "  int32_t month_day = doy - (153 * mp + 2) / 5 + 1;",
    f"  int32_t start_month = (yoe + era * 400 - {_ERAS * 400}) * 12 + mp + 2;",
    "  return end_month - start_month - (month_day > end_day);",
    "}",
)
