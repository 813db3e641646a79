from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.allocation.waiting import WAITED_MONTHS, Applicant, Criterion, waiting_list
from juxian.core.text import Text

DAY = date(2026, 6, 1)
CRITERIA = (
    Criterion("talent_level", Text("层次", "Class"), {"A": 40, "B": 30, "C": 20}),
    Criterion("household", Text("家庭人口", "Household"), each=2, most=10),
    Criterion("married", Text("已婚", "Married"), {"yes": 5}),
    Criterion(WAITED_MONTHS, Text("轮候月数", "Months waited"), each=1, most=24),
)


def applicant(name: str, applied_on: date = date(2026, 1, 1), **values: str | int | bool) -> Applicant:
    return Applicant(name, applied_on, {"talent_level": "B", "household": 3, "married": True} | values)


def test_points_are_worked_out_by_criterion_on_the_day_of_the_snapshot() -> None:
    """Class B 30, three persons 6, married 5, five months 5; seven persons stop at 10, 30 months at 24."""
    people = [applicant("p"), applicant("q", date(2023, 12, 1), household=7, married=False, talent_level="D")]

    found = waiting_list(people, CRITERIA, DAY)

    assert [(one.id, one.place, one.points, one.parts) for one in found.standings] == [
        ("p", 1, 46, (30, 6, 5, 5)),
        ("q", 2, 34, (0, 10, 0, 24)),
    ]


def test_an_unknown_fact_gives_neither_points_nor_a_place() -> None:
    unknown = Applicant("u", date(2020, 1, 1), {"talent_level": "A"})

    found = waiting_list([applicant("p"), unknown], CRITERIA, DAY)

    assert [one.id for one in found.standings] == ["p"]
    assert found.incomplete == {"u": ("household", "married")}


def test_a_tie_is_told_and_decided_by_the_draw() -> None:
    people = [applicant("a"), applicant("b"), applicant("c", talent_level="A")]

    undecided = waiting_list(people, CRITERIA, DAY)
    decided = waiting_list(people, CRITERIA, DAY, drawn_order=["b", "c", "a"])

    assert undecided.open_ties == (("a", "b"),)
    assert [(one.id, one.tied_with) for one in decided.standings] == [("c", ()), ("b", ("a",)), ("a", ("b",))]


def test_who_was_not_drawn_cannot_be_put_in_order_by_the_draw() -> None:
    with pytest.raises(ValueError, match="b has no place in the draw"):
        waiting_list([applicant("a"), applicant("b")], CRITERIA, DAY, drawn_order=["a"])
    with pytest.raises(ValueError, match="twice"):
        waiting_list([applicant("a"), applicant("a")], CRITERIA, DAY)


people = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.tuples(st.sampled_from("ABCD"), st.integers(0, 3)),
    max_size=12,
)


@given(people, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_input(given_people, chance) -> None:
    rows = [
        applicant(name, talent_level=level, household=size) for name, (level, size) in given_people.items()
    ]
    drawn = sorted(given_people, reverse=True)
    shuffled = chance.sample(rows, len(rows))

    found = waiting_list(rows, CRITERIA, DAY, drawn)

    assert waiting_list(shuffled, CRITERIA, DAY, drawn) == found
    assert [one.points for one in found.standings] == sorted(
        (one.points for one in found.standings), reverse=True
    )
    assert [one.place for one in found.standings] == list(range(1, len(rows) + 1))
