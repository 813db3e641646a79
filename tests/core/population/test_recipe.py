"""Reading population.yaml: what it says is kept, and every mistake is told at its place."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.core.population import read_recipe
from juxian.core.population.draws import Choose, Each, Fixed, Own, Range, Split
from juxian.core.population.plan import Days
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.population.place import UNITS, problems_of, recipe, schema

COHORT = """
seed: 7
cohorts:
- id: masters
  count: 20
  {line}
"""
FACT = """
seed: 7
cohorts:
- id: masters
  count: 20
  facts:
  - {line}
"""


def test_a_recipe_is_read_into_typed_values():
    population = recipe("""
seed: 620200
cohorts:
- id: masters
  count: 40
  age: 25..38
  gender: {choose: {male: 3, 女: 1}}
  degree: 硕士
  school_tags: [双一流]
  employers: {kinds: [hospital]}
  hired: 2016-01-01..2022-11-30
  known: {home: 70}
  employment: {contract_months: 5年, full_time: false}
  facts:
  - kind: benefit_received
    since: hired
    until: +3年
    share: 50
    value: {benefit: 安家补贴, amount: {split: 4万元}, batch: {each: [第一批, 第二批]}}
  - kind: annual_review
    since: 2022-01-20
    value: {year: {range: 2020..2021}, result: {choose: {excellent: 1, qualified: 9}}}
filler:
  weight: 3
  age: 22..62
""")

    cohort, filler = population.cohorts[0], population.filler
    benefit, review = cohort.facts
    assert (population.seed, population.cohort_persons, filler and filler.weight) == (620200, 40, 3)
    assert cohort.traits is not None
    assert cohort.traits.age == (25, 38)
    assert cohort.traits.gender == Choose(("female", "male"), (1, 3))
    assert (cohort.traits.degree, cohort.traits.school_tags) == (
        Fixed("master"),
        Fixed(["double_first_class"]),
    )
    assert cohort.traits.employers == ("hospital-1", "hospital-2")
    assert cohort.traits.hired == Days(date(2016, 1, 1), date(2022, 11, 30))
    assert cohort.traits.known == {"home": 70}
    assert cohort.traits.employment == {"full_time": Fixed(False), "contract_months": Fixed(60)}
    assert (benefit.since, benefit.until, benefit.reaches(41)) == (None, 36, 21)
    assert benefit.value == {
        "benefit": Fixed("安家补贴"),
        "amount": Split(4_000_000),
        "batch": Each(("第一批", "第二批")),
    }
    assert review.value["year"] == Range(2020, 2021)
    assert filler is not None
    assert filler.traits.employers == tuple(unit.code for unit in UNITS if unit.employer_kind)


def test_options_do_not_depend_on_the_order_in_which_they_are_written():
    one = recipe(COHORT.format(line="degree: {choose: {bachelor: 1, master: 2}}"))
    other = recipe(COHORT.format(line="degree: {choose: {master: 2, bachelor: 1}}"))

    assert one == other


def test_what_the_person_has_can_be_repeated_in_a_fact():
    population = recipe(FACT.format(line="{kind: insurance, value: {employer: {own: employer}}}"))

    assert population.cohorts[0].facts[0].value == {"employer": Own("employer")}


@pytest.mark.parametrize(
    ("text", "code", "quoted"),
    [
        ("seed: x", "G101", "x"),
        ("seed: 7\ncohorts:\n- 1", "G101", "1"),
        ("seed: -1", "G106", "-1"),
        ("seed: 1\nothers: 2", "G102", "others"),
        ("seed: 1\ncohorts: {}", "G101", "{}"),
        (COHORT.format(line="agee: 20..30"), "G102", "agee"),
        (COHORT.format(line="age: 38..25"), "G110", "38..25"),
        (COHORT.format(line="age: young"), "G110", "young"),
        (COHORT.format(line="degree: magister"), "G107", "magister"),
        (COHORT.format(line="degree: {choose: {master: 0}}"), "G112", "{master: 0}"),
        (COHORT.format(line="degree: {pick: {master: 1}}"), "G112", "{pick: {master: 1}}"),
        (COHORT.format(line="degree: {counts: {master: 20}}"), "G112", "{counts: {master: 20}}"),
        (COHORT.format(line="school_tags: [no_such_group]"), "G107", "[no_such_group]"),
        (COHORT.format(line="employers: [hospital-9]"), "G109", "hospital-9"),
        (COHORT.format(line="employers: [root]"), "G109", "root"),
        (COHORT.format(line="employers: {kinds: [university]}"), "G109", "university"),
        (COHORT.format(line="hired: 2016-02-30..2016-03-01"), "G111", "2016-02-30..2016-03-01"),
        (COHORT.format(line="hired: 2017-01-01..2016-01-01"), "G110", "2017-01-01..2016-01-01"),
        (COHORT.format(line="known: {home: 120}"), "G106", "120"),
        (COHORT.format(line="known: {house: 20}"), "G102", "house"),
        (COHORT.format(line="employment: {wage: 1}"), "G108", "wage"),
        (FACT.format(line="{kind: introductoin}"), "G108", "introductoin"),
        (FACT.format(line="{value: {}}"), "G103", "{value: {}}"),
        (
            FACT.format(line="{kind: introduction, value: {track: direct_hire}}"),
            "G103",
            "{track: direct_hire}",
        ),
        (FACT.format(line="{kind: introduction}"), "G103", "{kind: introduction}"),
        (FACT.format(line="{kind: card, value: {card: gold, colour: red}}"), "G108", "colour"),
        (FACT.format(line="{kind: insurance, count: 21}"), "G106", "21"),
        (FACT.format(line="{kind: insurance, count: 2, share: 10}"), "G112", "share"),
        (FACT.format(line="{kind: insurance, until: +0 months}"), "G111", "+0 months"),
        (FACT.format(line="{kind: insurance, since: 2020-01-01, until: 2020-01-01}"), "G111", "2020-01-01"),
        (FACT.format(line="{kind: training, value: {programme: {each: []}}}"), "G112", "[]"),
        (FACT.format(line="{kind: training, value: {programme: {split: 1万元}}}"), "G112", "1万元"),
        (FACT.format(line="{kind: training, value: {programme: {own: shoes}}}"), "G112", "shoes"),
        (
            FACT.format(line="{kind: training, value: {programme: {counts: {甲: 12, 乙: 7}}}}"),
            "G114",
            "{counts: {甲: 12, 乙: 7}}",
        ),
        (
            FACT.format(line="{kind: benefit_received, value: {benefit: 甲, amount: {split: 1950元}}}"),
            "G112",
            "1950元",
        ),
        (
            FACT.format(line="{kind: benefit_received, value: {benefit: 甲, amount: {split: 1900元}}}"),
            "G112",
            "{split: 1900元}",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(text, code, quoted):
    problems = problems_of(text)

    told = {
        problem.code: problem.quoted[problem.span.column - 1 :][: problem.span.length]
        for problem in problems
        if problem.span
    }
    assert told.get(code) == quoted, [problem.render("en") for problem in problems]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{id: some, count: 5, of: nobody}", "G105"),
        ("{id: some, count: 21, of: masters}", "G106"),
        ("{id: some, count: 5, of: masters, degree: doctor}", "G113"),
        ("{id: masters, count: 5}", "G104"),
        ("{id: Some One, count: 5}", "G104"),
    ],
)
def test_a_cohort_must_fit_those_before_it(line, code):
    problems = problems_of(COHORT.format(line="degree: master") + f"- {line}\n")

    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("hired: 2022-12-16..2023-01-01", "G111"),
        ("facts: [{kind: insurance, since: 2023-01-01, value: {}}]", "G111"),
        ("{age: 20..25, hired: 2010-01-01..2012-01-01}", "G110"),
    ],
)
def test_the_last_day_of_the_pack_bounds_all_days(line, code):
    text = COHORT.format(line=line.strip("{}").replace(", hired", "\n  hired") if "age" in line else line)

    _, problems = read_recipe(read_yaml(Source("population.yaml", text)), schema(), UNITS, date(2022, 12, 15))

    assert [problem.code for problem in problems] == [code]


def test_all_mistakes_are_told_at_once_and_nothing_is_read():
    text = COHORT.format(line="age: old\n  degree: magister\n  employers: [nowhere]")

    assert [problem.code for problem in problems_of(text)] == ["G110", "G107", "G109"]


def test_a_near_word_is_proposed():
    (problem,) = problems_of(FACT.format(line="{kind: introductoin}"))

    assert problem.hint is not None
    assert "introduction" in problem.hint.en
