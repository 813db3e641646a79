"""Cases: the office's own tests of a policy."""

import pytest

from juxian.core.policy import read_cases, read_policy, run_cases
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.test_messages import GRANT
from tests.core.policy.test_outcomes import policy
from tests.core.policy.words import SCHEMA

CASES = """
policy: p
cases:
- name: 够条件
  person: {全职: 是, 年龄: 25岁, 学历: 博士}
  day: 2022-01-01
  expect: {grant: {verdict: yes, amount: 2万元, article: 第五条, payments: [1万元, 1万元]}}
- name: 写标题，只写结论
  person: {full_time: false}
  day: 2022-01-01
  expect: {补助: no}
- name: 差一天
  person: {全职: 是, 出生日期: 1997-01-02}
  day: 2022-01-01
  expect: {grant: {verdict: 不符合, turns_on: 2022-01-02}}
- name: 缺材料
  person: {}
  day: 2022-01-01
  expect: {grant: {verdict: unknown, missing: [全职, 年龄]}}
- name: 当时没有规定
  person: {全职: 是, 年龄: 30}
  day: 2019-01-01
  expect: {grant: {verdict: no, amount: 0}}
"""


def run(text: str, found=None, others=()):
    found = found or read_policy(read_yaml(Source("p.yaml", GRANT)), SCHEMA)[0]
    cases, problems = read_cases(read_yaml(Source("p.cases.yaml", text)), found, SCHEMA)
    assert problems == []
    return run_cases(found, cases, SCHEMA, others)


def test_cases_that_come_out_as_expected_pass():
    assert [(result.case.name, result.passed) for result in run(CASES)] == [
        ("够条件", True), ("写标题，只写结论", True), ("差一天", True), ("缺材料", True), ("当时没有规定", True),
    ]  # fmt: skip


def test_a_difference_is_told_at_its_place():
    results = run(CASES.replace("amount: 2万元", "amount: 3万元"))

    assert [p.where() for result in results for p in result.problems] == ["p.cases.yaml:7:42"]


TABLE = """
  - id: a
    title: 甲
    article: 第三条
    who: 全职
    amount:
      hit: first
      rows:
      - {when: 学历 >= 博士, give: 20万元}
      - {when: 学历 >= 硕士, give: 10万元}
  - {id: b, title: 乙, who: 全职, amount: 3万元}
  - {id: c, title: 丙, who: 全职, in_kind: 门诊预约}
"""


@pytest.mark.parametrize(
    ("degree", "full_time", "told"),
    [
        (
            "硕士",
            "是",
            {
                "应为不符合，实为符合（按“学历不低于硕士”给 10 万元）",
                "应为不符合，实为符合（按“乙”给 3 万元）",
                "应为不符合，实为符合（按“丙”）",
            },
        ),
        ("本科", "是", {"应为符合，实为不符合（各档都不符合）"}),
        ("博士", "否", {"应为符合，实为不符合（不符合“全职为是”）"}),
    ],
)
def test_the_clause_that_made_the_outcome_is_told(degree, full_time, told):
    wanted = "no" if "应为不符合" in min(told) else "yes"
    expected = ", ".join(f"{benefit}: {wanted}" for benefit in ("abc" if wanted == "no" else "a"))
    text = (
        f"policy: p\ncases:\n- {{name: 甲某, day: 2022-01-01, person: {{学历: {degree}, 全职: {full_time}}}, "
        f"expect: {{{expected}}}}}"
    )

    problems = [problem for result in run(text, policy(TABLE)) for problem in result.problems]

    assert {problem.message.zh for problem in problems} == {f"用例“甲某”：{words}" for words in told}


def test_an_alternative_is_expected_with_its_own_amount():
    both = policy("""
  - {id: a, title: 甲, amount: 10万元, stacking: {group: 住房, rule: choose_one}}
  - {id: b, title: 乙, amount: 20万元, stacking: {group: 住房, rule: choose_one}}
""")
    text = "policy: p\ncases:\n- {name: 择一, day: 2022-01-01, person: {}, expect: {a: {verdict: yes, amount: 10万元}, b: {amount: 20万元}}}"

    assert [result.passed for result in run(text, both)] == [True]


def test_other_policies_of_the_pack_may_stand_beside():
    one = policy("  - {id: a, title: 甲, amount: 10万元, stacking: {group: 住房, rule: highest}}")
    other = policy(
        "  - {id: b, title: 乙, amount: 20万元, stacking: {group: 住房, rule: highest}}", policy_id="q"
    )
    text = "policy: p\ncases:\n- {name: 就高, day: 2022-01-01, person: {}, expect: {a: no}}"

    assert [result.passed for result in run(text, one)] == [False]
    assert [result.passed for result in run(text, one, [other])] == [True]
