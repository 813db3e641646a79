"""The generated function of one person: the same answers as the reference, from source that no author can write into."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.circuit.forms import wire
from juxian.core.policy.compiled import WORDS, answerer, source_of
from juxian.core.policy.decisions import decide
from juxian.core.policy.entitlements import COMPILED_AFTER, judged
from juxian.core.policy.nodes import Node
from juxian.core.policy.rulebook import rulebook
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.architecture.reading import under
from tests.core.policy.people import people_of
from tests.core.policy.words import DAY, SCHEMA, full_rows, policies, rows

VERDICTS = ("yes", "no", "unknown")


def by_reference(book, row, schema):
    """(verdict, amount, low, high) of every benefit."""
    decisions = decide(book, row, schema)
    found = []
    for places in book.keys.values():
        verdict, amount, offered = judged([decisions[place] for place in places])
        ends = (0, 0) if verdict == "no" else (offered.low, offered.high)
        found.append((VERDICTS.index(verdict.value), amount, *ends))
    return found


def test_every_form_has_a_rule():
    assert set(get_args(Node)) - set(wire.registry) == set()


@settings(max_examples=100, deadline=None)
@given(policies(), st.lists(rows | full_rows, min_size=1, max_size=5))
def test_it_agrees_with_the_reference(policies, people):
    book = rulebook(policies, DAY)

    answer = answerer(book, SCHEMA)

    assert [[tuple(one) for one in answer(row)] for row in people] == [
        by_reference(book, row, SCHEMA) for row in people
    ]


@pytest.mark.parametrize("path", packs_in(find_packs_dir()), ids=lambda path: path.name)
def test_it_agrees_on_every_shipped_pack(path: Path):
    pack = load_pack(path)
    for day in (date(2021, 6, 1), date(2024, 2, 29)):
        book = rulebook(pack.policies.values(), day)

        answer = answerer(book, pack.schema)

        for row in people_of(book, pack.schema, 25):
            assert [tuple(one) for one in answer(row)] == by_reference(book, row, pack.schema)


@settings(max_examples=15, deadline=None)
@given(policies(), rows)
def test_entitlements_are_the_same_through_it(policies, row):
    slow = list(entitlements(policies, row, DAY, SCHEMA))
    for _ in range(COMPILED_AFTER):
        quick = list(entitlements(policies, row, DAY, SCHEMA))

    assert [told(item) for item in quick] == [told(item) for item in slow]


def told(item):
    return (
        item.policy.id, item.version, item.benefit, item.verdict, item.standing, item.amount_fen, item.offered_fen,
        item.low_fen, item.high_fen, item.missing, item.payments, item.reasons,
    )  # fmt: skip


def test_days_may_be_text_or_dates_and_codes_outside_a_scale_are_unknown():
    policy, _ = read_policy(
        read_yaml(Source("p.yaml", "policy: p\ntitle: 办法\nbasis: assumed\nversions:\n- since: 2020-01-01\n  benefits:\n"
                         "  - {id: a, title: 甲, who: 学历 >= 硕士 and 年龄 <= 35, amount: 1万元}\n")),
        SCHEMA,
    )  # fmt: skip
    answer = answerer(rulebook([policy], DAY), SCHEMA)
    people = [
        {"degree": "doctor", "birth_date": "1988-03-01"},
        {"degree": "doctor", "birth_date": date(1988, 2, 29)},
        {"degree": "wizard", "birth_date": date(1999, 1, 1)},
        {"birth_date": date(1900, 1, 1)},
    ]

    assert [(VERDICTS[one.verdict], one.amount) for row in people for one in answer(row)] == [
        ("yes", 1_000_000), ("no", 0), ("unknown", None), ("no", 0),
    ]  # fmt: skip


# what keeps the source safe


HOSTILE = """policy: p
title: "x'); __import__('os')"
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: a
    title: "甲''' import os"
    who: 用人单位 in ("'); import os; ('", "c1") and 学历 in (硕士, 博士) and not received("') or True")
    amount: min(年薪 * 40%, 5万元)
    stacking: {group: "import os", rule: once_in_life}
"""


def test_no_text_of_an_author_enters_the_source():
    policy, problems = read_policy(read_yaml(Source("p.yaml", HOSTILE)), SCHEMA)
    assert policy is not None, problems

    text, names = source_of(rulebook([policy], DAY), SCHEMA)

    assert names["__builtins__"] == {}
    assert words_outside(text) == set()
    assert re.sub(r"[a-z_A-Z0-9 \n(),=:.<>!+*/-]", "", text) == ""


@settings(max_examples=60, deadline=None)
@given(policies())
def test_source_is_of_a_closed_grammar(policies):
    text, _ = source_of(rulebook(policies, DAY), SCHEMA)

    assert words_outside(text) == set()
    assert {type(node) for node in ast.walk(ast.parse(text))} <= GRAMMAR


def words_outside(text: str) -> set[str]:
    return {
        word for word in re.findall(r"[^\W\d]\w*", text) if not re.fullmatch(r"[ckovwt]\d+", word)
    } - WORDS


GRAMMAR = {
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Assign, ast.If, ast.Return, ast.Name, ast.Load, ast.Store, ast.Constant,
    ast.Attribute, ast.Call, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp, ast.Tuple, ast.And, ast.Or, ast.Not, ast.Is,
    ast.IsNot, ast.In, ast.Lt, ast.GtE, ast.Eq, ast.NotEq, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.USub,
}  # fmt: skip


def test_generated_python_is_executed_in_one_reviewed_place():
    found = {
        name: [node.func.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval", "compile")]
        for name, text in under("src/", ".py").items()
        if re.search(r"\b(exec|eval|compile)\(", text)
    }  # fmt: skip

    assert {name: calls for name, calls in found.items() if calls} == {
        "src/juxian/core/policy/compiled.py": ["exec", "compile"]
    }
