"""What several persons may receive together, by amount or by number, of a year or of all time."""

from __future__ import annotations

from juxian.core.funds.limits import Limit, Part, broken
from juxian.core.text import Text

WAN = 1_000_000


def limit(**changes):
    terms = {"per": "field", "field": "employer", "basis": "assumed"} | changes
    return Limit("firm", Text("每企合计", "Each firm"), ("pay",), **terms)


def part(person: int, year: int, wan: int, granted: int = 2022) -> Part:
    return Part(person, granted, year, wan * WAN)


def test_an_amount_of_all_years_may_be_reached_and_not_exceeded():
    rule, given = limit(amount_fen=150 * WAN), [part(1, 2022, 50), part(2, 2023, 50)]

    assert broken(rule, [part(3, 2022, 25), part(3, 2023, 25)], given) is None
    found = broken(rule, [part(3, 2022, 25), part(3, 2023, 26)], given)
    assert found is not None
    assert (found.message.zh, found.message.en) == (
        "“每企合计”：已核定 100 万元，再核定 51 万元将超过 150 万元",
        "Each firm: 1,000,000 yuan granted; 510,000 yuan more would exceed 1,500,000 yuan",
    )


def test_a_year_counts_what_falls_due_in_it():
    rule, given = limit(amount_fen=100 * WAN, each_year=True), [part(1, 2022, 80), part(2, 2023, 90)]

    assert broken(rule, [part(3, 2022, 20), part(3, 2023, 10), part(3, 2024, 100)], given) is None
    found = broken(rule, [part(3, 2022, 20), part(3, 2023, 11)], given)
    assert found is not None
    assert (found.year, found.used, found.asked) == (2023, 90 * WAN, 11 * WAN)


def test_persons_count_once_and_one_of_them_may_have_more():
    rule = limit(persons=2)
    given = [part(1, 2022, 1), part(1, 2023, 1), part(2, 2022, 1)]

    assert broken(rule, [part(2, 2022, 1)], given) is None
    assert broken(rule, [part(3, 2022, 1)], given[:2]) is None
    found = broken(rule, [part(3, 2022, 1)], given)
    assert found is not None
    assert found.message.zh == "“每企合计”：已核定 2 人，再核定 1 人将超过 2 人"


def test_persons_of_a_year_are_those_who_were_granted_in_it():
    rule, given = limit(persons=1, each_year=True), [part(1, 2022, 1, granted=2021)]

    assert broken(rule, [part(2, 2022, 1)], given) is None
    assert broken(rule, [part(2, 2022, 1, granted=2021)], given) is not None
