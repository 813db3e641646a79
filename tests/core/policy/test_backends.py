"""Both backends know every form, and agree on it, unknowns included."""

from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.policy import columnar, rowwise
from juxian.core.policy.columnar import Columns
from juxian.core.policy.nodes import Clause, Node, Term, fields_of
from juxian.core.policy.population import population
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.sweeping import reach, sweep
from tests.core.policy.words import (
    BENEFITS,
    DAY,
    SCHEMA,
    clauses,
    frame_of,
    full_rows,
    money_terms,
    policies,
    rows,
)

people = st.lists(rows, min_size=1, max_size=8) | st.lists(full_rows, min_size=1, max_size=8)


@pytest.mark.parametrize("rules", [rowwise.RULES, columnar.lower.registry], ids=["rowwise", "columnar"])
def test_every_form_has_a_rule(rules):
    assert set(get_args(Node)) - set(rules) == set()


def test_clauses_and_terms_are_all_the_forms():
    assert set(get_args(Clause)) | set(get_args(Term)) == set(get_args(Node))


@settings(max_examples=150, deadline=None)
@given(clauses | money_terms, people)
def test_columnar_agrees_with_rowwise(node, rows):
    ready = population(frame_of(rows), fields_of(node), BENEFITS, SCHEMA)
    columns = Columns(DAY, SCHEMA, {}, ready.certain)

    found = ready.frame.with_columns(columnar.lower(node, columns).alias("answer"))["answer"].to_list()

    assert found == [rowwise.evaluate(node, row, Situation(DAY, SCHEMA)) for row in rows]


@settings(max_examples=150, deadline=None)
@given(policies(), people)
def test_a_sweep_agrees_with_deciding_each_person(policies, rows):
    frame = frame_of(rows)

    by_columns = sweep(policies, frame, DAY, SCHEMA)
    by_rows = sweep(policies, frame, DAY, SCHEMA, engine="rowwise")

    assert by_columns.to_dicts() == by_rows.to_dicts()
    assert by_columns.schema == by_rows.schema


@settings(max_examples=50, deadline=None)
@given(policies(), people)
def test_reach_adds_up_the_sweep(policies, rows):
    frame = frame_of(rows)

    long = sweep(policies, frame, DAY, SCHEMA)

    for line in reach(policies, frame, DAY, SCHEMA).iter_rows(named=True):
        own = long.filter((pl.col("policy") == line["policy"]) & (pl.col("benefit") == line["benefit"]))
        assert line["yes"] == (own["verdict"] == "yes").sum()
        assert line["unknown"] == (own["verdict"] == "unknown").sum()
        assert line["amount_fen"] == own["amount_fen"].sum()
