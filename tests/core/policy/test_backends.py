"""Every engine knows every form, and agrees with the reference on it, unknowns included."""

from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.policy import rowwise
from juxian.core.policy.circuit.forms import wire
from juxian.core.policy.nodes import Clause, Node, Term
from juxian.core.policy.sweeping import reach, sweep
from tests.core.policy.agreeing import assert_equal_sweeps, people
from tests.core.policy.words import (
    DAY,
    SCHEMA,
    amounts,
    conditions,
    frame_of,
    policies,
    policy_asking,
)


@pytest.mark.parametrize("rules", [rowwise.RULES, wire.registry], ids=["rowwise", "circuit"])
def test_every_form_has_a_rule(rules):
    assert set(get_args(Node)) - set(rules) == set()


def test_clauses_and_terms_are_all_the_forms():
    assert set(get_args(Clause)) | set(get_args(Term)) == set(get_args(Node))


@settings(max_examples=100, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=3), st.lists(amounts, min_size=1, max_size=3), people)
def test_every_clause_and_term_agrees(whos, gives, rows):
    made = policy_asking(whos, gives)

    assert_equal_sweeps([made], frame_of(rows), "polars")


@settings(max_examples=100, deadline=None)
@given(policies(), people)
def test_a_sweep_agrees_with_deciding_each_person(policies, rows):
    assert_equal_sweeps(policies, frame_of(rows), "polars")


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
