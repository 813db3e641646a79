"""A policy in plain words: from when it is counted, what it waits for, who pays, what a missing year costs."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.policy import read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from juxian.web.kit.policies import policy_view

TEXT = """policy: p
title: 办法
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: a
    title: 甲
    amount: 3万元
    {paid}
"""
PACK = load_pack(find_packs_dir() / "gallery")


def notes(paid: str, language: str) -> list[str]:
    policy, problems = read_policy(read_yaml(Source("p.yaml", TEXT.format(paid=paid))), PACK.schema)
    assert problems == []
    assert policy is not None
    with translation.override(language):
        [version] = policy_view(PACK, policy, date(2024, 1, 1), language).versions
        return [str(note) for note in version.benefits[0].notes]


@pytest.mark.parametrize(
    ("paid", "zh", "en"),
    [
        (
            "pay: {instalments: 24, every: month, from: [落户日期, 入职日期], due: next_quarter}",
            ["分 24 次，每月一次", "从落户日期、入职日期中最晚的一日起算", "次季度首日发放"],
            ["24 instalments, one a month", "Counted from the latest of Registered here on, Hired on", "Paid on the first day of the next quarter"],
        ),
        (
            "pay: {ratio: [1, 1], every: year, upon: 年度考核日期, stops_if: 本地自有住房}",
            ["分 2 次，每年一次", "第二次起在年度考核日期之后发放", "出现下列情形后停发：本地自有住房为是"],
            ["2 instalments, one a year", "From the second on after: Latest annual review on", "Payments stop when: Owns a home here: yes"],
        ),
        (
            "payers: [{id: a, title: {zh: 市, en: City}, share: 2}, {id: b, title: {zh: 区, en: District}, share: 1}]",
            ["市承担 2/3：一次性发放", "区承担 1/3：一次性发放"],
            ["City bears 2 of 3: Paid at once", "District bears 1 of 3: Paid at once"],
        ),
        (
            "obligation: {serve: 3年, clawback: {kind: full, penalty: {rows: [{when: 学历 >= 博士, give: 1万元}, {give: 3000元}]}}}",
            ["一次性发放", "须服务 3 年", "提前离开须全额退回", "学历不低于博士：每缺一年另付违约金 1 万元", "每缺一年另付违约金 3,000 元"],
            ["Paid at once"],
        ),
    ],
)  # fmt: skip
def test_how_a_benefit_is_paid(paid: str, zh: list[str], en: list[str]) -> None:
    assert notes(paid, "zh")[: len(zh)] == zh
    assert notes(paid, "en")[: len(en)] == en
