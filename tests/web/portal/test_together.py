"""One form for several services: what is offered, asked once, handed in as a whole or not at all, and followed on one page."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.actions import FactDraft
from juxian.apps.services.actions import freeze
from juxian.apps.services.models import Case, Draft
from juxian.web.kit.once import FIELD, new_key
from tests.attachments import pdf
from tests.factories import OrganisationFactory, UserFactory
from tests.web.portal.test_applying import photo, signed_in

BUNDLE = "new-arrival"
SERVICES = ["talent-classification", "hukou"]


def at(view: str, *args) -> str:
    return reverse(f"portal:{view}", args=args)


@pytest.fixture
def person(place):
    OrganisationFactory(
        code="jyg-talent-desk", name="人才办", parent=place.root, kind="office", pack="jiayuguan"
    )
    return place.person(number="")


@pytest.fixture
def applicant(place, person):
    return signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=person))


def chosen(client, *services: str, key: str = BUNDLE):
    return client.post(at("together", key), {"service": services or SERVICES})


def filled_in(page) -> dict[str, object]:
    """Plausible answers to everything that the form asks."""
    found: dict[str, object] = {}
    for name, field in page.context["form"].fields.items():
        kind = type(field).__name__
        if name.startswith("m-"):
            takes = field.widget.attrs["accept"]
            found[name] = (
                photo(f"{name}.png") if ".png" in takes else SimpleUploadedFile(f"{name}.pdf", pdf())
            )
        elif getattr(field, "choices", None):
            values = [value for value, _title in field.choices if value]
            found[name] = values[-1] if kind != "MultipleChoiceField" else values[:1]
        elif kind == "DateField":
            found[name] = "2021-09-01"
        elif kind == "IntegerField":
            found[name] = "5"
        else:
            found[name] = "13800138000" if name == "f-mobile" else "测试内容"
    return found


def handed_in(client, *services: str, key: str = BUNDLE) -> list[Case]:
    chosen(client, *services, key=key)
    page = client.get(at("together-form", key))
    answer = client.post(at("together-form", key), {**filled_in(page), "next": "1"})
    assert answer.status_code == 303, answer.context["form"].errors
    answer = client.post(at("together-review", key), {FIELD: new_key()})
    assert answer.status_code == 303, answer.context["problems"]
    return list(Case.objects.order_by("pk"))


def test_conditions_decide_what_is_offered(place):
    resident = place.person(facts=[FactDraft("residence", {"local": True}, date(2015, 1, 1))])
    client = signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=resident))

    page = client.get(at("together", BUNDLE))

    offered = {offer.service.id: offer.chosen for offer in page.context["offers"]}
    left_out = {offer.service.id: (offer.state, offer.why) for offer in page.context["left_out"]}
    assert offered["talent-classification"]
    assert not offered["schooling"]  # the bundle does not tick it beforehand
    assert left_out["hukou"] == ("out", ("本地户籍为否",))


def test_what_two_services_share_is_asked_once(applicant):
    assert chosen(applicant).url == at("together-form", BUNDLE)

    page = applicant.get(at("together-form", BUNDLE))

    names = list(page.context["form"].fields)
    assert names.count("f-mobile") == 1
    assert "f-full_name" not in names  # the register knows it
    assert "测试甲" in [row.value for row in page.context["known"]]


def test_the_own_phone_stands_in_the_joint_form(applicant):
    chosen(applicant)

    assert applicant.get(at("together-form", BUNDLE)).context["form"]["f-mobile"].initial == "13800001234"


def test_what_one_of_the_services_needs_is_needed(applicant):
    chosen(applicant)

    form = applicant.get(at("together-form", BUNDLE)).context["form"]

    assert form.fields["f-mobile"].needed
    assert form.fields["m-diploma"].needed


def test_one_submission_opens_one_case_each_in_one_group(applicant):
    cases = handed_in(applicant)

    assert [case.service for case in cases] == SERVICES
    assert {case.group for case in cases} == {cases[0].number}
    assert cases[0].data["answers"]["mobile"] == cases[1].data["answers"]["mobile"] == "13800138000"
    assert not Draft.objects.exists()


def test_a_second_press_of_the_button_leads_to_the_same_group(applicant):
    chosen(applicant)
    page = applicant.get(at("together-form", BUNDLE))
    applicant.post(at("together-form", BUNDLE), {**filled_in(page), "next": "1"})
    key = new_key()

    first = applicant.post(at("together-review", BUNDLE), {FIELD: key})
    again = applicant.post(at("together-review", BUNDLE), {FIELD: key})

    assert first.url == again.url == at("group", Case.objects.order_by("pk")[0].number)
    assert Case.objects.count() == 2


def test_a_refusal_of_one_service_opens_none(place, applicant):
    office = place.user(Role.OFFICE)
    chosen(applicant)
    page = applicant.get(at("together-form", BUNDLE))
    applicant.post(at("together-form", BUNDLE), {**filled_in(page), "next": "1"})
    freeze(
        home=place.root,
        service="hukou",
        since=date(2022, 5, 1),
        until=date(2022, 7, 1),
        reason="系统切换",
        by=office,
    )

    answer = applicant.post(at("together-review", BUNDLE), {FIELD: new_key()})

    assert answer.status_code == 422
    assert [title for title, _words in answer.context["problems"]] == ["人才落户"]
    assert not Case.objects.exists()
    assert Draft.objects.count() == 1  # what was filled in is kept


def test_what_one_service_misses_is_told_at_its_field(applicant):
    chosen(applicant)

    answer = applicant.post(at("together-form", BUNDLE), {"f-mobile": "12", "next": "1"})

    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert {"f-mobile", "f-old_place", "m-hukou_page"} <= set(errors)


def test_a_changed_choice_keeps_what_was_filled_in(applicant):
    chosen(applicant)
    applicant.post(
        at("together-form", BUNDLE), {"f-mobile": "13800138000", "m-hukou_page": photo("a.png"), "save": "1"}
    )

    chosen(applicant, "hukou")

    form = applicant.get(at("together-form", BUNDLE)).context["form"]
    assert form["f-mobile"].initial == "13800138000"
    assert list(Draft.objects.get().materials) == ["hukou:hukou_page"]
    (line,) = applicant.get(at("cases")).context["drafts"]
    assert line.address.startswith(at("together-form", BUNDLE))


def test_nothing_ticked_is_told(applicant):
    answer = applicant.post(at("together", BUNDLE), {"service": ["no-such-service"]})

    assert answer.status_code == 422
    assert answer.context["problem"]


def test_services_from_the_basket_are_asked_for_in_one_form(applicant):
    for service in SERVICES:
        applicant.post(at("basket-put", service))
    applicant.post(at("basket-put", "need"))
    applicant.post(at("basket-put", "need"), {"take": "1"})
    assert [row.id for row in applicant.get(at("basket")).context["rows"]] == SERVICES

    cases = handed_in(applicant, key="basket")

    assert [case.service for case in cases] == SERVICES
    assert applicant.get(at("basket")).context["rows"] == []


def test_a_group_tells_each_step_deadline_and_what_is_asked(place, applicant, django_assert_num_queries):
    cases = handed_in(applicant)
    applicant.get(at("group", cases[0].number))  # the session has been seen
    with CaptureQueriesContext(connection) as two:
        page = applicant.get(at("group", cases[0].number))
        queries = len(two)

    rows = page.context["rows"]
    assert [row.case.number for row in rows] == [case.number for case in cases]
    assert all(row.case.due_on and row.waits for row in rows)
    Case.objects.filter(pk=cases[1].pk).update(group="")
    with django_assert_num_queries(queries):
        applicant.get(at("group", cases[0].number))
    assert place.client(Role.PERSON).get(at("group", cases[0].number)).status_code == 404


def test_an_employer_names_the_person_first(place, person):
    employer = place.client(Role.EMPLOYER)

    assert list(employer.get(at("together", "founder")).context["page"].object_list) == [person]
    page = employer.get(at("together", "founder"), {"for": person.number})
    assert page.context["joint"].person == person
    assert (
        employer.get(at("together", BUNDLE), {"for": person.number}).status_code == 404
    )  # for persons alone


def test_everybody_may_read_what_a_bundle_asks(place):
    page = place.client().get(at("bundle", place.pack.code, BUNDLE))

    assert page.context["asked"] < page.context["apart"]
    assert place.client().get(at("bundle", place.pack.code, "no-such-bundle")).status_code == 404
