"""What a draft would change: sums add up, nobody is told by subtraction."""

from __future__ import annotations

from datetime import date

import polars as pl

from juxian.core.policy.comparing import REST
from juxian.core.policy.simulating import SMALLEST, simulate
from tests.core.policy.lint.policies import SCHEMA, policy_of

DAY = date(2024, 3, 1)
TEXT = """
policy: settle
title: 安家补贴
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: grant
    title: 安家补贴
    article: 第一条
    who: 年龄 <= 45
    amount:
      rows:
      - {when: 学历 >= 博士, give: 10万元}
      - {when: 学历 >= 硕士, give: 5万元}
    pay: {instalments: 5, every: year}
"""


def people(doctors: int, masters: int, employer: str = "one") -> pl.DataFrame:
    count = doctors + masters
    return pl.DataFrame(
        {
            "person": range(1, count + 1),
            "degree": ["doctor"] * doctors + ["master"] * masters,
            "birth_date": ["1990-05-01"] * count,
            "employer": [employer] * count,
            "talent_level": pl.Series([None] * count, dtype=pl.String),
        }
    )


def scenario(frame: pl.DataFrame, *replacements: tuple[str, str]):
    text = TEXT
    for old, new in replacements:
        text = text.replace(old, new)
    return simulate([policy_of(TEXT)], [policy_of(text)], frame, DAY, SCHEMA)


def test_the_same_text_changes_nothing():
    found = scenario(people(3, 4))

    assert found["benefits"] == []
    assert found["total"] == {
        "gains": 0,
        "losses": 0,
        "gain_fen": 0,
        "loss_fen": 0,
        "before": 50_000_000,
        "after": 50_000_000,
    }


def test_gains_and_losses_are_counted_over_persons():
    found = scenario(people(3, 4), ("10万元", "8万元"), ("5万元", "6万元"))

    (benefit,) = found["benefits"]
    assert benefit["before"] == {"yes": 7, "unknown": 0, "amount_fen": 50_000_000}
    assert (benefit["gains"], benefit["losses"]) == (4, 3)
    assert (benefit["gain_fen"], benefit["loss_fen"]) == (4_000_000, 6_000_000)
    assert found["total"]["after"] - found["total"]["before"] == -2_000_000


def test_the_budget_follows_the_payments():
    years = scenario(people(1, 0), ("instalments: 5", "instalments: 2"))["years"]

    assert [(item["year"], item["before_fen"], item["after_fen"]) for item in years] == [
        (2024, 2_000_000, 5_000_000),
        (2025, 2_000_000, 5_000_000),
        (2026, 2_000_000, 0),
        (2027, 2_000_000, 0),
        (2028, 2_000_000, 0),
        (2029, 0, 0),
    ]


def test_small_groups_are_not_shown_by_themselves_nor_by_subtraction():
    frame = pl.concat(
        [
            people(0, 9, "large"),
            people(0, 6, "middle").with_columns(pl.col("person") + 100),
            people(0, 2, "small").with_columns(pl.col("person") + 200),
        ]
    )
    groups = scenario(frame, ("5万元", "6万元"))["groups"]["employer"]

    assert [(group["key"], group["persons"]) for group in groups] == [("large", 9), (REST, 8)]
    assert all(group["persons"] >= SMALLEST for group in groups)
    assert sum(group["gain_fen"] for group in groups) == 17 * 1_000_000


def test_a_few_persons_alone_are_no_group_at_all():
    groups = scenario(people(0, 3), ("5万元", "6万元"))["groups"]

    assert groups == {"talent_level": [], "employer": [], "degree": [], "age": []}


def test_ages_are_banded_in_tens():
    groups = scenario(people(0, 6), ("5万元", "6万元"))["groups"]["age"]

    assert [group["key"] for group in groups] == ["30"]


def test_whoever_becomes_undecided_is_no_loss():
    frame = people(0, 5).drop("degree").with_columns(pl.Series("degree", [None] * 5, dtype=pl.String))
    found = scenario(frame, ("5万元", "6万元"))

    assert found["total"]["losses"] == found["total"]["gains"] == 0
