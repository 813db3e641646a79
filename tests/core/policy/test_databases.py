"""DuckDB, PostgreSQL and Spark: the same lines as the reference, from the same circuit."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.facts.schema import Kind
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy import nodes as n
from juxian.core.policy.engines.sql import statements
from juxian.core.policy.language import Amount, Expression
from juxian.core.policy.rulebook import rulebook
from tests.core.policy.agreeing import assert_equal_sweeps, people
from tests.core.policy.people import people_of, population_of
from tests.core.policy.words import (
    amounts,
    conditions,
    frame_of,
    policies,
    policy_asking,
)

SERVER = os.environ.get("JUXIAN_DATABASE_URL", "")
ENGINES = ["duckdb", *(["postgresql"] if SERVER else [])]


def assert_agrees(policies, frame, engine, *place):
    with psycopg.connect(SERVER) if engine == "postgresql" else nullcontext() as server:
        assert_equal_sweeps(policies, frame, engine, *place, server=server)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=10, deadline=None)
@given(
    whos=st.lists(conditions, min_size=3, max_size=6),
    gives=st.lists(amounts, min_size=3, max_size=6),
    rows=people,
)
def test_every_clause_and_term_agrees(engine, whos, gives, rows):
    made = policy_asking(whos, gives)

    assert_agrees([made], frame_of(rows), engine)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=8, deadline=None)
@given(policies=policies(), rows=people)
def test_a_sweep_agrees_with_deciding_each_person(engine, policies, rows):
    assert_agrees(policies, frame_of(rows), engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", packs_in(find_packs_dir()), ids=lambda path: path.name)
def test_it_agrees_on_every_shipped_pack(path: Path, engine):
    assert_equal_on_pack(path, engine)


def assert_equal_on_pack(path: Path, engine):
    pack, day = load_pack(path), date(2024, 2, 29)
    policies = list(pack.policies.values())
    book = rulebook(policies, day)
    frame = population_of(people_of(book, pack.schema, 40), book, pack.schema)

    assert_agrees(policies, frame, engine, day, pack.schema)


HOSTILE = ["'; DROP TABLE people; --", "\\'", '"', "\\", "a\nb", "%s", "{x}", "$1", "'' OR 1=1"]


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_of_an_author_stay_texts(engine):
    policy = policy_asking(
        [Expression("", n.TextIs("employer", (text,))) for text in HOSTILE]
        + [Expression("", n.Received(text)) for text in HOSTILE],
        [Amount("", n.ReceivedAmount(text)) for text in HOSTILE],
    )
    frame = pl.DataFrame({
        "employer": [*HOSTILE, None, ""],
        "received": pl.Series([*({text: 7} for text in HOSTILE), None, {}], dtype=pl.Struct(dict.fromkeys(HOSTILE, pl.Int64))),
    })  # fmt: skip

    assert_agrees([policy], frame, engine)


def test_spark_agrees_and_keeps_texts():
    """In one test, since a session takes ten seconds to start."""
    pytest.importorskip("pyspark")
    assert_equal_on_pack(find_packs_dir() / "tinghu", "spark")
    policy = policy_asking(
        [Expression("", n.TextIs("employer", (text,))) for text in HOSTILE],
        [
            Amount(
                "", n.Share(n.Minus(n.FieldValue("annual_pay", Kind.MONEY), n.Number(10**7, Kind.MONEY)), 333)
            )
        ],
    )
    frame = pl.DataFrame(
        {
            "employer": [*HOSTILE, None],
            "annual_pay": pl.Series([0, 10**7 + 1, 10**15, *[5] * 7], dtype=pl.Int64),
        }
    )
    assert_agrees([policy], frame, "spark")


@pytest.mark.parametrize("dialect", ["postgres"])
def test_statements_are_selects_of_bounded_width(dialect):
    pack = load_pack(find_packs_dir() / "gallery")
    book = rulebook(pack.policies.values(), date(2024, 2, 29))

    made = statements(book, pack.schema, dialect)

    assert {one.text.split()[0] for one in made} == {"SELECT"}
    assert sorted(name for one in made for name in one.names) == sorted(
        f"{letter}{k}" for k in range(len(book.keys)) for letter in "vaf"
    )
