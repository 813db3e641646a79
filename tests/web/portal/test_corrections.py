"""Seeing, correcting, following and confirming; the office's queue."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juxian.apps.corrections.models import Confirmation, Correction
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from tests.attachments import picture
from tests.browser import Browser
from tests.factories import UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"
FORM = {"value-degree": "doctor", "value-school": "测试大学", "since": "2021-07-01", "reason": "证书为准"}


def signed_in(user):
    client = Browser()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def person(place):
    return place.person()


@pytest.fixture
def own(place, person):
    return signed_in(place.user("person", person=person))


def correct(client, person, **values):
    fact = person.facts.get(kind="education")
    address = reverse("portal:correct", args=[person.number, "education"]) + f"?fact={fact.pk}"
    assert client.get(address).status_code == 200
    return client.post(address, FORM | values)


def test_a_person_proposes_with_a_paper_follows_it_and_the_office_accepts(place, person, own):
    paper = SimpleUploadedFile("证书.png", picture("PNG"))

    assert correct(own, person, file=paper).status_code == 303

    made = Correction.objects.get()
    assert made.file is not None
    assert "更正核对中" in own.get(reverse("portal:me")).content.decode()
    office = place.client("office")
    (row,) = office.get(reverse("desk:corrections")).context["waiting"]
    assert (row.correction, bool(row.before), bool(row.after)) == (made, True, True)
    page = reverse("desk:correction", args=[made.pk])
    assert "证书.png" in office.get(page).content.decode()
    assert office.get(reverse("file", args=[made.file.uuid])).status_code == 200
    assert office.post(page, {"decision": "accept", "answer": "已核对"}).status_code == 303
    assert Person.objects.get(pk=person.pk).profile.degree == "doctor"
    assert "已核对" in own.get(reverse("portal:corrections")).content.decode()


def test_a_statement_is_asked_to_go_without_filling_in_the_rest(own, person):
    values = {"value-degree": "", "value-school": "", "since": "", "wrong": "on"}

    assert correct(own, person, **values).status_code == 303

    assert Correction.objects.get().value == {}


def test_a_reason_is_needed(own, person):
    answer = correct(own, person, reason="")

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"reason"}


def test_what_is_true_only_later_is_refused_at_its_field(own, person):
    answer = correct(own, person, since="2099-07-01")

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"since"}


def test_an_employer_sees_no_sensitive_statement_and_proposes_for_the_unit(place, person):
    client = place.client("employer")

    shown = client.get(reverse("portal:record", args=[person.number])).context["events"]
    phone = person.facts.get(kind="contact")
    hidden = client.get(reverse("portal:correct", args=[person.number, "contact"]) + f"?fact={phone.pk}")

    assert "contact" not in [event.fact.kind for event in shown]
    assert hidden.status_code == 404
    assert correct(client, person).status_code == 303
    assert Correction.objects.get().employer == place.employer


def test_somebody_of_another_unit_is_not_found(place, person):
    stranger = signed_in(UserFactory(role="employer", organisation=place.root.__class__.objects.create(
        code="other-unit", path=f"{place.root.path}/other-unit", parent=place.root, pack=place.pack.code,
        name="测试学校", kind="school", employs=True,
    )))  # fmt: skip

    assert stranger.get(reverse("portal:record", args=[person.number])).status_code == 404


def test_a_proposal_is_taken_back(own, person):
    correct(own, person)

    own.post(reverse("portal:correction-drop", args=[Correction.objects.get().pk]))

    assert Correction.objects.get().state == "taken_back"


def test_the_record_is_confirmed(own, person):
    assert own.post(reverse("portal:confirm", args=[person.number])).status_code == 303

    assert Confirmation.objects.get().person == person
    assert "上次确认" in own.get(reverse("portal:me")).content.decode()


@pytest.mark.parametrize("role", ["office", "employer"])
def test_lists_take_the_same_number_of_queries(place, role, django_assert_max_num_queries):
    address = reverse("desk:corrections" if role == "office" else "portal:corrections")
    employer, reader = place.client("employer"), place.client(role)

    def queries():
        reader.get(address)
        with django_assert_max_num_queries(60) as captured:
            assert reader.get(address).status_code == 200
        return len(captured)

    correct(employer, place.person("测试一"))
    with_one = queries()
    correct(employer, place.person("测试二"))
    correct(employer, place.person("测试三"))

    assert queries() == with_one


def test_handing_in_what_was_filled_in_beforehand_changes_no_value(place):
    value = {
        "employer": place.employer.code,
        "full_time": True,
        "annual_pay": 12_345_678,
        "contract_months": 36,
    }
    person = place.person(facts=[FactDraft("employment", value, date(2021, 1, 1))])
    client = signed_in(place.user("person", person=person))
    fact = person.facts.get(kind="employment", since="2021-01-01")
    address = reverse("portal:correct", args=[person.number, "employment"]) + f"?fact={fact.pk}"

    form = client.get(address).context["form"]
    filled = {field.html_name: field.value() for field in form if field.value() not in (None, "")}
    client.post(address, filled | {"reason": "凭证更新"})

    assert Correction.objects.get().value == value
