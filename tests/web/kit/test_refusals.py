"""What is refused with 403 stands in the audit log, once for ten minutes, then as a count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import settle_refusals
from juxian.apps.audit.models import AuditEntry, Refusal
from juxian.apps.audit.queries import verify
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.tokens.actions import make_token
from juxian.apps.tokens.enums import Scope
from juxian.web.kit import refusals
from tests.factories import OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(place: Organisation) -> User:
    return UserFactory(role=Role.OFFICE, organisation=place)


def asked(user: User | None, address: str = "/desk/audit/", **extra: Any) -> int:
    client = Client(enforce_csrf_checks=user is None)
    if user:
        client.force_login(user)
    answer = client.post(address, **extra) if user is None else client.get(address, **extra)
    return answer.status_code


def entries() -> list[tuple[str, Any]]:
    found = AuditEntry.objects.filter(action__startswith="access.").order_by("pk")
    return list(found.values_list("action", "detail"))


def test_a_refusal_names_who_as_what_and_which_function(clerk: User) -> None:
    assert asked(clerk) == 403

    entry = AuditEntry.objects.get(action="access.refused")
    post = clerk.posts.get()
    assert entry.actor == clerk
    assert entry.acting_as == f"{Role.OFFICE.value}@{post.organisation.code}"
    assert entry.organisation_path == post.organisation.path
    assert (entry.address, entry.detail) == ("127.0.0.1", {"function": "desk:audit"})


def test_repeated_ones_are_counted_and_written_once(clerk: User) -> None:
    for _time in range(8):
        asked(clerk)
    assert [action for action, _detail in entries()] == ["access.refused"]
    assert settle_refusals() == 0  # not yet ten minutes old

    Refusal.objects.update(since=now() - timedelta(minutes=11))

    assert settle_refusals() == 1
    assert entries()[1:] == [("access.refused_again", {"function": "desk:audit", "times": 7})]
    assert not Refusal.objects.exists()
    assert verify().holds


def test_another_function_and_another_user_have_entries_of_their_own(clerk: User) -> None:
    other = UserFactory(role=Role.OFFICE, organisation=clerk.posts.get().organisation)
    for user in (clerk, other):
        asked(user)
        asked(user, "/desk/tokens/")

    assert len(entries()) == 4
    assert {detail["function"] for _action, detail in entries()} == {"desk:audit", "desk:tokens"}


def test_a_visitor_without_a_token_is_recorded_by_address(clerk: User) -> None:
    assert asked(None, "/sign-in/", REMOTE_ADDR="203.0.113.9") == 403
    assert asked(None, "/sign-in/", REMOTE_ADDR="203.0.113.9") == 403

    entry = AuditEntry.objects.get(action="access.refused")
    assert (entry.actor, entry.address, entry.detail) == (None, "203.0.113.9", {"function": "sign-in"})


def test_what_is_allowed_leaves_none(clerk: User) -> None:
    assert asked(clerk, "/desk/") == 200
    assert not entries()


def test_asking_for_the_object_of_another_is_recorded_like_one_that_is_not_there(clerk: User) -> None:
    elsewhere = PersonFactory(home=OrganisationFactory(code="zigui", path="zigui"))

    assert asked(clerk, f"/desk/persons/{elsewhere.number}/") == 404
    assert asked(clerk, "/desk/persons/JY99999999/") == 404
    for _time in range(5):
        asked(clerk, f"/desk/persons/{elsewhere.number}/")

    assert entries() == [("access.not_found", {"function": "desk:person"})]
    assert AuditEntry.objects.get(action="access.not_found").actor == clerk
    Refusal.objects.update(since=now() - timedelta(minutes=11))
    assert settle_refusals() == 1
    assert entries()[1:] == [("access.not_found_again", {"function": "desk:person", "times": 6})]


def test_what_names_no_object_leaves_none(clerk: User) -> None:
    assert asked(clerk, "/nowhere/") == 404
    assert not entries()


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[timedelta]]:
    """The time that has passed, the last of the list."""
    start, passed = now(), [timedelta()]
    monkeypatch.setattr(refusals, "now", lambda: start + passed[-1])
    refusals.seen.clear()
    yield passed
    refusals.seen.clear()


def test_what_a_visitor_does_not_find_is_counted_by_network_and_minute(minute: list[timedelta]) -> None:
    for host in (1, 2, 3):
        for address in ("/nowhere/", "/wp-login.php", "/p/nowhere/policies/"):
            assert Client(REMOTE_ADDR=f"203.0.113.{host}").get(address).status_code == 404
    assert Client(REMOTE_ADDR="2001:db8::9").get("/nowhere/").status_code == 404

    assert entries() == [
        ("access.not_found", {"function": ""}),
        ("access.not_found", {"function": "portal:policies"}),
        ("access.not_found", {"function": ""}),
    ]
    assert list(AuditEntry.objects.order_by("pk").values_list("address", flat=True)) == [
        "203.0.113.0/24", "203.0.113.0/24", "2001:db8::/64",
    ]  # fmt: skip
    assert list(Refusal.objects.order_by("pk").values_list("count", flat=True)) == [0, 0, 0]

    minute.append(timedelta(seconds=61))
    Client(REMOTE_ADDR="203.0.113.7").get("/nowhere/")

    assert len(entries()) == 3
    assert Refusal.objects.order_by("pk").first().count == 6  # type: ignore[union-attr]


def test_a_scanner_with_many_networks_does_not_flood_the_log(minute: list[timedelta]) -> None:
    for network in range(refusals.MOST_KINDS + 50):
        refusals.seen.count(f"10.{network // 256}.{network % 256}.0/24", "", now())

    assert refusals.seen.count("198.51.100.0/24", "", now()) is None  # counted with all the others
    assert refusals.seen.count("198.51.100.0/24", "", now() + timedelta(minutes=2)) is not None


def test_what_a_token_does_not_find_names_the_token(clerk: User, minute: list[timedelta]) -> None:
    place = clerk.posts.get().organisation
    token, secret = make_token(
        organisation=place, name="门户", scopes=[Scope.POLICIES_READ], expires_on=today() + timedelta(days=30),
        requests_per_minute=60, persons_per_day=10, by=clerk,
    )  # fmt: skip

    for _time in range(4):
        asking = Client().get("/api/v1/policies/nothing", headers={"authorization": f"Bearer {secret}"})
        assert asking.status_code == 404

    entry = AuditEntry.objects.get(action="access.not_found")
    assert (entry.acting_as, entry.organisation_path) == (f"token:{token.name}", place.path)


def test_a_database_that_takes_no_entry_changes_no_answer(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_values: Any) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(refusals, "record_refusal", full)

    assert asked(clerk) == 403
