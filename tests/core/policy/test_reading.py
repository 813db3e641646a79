"""Policy files: what they may say, and what only shows between them."""

from datetime import date

import pytest

from juxian.core.policy import check_policies, entitlements, read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.test_outcomes import policy
from tests.core.policy.words import DAY, SCHEMA

WHOLE = """
policy: settlement-allowance
title: {zh: 引进人才安家补贴, en: Settlement allowance}
summary: 一两句话
basis: sourced
source: R14
document: {title: 细则, reference: 2022, issuer: 市委人才办, trial: true, published: 2021-06-20}
stage: introduction
opt_out_days: 15
versions:
- since: 2021-07-01
  applies_by: 引进日期
  note: {zh: 试行, en: On trial}
  benefits:
  - id: settlement
    title: {zh: 安家补贴, en: Settlement}
    article: 第五条
    basis: assumed
    who: 全职 and 合同期限 >= 5年
    amount:
      hit: highest
      rows:
      - {when: 学历 >= 博士, give: 10万元}
      - {give: 2万元}
    pay: {instalments: 5, every: year, each_if: 全职}
    obligation: {serve: 5年, from: 引进日期, clawback: {kind: pro_rata_months, of: 60}, excludes: [脱产进修]}
    stacking: [{group: 住房, rule: highest}, {rule: once_in_life}]
    cap: 60万元
    delivery: no_application
  - {id: flat, title: 人才公寓, in_kind: {zh: 免租入住, en: Rent free}}
caps:
- {amount: 60万元, unless: 学历 >= 博士, basis: sourced}
"""


def test_every_part_of_a_policy_is_read():
    found, problems = read_policy(read_yaml(Source("p.yaml", WHOLE)), SCHEMA)

    assert problems == []
    assert found is not None
    version = found.versions[0]
    benefit = version.benefits[0]
    assert (found.id, found.title.en, found.basis, found.stage) == (
        "settlement-allowance", "Settlement allowance", "sourced", "introduction",
    )  # fmt: skip
    assert (found.document.reference, found.document.trial, found.document.published) == (
        "2022",
        True,
        date(2021, 6, 20),
    )
    assert (version.since, version.until, version.applies_by) == (date(2021, 7, 1), None, "introduced_on")
    assert (benefit.article, benefit.basis, benefit.cap_fen, benefit.delivery) == (
        "第五条",
        "assumed",
        60_000_000,
        "no_application",
    )
    assert (benefit.opt_out_days, version.benefits[1].opt_out_days) == (15, None)
    assert (benefit.pay.shares, benefit.pay.every, benefit.pay.months_between) == ((1,) * 5, "year", 12)
    assert benefit.obligation is not None
    assert (benefit.obligation.serve_months, benefit.obligation.from_field, benefit.obligation.excludes) == (
        60, "introduced_on", ("脱产进修",),
    )  # fmt: skip
    assert [(s.rule, s.group) for s in benefit.stacking] == [
        ("highest", "住房"),
        ("once_in_life", "=settlement"),
    ]
    assert [cap.amount_fen for cap in version.caps] == [60_000_000]


def test_a_benefit_in_kind_is_shown_with_its_words():
    found, _ = read_policy(read_yaml(Source("p.yaml", WHOLE)), SCHEMA)

    flat = entitlements([found], {"introduced_on": "2022-01-01"}, DAY, SCHEMA).of("flat")

    assert flat is not None
    assert flat.in_kind is not None
    assert (flat.verdict, flat.amount_fen, flat.in_kind.en) == ("yes", 0, "Rent free")


def test_versions_end_where_the_next_begins():
    found, problems = read_policy(
        read_yaml(
            Source(
                "p.yaml",
                "policy: p\ntitle: 甲\nbasis: assumed\nversions:\n"
                "- {since: 2022-01-01, benefits: [{id: a, title: 甲, amount: 2万元}]}\n"
                "- {since: 2020-01-01, benefits: [{id: a, title: 甲, amount: 1万元}]}\n",
            )
        ),
        SCHEMA,
    )

    assert problems == []
    assert found is not None
    assert [(v.since.year, v.until) for v in found.versions] == [(2020, date(2022, 1, 1)), (2022, None)]
    assert found.version_on(date(2021, 12, 31)) is found.versions[0]
    assert found.version_on(date(2019, 12, 31)) is None


def test_yes_and_no_are_conditions_too():
    found = policy(
        "  - {id: a, title: 甲, who: 是, amount: 1万元}\n  - {id: b, title: 乙, who: 否, amount: 1万元}"
    )

    assert [item.verdict for item in entitlements([found], {}, DAY, SCHEMA)] == ["yes", "no"]


def test_policies_that_disagree_about_a_group_are_told():
    one = policy("  - {id: a, title: 甲, amount: 1万元, stacking: {group: 住房, rule: highest}}")
    other = policy(
        "  - {id: b, title: 乙, amount: 1万元, stacking: {group: 住房, rule: choose_one}}", policy_id="q"
    )

    assert [p.code for p in check_policies([one, other])] == ["P316"]


def test_a_benefit_that_nobody_gives_is_told_as_a_warning():
    one = policy("  - {id: a, title: 安家补贴, amount: 1万元}")
    other = policy(
        "  - {id: b, title: 乙, who: not received(安家补帖), amount: received_amount(a)}", policy_id="q"
    )

    problems = check_policies([one, other])

    assert [(p.code, p.severity) for p in problems] == [("P318", "warning")]
    assert problems[0].hint is not None
    assert "安家补贴" in problems[0].hint.zh
    assert check_policies([one]) == []


@pytest.mark.parametrize(
    ("delivery", "own", "days", "codes"),
    [
        ("no_application", "opt_out_days: 30", 30, []),
        ("no_application", "note: 无", 10, []),
        ("application", "opt_out_days: 30", None, ["P319"]),
        ("no_application", "opt_out_days: 0", None, ["P307"]),
        ("no_application", "opt_out_days: 366", None, ["P307"]),
        ("no_application", "opt_out_days: ten", None, ["P307"]),
    ],
)
def test_days_to_object_are_those_of_the_benefit_or_of_its_policy(delivery, own, days, codes):
    text = (
        "policy: p\ntitle: 甲\nbasis: assumed\nopt_out_days: 10\nversions:\n- since: 2020-01-01\n  benefits:\n"
        f"  - {{id: a, title: 甲, amount: 1万元, delivery: {delivery}, {own}}}\n"
    )

    found, problems = read_policy(read_yaml(Source("p.yaml", text)), SCHEMA)

    assert [problem.code for problem in problems] == codes
    assert (found.benefits["a"].opt_out_days if found else None) == days
