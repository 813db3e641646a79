"""Who may open which page of the desk."""

import pytest
from django.urls import reverse

from tests.web.places import make_place

OFFICE, DEPARTMENT, LEADER, EMPLOYER, PERSON, AUDITOR = (
    "office",
    "department",
    "leader",
    "employer",
    "person",
    "auditor",
)
EVERY_ROLE = (OFFICE, DEPARTMENT, LEADER, EMPLOYER, PERSON, AUDITOR)
PAGES = {
    "home": {OFFICE, DEPARTMENT},
    "persons": {OFFICE, LEADER},
    "person-new": {OFFICE},
    "policies": {OFFICE, DEPARTMENT, LEADER},
    "figures": {OFFICE, DEPARTMENT, LEADER},
    "organisations": {OFFICE, DEPARTMENT, LEADER},
    "documents": {OFFICE, DEPARTMENT, LEADER},
    "document-new": {OFFICE},
}
PERSON_PAGES = {"person": {OFFICE, LEADER}, "fact-kinds": {OFFICE}}


@pytest.mark.parametrize("role", EVERY_ROLE)
@pytest.mark.parametrize("view", PAGES)
def test_a_page_opens_for_its_roles_only(place, view, role):
    answer = place.client(role).get(reverse(f"desk:{view}"))

    assert answer.status_code == (200 if role in PAGES[view] else 403)


@pytest.mark.parametrize("role", EVERY_ROLE)
@pytest.mark.parametrize("view", PERSON_PAGES)
def test_a_person_opens_for_office_and_leaders_only(place, view, role):
    number = place.person().number

    answer = place.client(role).get(reverse(f"desk:{view}", args=[number]))

    assert answer.status_code == (200 if role in PERSON_PAGES[view] else 403)


@pytest.mark.parametrize("view", PAGES)
def test_a_visitor_is_asked_to_sign_in(place, view):
    answer = place.client().get(reverse(f"desk:{view}"))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("sign-in"))


@pytest.mark.parametrize("view", ["person", "fact-kinds"])
def test_a_person_of_another_place_is_not_found(place, view):
    stranger = make_place("zigui").person()

    answer = place.client(OFFICE).get(reverse(f"desk:{view}", args=[stranger.number]))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", [LEADER, DEPARTMENT, EMPLOYER])
def test_only_the_office_reveals_withdraws_and_sweeps(place, role):
    person = place.person()
    client = place.client(role)

    answers = [
        client.post(reverse("desk:person-reveal", args=[person.number])),
        client.post(reverse("desk:fact-withdraw", args=[person.number, person.facts.first().pk])),
        client.post(reverse("desk:policies-sweep")),
        client.post(reverse("desk:person-find")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


@pytest.mark.parametrize("view", PAGES)
def test_a_page_answers_whether_it_is_there_without_its_body(place, view):
    answer = place.client(OFFICE).head(reverse(f"desk:{view}"))

    assert (answer.status_code, answer.content) == (200, b"")
