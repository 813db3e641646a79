"""Every kind of mistake, planted once: found, placed, and shown by a person."""

from datetime import date

import pytest

from juxian.core.dates import whole_years
from juxian.core.policy.language import parse_condition
from juxian.core.policy.lint import CODES, Report, lint
from juxian.core.policy.names import names_of_schema
from juxian.core.policy.rowwise import Situation, evaluate
from tests.core.policy.lint.policies import DAY, MERITS, SCHEMA, policy_in, policy_of
from tests.core.policy.lint.proof import shows

FAULTY = policy_in("faulty.yaml")


@pytest.fixture(scope="module")
def report() -> Report:
    return lint([FAULTY], SCHEMA, DAY, MERITS)


PLANTED = [
    ("L101", "unreachable", "warning", "{when: 职称 >= 正高, give: 5万元}"),
    ("L101", "outside", "warning", "{when: 学历 <= 本科, give: 1万元}"),
    ("L102", "gap", "question", "rows:"),
    ("L103", "overlap", "question", "{when: 院校 has 双一流"),
    ("L103", "undecided", "warning", "{when: 职称 >= 正高, give: 6万元}"),
    ("L104", "never", "warning", "学历 >= 硕士 and 全职 and 学历 < 本科"),
    ("L104", "branch", "warning", "年龄 <= 30 and 年龄 >= 40"),
    ("L105", "nothing", "question", "min(年薪, 0元)"),
    ("L105", "cinderella", "warning", "id: cinderella"),
    ("L106", "senior", "warning", "年龄 > 46"),
    ("L109", "hats", "question", "人才层次 >= C类"),
    ("L109", "papers", "question", "学历 >= 博士"),
    ("L110", "dead", "warning", "无人登记"),
    ("L111", "two", "question", "全职 and (学历 <= 硕士"),
    ("L112", "", "question", "2021-01-01"),
]


@pytest.mark.parametrize(("code", "benefit", "severity", "words"), PLANTED)
def test_a_planted_mistake_is_found_where_it_stands(report, code, benefit, severity, words):
    found = [finding for finding in report.findings if (finding.code, finding.benefit) == (code, benefit)]

    assert found, [(finding.code, finding.benefit) for finding in report.findings]
    assert {finding.severity for finding in found} == {severity}
    assert any(
        finding.quoted[finding.span.column - 1 :].startswith(words) or words in finding.quoted
        for finding in found
    )


def test_every_witness_shows_its_finding(report):
    assert [finding.render() for finding in report.findings if not shows(finding, SCHEMA, MERITS)] == []


def test_the_person_of_a_contradiction_misses_just_that_condition(report):
    for finding in [finding for finding in report.findings if finding.code == "L104"]:
        text = finding.quoted[finding.span.column - 1 :][: finding.span.length]
        clause = parse_condition(text, names_of_schema(SCHEMA)).clause

        answers = [evaluate(part, finding.witness[0].row, Situation(DAY, SCHEMA)) for part in clause.parts]

        assert sorted(answers) == [False, *[True] * (len(answers) - 1)]


def test_the_planted_mistakes_are_of_every_kind(report):
    assert {finding.code for finding in report.findings} == set(CODES) - {"L107", "L108", "L190"}


def test_the_smallest_person_carries_no_fact_too_many(report):
    (gap,) = [finding for finding in report.findings if finding.benefit == "gap" and finding.code == "L102"]

    assert set(gap.witness[0].row) == {"full_time", "degree", "title_level"}
    assert gap.witness[0].row["degree"] == "bachelor"


def test_a_boundary_is_shown_by_three_ages(report):
    (missed,) = [finding for finding in report.findings if finding.code == "L106"]

    ages = [whole_years(date.fromisoformat(example.row["birth_date"]), DAY) for example in missed.witness]
    assert ages == [46, 45, 47]


INVERTED = """
policy: inverted
title: {zh: 租住, en: Housing}
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - {id: flat, title: {zh: 公寓补贴, en: Flat}, article: 一, who: 全职 and 学历 >= 硕士, amount: 14400元, stacking: {group: 租住, rule: first}}
  - {id: rent, title: {zh: 租房补贴, en: Rent}, article: 二, who: 全职 and 学历 >= 本科, amount: 15600元, stacking: {group: 租住, rule: first}}
  - {id: term, title: {zh: 短期补贴, en: Short term}, article: 三, who: 全职 and 合同期限 < 36个月, amount: 1000元}
"""


@pytest.mark.parametrize("limit", [1 << 16, 6], ids=["together", "one by one"])
def test_a_higher_level_and_a_longer_contract_should_not_bring_less(limit):
    report = lint([policy_of(INVERTED)], SCHEMA, DAY, MERITS, limit=limit)

    found = [finding for finding in report.findings if finding.code == "L107"]
    assert [(finding.benefit, finding.severity) for finding in found] == [
        ("rent", "warning"),
        ("term", "warning"),
    ]
    assert all(shows(finding, SCHEMA, MERITS) for finding in found)
    assert "学历从本科升到硕士，所得由 1.56 万元 减为 1.44 万元" in found[0].message.zh


def test_a_loss_that_another_benefit_makes_up_for_is_no_inversion():
    made_up = (
        INVERTED
        + "  - {id: bonus, title: {zh: 奖励, en: Bonus}, article: 四, who: 全职 and 学历 >= 硕士, amount: 5000元}\n"
    )

    for limit in (1 << 16, 6):
        findings = lint([policy_of(made_up)], SCHEMA, DAY, MERITS, limit=limit).findings

        assert [finding.benefit for finding in findings if finding.code == "L107"] == ["term"]


def test_two_policies_of_one_group_that_invert_together_are_asked_about():
    text = """
policy: {id}
title: {{zh: {id}, en: {id}}}
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - {{id: {id}-1, title: {{zh: {id}}}, article: 一, who: "{who}", amount: {amount}, stacking: {{group: 住房, rule: first}}}}
"""
    first = policy_of(text.format(id="flat", who="全职 and 学历 >= 博士", amount="1万元"))
    second = policy_of(text.format(id="rent", who="全职 and 学历 >= 硕士", amount="3万元"))

    findings = lint([first, second], SCHEMA, DAY, MERITS).findings

    assert [(finding.code, finding.severity, finding.policy.id) for finding in findings] == [
        ("L108", "question", "rent")
    ]
    assert shows(findings[0], SCHEMA, MERITS)


def test_a_clean_policy_is_passed_in_silence():
    report = lint([policy_in("clean.yaml")], SCHEMA, DAY, MERITS)

    assert [finding.render("en") for finding in report.findings] == []
    assert report.cells > 0


def test_a_grid_that_is_too_large_is_told():
    report = lint([policy_in("clean.yaml")], SCHEMA, DAY, MERITS, limit=8)

    assert {finding.code for finding in report.findings if finding.code in ("L101", "L105", "L190")} == {
        "L190"
    }


def test_only_the_named_policy_is_told_about():
    clean = policy_in("clean.yaml")

    assert lint([FAULTY, clean], SCHEMA, DAY, MERITS, only=["clean"]).findings == ()


def test_words_come_in_both_languages(report):
    assert all(finding.message.zh and finding.message.en for finding in report.findings)
    assert "row 2 is never reached" in next(f for f in report.findings if f.benefit == "unreachable").render(
        "en"
    )
