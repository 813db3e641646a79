"""Conditions and amounts, from text to an answer (条件与金额)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.check import Checker
from juxian.core.policy.lexer import Measure
from juxian.core.policy.mistakes import Mistake, Origin, typed_text
from juxian.core.policy.names import Names, shown
from juxian.core.policy.nodes import Clause, Node, Number, Term, fields_of
from juxian.core.policy.rowwise import Situation, evaluate
from juxian.core.policy.syntax import parse
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text


@dataclass(frozen=True)
class Expression:
    """A checked condition: the author's ``text`` and its typed ``clause``."""

    text: str
    clause: Clause

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Stored fields that it reads."""
        return fields_of(self.clause)

    def written(self, node: Node) -> str:
        """The author's own words for a part of it."""
        return self.text[slice(*node.place)]


@dataclass(frozen=True)
class Amount:
    """A checked amount of money, or a whole number: the author's ``text`` and its typed ``term``."""

    text: str
    term: Term

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return fields_of(self.term)


def parse_condition(text: str, names: Names, path: str = "") -> Expression:
    """Read one condition. Raises ``Rejected`` with every problem; ``path`` names the source in them."""
    expression, problems = read_condition(text, names, typed_text(text, path))
    if expression is None:
        raise Rejected(problems)
    return expression


def read_condition(text: str, names: Names, origin: Origin) -> tuple[Expression | None, list[Problem]]:
    """Read one condition that stands at ``origin``; all its problems when it is wrong."""
    try:
        tree = parse(text, names.vocabulary)
    except Mistake as mistake:
        return None, [origin.problem(mistake)]
    checker = Checker(names, text)
    node = checker.clause(tree)
    if node is None or checker.mistakes:
        return None, [origin.problem(mistake) for mistake in checker.mistakes]
    return Expression(text, node), []


def read_amount(text: str, names: Names, origin: Origin) -> tuple[Amount | None, list[Problem]]:
    """Read an amount of money: ``5万元``, ``min(年薪 * 40%, 100万元)``."""
    try:
        tree = parse(text, names.vocabulary)
    except Mistake as mistake:
        return None, [origin.problem(mistake)]
    checker = Checker(names, text)
    typed = checker.term(tree)
    if (
        typed is not None
        and typed.literal is Measure.PLAIN
        and isinstance(typed.term, Number)
        and typed.term.value == 0
    ):
        return Amount(text, Number(0, Kind.MONEY, typed.term.place)), []
    if typed is not None and typed.kind is not Kind.MONEY:
        hint = Text("金额写成 5万元 或 1500元", "write an amount as 5万元 or 1500元")
        checker.wrong(
            tree.place,
            "P204",
            Text(f"“{shown(text)}”不是金额", f"“{shown(text)}” is not an amount of money"),
            hint,
        )
    if typed is None or checker.mistakes:
        return None, [origin.problem(mistake) for mistake in checker.mistakes]
    return Amount(text, typed.term), []


def read_number(text: str, names: Names, origin: Origin) -> tuple[Amount | None, list[Problem]]:
    """Read a whole number: ``20``, ``5 + min(相关工作年数 - 2, 15)``."""
    try:
        tree = parse(text, names.vocabulary)
    except Mistake as mistake:
        return None, [origin.problem(mistake)]
    checker = Checker(names, text)
    typed = checker.term(tree)
    if typed is not None and typed.kind is not Kind.INTEGER:
        words = Text(
            f"“{shown(text)}”不是不带单位的整数", f"“{shown(text)}” is not a whole number without a unit"
        )
        checker.wrong(
            tree.place, "P204", words, Text("分值写成 20 或 年数 * 1", "write points as 20 or years * 1")
        )
    if typed is None or checker.mistakes:
        return None, [origin.problem(mistake) for mistake in checker.mistakes]
    return Amount(text, typed.term), []


def evaluate_condition(
    expression: Expression, row: Mapping[str, Any], as_of: date, schema: Schema
) -> bool | None:
    """Yes, no or unknown (None) of one row of canonical values; an absent or None value is unknown."""
    answer: bool | None = evaluate(expression.clause, row, Situation(as_of, schema))
    return answer
