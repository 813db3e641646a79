"""Making people: the same every time, exactly as many as the recipe says, and every record could be true."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.core.dates import add_years, whole_years
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.values import check_fact
from juxian.core.identity.documents import canonical_number
from juxian.core.identity.names import check_name
from juxian.core.identity.resident_id import check_resident_id
from juxian.core.population import PersonDraft, cohort_persons, make_people
from juxian.core.population.numbers import ResidentNumbers, phone_number
from tests.core.population.place import Place, place, schema

TEXT = """
seed: 620200
cohorts:
- id: masters
  count: 95
  age: 25..38
  gender: {choose: {male: 1, female: 1}}
  degree: master
  school_tags: [double_first_class]
  bachelor_school_tags: []
  title_level: {choose: {none: 3, junior: 2, intermediate: 2}}
  employers: [hospital-1, school-1, works]
  rank: professional
  hired: 2016-01-01..2022-11-30
  known: {home: 70, residence: 90}
  facts:
  - {kind: introduction, since: hired, value: {mode: full_time, degree: master, track: {each: [open_recruitment, direct_hire]}}}
  - {kind: benefit_received, since: 2019-01-01..2022-11-30, count: 40, value: {benefit: settlement, amount: {split: 303万元}}}
  - {kind: card, since: 2020-05-01..2021-05-01, until: +36 months, share: 33, value: {card: CARD}}
- id: doctors
  count: 12
  age: 29..45
  degree: doctor
  title_level: senior
  employers: {kinds: [hospital]}
  hired: 2010-01-01..2022-12-31
- id: chosen
  count: 60
  of: [masters, doctors]
  facts:
  - {kind: talent_class, since: 2021-07-01, value: {level: e, batch: {counts: {第一批: 20, 第二批: 25, 第三批: 15}}}}
- id: others
  count: 40
  of: [masters, doctors]
  facts:
  - {kind: home, since: 2021-01-01, value: {owned: false}}
- id: left
  count: 6
  of: masters
  facts:
  - {kind: departure, since: 2022-12-01..2022-12-10, value: {reason: REASON}}
- id: foreigners
  count: 3
  age: 40..60
  degree: doctor
  nationality: 德国
filler:
  age: 22..62
  degree: {choose: {college: 3, bachelor: 5, master: 2}}
  title_level: {choose: {none: 5, intermediate: 3, associate_senior: 1}}
  rank: {choose: {professional: 6, high_skill: 2, rural: 1, party_government: 1, social_work: 1}}
  facts:
  - {kind: overseas, since: 2010-01-01..2015-12-31, share: 10, value: {country: 海外}}
"""


@pytest.fixture(scope="module")
def town() -> Place:
    scales = schema().scales
    card, reason = (next(iter(scales[code].levels)) for code in ("card", "departure_reason"))
    return place(TEXT.replace("CARD", card).replace("REASON", reason))


@pytest.fixture(scope="module")
def people(town: Place) -> list[PersonDraft]:
    return list(make_people(town, 600))


def facts_of(person: PersonDraft, kind: str) -> list:
    return [fact for fact in person.facts if fact.kind == kind]


def profile_of(person: PersonDraft, town: Place) -> dict:
    records = [FactRecord(fact.kind, fact.value, fact.since, fact.until) for fact in person.facts]
    return derive_profile(records, town.schema, town.as_of)


def with_fact(people: list[PersonDraft], kind: str) -> list[PersonDraft]:
    return [person for person in people if facts_of(person, kind)]


def test_the_same_recipe_makes_the_same_people(town, people):
    assert list(make_people(town, 600)) == people


def test_cohorts_do_not_depend_on_the_size(town, people):
    cohort = cohort_persons(town)

    assert list(make_people(town, 20)) == people[:cohort]
    assert list(make_people(town, 300))[:cohort] == people[:cohort]
    assert cohort == 110


def test_another_seed_makes_others(town, people):
    others = replace(town, population=replace(town.population, seed=1))

    assert [person.name for person in make_people(others, 600)] != [person.name for person in people]


def test_numbers_run_on_from_the_first(town, people):
    assert [person.number for person in people[:2]] == ["ZZ00000001", "ZZ00000002"]
    assert next(make_people(town, 600, 5001)).number == "ZZ00005001"
    assert len(people) == 600


def test_without_a_recipe_nobody_is_made(town):
    assert list(make_people(replace(town, population=None), 100)) == []


def test_counts_shares_and_sums_are_exact(people):
    benefits = [fact for person in people for fact in facts_of(person, "benefit_received")]
    batches = Counter(fact.value["batch"] for person in people for fact in facts_of(person, "talent_class"))

    assert Counter(person.cohort for person in people) == {
        "masters": 95,
        "doctors": 12,
        "foreigners": 3,
        "": 490,
    }
    assert len(with_fact(people, "introduction")) == 95
    assert (len(benefits), sum(fact.value["amount"] for fact in benefits)) == (40, 303_000_000)
    assert len(with_fact(people, "card")) == 31
    assert batches == {"第一批": 20, "第二批": 25, "第三批": 15}
    assert len(with_fact(people, "overseas")) == 49
    tracks = Counter(fact.value["track"] for person in people for fact in facts_of(person, "introduction"))
    assert tracks == {"open_recruitment": 48, "direct_hire": 47}


def test_cohorts_of_one_pool_overlap_as_little_as_they_can(people):
    chosen = {person.number for person in with_fact(people, "talent_class")}
    others = {
        person.number
        for person in people
        if [f for f in facts_of(person, "home") if f.since == date(2021, 1, 1)]
    }

    assert len(chosen & others) <= 1


def test_what_the_recipe_gives_is_not_made_up_again(people):
    assert all(len(facts_of(person, "home")) <= 1 for person in people)


def test_people_of_a_cohort_are_as_it_says(town, people):
    for person in people[:95]:
        row = profile_of(person, town)

        assert row["degree"] == "master"
        assert row["school_tags"] == ["double_first_class"]
        assert row["bachelor_school_tags"] == []
        assert row.get("employer") in (
            {None} if row["status"] == "left" else {"hospital-1", "school-1", "works"}
        )
        assert 25 <= whole_years(date.fromisoformat(row["birth_date"]), town.as_of) <= 38
        hired = facts_of(person, "employment")[0].since
        assert date(2016, 1, 1) <= hired <= date(2022, 11, 30)
        assert facts_of(person, "introduction")[0].since == hired


def test_known_is_an_exact_share_and_the_rest_is_unknown(town, people):
    masters = people[:95]

    assert len(with_fact(masters, "residence")) == 86
    unknown = [person for person in masters if not facts_of(person, "residence")]
    assert all("hukou_here" not in profile_of(p, town) for p in unknown)


def test_employers_are_dealt_out_evenly(people):
    places = Counter(facts_of(person, "employment")[0].value["employer"] for person in people[:95])

    assert sorted(places.values()) == [31, 32, 32]


def test_every_value_is_canonical_and_accepted(town, people):
    for person in people:
        for fact in person.facts:
            assert check_fact(town.schema.kinds[fact.kind], fact.value, town.schema) == (fact.value, [])


def test_days_follow_one_another_and_never_lie_after_the_last(town, people):
    for person in people:
        birth = facts_of(person, "identity")[0].since
        hired = facts_of(person, "employment")[0].since
        studies = [fact.since for fact in facts_of(person, "education")]
        titles = sorted(facts_of(person, "title"), key=lambda fact: fact.since)

        assert all(birth <= fact.since <= town.as_of for fact in person.facts)
        assert all(fact.until is None or fact.until > fact.since for fact in person.facts)
        assert all(earlier < later for earlier, later in pairwise(studies))
        assert add_years(birth, 17) < studies[-1] <= hired
        assert all(earlier.until == later.since for earlier, later in pairwise(titles))
        assert [fact.since for fact in person.facts] == sorted(fact.since for fact in person.facts)


def test_a_drawn_rank_goes_to_employers_that_have_such_people(people):
    jobs = [facts_of(person, "employment")[0].value for person in people if not person.cohort]

    places = {
        rank: {job["employer"] for job in jobs if job["rank"] == rank}
        for rank in ("party_government", "high_skill")
    }

    assert places == {"party_government": {"bureau", "town"}, "high_skill": {"works"}}


def test_degrees_come_one_after_the_other(people):
    for person in people[95:107]:
        assert [f.value["degree"] for f in facts_of(person, "education")] == ["bachelor", "master", "doctor"]


def test_who_leaves_is_employed_up_to_that_day(town, people):
    gone = with_fact(people, "departure")

    assert len(gone) == 6
    for person in gone:
        assert facts_of(person, "employment")[0].until == facts_of(person, "departure")[0].since
        assert profile_of(person, town)["status"] == "left"


def test_document_numbers_have_the_form_and_are_nobodys(people):
    numbers = [person.document_number for person in people]

    assert len(set(numbers)) == len(numbers)
    for person in people[:107] + people[110:]:
        check = check_resident_id(person.document_number)
        value = facts_of(person, "identity")[0].value
        assert check.problem is None
        assert person.document_number == canonical_number(person.document_number)
        assert person.document_number[:6] == "620299"
        assert (check.birth and check.birth.isoformat(), check.gender) == (
            value["birth_date"],
            value["gender"],
        )


def test_foreigners_hold_passports_and_have_dotted_names(people):
    for person in people[107:110]:
        assert person.document_kind == "passport"
        assert person.document_number.startswith("ZZ")
        assert "·" in person.name
        assert facts_of(person, "identity")[0].value["nationality"] == "德国"


def test_names_are_accepted_by_the_register_and_some_are_hard(town):
    many = list(make_people(town, 4000))

    assert all(check_name(person.name).problem is None for person in many)
    assert any("·" in person.name for person in many if person.document_kind == "resident_id")
    assert any(ord(character) > 0xFFFF for person in many for character in person.name)


def test_phones_and_addresses_are_nobodys(people):
    contacts = [fact.value for person in people for fact in facts_of(person, "contact")]

    assert contacts
    assert all(len(value["phone"]) == 11 and value["phone"].startswith("128") for value in contacts)
    assert all(value["email"].endswith("@example.invalid") for value in contacts if "email" in value)


def test_every_fact_has_evidence_and_most_are_verified(people):
    facts = [fact for person in people for fact in person.facts]
    verified = sum(fact.verification == "verified" for fact in facts)

    assert all(fact.evidence for fact in facts)
    assert {fact.verification for fact in facts} == {"verified", "unverified"}
    assert 0.77 < verified / len(facts) < 0.83


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(16, 60),
    st.integers(0, 20),
    st.sampled_from(["college", "bachelor", "master", "doctor"]),
    st.dates(date(2000, 1, 1), date(2024, 12, 31)),
    st.integers(0, 4000),
)
def test_days_hold_even_where_a_recipe_leaves_no_room(low, more, degree, first, length):
    last = date.fromordinal(first.toordinal() + length)
    town = place(f"""
seed: 1
cohorts:
- {{id: tight, count: 8, age: {low}..{low + more}, degree: {degree}, title_level: senior, hired: {first}..{last}}}
""")

    for person in make_people(town, 8):
        studies = [fact.since for fact in person.facts if fact.kind == "education"]
        birth = facts_of(person, "identity")[0].since
        assert low <= whole_years(birth, town.as_of) <= low + more
        assert all(birth <= fact.since <= town.as_of for fact in person.facts)
        assert all(fact.until is None or fact.until > fact.since for fact in person.facts)
        assert all(earlier < later for earlier, later in pairwise(studies))
        assert studies[-1] <= facts_of(person, "employment")[0].since <= town.as_of


def test_a_day_has_499_numbers_for_each_gender():
    numbers, rng = ResidentNumbers("620200"), Random(1)

    given = {numbers.next(rng, date(1990, 1, 1), "female") for _ in range(499)}

    assert len(given) == 499
    assert all(check_resident_id(number).gender == "female" for number in given)
    with pytest.raises(ValueError, match="1990-01-01"):
        numbers.next(rng, date(1990, 1, 1), "female")
    assert phone_number(rng) != phone_number(rng)
