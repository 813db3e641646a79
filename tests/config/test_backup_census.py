"""The first thing in which two counts of a database differ is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from juxian.config.backup.census import Census, difference

SAVED = Census({"a": 1, "b": 2}, ["persons.0001_initial"], 5, "f" * 64)


def test_equal_counts_have_no_difference() -> None:
    assert difference(SAVED, replace(SAVED)) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (replace(SAVED, tables={"a": 1, "b": 3}), "table b: rows when saved 2, restored 3"),
        (replace(SAVED, tables={"a": 1}), "table b: rows when saved 2, restored none"),
        (replace(SAVED, tables={"a": 1, "b": 2, "c": 0}), "table c: rows when saved none, restored 0"),
        (replace(SAVED, migrations=[]), "migration persons.0001_initial is on one side only"),
        (
            replace(SAVED, audit_head="e" * 64),
            "last digest of the audit log differs: ffffffffffffffff and eeeeeeeeeeeeeeee",
        ),
    ],
    ids=["rows", "lost", "added", "migration", "head"],
)
def test_the_first_difference_is_named(found: Census, words: str) -> None:
    told = difference(SAVED, found)

    assert told is not None
    assert told.en == words
