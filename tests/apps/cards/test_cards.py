"""Cards begin, go on, are replaced and end; what a counter is told; uses within the year's limit, once for each key."""

from __future__ import annotations

import stat
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from juxian.apps.audit.models import AuditEntry
from juxian.apps.cards.actions import (
    AlreadyRecorded,
    NoKey,
    issue_card,
    make_key,
    record_use,
    reissue_card,
    remind,
    renew_card,
    revoke_card,
    signing_key,
)
from juxian.apps.cards.actions.effects import card_of_case
from juxian.apps.cards.actions.keys import key_file
from juxian.apps.cards.models import Card, CardKey, CardUse
from juxian.apps.cards.queries import benefits_left, cards_visible_to, checked
from juxian.apps.cards.rules import NothingLeft, NotPossible
from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.messaging.models import Message
from juxian.apps.services.models import Case
from juxian.apps.services.registry import EffectCall, EffectRefused, apply_of
from juxian.core.cards.code import read_code
from tests.apps.cards.scene import DAY, KIND, Scene, classed
from tests.factories import OrganisationFactory, UserFactory

FIVE_YEARS = date(2027, 6, 1)


def call(scene: Scene, target: str, key: str = "1:submit:0", **answers: Any) -> EffectCall:
    case = Case(
        home=scene.place.root, person=scene.person, service=KIND, number="JYG-1", data={"answers": answers}
    )
    return EffectCall(case, f"JYG-1:{key}", "card", target, {}, DAY)


def left(card: Card, benefit: str, day: date = DAY) -> int | None:
    return next(item.left for item in benefits_left(card, day) if item.benefit.id == benefit)


def test_the_level_is_that_of_the_facts(scene: Scene) -> None:
    card, other = scene.issued(), scene.issued(scene.place.person("测试乙"))

    assert (card.level, card.until, other.level) == ("high", FIVE_YEARS, "approved")
    assert checked(card.code, DAY).word == "valid"
    assert AuditEntry.objects.filter(action="cards.issued").count() == 2


def test_nobody_holds_two_valid_cards_of_a_kind(scene: Scene) -> None:
    scene.issued()

    with pytest.raises(NotPossible):
        scene.issued()
    assert scene.issued(day=FIVE_YEARS).since == FIVE_YEARS


def test_nothing_personal_stands_in_the_code(scene: Scene) -> None:
    card = scene.issued()

    claims = read_code(card.code)[1]

    assert (claims.number, claims.level, claims.until) == (card.number, "high", FIVE_YEARS)
    assert (claims.holder, claims.since) == ("", None)
    assert scene.person.number not in card.number


def test_expired_replaced_and_revoked_are_told_apart(scene: Scene) -> None:
    card = scene.issued()
    again = reissue_card(card=card, day=DAY, by=scene.office, reason="遗失")

    assert checked(card.code, DAY).word == "replaced"
    assert (checked(again.code, DAY).word, again.until) == ("valid", card.until)
    assert checked(again.code, FIVE_YEARS).word == "expired"
    revoke_card(card=again, day=DAY, reason="离岗", by=scene.office)
    assert checked(again.code, FIVE_YEARS).word == "revoked"
    with pytest.raises(NotPossible):
        renew_card(card=again, day=DAY)


def test_a_renewal_keeps_the_number_and_the_old_code_tells_the_state(scene: Scene) -> None:
    card = scene.issued()
    before = card.code

    renewed = renew_card(card=card, day=FIVE_YEARS, by=scene.office)

    assert (renewed.number, renewed.until) == (card.number, date(2032, 6, 1))
    assert read_code(before)[1].until == FIVE_YEARS  # offline the old code has expired
    assert checked(before, FIVE_YEARS).word == "valid"
    with pytest.raises(NotPossible):
        renew_card(card=renewed, day=FIVE_YEARS)


def test_a_code_of_another_place_is_unknown_here(scene: Scene) -> None:
    assert checked(scene.issued().code, DAY, place="zigui").word == "unknown"


def test_uses_stop_at_the_limit_of_the_year(scene: Scene) -> None:
    card = scene.issued()
    record_use(card=card, benefit="check-up", partner=scene.hospital, key="a", day=DAY)

    with pytest.raises(NothingLeft):
        record_use(card=card, benefit="check-up", partner=scene.hospital, key="b", day=DAY)
    assert (left(card, "check-up"), left(card, "films"), left(card, "scenic-spots")) == (0, 12, None)
    record_use(card=card, benefit="check-up", partner=scene.hospital, key="c", day=date(2023, 1, 1))


def test_a_key_stands_for_one_use(scene: Scene) -> None:
    card = scene.issued()

    first = record_use(card=card, benefit="films", partner=scene.hospital, key="a", day=DAY)

    assert record_use(card=card, benefit="films", partner=scene.hospital, key="a", day=DAY) == first
    assert left(card, "films") == 11
    with pytest.raises(AlreadyRecorded):
        record_use(card=card, benefit="scenic-spots", partner=scene.hospital, key="a", day=DAY)


def test_a_new_card_gives_no_new_uses(scene: Scene) -> None:
    card = scene.issued()
    record_use(card=card, benefit="check-up", partner=scene.hospital, key="a", day=DAY)

    again = reissue_card(card=card, day=DAY)

    assert left(again, "check-up") == 0
    with pytest.raises(NotPossible):
        record_use(card=card, benefit="films", partner=scene.hospital, key="b", day=DAY)


def test_what_was_recorded_is_neither_changed_nor_deleted(scene: Scene) -> None:
    use = record_use(card=scene.issued(), benefit="films", partner=scene.hospital, key="a", day=DAY)

    for attempt in (lambda: CardUse.objects.update(day=DAY), use.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert CardUse.objects.count() == 1


def test_cards_follow_a_merge_and_come_back(scene: Scene) -> None:
    twin = classed(scene.place, "测试甲")
    mine, other = scene.issued(), scene.issued(twin)
    record_use(card=other, benefit="check-up", partner=scene.hospital, key="a", day=DAY)

    merge = merge_persons(keep=scene.person, drop=twin, by=scene.office, reason="同一人")

    assert set(scene.person.cards.all()) == {mine, other}
    mine.refresh_from_db()
    assert left(mine, "check-up") == 0  # one holder, one limit
    unmerge(merge=merge, by=scene.office, reason="误并")
    assert list(twin.cards.all()) == [other]


def test_a_decided_case_issues_once_renews_replaces_and_revokes(scene: Scene) -> None:
    assert apply_of("card", "issue") is card_of_case

    told = card_of_case(call(scene, "issue"))
    assert card_of_case(call(scene, "issue")) == told
    card = Card.objects.get()
    assert told == f"card:{card.number}"
    card_of_case(call(scene, "replace", "2:grant:0"))
    again = Card.objects.get(state="active")
    assert again.replaces == card
    card_of_case(call(scene, "revoke", "3:grant:0", card_number=again.number.lower()))
    assert checked(again.code, DAY).word == "revoked"


def test_an_effect_waits_while_it_cannot_be_done(scene: Scene) -> None:
    with pytest.raises(EffectRefused):
        card_of_case(call(scene, "renew"))
    other = scene.issued(scene.place.person("测试乙"))
    scene.issued()
    with pytest.raises(EffectRefused):  # only the holder's own card
        card_of_case(call(scene, "revoke", card_number=other.number))


def test_a_key_is_a_file_of_the_owner_alone_and_the_old_one_goes_on_proving(scene: Scene) -> None:
    card = scene.issued()
    first = CardKey.objects.get()

    second = make_key(day=DAY)

    assert stat.S_IMODE(key_file(second.kid).stat().st_mode) == 0o600
    assert CardKey.objects.get(retired_on=None) == second
    assert checked(card.code, DAY).word == "valid"
    assert read_code(scene.issued(scene.place.person("测试乙")).code)[0] == second.kid != first.kid


def test_without_a_key_nothing_is_issued(scene: Scene) -> None:
    key_file(CardKey.objects.get().kid).unlink()

    with pytest.raises(NoKey):
        signing_key()
    with pytest.raises(NoKey):
        scene.issued()
    assert not Card.objects.exists()


def test_holders_are_reminded_once_for_each_of_the_days(scene: Scene) -> None:
    UserFactory(role="person", organisation=scene.place.root, person=scene.person)
    card = scene.issued()
    scene.issued(scene.place.person("测试乙"))  # without an account there is nobody to tell

    assert remind(day=FIVE_YEARS - timedelta(days=61)) == 0
    assert remind(day=FIVE_YEARS - timedelta(days=60)) == 1
    assert remind(day=FIVE_YEARS - timedelta(days=59)) == 0
    assert remind(day=FIVE_YEARS - timedelta(days=10)) == 1
    assert remind(day=FIVE_YEARS) == 0
    told = Message.objects.first()
    assert told is not None
    assert card.number in told.body_zh
    assert "2027-05-31" in told.body_zh


def test_an_office_sees_the_cards_of_its_own_place(scene: Scene) -> None:
    card = scene.issued()
    elsewhere = UserFactory(role="office", organisation=OrganisationFactory())

    assert list(cards_visible_to(scene.office)) == [card]
    assert list(cards_visible_to(elsewhere)) == []
    assert list(cards_visible_to(UserFactory(role="department", organisation=scene.hospital))) == []


def test_a_person_who_was_merged_gets_no_card(scene: Scene) -> None:
    twin = classed(scene.place, "测试乙")
    merge_persons(keep=scene.person, drop=twin, by=scene.office, reason="同一人")
    twin.refresh_from_db()

    with pytest.raises(NotPossible):
        issue_card(person=twin, kind=KIND, day=DAY)
