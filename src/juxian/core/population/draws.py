"""How a value of a recipe is drawn for many persons (取值方式): fixed, by weight, in turn, split, own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from juxian.core.facts.schema import Kind, ValueType
from juxian.core.money import FEN_PER_YUAN
from juxian.core.population.reading import Reader, one_of
from juxian.core.positioned import Path
from juxian.core.text import Text

PART_FEN = 100 * FEN_PER_YUAN  # a split pays whole hundreds of yuan
LARGEST = 10**9
OWN = ("employer", "degree", "school_tags", "title_level")


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same value for everybody."""

    value: Any


@dataclass(frozen=True, slots=True)
class Choose:
    """Drawn by weight, ``{choose: {a: 3, b: 1}}``; options in order of their canonical value."""

    options: tuple[Any, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """Dealt out in turn, ``{each: [a, b]}``: numbers of persons differ by one at most."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Exactly so many of each, ``{counts: {a: 60, b: 35}}``; they add up to the number of facts."""

    values: tuple[Any, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Parts in whole hundreds of yuan that add up to ``total_fen``, ``{split: 303万元}``."""

    total_fen: int


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number drawn evenly, ``{range: 1..9}``, both ends inclusive."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Own:
    """What the person has already, ``{own: employer}``: one of ``OWN``."""

    word: str


Draw = Fixed | Choose | Each | Counts | Split | Range | Own


def read_draw(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    """The way of drawing written at ``path`` for a field of ``type_``; None after a problem."""
    raw = reader.document.at(path)
    if not isinstance(raw, dict):
        value = reader.value(path, raw, type_)
        return None if value is None else Fixed(value)
    word = next(iter(raw), "")
    if len(raw) != 1 or word not in _WAYS:
        message = Text("取值方式应恰有一个词", "a way of drawing has exactly one word")
        reader.tell(path, "G112", message, one_of(word, _WAYS))
        return None
    return _WAYS[word](reader, (*path, word), type_)


def _weights(reader: Reader, path: Path, type_: ValueType, least: int) -> dict[Any, tuple[Any, int]]:
    """Canonical value and number of each option, in order of the value's text."""
    found: dict[str, tuple[Any, int]] = {}
    for key in reader.shaped(path, dict) or {}:
        value = reader.value((*path, key), key, type_)
        number = reader.number((*path, key), least, LARGEST)
        if value is not None and number is not None:
            found[str(value)] = (value, number)
    return dict(sorted(found.items()))


def _read_choose(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    options = list(_weights(reader, path, type_, 0).values())
    if sum(weight for _, weight in options) < 1:
        message = Text("至少一个选项的权重应大于零", "at least one option needs a weight above zero")
        reader.tell(
            path,
            "G112",
            message,
            Text("写如 {choose: {male: 1, female: 1}}", "write {choose: {male: 1, female: 1}}"),
        )
        return None
    return Choose(tuple(value for value, _ in options), tuple(weight for _, weight in options))


def _read_counts(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    options = list(_weights(reader, path, type_, 0).values())
    return Counts(tuple(value for value, _ in options), tuple(number for _, number in options))


def _read_each(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    raw = reader.shaped(path, list)
    if not raw:
        reader.tell(path, "G112", Text("列表不能为空", "the list must not be empty"))
        return None
    values = [reader.value((*path, index), item, type_) for index, item in enumerate(raw)]
    return None if None in values else Each(tuple(values))


def _read_split(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    if type_.kind is not Kind.MONEY:
        reader.tell(path, "G112", Text("只有金额可以拆分", "only an amount can be split"))
        return None
    total = reader.value(path, reader.document.at(path), type_)
    if total is None or (total > 0 and total % PART_FEN == 0):
        return None if total is None else Split(total)
    reader.tell(
        path, "G112", Text("拆分的总额应为整百元", "the total to be split must be whole hundreds of yuan")
    )
    return None


def _read_range(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    if type_.kind not in (Kind.INTEGER, Kind.MONTHS):
        reader.tell(
            path, "G112", Text("只有整数和月数可以写范围", "only whole numbers and months can be a range")
        )
        return None
    ends = reader.number_range(path, 0, LARGEST)
    return Range(*ends) if ends else None


def _read_own(reader: Reader, path: Path, type_: ValueType) -> Draw | None:
    word = reader.shaped(path, str)
    if word is None or word in OWN:
        return Own(word) if word else None
    reader.tell(path, "G112", Text(f"没有“{word}”可取", f"there is no own “{word}”"), one_of(word, OWN))
    return None


_WAYS: dict[str, Callable[[Reader, Path, ValueType], Draw | None]] = {
    "choose": _read_choose,
    "counts": _read_counts,
    "each": _read_each,
    "split": _read_split,
    "range": _read_range,
    "own": _read_own,
}
