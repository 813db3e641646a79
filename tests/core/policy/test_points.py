"""Tables of points (积分): their sum as a name, what is certain, mistakes."""

import pytest

from juxian.core.policy import Verdict, entitlements
from juxian.core.policy.reading import read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.words import DAY, SCHEMA

POINTS = """policy: p
title: 积分
basis: assumed
versions:
- since: 2020-01-01
  points:
  - id: {id}
    title: {title}
    rows:
    - {{when: 学历 >= 博士, give: {give}}}
    - {{when: 年龄 <= 35, give: 10}}
    - {{give: 5}}
  benefits:
  - {{id: a, title: 甲, who: {who}, amount: {amount}}}
"""


def with_points(*, key="score", title="人才积分", give="20", who="人才积分 >= 25", amount="人才积分 * 100元"):
    return read_policy(
        read_yaml(Source("p.yaml", POINTS.format(id=key, title=title, give=give, who=who, amount=amount))),
        SCHEMA,
    )


def test_the_sum_of_a_points_table_is_a_number_of_conditions_and_amounts():
    found, problems = with_points(who="score >= 25 and 人才积分 in 25..35")
    assert problems == []
    doctor = {"degree": "doctor", "birth_date": "1980-01-01"}

    (item,) = entitlements([found], doctor, DAY, SCHEMA)

    assert (item.verdict, item.amount_fen) == (Verdict.YES, 250_000)


def test_what_is_certain_decides_as_soon_as_it_can():
    found, _ = with_points(amount="1元")
    for row, verdict in (
        ({"degree": "doctor"}, Verdict.YES),  # 25 without the age
        ({"degree": "bachelor"}, Verdict.NO),  # at most 15
        ({"birth_date": "2000-01-01"}, Verdict.UNKNOWN),  # 15 or 35
        ({}, Verdict.UNKNOWN),
    ):
        (item,) = entitlements([found], row, DAY, SCHEMA)
        assert item.verdict is verdict


def test_an_explanation_lists_the_rows_with_their_points():
    found, _ = with_points(amount="1元")

    (item,) = entitlements([found], {"degree": "doctor"}, DAY, SCHEMA)

    who = next(reason for reason in item.reasons if reason.kind == "who")
    assert who.own.zh == "25 至 35 分"
    assert [(part.holds, part.own and part.own.zh) for part in who.parts] == [
        (True, "20 分"),
        (None, None),
        (True, "5 分"),
    ]
    assert who.parts[1].missing == ("birth_date",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": "degree"}, "P320"),
        ({"title": "学历"}, "P320"),
        ({"key": "two-words"}, "P320"),
        ({"give": "20元"}, "P204"),
        ({"give": "不存在"}, "P201"),
        ({"who": "人才积分"}, "P202"),
        ({"who": "人才积分 >= 5万元"}, "P204"),
        ({"amount": "人才积分"}, "P204"),
    ],
)
def test_mistakes_of_points_are_told(change, code):
    found, problems = with_points(**change)

    assert found is None
    assert code in [problem.code for problem in problems]


def test_points_are_names_of_their_own_version_only():
    text = POINTS.format(id="score", title="人才积分", give="20", who="人才积分 >= 25", amount="1元")
    later = "- since: 2024-01-01\n  benefits:\n  - {id: a, title: 甲, who: 人才积分 >= 25, amount: 1元}\n"

    found, problems = read_policy(read_yaml(Source("p.yaml", text + later)), SCHEMA)

    assert found is None
    assert [problem.code for problem in problems] == ["P201"]
