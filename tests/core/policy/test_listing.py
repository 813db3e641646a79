"""Lists by name: membership, places, names that are not written."""

from __future__ import annotations

import pytest

from juxian.core.policy import entitlements, read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.words import DAY, SCHEMA

LISTS = """policy: p
title: 办法
basis: assumed
versions:
- since: 2020-01-01
  lists:
  - {{id: firms, title: 重点企业名单, entries: [甲公司, {{name: 乙公司, also: [乙集团]}}]}}
  - {{id: open_firms, title: 动态名单, entries: [甲公司], otherwise: 全职}}
  - id: ranking
    title: {{zh: 百强榜, en: Top hundred}}
    entries: [{{name: 甲公司, place: 1}}, {{name: 乙公司, place: 60}}]
    otherwise: 子女数
  benefits:
  - {{id: a, title: 甲, who: "{who}", amount: 1元}}
"""


def asked(who: str, **row: object):
    found, problems = read_policy(read_yaml(Source("p.yaml", LISTS.format(who=who))), SCHEMA)
    assert problems == []
    assert found is not None
    (item,) = entitlements([found], row, DAY, SCHEMA)
    return item


@pytest.mark.parametrize(
    ("who", "row", "verdict", "missing"),
    [
        ("listed(用人单位, 重点企业名单)", {"employer": "乙集团"}, "yes", ()),
        ("not listed(用人单位, firms)", {"employer": "丙公司"}, "yes", ()),
        ("listed(用人单位, firms)", {}, "unknown", ("employer",)),
        ("listed(用人单位, 动态名单)", {"employer": "丙公司"}, "unknown", ("full_time",)),
        ("listed(用人单位, 动态名单)", {"employer": "丙公司", "full_time": True}, "yes", ()),
        ("listed(用人单位, 百强榜, 50)", {"employer": "甲公司"}, "yes", ()),
        ("listed(用人单位, 百强榜, 50)", {"employer": "乙公司", "children": 70}, "no", ()),
        ("listed(用人单位, 百强榜, 50)", {"employer": "乙公司"}, "no", ()),  # the list says its place
        ("listed(用人单位, 百强榜, 60)", {"employer": "乙公司"}, "yes", ()),
        ("listed(用人单位, 百强榜, 50)", {"employer": "丙公司", "children": 3}, "yes", ()),
    ],
)
def test_a_name_is_on_the_list_or_asked_for(who, row, verdict, missing):
    found = asked(who, **row)

    assert (found.verdict, found.missing) == (verdict, missing)


def test_the_reason_names_the_list_and_not_every_name_of_it():
    found = asked("listed(用人单位, 百强榜, 50)", employer="甲公司")

    reason = next(reason for reason in found.reasons if reason.kind == "who")
    assert reason.statement.zh == (
        "用人单位列入“百强榜”前 50 名，或（不满足“用人单位列入“百强榜”第 50 名之后”，且子女数不超过 50）"
    )
    assert reason.statement.en == (
        "Employer is among the first 50 of “Top hundred” or "
        "(not: Employer is among those after the first 50 of “Top hundred” and Children at most 50)"
    )
