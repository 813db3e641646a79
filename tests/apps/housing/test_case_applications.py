"""A decided case joins the queue once, or says what stands against it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from juxian.apps.housing.actions.cases import queue_of_case
from juxian.apps.housing.models import Application, Estate
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.opening import definition_of
from juxian.apps.services.registry import EffectCall, EffectRefused, apply_of
from juxian.core.packs import pack_called
from tests.apps.housing.conftest import APPLIED, NewApplication, NewPerson
from tests.factories import PersonFactory


def call(person: Person, **answers: object) -> EffectCall:
    case = SimpleNamespace(person=person, data={"answers": answers})
    return EffectCall(
        case=case, key="ZG-2022-1:4:grant:0", kind="hand_over", target="housing", values={}, since=APPLIED
    )


def test_the_effect_of_the_service_is_carried_out_here() -> None:
    assert apply_of("hand_over", "housing") is queue_of_case


def test_a_granted_case_joins_the_queue_once_with_its_household(
    estate: Estate, new_person: NewPerson
) -> None:
    person = new_person()

    made = [queue_of_case(call(person, household=3)) for _time in range(2)]

    application = Application.objects.get()
    assert made == [f"application:{application.number}"] * 2
    assert (application.estate, application.person, application.asked) == (
        estate, person, {"household_members": 3},
    )  # fmt: skip
    assert application.applied_on == APPLIED


def test_the_wish_of_the_form_goes_along_in_words(estate: Estate, new_person: NewPerson) -> None:
    pack = pack_called(estate.home.pack)
    asked = call(new_person(), household=1, wish="one_room")
    asked.case.definition = definition_of(pack.code, pack.services["apartment-application"])

    queue_of_case(asked)

    assert Application.objects.get().wish == "一居室"


def test_an_application_made_before_stands_for_it(new_application: NewApplication) -> None:
    application = new_application()

    assert queue_of_case(call(application.person, household=2)) == f"application:{application.number}"
    assert Application.objects.count() == 1


def test_what_the_form_does_not_say_is_asked_for(estate: Estate, new_person: NewPerson) -> None:
    queue_of_case(call(new_person()))

    assert "household_members" in Application.objects.get().missing


def test_rules_that_fail_are_told_to_the_office(estate: Estate, new_person: NewPerson) -> None:
    owner = new_person(facts=[FactDraft("home", {"owned": True}, APPLIED)])

    with pytest.raises(EffectRefused, match="不符合申请条件"):
        queue_of_case(call(owner, household=2))


def test_a_place_without_flats_or_with_several_estates_waits_for_the_office(
    estate: Estate, new_person: NewPerson
) -> None:
    Estate.objects.create(
        code="second", name="二期", home=estate.home, scheme=estate.scheme, basis=estate.basis, source="试"
    )

    with pytest.raises(EffectRefused, match="多个公寓项目"):
        queue_of_case(call(new_person()))
    with pytest.raises(EffectRefused, match="没有人才公寓"):
        queue_of_case(call(PersonFactory()))
