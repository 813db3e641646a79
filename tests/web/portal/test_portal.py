"""The public pages, the own record, the own people."""

from dataclasses import replace

import pytest
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.policies.queries import snapshot_digest
from tests.factories import UserFactory
from tests.web.places import make_place

PUBLIC = ("home", "policies", "policy", "screener")


def address(view: str, place) -> str:
    arguments = {
        "home": [],
        "policies": [place.pack.code],
        "policy": [place.pack.code, next(iter(place.pack.policies))],
        "screener": [place.pack.code],
    }
    return reverse(f"portal:{view}", args=arguments[view])


@pytest.mark.parametrize("role", ["", *Role.values])
@pytest.mark.parametrize("view", PUBLIC)
def test_public_pages_open_for_everybody(place, view, role):
    assert place.client(role).get(address(view, place)).status_code == 200


@pytest.mark.parametrize("view", ["policies", "screener"])
def test_a_place_that_is_not_installed_is_not_found(place, view):
    assert place.client().get(reverse(f"portal:{view}", args=["zigui"])).status_code == 404


def test_an_unknown_policy_is_not_found(place):
    assert place.client().get(reverse("portal:policy", args=[place.pack.code, "nothing"])).status_code == 404


def test_the_short_addresses_lead_to_the_place(place):
    assert place.client().get("/policies/").url == address("policies", place)
    assert place.client().get("/screener/").url == address("screener", place)


def test_every_policy_shows_its_basis(place):
    client = place.client()

    for policy in place.pack.policies.values():
        answer = client.get(reverse("portal:policy", args=[place.pack.code, policy.id]))
        assert str(answer.context["policy"].row.basis) in answer.content.decode()


def test_the_screener_asks_about_a_dozen_questions_that_the_policies_read(place):
    form = place.client().get(address("screener", place)).context["form"]

    assert 5 <= len(form.first_fields()) <= 12
    assert all(question.question.zh for question in form.asked)


def test_no_answers_mean_that_facts_are_missing_not_that_nothing_is_given(place):
    answer = place.client().post(address("screener", place), {})

    assert answer.status_code == 200
    assert answer.context["unknown"] > 0
    assert all(card.verdict != "yes" or card.lines for card in answer.context["entitlements"])


def test_answers_decide_benefits(place):
    data = {
        "answer-degree": "doctor",
        "answer-introduction_mode": "full_time",
        "answer-introduced_on": "2022-01-01",
    }

    open_before = place.client().post(address("screener", place), {}).context["unknown"]
    open_after = place.client().post(address("screener", place), data).context["unknown"]

    assert open_after < open_before


def test_the_screener_keeps_nothing(place, django_assert_max_num_queries):
    client = place.client()
    entries = AuditEntry.objects.count()

    with django_assert_max_num_queries(10) as captured:
        answer = client.post(
            address("screener", place), {"answer-degree": "doctor", "answer-birth_date": "1990-01-01"}
        )

    assert not [query["sql"] for query in captured if not query["sql"].lstrip().startswith("SELECT")]
    assert AuditEntry.objects.count() == entries
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize(
    "data",
    [
        {"answer-degree": "wizard"},
        {"answer-birth_date": "1990-02-30"},
        {"answer-school_tags": "none"},
        {"answer-birth_date": "\x00"},
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_at_its_question(place, data):
    answer = place.client().post(address("screener", place), data)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(data)


def test_a_person_sees_the_own_record_and_why(place):
    person = place.person("测试甲")

    answer = place.client("person", person=person).get(reverse("portal:me"))

    assert answer.context["person"] == person
    assert {event.fact.person_id for event in answer.context["events"]} == {person.pk}
    assert "13800001234" not in answer.content.decode()


def test_what_is_printed_of_the_profile_proves_no_guess_of_it(place, settings):
    person = place.person("测试甲")
    address = reverse("portal:why", args=["settlement-subsidy", "settlement-base"])
    client = place.client("person", person=person)

    first, again = (client.get(address).context["why"].profile_digest for _ in range(2))
    settings.JUXIAN_KEYS = replace(settings.JUXIAN_KEYS.now(), searching=b"another key".ljust(32))
    other = client.get(address).context["why"].profile_digest

    assert first == again != other
    assert first != snapshot_digest(person.profile.values)


def test_a_person_without_a_record_is_told_so(place):
    answer = place.client("person").get(reverse("portal:me"))

    assert answer.status_code == 200
    assert answer.context["person"] is None


def test_an_employer_sees_its_own_people_only(place):
    mine = place.person("测试甲")
    elsewhere = make_place("zigui")
    elsewhere.person("测试乙")

    answer = place.client("employer").get(reverse("portal:unit"))

    assert [row.number for row in answer.context["rows"]] == [mine.number]
    assert answer.context["total"] == 1
    degrees = answer.context["charts"][0]
    assert (degrees.title, degrees.rows) == ("学历", [["硕士", "1", "100.0%"]])


def test_the_number_of_queries_of_the_employers_page_does_not_grow(place, django_assert_max_num_queries):
    client = place.client("employer")
    place.person("测试甲")
    client.get(reverse("portal:unit"))
    with django_assert_max_num_queries(50) as before:
        client.get(reverse("portal:unit"))
    place.person("测试乙")
    place.person("测试丙")

    with django_assert_max_num_queries(50) as after:
        client.get(reverse("portal:unit"))

    assert len(after) == len(before)


@pytest.mark.parametrize(("view", "roles"), [("me", {Role.PERSON}), ("unit", {Role.EMPLOYER})])
@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.EMPLOYER, Role.PERSON, Role.REVIEWER])
def test_own_pages_open_for_their_role_only(place, view, roles, role):
    assert place.client(role).get(reverse(f"portal:{view}")).status_code == (200 if role in roles else 403)


@pytest.mark.parametrize("view", ["me", "unit"])
def test_a_visitor_is_asked_to_sign_in(place, view):
    assert place.client().get(reverse(f"portal:{view}")).status_code == 302


def test_hostile_names_are_escaped(place):
    person = place.person("<img src=x onerror=alert(1)>")
    client = place.client("person", person=person)

    assert "<img src=x" not in client.get(reverse("portal:me")).content.decode()
    assert "<img src=x" not in place.client("employer").get(reverse("portal:unit")).content.decode()


def test_a_user_without_a_post_is_refused(place):
    client = place.client()
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("portal:me")).status_code == 403


@pytest.mark.parametrize("view", PUBLIC)
def test_a_public_page_answers_whether_it_is_there_without_its_body(place, view):
    answer = place.client().head(address(view, place))

    assert (answer.status_code, answer.content) == (200, b"")
