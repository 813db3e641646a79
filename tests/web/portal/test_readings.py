"""A person sees who read the own record, and nothing about anybody else."""

from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from tests.web.places import Place


def readings(client):
    return client.get(reverse("portal:readings")).context["readings"]


def test_opening_and_revealing_are_shown_to_the_person(place: Place) -> None:
    person = place.person()
    clerk, own = place.client("office"), place.client("person", person=person)
    clerk.get(reverse("desk:person", args=[person.number]))
    clerk.get(reverse("desk:person", args=[person.number]))
    key = f"document-{person.documents.get().pk}" if person.documents.exists() else ""
    clerk.post(reverse("desk:person-reveal", args=[person.number]), {"key": key, "reason": "核对材料"})

    found = readings(own)
    page = own.get(reverse("portal:readings")).content.decode()

    assert [str(reading.what) for reading in found][-1] == "打开人才档案"
    assert len(found) == (2 if key else 1)
    assert found[-1].organisation == place.root.name
    assert str(User.objects.get(pk=clerk.session["_auth_user_id"])) not in page


def test_readings_of_others_are_not_shown(place: Place) -> None:
    mine, other = place.person(), place.person(name="测试乙")
    place.client("office").get(reverse("desk:person", args=[other.number]))

    assert readings(place.client("person", person=mine)) == []
    assert readings(place.client("person")) == []


def test_the_number_of_queries_does_not_grow(place: Place, django_assert_max_num_queries) -> None:
    person = place.person()
    own, clerk = place.client("person", person=person), place.client("office")
    clerk.get(reverse("desk:person", args=[person.number]))
    readings(own)
    with django_assert_max_num_queries(30) as few:
        readings(own)
    for _clerk in range(3):
        place.client("office").get(reverse("desk:person", args=[person.number]))

    with django_assert_max_num_queries(30) as many:
        assert len(readings(own)) == 4

    assert len(many) == len(few)


def test_a_record_is_opened_nowhere_without_an_entry(place: Place) -> None:
    person = place.person()
    own = place.client("person", person=person)
    for role, page in ((Role.LEADER, "board:person"), (Role.EMPLOYER, "portal:record")):
        assert place.client(role).get(reverse(page, args=[person.number])).status_code == 200

    own.get(reverse("portal:me"))

    assert [(str(reading.what), reading.post) for reading in readings(own)] == [
        ("打开人才档案", str(Role.EMPLOYER.label)),
        ("打开人才档案", str(Role.LEADER.label)),
    ]
