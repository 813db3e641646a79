"""What another text changes for people: nobody is forgotten, every person shows the difference."""

from __future__ import annotations

from juxian.core.policy import entitlements
from juxian.core.policy.meaning import Effect, Meaning, Standing, compare, effect_of
from juxian.core.policy.rulebook import rulebook
from tests.core.policy.lint.policies import DAY, SCHEMA, policy_of
from tests.core.policy.people import people_of

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
    who: 全职 and 年龄 <= 45
    amount:
      rows:
      - {when: 学历 >= 博士, give: 10万元}
      - {when: 学历 >= 硕士, give: 5万元}
  - {id: card, title: 绿卡, article: 第二条, who: 学历 >= 博士, in_kind: 绿卡}
"""


def changed(*replacements: tuple[str, str]) -> Meaning:
    text = TEXT
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return compare(policy_of(TEXT), policy_of(text), SCHEMA, DAY)


def told(meaning: Meaning) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (item.benefit, item.effect.value, item.before.amount_fen, item.after.amount_fen)
        for item in meaning.differences
    ]


def test_the_same_text_changes_nothing():
    assert changed().differences == ()


def test_other_words_of_the_same_meaning_change_nothing():
    assert (
        changed(
            ("全职 and 年龄 <= 45", "年龄 <= 45 且 全职"), ("学历 >= 博士", "学历 in 博士..博士")
        ).differences
        == ()
    )


def test_a_higher_amount_is_a_gain_and_a_lower_one_a_loss():
    assert told(changed(("10万元", "12万元"))) == [("grant", "gains", 10_000_000, 12_000_000)]
    assert told(changed(("5万元", "4万元"))) == [("grant", "loses", 5_000_000, 4_000_000)]


def test_one_year_of_age_is_seen_with_somebody_of_that_age():
    (found,) = changed(("年龄 <= 45", "年龄 <= 46")).differences

    assert (found.benefit, found.effect) == ("grant", Effect.GAINS)
    assert set(found.person) == {"full_time", "birth_date", "degree"}
    assert DAY.year - int(found.person["birth_date"][:4]) in (46, 47)


def test_gains_and_losses_of_one_benefit_stand_side_by_side():
    found = told(changed(("10万元", "8万元"), ("5万元", "6万元")))

    assert found == [("grant", "gains", 5_000_000, 6_000_000), ("grant", "loses", 10_000_000, 8_000_000)]


def test_a_benefit_in_kind_that_is_widened_or_dropped():
    assert told(changed(("who: 学历 >= 博士, in", "who: 学历 >= 硕士, in"))) == [("card", "gains", 0, 0)]
    dropped = changed(
        ("  - {id: card, title: 绿卡, article: 第二条, who: 学历 >= 博士, in_kind: 绿卡}\n", "")
    )
    assert told(dropped) == [("card", "loses", 0, 0)]


def test_a_new_condition_asks_for_a_fact():
    meaning = changed(("全职 and", "全职 and 职称 >= 中级 and"))

    assert {item.effect for item in meaning.differences} == {Effect.LOSES}
    assert meaning.asks == {"grant": ("title_level",)}


def test_a_new_policy_is_all_gain():
    meaning = compare(None, policy_of(TEXT), SCHEMA, DAY)

    assert told(meaning) == [("grant", "gains", 0, 10_000_000), ("card", "gains", 0, 0)]


def test_a_new_version_is_compared_with_the_one_in_force_then():
    newer = TEXT + "- since: 2023-01-01\n" + TEXT.split("- since: 2020-01-01\n")[1].replace("10万元", "9万元")

    found = compare(policy_of(TEXT), policy_of(newer), SCHEMA, DAY).differences

    assert [(str(item.since), item.benefit, item.effect) for item in found] == [
        ("2023-01-01", "grant", Effect.LOSES)
    ]


def test_whoever_is_changed_is_told_by_a_difference():
    """Random people under both texts: whatever happens to one of them was told for the benefit."""
    before = policy_of(TEXT)
    after = policy_of(TEXT.replace("10万元", "7万元").replace("5万元", "6万元").replace("<= 45", "<= 40"))
    effects = {(item.benefit, item.effect) for item in compare(before, after, SCHEMA, DAY).differences}

    seen = set()
    for row in people_of(rulebook((before, after), DAY), SCHEMA, 200):
        for was, becomes in zip(
            *(entitlements([one], row, DAY, SCHEMA) for one in (before, after)), strict=True
        ):
            effect = effect_of(
                Standing(was.verdict, was.amount_fen), Standing(becomes.verdict, becomes.amount_fen)
            )
            seen |= {(was.benefit.id, effect)} if effect else set()

    assert seen
    assert seen <= effects


def test_every_person_shows_the_difference():
    old, new = policy_of(TEXT), policy_of(TEXT.replace("<= 45", "<= 40").replace("5万元", "6万元"))

    for item in compare(old, new, SCHEMA, DAY).differences:
        before, after = (
            entitlements([policy], item.person, DAY, SCHEMA).of(item.benefit) for policy in (old, new)
        )
        assert before
        assert after
        assert (before.verdict, before.amount_fen) == tuple(item.before)
        assert (after.verdict, after.amount_fen) == tuple(item.after)
