"""Values of a generated function as texts over gates (生成源码中的值)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from juxian.core.policy.circuit.forms import Answer
from juxian.core.policy.circuit.gates import Gate, Op


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that the function works out: the gates it is made of, and how their texts are put together.

    name: given to what others read (``o`` and a number); it comes before them and is not returned.
    """

    gates: tuple[Gate, ...]
    text: Callable[..., str]
    name: str = ""


NONE = Shown((), lambda: "None")
_BARE_TRUTHS = (Op.LESS, Op.SAME, Op.NOT, Op.KNOWN)  # printed so that they are True or False themselves


class Objects:
    """What generated source names instead of holding it (``c7``): codes, texts, and functions of the product."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def name_of(self, value: Any) -> str:
        name = f"c{len(self._names)}"
        self._names[name] = value
        return name

    def held(self, value: Any) -> Shown:
        return named(self.name_of(value))

    def call(self, function: Callable[..., Any], *parts: Shown) -> Shown:
        name = self.name_of(function)
        return _together(parts, lambda texts: f"{name}({', '.join(texts)})")


def named(name: str) -> Shown:
    return Shown((), lambda: name)


def shown_number(gate: Gate) -> Shown:
    """The number of a gate."""
    return Shown((gate,), "{}".format)


def shown_truth(gate: Gate) -> Shown:
    """True or False."""
    return Shown((gate,), ("{}" if gate.op in _BARE_TRUTHS else "(True if {} else False)").format)


def shown_answer(answer: Answer) -> Shown:
    """True, False or None."""
    if answer.certain:
        return shown_truth(answer.sure)
    return Shown((answer.sure, answer.may), "(True if {} else None if {} else False)".format)


def either(test: Gate, yes: Shown, no: Shown) -> Shown:
    """Only the one that counts is worked out."""
    if test.op is Op.NUMBER:
        return yes if test.value else no
    return _together(
        (shown_number(test), yes, no), lambda texts: f"({texts[1]} if {texts[0]} else {texts[2]})"
    )


def in_tuple(parts: Sequence[Shown]) -> Shown:
    return _together(parts, lambda texts: f"({''.join(f'{text}, ' for text in texts)})")


def one_after_another(parts: Sequence[Shown]) -> Shown:
    """Several tuples as one."""
    return _together(parts, lambda texts: f"({' + '.join(texts)})")


def _together(parts: Sequence[Shown], text: Callable[[list[str]], str]) -> Shown:
    """One text of the texts of several parts."""

    def whole(*gates: str) -> str:
        texts, begin = [], 0
        for part in parts:
            end = begin + len(part.gates)
            texts.append(part.text(*gates[begin:end]))
            begin = end
        return text(texts)

    return Shown(tuple(gate for part in parts for gate in part.gates), whole)
