"""``funds.yaml``: mistakes are told at their place, and the six packs say what their sources say."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.ledger.closing import CarryRule
from juxian.core.ledger.shares import check_share
from juxian.core.packs import check_pack, find_packs_dir, load_pack
from tests.core.packs.place import write_base, write_pack

RIGHT = """\
sources:
- {id: city, title: {zh: 市财政}, basis: assumed}
funds:
- id: talent
  title: {zh: 专项资金}
  holder: shiyan-root
  level: {zh: 市}
  basis: assumed
  lines:
  - {id: recruiting, title: {zh: 引进}}
  - {id: towns, title: {zh: 补助}}
  rules:
  - {id: half, title: {zh: 不少于一半}, part: [recruiting], of: all, at_least: 50%, on_breach: block, basis: assumed}
  - {id: revenue, title: {zh: 不低于收入的 1%}, part: all, of: revenue, at_least: 1%, basis: assumed}
  carry_over: {share: 80%, refuse_open: true}
- id: town
  title: {zh: 镇级资金}
  holder: shiyan-root
  level: {zh: 镇}
  within: talent
  basis: assumed
  lines: [{id: local, title: {zh: 本级}}]
limits:
- {id: firm, title: {zh: 每企合计}, benefits: ["other:pay"], per: 用人单位, amount: 150万元, each_year: true, basis: assumed}
- {id: couple, title: {zh: 一户合计}, benefits: ["other:pay"], per: household, persons: 1, basis: assumed}
figures:
- {id: revenue, title: {zh: 收入}, values: [{year: 2026, amount: 1000万元}], basis: assumed}
budgets:
- {fund: talent, year: 2026, document: 文1, day: 2026-01-05, basis: assumed, lines: {recruiting: {city: 60万元}, towns: {city: 40万元}}}
- {fund: town, year: 2026, document: 文2, day: 2026-01-06, basis: assumed, lines: {local: {talent/towns: 10万元}}}
"""
WRONG = """\
sources: [{id: city, title: {zh: 市财政}, basis: assumed}]
funds:
- id: talent
  title: {zh: 专项资金}
  holder: nobody
  level: {zh: 市}
  within: talent
  basis: assumed
  lines: [{id: recruiting, title: {zh: 引进}, pays: [none, other/none]}]
  rules:
  - {id: half, title: {zh: 一半}, part: [recruiting], of: all, basis: assumed}
  - {id: some, title: {zh: 一半}, part: [nothing], of: revenue, at_least: 半数, basis: assumed}
  carry_over: {share: 120%}
budgets:
- {fund: other, year: 2026, document: 文, day: 2026-01-05, basis: assumed, lines: {}}
- {fund: talent, year: 2026, document: 文, day: 2026-01-05, basis: assumed, lines: {nothing: {city: 1元}, recruiting: {moon: 1元, city: 许多}}}
payers: {city: {zh: 市}}
co_payment: [{benefits: [], shares: {uncle: 1}, here: city, basis: assumed}]
pools: [{id: pool, title: {zh: 池}, holder: shiyan-root, total: 5, document: 文, day: 2026-01-05, longest: 很久, basis: assumed}]
banks:
- {id: bank, title: {zh: 文件}, kind: fixed, basis: assumed, columns: [{field: account}, {field: shoes}, {field: name, width: 9, pad: 零}], statement: {shoes: [鞋]}}
"""


def test_a_small_file_is_right(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack, problems = check_pack(write_pack(tmp_path, funds=RIGHT))

    assert problems == []
    assert pack is not None
    book = pack.funds
    assert [(item.giver, item.amount_fen) for item in book.budgets[1].appropriations] == [
        ("talent/towns", 10_000_000)
    ]
    assert (book.budgets[0].total_fen, book.funds["talent"].carry) == (100_000_000, CarryRule(800, True))
    assert [(one.per, one.field, one.amount_fen, one.persons, one.each_year) for one in book.limits] == [
        ("field", "employer", 150_000_000, None, True),
        ("household", "", None, 1, False),
    ]
    half, revenue = book.funds["talent"].rules
    assert (half.share.least_per_mille, half.share.on_breach, half.measure) == (500, "block", "budget")
    assert revenue.share.part == {"recruiting", "towns"}
    assert revenue.share.whole == {"revenue"}


def test_every_mistake_has_its_code_and_place(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack, problems = check_pack(write_pack(tmp_path, funds=WRONG))

    assert pack is None
    assert [(one.code, one.span.line if one.span else 0) for one in problems] == [
        ("K861", 5), ("K866", 7), ("K862", 9), ("K862", 9), ("K864", 11), ("K861", 12), ("K861", 12), ("K842", 12),
        ("K864", 13), ("K861", 15), ("K861", 16), ("K863", 16), ("K847", 16), ("K861", 18), ("K861", 18), ("K864", 19),
        ("K865", 21), ("K865", 21), ("K865", 21), ("K865", 21),
    ]  # fmt: skip
    assert all(one.message.en and one.message.zh for one in problems)


LIMITS = """\
limits:
- {id: nothing, title: {zh: 无}, benefits: [none], per: 用人单位, basis: assumed}
- {id: age, title: {zh: 按年龄}, benefits: ["other:pay"], per: 年龄, amount: 5万元, basis: assumed}
- {id: moon, title: {zh: 按月亮}, benefits: ["other:pay"], per: 月亮, persons: 0, basis: assumed}
- {id: kind, title: {zh: 按人}, benefits: ["other:pay"], per: place, persons: 1, when: 月亮 >= 3, basis: assumed}
"""


def test_a_limit_over_several_persons_must_limit_something_by_something(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack, problems = check_pack(write_pack(tmp_path, funds=LIMITS))

    assert pack is None
    assert [(one.code, one.span.line if one.span else 0) for one in problems] == [
        ("K867", 2), ("K862", 2), ("K867", 3), ("K867", 4), ("K107", 4), ("P201", 5),
    ]  # fmt: skip
    assert problems[2].message.en == "“年龄” is nothing to add up by"


@pytest.mark.parametrize(
    ("place", "fund", "year", "yuan"),
    [("tinghu", "talent-fund", 2013, 95_000_000), ("health-system", "high-level-fund", 2024, 1_000_000)],
)
def test_budgets_are_those_that_were_published(place: str, fund: str, year: int, yuan: int) -> None:
    book = load_pack(find_packs_dir() / place).funds

    [budget] = [one for one in book.budgets if (one.fund, one.year) == (fund, year)]

    assert (budget.total_fen, budget.basis) == (yuan * 100, "sourced")


def test_tinghu_has_funds_at_two_levels_and_keeps_half_for_recruiting() -> None:
    book = load_pack(find_packs_dir() / "tinghu").funds

    assert [fund.level.zh for fund in book.funds.values()] == ["区", "镇（街道、经济区）"]
    for budget in book.budgets:
        if budget.fund == "talent-fund":
            amounts = {line.id: 0 for line in book.funds["talent-fund"].lines.values()}
            amounts |= {item.line: item.amount_fen for item in budget.appropriations}
            assert check_share(book.funds["talent-fund"].rules[0].share, amounts).holds


@pytest.mark.parametrize(
    "place", ["jiayuguan", "loudi", "xinxiang-medical", "health-system", "zigui", "tinghu"]
)
def test_every_benefit_in_money_that_is_paid_here_has_one_line(place: str) -> None:
    pack = load_pack(find_packs_dir() / place)

    lines = {
        f"{policy.id}/{benefit.id}": [
            line.id for _, line in pack.funds.lines_for(f"{policy.id}/{benefit.id}")
        ]
        for policy in pack.policies.values()
        for benefit in policy.benefits.values()
        if benefit.is_money
    }

    assert {word: found for word, found in lines.items() if len(found) != 1} == {}
    assert pack.funds.banks
