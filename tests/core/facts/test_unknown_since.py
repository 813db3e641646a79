"""Facts of which nobody wrote when they began: they stand, but give no date and no length of time."""

from datetime import date

import pytest

from juxian.core.facts.profile import SINCE_UNKNOWN, FactRecord, derive_profile
from juxian.core.facts.schema import Schema
from juxian.core.packs import load_all

DAY = date(2022, 12, 15)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_all()["base"].schema


def test_an_undated_state_is_true_without_a_beginning(schema: Schema) -> None:
    facts = [FactRecord("employment", {"employer": "a", "township": True}, SINCE_UNKNOWN)]

    row = derive_profile(facts, schema, DAY)

    assert row["employer"] == "a"
    assert "hired_on" not in row
    assert "township_months" not in row


def test_of_states_the_latest_dated_one_counts(schema: Schema) -> None:
    facts = [
        FactRecord("title", {"level": "junior"}, SINCE_UNKNOWN),
        FactRecord("title", {"level": "intermediate"}, date(2018, 1, 1)),
    ]

    assert derive_profile(facts, schema, DAY)["title_since"] == "2018-01-01"


def test_of_events_an_undated_one_may_be_the_latest(schema: Schema) -> None:
    facts = [
        FactRecord("education", {"degree": "master"}, SINCE_UNKNOWN),
        FactRecord("education", {"degree": "bachelor"}, date(2012, 6, 1)),
    ]

    row = derive_profile(facts, schema, DAY)

    assert row["degree"] == "master"
    assert "graduated_on" not in row


def test_an_undated_insurance_has_no_first_day_and_no_length(schema: Schema) -> None:
    facts = [
        FactRecord("insurance", {}, SINCE_UNKNOWN, date(2015, 1, 1)),
        FactRecord("insurance", {}, date(2020, 1, 1)),
    ]

    row = derive_profile(facts, schema, DAY)

    assert "first_insured_on" not in row
    assert "insured_months" not in row
