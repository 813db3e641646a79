"""Cards of benefits: order, tone, reasons, what is missing, what time changes."""

from datetime import date

import pytest

from juxian.core.packs import load_all
from juxian.core.policy.turning import Change
from juxian.core.text import Text
from juxian.web.kit.entitling import (
    change_words,
    entitlement_cards,
    kind_telling,
    missing_facts,
    shown_first,
    turning_cards,
)

DAY = date(2022, 6, 1)
PACK = load_all()["jiayuguan"]


def cards(**profile):
    return entitlement_cards(PACK, profile, DAY, "zh")


def test_what_is_given_stands_first_and_the_first_card_is_open():
    order = ["yes", "unknown", "no"]
    found = cards(
        degree="doctor", introduction_mode="full_time", introduced_on="2022-01-01", status="serving"
    )

    places = [order.index(card.verdict) for card in found if card.state != "还差一步"]
    assert places == sorted(places)
    assert found[0].open


def test_every_card_names_its_clause_and_its_reasons():
    for card in cards():
        assert card.clause.startswith("《")
        assert card.lines


def test_an_empty_profile_is_told_what_is_missing():
    missing = missing_facts(cards(), PACK.schema, "zh")

    assert missing
    assert [len(item.benefits) for item in missing] == sorted(
        (len(item.benefits) for item in missing), reverse=True
    )
    assert all(item.kind in PACK.schema.kinds for item in missing if item.kind)


def test_nothing_is_lost_between_what_is_shown_and_what_is_folded():
    found = cards(degree="bachelor", status="serving")

    near, rest = shown_first(found)

    assert sorted(card.benefit_id for card in near + rest) == sorted(card.benefit_id for card in found)
    assert all(card.verdict == "no" for card in rest)


def test_days_that_change_an_answer_lie_ahead_in_order():
    days = [card.turns_on for card in turning_cards(cards(birth_date="2004-07-01", degree="bachelor"))]

    assert days == sorted(days)
    assert all(day > DAY for day in days)


@pytest.mark.parametrize(
    ("field", "kind"), [("degree", "education"), ("age", "identity"), ("no_such_field", "")]
)
def test_the_kind_that_tells_a_field(field, kind):
    assert kind_telling(field, PACK.schema) == kind


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ((None, None), "若荣誉为甲、乙即可享受"),
        ((Text("乙"), None), "若荣誉另有乙即可享受"),
        ((None, Text("丙")), "若荣誉没有丙即可享受"),
    ],
)
def test_a_change_of_a_list_tells_only_what_changes(parts, told):
    change = Change("honours", Text("荣誉"), Text("甲"), Text("甲、乙"), ["a", "b"], None, *parts)

    assert change_words(change, "zh") == told
