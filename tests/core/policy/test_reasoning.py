"""What is told by the generated function is what the reference tells, word for word: every reason, what is missing, how it stands."""

from __future__ import annotations

import ast
import re
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.compiled import source_of
from juxian.core.policy.decisions import decide
from juxian.core.policy.document import Hit
from juxian.core.policy.entitlements import COMPILED_AFTER
from juxian.core.policy.evidence import Evidence
from juxian.core.policy.explain import lacking_in, missing_of, told_of
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import RECEIVED, AllOf, AnyOf, IsTrue, Not, fields_of
from juxian.core.policy.reasoning import reasons_of, teller
from juxian.core.policy.rulebook import rulebook
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.people import people_of
from tests.core.policy.test_compiled import GRAMMAR, HOSTILE, words_outside
from tests.core.policy.test_outcomes import policy
from tests.core.policy.words import DAY, SCHEMA, full_rows, policies, policy_asking, rows


def by_reference(book, row, schema):
    decisions = decide(book, row, schema)
    return [told_of(one, decisions, Evidence(row, book.situation(schema))) for one in decisions]


@settings(max_examples=100, deadline=None)
@given(policies(), st.lists(rows | full_rows, min_size=1, max_size=5))
def test_it_agrees_with_the_reference(policies, people):
    book = rulebook(policies, DAY)

    tell = teller(book, SCHEMA)

    for row in people:
        assert list(tell(row)) == by_reference(book, row, SCHEMA)


@pytest.mark.parametrize("path", packs_in(find_packs_dir()), ids=lambda path: path.name)
def test_it_is_the_same_on_every_shipped_pack(path: Path):
    pack = load_pack(path)
    for day in (date(2021, 6, 1), date(2024, 2, 29)):
        book = rulebook(pack.policies.values(), day)

        tell = teller(book, pack.schema)

        for row in people_of(book, pack.schema, 12):
            assert list(tell(row)) == by_reference(book, row, pack.schema)


def missing_alone(decision, seen):
    """What keeps one benefit from being decided, asked of its clauses and not of its reasons."""
    item, table = decision.item, decision.item.benefit.table
    if decision.alone_refused:
        return set()
    found = [*missing_of(item.in_force, seen)]
    found += missing_of(item.window, seen) if item.window else ()
    found += missing_of(item.benefit.who.clause, seen) if item.benefit.who else ()
    if decision.table.holds is None or decision.table.low != decision.table.high:
        for row, outcome in zip(table.rows, decision.rows, strict=True):
            found += missing_of(row.when.clause, seen) if row.when else ()
            if outcome.holds is not False and outcome.low != outcome.high:
                found += lacking_in(fields_of(row.give.term), seen.row)
            if outcome.holds is True and table.hit is Hit.FIRST:
                break
    if item.once or item.deducted:
        found += lacking_in((RECEIVED,), seen.row)
    return set(found)


@settings(max_examples=100, deadline=None)
@given(policies(), rows)
def test_what_is_missing_is_what_its_clauses_lack(policies, row):
    book = rulebook(policies, DAY)
    seen = Evidence(row, book.situation(SCHEMA))

    told = teller(book, SCHEMA)(row)

    decisions = decide(book, row, SCHEMA)
    assert [set(one.missing) for one in told] == [missing_alone(decision, seen) for decision in decisions]


STACKED = """
  - id: a
    title: 甲
    who: 全职
    amount: 年薪 * 10%
    cap: 5万元
    stacking: {group: 住房, rule: highest}
  - id: b
    title: 乙
    amount: 8万元
    stacking: {group: 住房, rule: highest}
"""


def told_when(benefits, **row):
    """The same through the reference and through the generated function, which takes over once enough have asked."""
    policies = [policy(benefits)]
    for _ in range(COMPILED_AFTER + 1):
        found = entitlements(policies, row, DAY, SCHEMA).of("a")
    assert found is not None
    return found


def test_a_row_says_which_fact_of_its_amount_is_missing():
    found = told_when(STACKED[: STACKED.index("  - id: b")], full_time=True)

    row = next(reason for reason in found.reasons if reason.kind == "row")
    assert (row.holds, row.amount_fen, row.missing) == (True, None, ("annual_pay",))
    assert found.missing == ("annual_pay",)


def test_what_is_refused_is_told_neither_a_cap_nor_who_else_is_given_it():
    refused, given = (
        told_when(STACKED, full_time=False, annual_pay=10**10),
        told_when(STACKED, full_time=True, annual_pay=10**10),
    )

    assert [reason.kind for reason in refused.reasons] == ["version", "who", "row", "stacking"]
    assert (refused.displaced_by, refused.standing) == ((), "not_met")
    assert [benefit.id for benefit in given.displaced_by] == ["b"]
    assert given.standing == "displaced"


def test_days_may_be_dates_and_what_no_scale_knows_is_told_by_the_reference():
    read, _ = read_policy(
        read_yaml(Source("p.yaml", "policy: p\ntitle: 办法\nbasis: assumed\nversions:\n- since: 2020-01-01\n  benefits:\n"
                         "  - {id: a, title: 甲, who: 学历 >= 硕士 and 年龄 <= 35, amount: 1万元}\n")),
        SCHEMA,
    )  # fmt: skip
    book = rulebook([read], DAY)
    people = [
        {"degree": "doctor", "birth_date": date(1988, 2, 29)},
        {"birth_date": "1999-01-01"},
        {"degree": "doctor"},
    ]

    assert [list(teller(book, SCHEMA)(row)) for row in people] == [
        by_reference(book, row, SCHEMA) for row in people
    ]


def test_once_enough_have_asked_the_reference_is_asked_no_more(monkeypatch):
    policies = [policy(STACKED)]
    for _ in range(COMPILED_AFTER):
        entitlements(policies, {}, DAY, SCHEMA)

    monkeypatch.setattr(import_module("juxian.core.policy.entitlements"), "told_of", None)
    monkeypatch.setattr(import_module("juxian.core.policy.entitlements"), "decide_by", None)

    found = entitlements(policies, {"full_time": True}, DAY, SCHEMA)

    assert [(item.standing.value, item.reasons[0].holds) for item in found] == [
        ("displaced", True),
        ("granted", True),
    ]


def test_what_does_not_depend_on_the_person_is_one_object():
    tell = teller(rulebook([policy(STACKED)], DAY), SCHEMA)

    first, second = (tell({"full_time": False, "children": number}) for number in (1, 2))

    assert all(one.reasons[0] is other.reasons[0] for one, other in zip(first, second, strict=True))
    assert first[0].reasons[1] is second[0].reasons[1]  # a yes or no is told by one object for each answer


def test_clauses_may_stand_deep_within_each_other():
    clause = IsTrue("full_time")
    for _ in range(40):
        clause = AnyOf((IsTrue("home_owned"), Not(AllOf((IsTrue("full_time"), clause)))))
    book = rulebook([policy_asking([Expression("", clause)], [])], DAY)

    for row in ({}, {"full_time": True}, {"home_owned": False, "full_time": True}):
        assert list(teller(book, SCHEMA)(row)) == by_reference(book, row, SCHEMA)


# what keeps the source safe


def test_no_text_of_an_author_enters_the_source():
    read, problems = read_policy(read_yaml(Source("p.yaml", HOSTILE)), SCHEMA)
    assert read is not None, problems

    text, names = source_of(rulebook([read], DAY), SCHEMA, reasons_of)

    assert names["__builtins__"] == {}
    assert words_outside(text) == set()
    assert re.sub(r"[a-z_A-Z0-9 \n(),=:.<>!+*/-]", "", text) == ""


@settings(max_examples=40, deadline=None)
@given(policies())
def test_source_is_of_a_closed_grammar(policies):
    text, _ = source_of(rulebook(policies, DAY), SCHEMA, reasons_of)

    assert words_outside(text) == set()
    assert {type(node) for node in ast.walk(ast.parse(text))} <= GRAMMAR
