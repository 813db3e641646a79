"""Runs, promises, flats, leases and cards say nothing of the person when their time is over; vouchers stay (留存期)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.utils.timezone import get_current_timezone

from juxian.apps.cards.enums import CardState
from juxian.apps.cards.models import Card
from juxian.apps.funds.enums import GrantState
from juxian.apps.funds.models import Grant
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.housing.enums import ApplicationState, LeaseState
from juxian.apps.housing.models import Application, Estate, Lease
from juxian.apps.persons.models import Person
from juxian.apps.policies.models import Determination, ProfileSnapshot, RunAnswer, RunPerson, SweepRun
from juxian.apps.privacy.actions import ask_to_erase, decide_erasure, retain
from juxian.config.invariants import Scope, search
from juxian.core.packs.purposes import BESIDE
from juxian.core.text import Text
from juxian.web.kit.purposes import BESIDE_FACTS
from tests.determinations import determined
from tests.flats import _let, few_flats, waiting
from tests.web.places import Place, make_place

DAY = date(2022, 6, 1)
LATER = date(2100, 1, 1)


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    made = make_place("zigui")
    install_estates(book=few_flats(made.pack.housing), home=made.root)
    return made


@pytest.fixture
def person(place: Place) -> Person:
    made = place.person()
    place.user("person", person=made)
    return made


def run_of(place: Place, day: date, *, finished: bool = True) -> SweepRun:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=get_current_timezone())
    run = SweepRun.objects.create(pack=place.root.pack, as_of=day, engine="polars")
    SweepRun.objects.filter(pk=run.pk).update(finished_at=moment if finished else None)
    return run


def snapshot(name: str) -> str:
    return ProfileSnapshot.objects.create(digest=name, values={"name": name}).digest


def grant_of(person: Person, key: str, state: str, ended_on: date | None = None) -> Grant:
    return Grant.objects.create(
        home=person.home, person=person, policy=f"p-{key}", benefit="b", title="补贴", version_since=DAY, as_of=DAY,
        profile={"degree": "doctor"}, source_key=key, fund="f", line="l", whole_fen=100, total_fen=100,
        state=state, granted_on=DAY, ended_on=ended_on,
    )  # fmt: skip


def card_of(person: Person, number: str, ended_on: date | None) -> Card:
    ending: dict[str, Any] = (
        {"state": CardState.REVOKED, "ended_on": ended_on, "reason": "离开本地"} if ended_on else {}
    )
    return Card.objects.create(
        home=person.home,
        person=person,
        kind="k",
        level="a",
        number=number,
        since=DAY,
        until=date(2027, 6, 1),
        **ending,
    )


def erased(place: Place, day: date, data: str) -> dict[str, int | None]:
    return retain(home=place.root, day=day).report.get(data, {})


def test_answers_of_earlier_runs_go_and_those_of_the_newest_stay(place: Place, person: Person) -> None:
    """How many there were of each answer stays; a profile goes with the last answer that rests on it."""
    first, newest = run_of(place, date(2022, 1, 1)), run_of(place, date(2022, 5, 1))
    only, shared = snapshot("only"), snapshot("shared")
    other = place.person("测试乙")
    determined(first, person, "p", "b", snapshot=only)
    determined(first, other, "p", "b", snapshot=shared)
    determined(newest, person, "p", "b", snapshot=shared)

    assert erased(place, date(2024, 12, 31), "screenings") == {"months": 36, "erased": 0, "waiting": 2}
    assert erased(place, date(2025, 1, 1), "screenings") == {"months": 36, "erased": 2, "waiting": 0}

    assert [row.run for row in RunPerson.objects.all()] == [newest]
    assert [row.answer.run for row in Determination.objects.all()] == [newest]
    assert [row.digest for row in ProfileSnapshot.objects.all()] == [shared]
    assert RunAnswer.objects.get(run=first).persons == 2
    assert erased(place, LATER, "screenings") == {}


def test_no_profile_goes_while_a_run_may_be_about_to_use_it(place: Place, person: Person) -> None:
    first = run_of(place, date(2022, 1, 1))
    run_of(place, date(2022, 5, 1))
    run_of(place, date(2022, 6, 1), finished=False)
    determined(first, person, "p", "b", snapshot=snapshot("only"))

    assert erased(place, LATER, "screenings")["erased"] == 1

    assert not RunPerson.objects.exists()
    assert ProfileSnapshot.objects.count() == 1


def test_the_profile_beside_a_promise_goes_and_its_sums_stay(place: Place, person: Person) -> None:
    over = grant_of(person, "over", GrantState.ENDED, date(2022, 6, 1))
    standing = grant_of(person, "standing", GrantState.ACTIVE)

    assert erased(place, date(2052, 5, 31), "grants") == {"months": 360, "erased": 0, "waiting": 1}
    assert erased(place, date(2052, 6, 1), "grants")["erased"] == 1

    over.refresh_from_db()
    standing.refresh_from_db()
    assert (over.profile, over.whole_fen, over.person) == ({}, 100, person)
    assert standing.profile == {"degree": "doctor"}


def test_what_was_asked_for_with_a_flat_and_a_lease_goes(place: Place, person: Person) -> None:
    estate = Estate.objects.get(code="zigui-apartments")
    closed = waiting(
        estate, DAY, person, state=ApplicationState.CLOSED, asked={"household_members": 3}, wish="朝南"
    )
    live = waiting(estate, DAY, asked={"household_members": 2})
    lease = _let(person, estate, DAY)
    Lease.objects.filter(pk=lease.pk).update(
        asked={"household_members": 3}, state=LeaseState.ENDED, notice_on=DAY, keys_on=DAY
    )

    assert retain(home=place.root, day=date(2027, 5, 31)).report["flats"]["erased"] == 0
    found = retain(home=place.root, day=date(2027, 6, 1)).report
    assert (found["flats"]["erased"], found["leases"]) == (1, {"months": 120, "erased": 0, "waiting": 1})
    assert erased(place, date(2032, 6, 1), "leases")["erased"] == 1

    closed.refresh_from_db()
    live.refresh_from_db()
    lease.refresh_from_db()
    assert (closed.asked, closed.snapshot, closed.wish) == ({}, {}, "")
    assert live.asked == {"household_members": 2}
    assert (lease.asked, lease.person, lease.keys_on) == ({}, person, DAY)


def test_why_a_card_ended_goes_and_its_number_stays(place: Place, person: Person) -> None:
    over, standing = card_of(person, "C-1", DAY), card_of(person, "C-2", None)

    assert erased(place, date(2027, 6, 1), "cards")["erased"] == 1

    over.refresh_from_db()
    assert (over.reason, over.number) == ("", "C-1")
    assert Card.objects.filter(pk=standing.pk, state=CardState.ACTIVE).exists()


def test_a_granted_request_reaches_them_at_once_but_what_the_law_on_accounts_keeps(
    place: Place, person: Person
) -> None:
    newest = run_of(place, date(2022, 5, 1))
    determined(newest, person, "p", "b", snapshot=snapshot("only"))
    grant, card = grant_of(person, "over", GrantState.DONE), card_of(person, "C-1", DAY)

    asked = ask_to_erase(person=person, words="请删除", by=person.user)
    outcome = decide_erasure(request=asked, grant=True, answer="依法处理", by=place.user("office")).outcome

    assert (outcome["erased"]["screenings"], outcome["erased"]["cards"]) == (1, 1)
    assert "grants" in outcome["kept"]
    grant.refresh_from_db()
    card.refresh_from_db()
    assert grant.profile == {"degree": "doctor"}
    assert card.reason == ""
    assert not ProfileSnapshot.objects.exists()


def test_a_place_may_decide_otherwise(place: Place, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = grant_of(person, "over", GrantState.DONE)
    keeping = {key: replace(item, law=Text("")) for key, item in place.pack.keeping.items()}
    monkeypatch.setattr(
        "juxian.apps.privacy.actions.pack_of", lambda home: replace(place.pack, keeping=keeping)
    )

    asked = ask_to_erase(person=person, words="请删除", by=person.user)
    decide_erasure(request=asked, grant=True, answer="依法处理", by=place.user("office"))

    grant.refresh_from_db()
    assert grant.profile == {}


def test_every_kind_has_a_period_in_base_a_title_and_leaves_the_register_sound(
    place: Place, person: Person
) -> None:
    assert set(place.pack.keeping) == set(BESIDE)
    assert set(BESIDE) <= set(BESIDE_FACTS)
    determined(run_of(place, date(2022, 1, 1)), person, "p", "b", snapshot=snapshot("only"))
    run_of(place, date(2022, 5, 1))
    Application.objects.all().delete()

    retain(home=place.root, day=LATER)

    assert [
        words.zh for result in dict(search(Scope(every=True))).values() for words in result.violations
    ] == []
