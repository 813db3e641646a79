"""What is recorded of one person gives the same decisions and the same reasons, word for word, as the reference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy.compiled import source_of
from juxian.core.policy.decisions import decide_by
from juxian.core.policy.evidence import Evaluated, Evidence
from juxian.core.policy.explain import missing_in, reasons_of
from juxian.core.policy.nodes import Day, FieldValue, Number, Points
from juxian.core.policy.recording import nodes_of, recorder, values_of
from juxian.core.policy.rulebook import Rulebook, rulebook
from tests.core.policy.people import people_of
from tests.core.policy.test_compiled import words_outside
from tests.core.policy.words import DAY, SCHEMA, full_rows, policies, rows


def told(book: Rulebook, seen: Evidence):
    """Every stage, every reason with its words in both languages, and what is missing."""
    decisions = decide_by(book, seen)
    return decisions, [(reasons_of(one, decisions, seen), missing_in(one, seen)) for one in decisions]


@settings(max_examples=50, deadline=None)
@given(policies(), st.lists(rows | full_rows, min_size=1, max_size=5))
def test_the_tree_made_later_is_the_tree_of_the_reference(policies, people):
    book = rulebook(policies, DAY)

    record = recorder(book, SCHEMA)

    for row in people:
        assert told(book, record(row)) == told(book, Evaluated(row, book.situation(SCHEMA)))


@pytest.mark.parametrize("path", packs_in(find_packs_dir()), ids=lambda path: path.name)
def test_it_is_the_same_on_every_shipped_pack(path: Path):
    pack = load_pack(path)
    for day in (date(2021, 6, 1), date(2024, 2, 29)):
        book = rulebook(pack.policies.values(), day)

        record = recorder(book, pack.schema)

        for row in people_of(book, pack.schema, 6):
            assert told(book, record(row)) == told(book, Evaluated(row, book.situation(pack.schema)))


@settings(max_examples=60, deadline=None)
@given(policies(), rows)
def test_a_record_holds_everything_that_is_worked_out(policies, row):
    """Only what is written, and the value of a field, is read anywhere else."""
    book = rulebook(policies, DAY)

    record, reference = recorder(book, SCHEMA)(row), Evaluated(row, book.situation(SCHEMA))

    for node in nodes_of(book):
        assert not isinstance(node, Number | Day | FieldValue)
        assert record.found[record.plan.places[id(node)]] == reference.of(node)
        if isinstance(node, Points):
            assert record.range_of(node) == reference.range_of(node)
    assert record.row == {name: row[name] for name in book.fields if row.get(name) is not None}


@settings(max_examples=40, deadline=None)
@given(policies())
def test_its_source_holds_no_word_of_an_author(policies):
    text, _ = source_of(rulebook(policies, DAY), SCHEMA, values_of)

    assert words_outside(text) == set()
