"""Points are a pure function of a dated snapshot; what is not known is named, not counted as zero."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.housing.points import Entry, Points, expected_months, points_of, queue
from juxian.core.housing.snapshot import Eligibility, Snapshot, eligibility, snapshot_of
from juxian.core.packs import find_packs_dir, load_pack

JIAYUGUAN = load_pack(find_packs_dir() / "jiayuguan")
SCHEME, SCHEMA = JIAYUGUAN.housing.schemes["jiayuguan-apartment-rule"], JIAYUGUAN.schema
APPLIED, DAY = date(2022, 1, 31), date(2022, 6, 30)
KNOWN = {"talent_level": "c", "degree": "master", "household_members": 3}


def entry(id_: str = "a", applied: date = APPLIED, **values: Any) -> Entry:
    return Entry(id_, applied, Snapshot(APPLIED, KNOWN | values))


def test_points_are_told_by_rule() -> None:
    found = points_of(SCHEME, entry(), SCHEMA, DAY)

    assert found.total == 40 + 20 + 15 + 5
    assert [(title.zh, points) for title, points in found.parts] == [
        ("人才层次", 40), ("学历", 20), ("家庭人数", 15), ("轮候时间", 5),
    ]  # fmt: skip


def test_only_the_months_waited_change_with_the_day() -> None:
    later = points_of(SCHEME, entry(), SCHEMA, date(2030, 1, 1))

    assert later.total == 40 + 20 + 15 + 24


def test_what_is_not_known_is_named() -> None:
    found = points_of(SCHEME, entry(degree=None), SCHEMA, DAY)

    assert found == Points(0, (), ("degree",))


def test_a_couple_has_the_higher_class_not_both() -> None:
    own, spouse = {"talent_level": "e", "degree": "doctor"}, {"talent_level": "b", "degree": "bachelor"}

    found = snapshot_of(SCHEME, APPLIED, own, {"household_members": 2}, SCHEMA, spouse)

    assert found.values == {"talent_level": "b", "degree": "doctor", "household_members": 2}


def test_a_snapshot_keeps_no_more_than_the_scheme_reads() -> None:
    profile = {"degree": "master", "annual_pay": 30_000_000, "home_owned": False, "ethnicity": "01"}

    assert set(snapshot_of(SCHEME, APPLIED, profile, {}, SCHEMA).values) == {"degree", "home_owned"}


def test_an_application_says_only_what_it_may() -> None:
    with pytest.raises(ValueError, match="salary"):
        snapshot_of(SCHEME, APPLIED, {}, {"salary": 1}, SCHEMA)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"introduction_mode": "full_time", "status": "serving", "home_owned": False}, Eligibility(True)),
        ({"introduction_mode": "full_time", "status": "serving", "home_owned": True}, Eligibility(False)),
        ({"introduction_mode": "full_time", "status": "serving"}, Eligibility(None, ("home_owned",))),
    ],
)
def test_unknown_is_not_no(values: dict[str, Any], verdict: Eligibility) -> None:
    assert eligibility(SCHEME, Snapshot(DAY, values), SCHEMA) == verdict


def test_equal_points_are_put_in_order_by_the_draw_alone() -> None:
    entries = [entry("a"), entry("b"), entry("c", degree="doctor")]

    assert [one.id for one in queue(SCHEME, entries, SCHEMA, DAY, ["b", "c", "a"]).standings] == [
        "c",
        "b",
        "a",
    ]
    assert queue(SCHEME, entries, SCHEMA, DAY).open_ties == (("a", "b"),)


@given(st.permutations(["a", "b", "c", "d"]), st.dates(DAY, date(2026, 1, 1)))
def test_the_queue_does_not_depend_on_the_order_of_entering(order: list[str], day: date) -> None:
    members = {"a": 1, "b": 2, "c": 3, "d": 4}

    found = queue(SCHEME, [entry(name, household_members=members[name]) for name in order], SCHEMA, day)

    assert [one.id for one in found.standings] == ["d", "c", "b", "a"]


@given(st.integers(1, 500), st.integers(1, 200), st.integers(1, 24))
def test_who_stands_further_back_waits_no_less(place: int, freed: int, months: int) -> None:
    here, behind = expected_months(place, freed, months), expected_months(place + 1, freed, months)

    assert here is not None
    assert behind is not None
    assert here <= behind
    assert (here - 1) * freed < place * months <= here * freed


def test_nobody_can_tell_a_wait_when_nothing_came_free() -> None:
    assert expected_months(1, 0, 12) is None
