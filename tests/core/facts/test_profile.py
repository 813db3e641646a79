from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.facts.profile import FactRecord, derive_profile, deriving_facts
from juxian.core.facts.schema import Derive, Schema
from tests.core.facts.vocabulary import rule, schema_with

START, AS_OF = date(2018, 1, 1), date(2022, 12, 15)
DAYS = st.integers(0, 3000).map(lambda days: START + timedelta(days))
EVERY_RULE = schema_with(
    employer=rule(Derive.LATEST, field="employer"),
    industry=rule(Derive.LATEST, field="employer.industry"),
    first_post=rule(Derive.EARLIEST, field="post"),
    first_day=rule(Derive.EARLIEST),
    hired_on=rule(Derive.SINCE),
    leaves_on=rule(Derive.UNTIL),
    pay=rule(Derive.SUM, field="pay"),
    jobs=rule(Derive.COUNT, otherwise=0),
    township_months=rule(Derive.MONTHS, where={"township": (True,)}, ever=True, otherwise=0),
    degree=rule(Derive.HIGHEST, "study", "degree"),
    tags=rule(Derive.SET, "study", "tags", ever=True, otherwise=[]),
    received=rule(Derive.AMOUNTS, "paid", "amount", by="benefit", otherwise={}),
    status=(rule(Derive.EXISTS, gives="serving"), rule(Derive.EXISTS, "study", gives="student")),
    years="hired_on",
)


@st.composite
def records(draw: st.DrawFn) -> FactRecord:
    since = draw(DAYS)
    until = draw(st.none() | st.integers(1, 900).map(lambda days: since + timedelta(days)))
    kind = draw(st.sampled_from(["job", "study", "paid"]))
    values: dict[str, st.SearchStrategy[Any]] = {
        "job": st.fixed_dictionaries(
            {"employer": st.sampled_from(["one", "two"])},
            optional={
                "township": st.booleans(),
                "pay": st.integers(0, 99),
                "post": st.sampled_from(["a", "b"]),
            },
        ),
        "study": st.fixed_dictionaries(
            {},
            optional={
                "degree": st.sampled_from(["bachelor", "master", "doctor"]),
                "tags": st.sets(st.sampled_from(["985", "211"])).map(sorted),
            },
        ),
        "paid": st.fixed_dictionaries(
            {"benefit": st.sampled_from(["rent", "grant"]), "amount": st.integers(0, 99)}
        ),
    }
    return FactRecord(kind, draw(values[kind]), since, until, draw(st.integers(1, 10**6)))


def only(schema: Schema, facts: list[FactRecord], as_of: date = AS_OF, **organisations: Any) -> Any:
    """The value of the only field of a schema; ``None`` when it is unknown."""
    return next(iter(derive_profile(facts, schema, as_of, organisations).values()), None)


def job(since: str, until: str | None = None, **value: Any) -> FactRecord:
    return FactRecord("job", value, date.fromisoformat(since), date.fromisoformat(until) if until else None)


@given(st.lists(records(), max_size=8, unique_by=lambda fact: fact.id), DAYS, st.randoms())
def test_the_row_of_a_day_does_not_depend_on_order_or_on_the_future(
    facts: list[FactRecord], day: date, random: Any
) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    known_then = [fact for fact in facts if fact.since <= day]

    row = derive_profile(facts, EVERY_RULE, day)

    assert derive_profile(shuffled, EVERY_RULE, day) == row
    assert derive_profile(known_then, EVERY_RULE, day) == row


@given(st.lists(records(), max_size=8), DAYS)
def test_an_unknown_value_is_absent_and_a_known_one_has_its_facts(facts: list[FactRecord], day: date) -> None:
    row = derive_profile(facts, EVERY_RULE, day, {"one": {"industry": "Q"}})

    assert None not in row.values()
    assert "years" not in row
    for name in row:
        for fact in deriving_facts(name, facts, EVERY_RULE, day):
            assert fact in facts
            assert fact.since <= day


@given(st.lists(st.tuples(DAYS, st.integers(1, 900)), max_size=6))
def test_months_count_covered_days_once(spans: list[tuple[date, int]]) -> None:
    schema = schema_with(months=rule(Derive.MONTHS, ever=True, otherwise=0))
    facts = [FactRecord("job", {}, since, since + timedelta(days)) for since, days in spans]
    as_of = date(2030, 1, 1)

    months = only(schema, facts, as_of)

    covered = {since + timedelta(day) for since, days in spans for day in range(days)}
    assert only(schema, facts + facts, as_of) == months
    assert len(covered) / 31 - len(spans) <= months <= len(covered) / 28


@pytest.mark.parametrize(
    ("facts", "months"),
    [
        ([("2020-01-01", "2020-07-01"), ("2020-04-01", "2020-10-01")], 9),
        ([("2020-01-01", "2020-07-01"), ("2020-07-01", "2020-10-01")], 9),
        ([("2020-01-15", "2020-02-20"), ("2020-05-01", "2020-06-10")], 2),
        ([("2022-11-15", None)], 1),
        ([("2022-11-16", None)], 0),
        ([("2022-12-01", "2024-12-01"), ("2021-12-15", "2022-12-10")], 12),
    ],
)
def test_months_are_whole_months_up_to_the_day(facts: list[tuple[str, str | None]], months: int) -> None:
    schema = schema_with(months=rule(Derive.MONTHS, ever=True))

    assert only(schema, [job(*span) for span in facts]) == months


def test_only_matching_facts_count() -> None:
    schema = schema_with(months=rule(Derive.MONTHS, where={"township": (True,)}, ever=True, otherwise=0))
    facts = [job("2020-01-01", "2021-01-01", township=True), job("2021-01-01", "2022-01-01", township=False)]

    assert only(schema, facts) == 12
    assert only(schema, facts[1:]) == 0


def test_an_ended_fact_counts_only_where_it_counts_for_ever() -> None:
    facts = [job("2020-01-01", "2021-01-01", employer="one")]

    assert only(schema_with(employer=rule(Derive.LATEST, field="employer")), facts) is None
    assert only(schema_with(employer=rule(Derive.LATEST, field="employer", ever=True)), facts) == "one"
    assert (
        only(schema_with(employer=rule(Derive.LATEST, field="employer")), facts, date(2020, 12, 31)) == "one"
    )


def test_the_latest_fact_that_states_a_field_counts() -> None:
    schema = schema_with(post=rule(Derive.LATEST, field="post"))
    facts = [
        job("2021-01-01", post="nurse"),
        job("2020-01-01", post="doctor"),
        job("2022-01-01", employer="one"),
    ]

    assert only(schema, facts) == "nurse"
    assert deriving_facts("post", facts, schema, AS_OF) == [facts[0]]


def test_highest_follows_the_scale_and_not_the_day() -> None:
    schema = schema_with(degree=rule(Derive.HIGHEST, "study", "degree"))
    facts = [
        FactRecord("study", {"degree": "doctor"}, date(2015, 7, 1)),
        FactRecord("study", {"degree": "bachelor"}, date(2019, 7, 1)),
    ]

    assert only(schema, facts) == "doctor"
    assert only(schema, []) is None


def test_highest_of_numbers_is_the_greatest() -> None:
    facts = [job("2020-01-01", place=2), job("2021-01-01", place=9), job("2022-01-01", place=4)]

    assert only(schema_with(place=rule(Derive.HIGHEST, field="place")), facts) == 9


def test_a_set_joins_what_is_stated_and_has_a_value_when_nothing_is_recorded() -> None:
    schema = schema_with(tags=rule(Derive.SET, "study", "tags", otherwise=[]))
    facts = [
        FactRecord("study", {"tags": ["985"]}, date(2015, 7, 1)),
        FactRecord("study", {"tags": ["211", "985"]}, date(2019, 7, 1)),
        FactRecord("study", {"degree": "master"}, date(2020, 7, 1)),
    ]

    assert only(schema, facts) == ["211", "985"]
    assert only(schema, []) == []
    assert only(schema, facts[2:]) is None


def test_amounts_add_up_by_benefit() -> None:
    schema = schema_with(received=rule(Derive.AMOUNTS, "paid", "amount", by="benefit", otherwise={}))
    facts = [
        FactRecord("paid", {"benefit": benefit, "amount": amount}, date(2020, 1, 1))
        for benefit, amount in (("rent", 100), ("grant", 700), ("rent", 50))
    ]

    assert only(schema, facts) == {"grant": 700, "rent": 150}
    assert only(schema, []) == {}


def test_the_first_rule_that_gives_a_value_counts() -> None:
    schema = schema_with(
        status=(rule(Derive.EXISTS, gives="serving"), rule(Derive.EXISTS, "study", gives="student"))
    )
    study = FactRecord("study", {}, date(2015, 7, 1))

    assert only(schema, [study, job("2020-01-01")]) == "serving"
    assert only(schema, [study, job("2020-01-01", "2021-01-01")]) == "student"
    assert only(schema_with(works=rule(Derive.EXISTS)), [job("2020-01-01")]) is True


def test_an_attribute_of_the_organisation_is_read_through_the_fact() -> None:
    schema = schema_with(industry=rule(Derive.LATEST, field="employer.industry"))
    facts = [job("2020-01-01", employer="hospital"), job("2021-01-01", employer="workshop")]

    assert only(schema, facts, workshop={"industry": "C"}) == "C"
    assert only(schema, facts, hospital={"industry": "Q"}) is None
    assert deriving_facts("industry", facts, schema, AS_OF) == [facts[1]]


def test_years_come_from_the_facts_of_their_date() -> None:
    schema = schema_with(hired_on=rule(Derive.SINCE), years="hired_on")
    facts = [job("2020-01-01"), job("2021-03-01")]

    assert derive_profile(facts, schema, AS_OF) == {"hired_on": "2021-03-01"}
    assert deriving_facts("years", facts, schema, AS_OF) == [facts[1]]


def test_on_one_day_the_fact_recorded_later_counts() -> None:
    schema = schema_with(employer=rule(Derive.LATEST, field="employer"))
    first = FactRecord("job", {"employer": "one"}, date(2020, 1, 1), id=7)
    second = FactRecord("job", {"employer": "two"}, date(2020, 1, 1), id=9)

    assert only(schema, [second, first]) == "two"
