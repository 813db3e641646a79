"""The syntax tree: what was written, before anything is known of types (语法树)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from juxian.core.policy.lexer import Measure
from juxian.core.policy.nodes import Place, Relation


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    place: Place


@dataclass(frozen=True, slots=True)
class Quantity:
    value: int
    measure: Measure
    text: str  # the digits as written
    place: Place


@dataclass(frozen=True, slots=True)
class WrittenDay:
    value: date
    place: Place


@dataclass(frozen=True, slots=True)
class Quoted:
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Flag:
    value: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Logic:
    operator: Literal["and", "or"]
    parts: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Negation:
    part: Tree
    place: Place


@dataclass(frozen=True, slots=True)
class Comparison:
    """``first sign term sign term …``; a chain holds when each link does."""

    first: Tree
    links: tuple[tuple[Relation, Tree], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Membership:
    left: Tree
    items: tuple[Tree, ...]
    negated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Between:
    left: Tree
    low: Tree
    high: Tree
    negated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Having:
    left: Tree
    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: Literal["+", "-", "*"]
    left: Tree
    right: Tree
    place: Place


@dataclass(frozen=True, slots=True)
class Negative:
    part: Tree
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Tree, ...]
    place: Place


Tree = (
    Word
    | Quantity
    | WrittenDay
    | Quoted
    | Flag
    | Logic
    | Negation
    | Comparison
    | Membership
    | Between
    | Having
    | Arithmetic
    | Negative
    | Call
)
