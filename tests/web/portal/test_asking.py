"""Somebody without an account asks, follows with number and word, supplements; strangers learn nothing."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import Wanted, act_on_case
from juxian.apps.services.models import Case, Draft, VisitorWord
from juxian.web.kit.once import FIELD, new_key
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory

QUESTION = {"f-full_name": "吴越", "f-question": "硕士能否申领租房补贴", "f-publish": "true"}


@pytest.fixture
def office(place):
    OrganisationFactory(
        code="jyg-talent-desk", name="人才办", parent=place.root, kind="office", pack="jiayuguan"
    )
    return place.user(Role.OFFICE)


def at(place, view: str, *args) -> str:
    return reverse(f"portal:{view}", args=[place.pack.code, *args])


def asked(
    place, client: Browser, service: str = "policy-question", answers=QUESTION, **files
) -> tuple[Case, str]:
    answer = client.post(at(place, "ask", service), {**answers, **files, FIELD: new_key()})
    assert answer.status_code == 303, answer.context["form"].errors
    page = client.get(answer.url)
    return page.context["case"], page.context["word"]


def test_a_visitor_asks_and_follows_with_number_and_word(place, office):
    case, word = asked(place, place.client())
    act_on_case(case=case, wanted=Wanted("done", "answer", "可以，需租赁备案号。"), by=office)

    later = place.client()  # another browser
    answer = later.post(at(place, "progress"), {"number": case.number.lower(), "name": word.lower()})

    assert answer.url == at(place, "asked", case.number)
    page = later.get(answer.url).content.decode()
    assert "可以，需租赁备案号。" in page
    assert case.applicant == "吴越"
    assert (case.person, case.unit, case.opened_by) == (None, None, None)


def test_the_letter_leads_a_visitor_to_where_the_word_is_asked(place, office, settings):
    settings.JUXIAN_PUBLIC_ADDRESS = "https://talent.example"
    case, _word = asked(place, place.client())

    body = case.letters.get().body_zh

    [address] = re.findall(r"https://talent[.]example(/[^，。： ]*[0-9])", body)
    page = place.client().get(address)
    assert page.context["form"]["number"].value() == case.number


@pytest.mark.parametrize("secret", ["吴越", "ABCDEFGHJK", "匿名"])
def test_neither_the_name_nor_a_guess_opens_it(place, office, secret):
    case, _word = asked(place, place.client())
    stranger = place.client()

    wrong = stranger.post(at(place, "progress"), {"number": case.number, "name": secret})
    missing = stranger.post(at(place, "progress"), {"number": "JY-2022-999999", "name": secret})

    assert (wrong.status_code, missing.status_code) == (422, 422)
    assert wrong.context["form"].errors == missing.context["form"].errors
    assert stranger.get(at(place, "asked", case.number)).status_code == 404
    assert stranger.get(at(place, "asked-supplement", case.number)).status_code == 404


def test_the_word_is_not_kept_in_the_clear(place, office):
    _case, word = asked(place, place.client())

    assert word not in VisitorWord.objects.get().digest


def test_a_complaint_needs_no_name(place, office):
    answers = {
        "f-kind": "conduct", "f-about": "某窗口", "f-facts": "态度生硬", "f-real_name": "false", FIELD: new_key(),
    }  # fmt: skip
    levels = place.pack.schema.scales["complaint_kind"].levels
    answers["f-kind"] = next(code for code, level in levels.items() if level.title.zh == "工作作风")

    case, _word = asked(place, place.client(), "complaint", answers)

    assert case.applicant == "匿名"


def test_what_is_returned_is_supplemented_without_an_account(place, office):
    client = place.client()
    case, _word = asked(place, client)
    act_on_case(
        case=case, wanted=Wanted("return", "answer", "请说明", marks=[("question", "参保地")]), by=office
    )

    form = client.get(at(place, "asked-supplement", case.number)).context["form"]
    assert list(form.fields) == ["f-question"]
    answer = client.post(
        at(place, "asked-supplement", case.number), {"f-question": "在兰州参保两年", FIELD: new_key()}
    )

    assert answer.url == at(place, "asked", case.number)
    case.refresh_from_db()
    assert not case.supplementing
    assert case.data["answers"]["question"] == "在兰州参保两年"


def test_what_is_missing_is_told_at_its_field(place, office):
    answer = place.client().post(
        at(place, "ask", "policy-question"), {"f-full_name": "吴越", FIELD: new_key()}
    )

    assert answer.status_code == 422
    assert "f-question" in answer.context["form"].errors
    assert not Case.objects.exists()


def test_services_that_need_an_account_are_not_asked_without_one(place, office):
    assert place.client().get(at(place, "ask", "hukou")).status_code == 404


def test_who_asks_too_often_has_to_wait(place, office, settings):
    settings.JUXIAN_VISITOR_ASKS_PER_HOUR = 1
    client = place.client()
    asked(place, client)

    again = client.post(at(place, "ask", "policy-question"), {**QUESTION, FIELD: new_key()})

    assert again.status_code == 429
    assert Case.objects.count() == 1


def test_who_guesses_numbers_has_to_wait(place, settings):
    settings.JUXIAN_VISITOR_LOOKUPS_PER_HOUR = 1
    client, guess = place.client(), {"number": "JY-2022-000001", "name": "甲"}

    first, second = client.post(at(place, "progress"), guess), client.post(at(place, "progress"), guess)

    assert (first.status_code, second.status_code) == (422, 429)


def test_a_second_press_of_the_button_asks_once(place, office):
    client, body = place.client(), {**QUESTION, FIELD: new_key()}

    answers = [client.post(at(place, "ask", "policy-question"), body) for _press in range(2)]

    assert answers[0].url == answers[1].url
    assert Case.objects.count() == 1


def test_what_a_visitor_typed_is_there_after_signing_in(place, office):
    person = place.person(number="")
    user = UserFactory(role=Role.PERSON, organisation=place.root, person=person)
    client = place.client()
    answer = client.post(at(place, "ask", "policy-question"), {**QUESTION, "sign-in": "1", FIELD: new_key()})
    assert answer.url.endswith(f"next={reverse('portal:apply', args=['policy-question'])}")

    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    form = client.get(reverse("portal:apply", args=["policy-question"])).context["form"]

    assert form["f-question"].initial == QUESTION["f-question"]
    assert Draft.objects.get().user == user
    assert client.get(at(place, "ask", "policy-question")).url == reverse(
        "portal:apply", args=["policy-question"]
    )


def test_the_guide_leads_to_the_form_without_an_account(place):
    page = place.client().get(reverse("portal:service", args=[place.pack.code, "policy-question"]))

    assert at(place, "ask", "policy-question") in page.content.decode()


def test_what_a_visitor_follows_is_kept_by_no_cache(place, office):
    client = place.client()
    case, word = asked(place, client)
    number = {"number": case.number, "name": word}

    answers = [client.get(at(place, "asked", case.number)), client.post(at(place, "progress"), number)]

    assert ["no-store" in answer["Cache-Control"] for answer in answers] == [True, True]
