"""The three administrators are three people (三权分立): who asks, who grants, who watches, and none of them does business."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.actions import (
    AlreadyDecided,
    AlreadyProposed,
    decide_proposal,
    end_post,
    propose_post,
)
from juxian.apps.accounts.enums import SEPARATED, Role
from juxian.apps.accounts.models import Post, PostProposal, SignedIn, User
from juxian.apps.accounts.rules import may_hold
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import today
from juxian.apps.persons.queries import persons_visible_to
from juxian.config.invariants import CHECKS
from juxian.config.invariants.result import Scope
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"
SINCE = date(2022, 1, 1)


@pytest.fixture
def people(place) -> dict[str, User]:
    roles = (*SEPARATED, Role.OFFICE)
    return {role.value: UserFactory(role=role, organisation=place) for role in roles} | {"new": UserFactory()}


def asked(people, place, role=Role.OFFICE, user="new", by="system_admin") -> PostProposal:
    return propose_post(
        user=people[user],
        role=role,
        organisation=place,
        since=SINCE,
        until=None,
        reason="到岗",
        by=people[by],
    )


def browser(user: User) -> Client:
    client = Browser()
    client.force_login(user, backend=BACKEND)
    return client


def test_one_asks_another_grants_and_both_are_recorded(people, place):
    proposal = asked(people, place)
    post = decide_proposal(proposal=proposal, grant=True, answer="属实", by=people["security_admin"])

    assert (post.user, post.role, post.organisation) == (people["new"], Role.OFFICE, place)
    told = AuditEntry.objects.filter(action__startswith="accounts.post").order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in told] == [
        ("accounts.post_proposed", people["system_admin"].pk),
        ("accounts.post_granted", people["security_admin"].pk),
    ]


def test_asking_gives_nothing(people, place):
    asked(people, place)

    assert not people["new"].posts.exists()


def test_a_refusal_gives_nothing(people, place):
    decide_proposal(proposal=asked(people, place), grant=False, answer="不符", by=people["security_admin"])

    assert not people["new"].posts.exists()


@pytest.mark.parametrize("by", ["system_admin", "auditor", "office", "new"])
def test_nobody_but_the_security_administrator_grants(people, place, by):
    proposal = asked(people, place)

    with pytest.raises(PermissionDenied):
        decide_proposal(proposal=proposal, grant=True, answer="x", by=people[by])
    proposal.refresh_from_db()
    assert proposal.granted is None
    assert not people["new"].posts.exists()


@pytest.mark.parametrize("by", ["security_admin", "auditor", "office", "new"])
def test_nobody_but_the_system_administrator_asks(people, place, by):
    other = people["office"] if by == "new" else people["new"]

    with pytest.raises(PermissionDenied):
        propose_post(
            user=other,
            role=Role.LEADER,
            organisation=place,
            since=SINCE,
            until=None,
            reason="x",
            by=people[by],
        )


def test_nobody_asks_for_or_grants_to_oneself(people, place):
    with pytest.raises(PermissionDenied):
        asked(people, place, Role.OFFICE, "system_admin")
    second = UserFactory(role=Role.SECURITY_ADMIN, organisation=place)
    proposal = PostProposal.objects.create(
        user=second,
        role=Role.SECURITY_ADMIN,
        organisation=OrganisationFactory(parent=place),
        since=SINCE,
        reason="x",
        proposed_by=people["system_admin"],
        proposed_at="2022-01-01T00:00:00Z",
    )
    with pytest.raises(PermissionDenied):
        decide_proposal(proposal=proposal, grant=True, answer="x", by=second)


def test_the_database_refuses_one_person_in_two_parts(people, place):
    proposal = asked(people, place)
    for wrong in (
        {"decided_by": people["system_admin"], "granted": True},
        {"decided_by": people["new"], "granted": True},
        {"proposed_by": people["new"]},
        {"granted": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PostProposal.objects.filter(pk=proposal.pk).update(**wrong)


@pytest.mark.parametrize("held", [*SEPARATED, Role.OFFICE, Role.LEADER])
@pytest.mark.parametrize("wanted", [*SEPARATED, Role.OFFICE])
def test_an_administrator_is_nothing_else(place, held, wanted):
    user = UserFactory(role=held, organisation=place)

    apart = held != wanted and (held in SEPARATED or wanted in SEPARATED)
    assert bool(may_hold(user, wanted)) is not apart


def test_what_one_came_to_hold_meanwhile_counts(people, place):
    proposal = asked(people, place, Role.AUDITOR)
    Post.objects.create(user=people["new"], role=Role.OFFICE, organisation=place, since=SINCE)

    with pytest.raises(PermissionDenied):
        decide_proposal(proposal=proposal, grant=True, answer="x", by=people["security_admin"])
    proposal.refresh_from_db()
    assert proposal.granted is None


def test_a_proposal_is_decided_once_and_asked_once(people, place):
    proposal = asked(people, place)
    with pytest.raises(AlreadyProposed):
        asked(people, place)
    decide_proposal(proposal=proposal, grant=True, answer="x", by=people["security_admin"])
    with pytest.raises(AlreadyDecided):
        decide_proposal(proposal=proposal, grant=False, answer="x", by=people["security_admin"])
    with pytest.raises(AlreadyProposed):
        asked(people, place)


def test_administrators_of_another_place_decide_nothing(people, place):
    elsewhere = OrganisationFactory()
    stranger = UserFactory(role=Role.SECURITY_ADMIN, organisation=elsewhere)
    asker = UserFactory(role=Role.SYSTEM_ADMIN, organisation=elsewhere)

    with pytest.raises(PermissionDenied):
        decide_proposal(proposal=asked(people, place), grant=True, answer="x", by=stranger)
    with pytest.raises(PermissionDenied):
        end_post(post=people["office"].posts.get(), reason="x", by=asker)


def test_a_post_that_is_taken_away_ends_every_session(people, place):
    client = browser(people["office"])
    assert SignedIn.objects.filter(user=people["office"]).exists()

    assert end_post(post=people["office"].posts.get(), reason="离岗", by=people["system_admin"])

    assert client.get("/account/").status_code == 302
    assert people["office"].posts.get().until == today()
    assert not SignedIn.objects.filter(user=people["office"]).exists()
    assert not end_post(post=people["office"].posts.get(), reason="离岗", by=people["system_admin"])


@pytest.mark.parametrize("by", ["security_admin", "auditor", "office"])
def test_nobody_else_takes_a_post_away(people, place, by):
    with pytest.raises(PermissionDenied):
        end_post(post=people["office"].posts.get(), reason="x", by=people[by])


@pytest.mark.parametrize("role", [role.value for role in SEPARATED])
def test_administrators_see_nobody_of_the_register(people, role):
    """And open no page of business: persons, money, cases, flats."""
    assert not persons_visible_to(people[role]).exists()
    client = browser(people[role])
    business = ("desk:persons", "desk:home", "desk:imports", "desk:funds", "board:dashboard")
    assert {client.get(reverse(name)).status_code for name in business} == {403}


def test_the_auditor_has_nothing_to_send(people):
    """Every address of the desk that an auditor may open answers a POST with 403 or 405."""
    client = browser(people["auditor"])

    for name in ("desk:audit", "desk:posts", "desk:post", "desk:tokens", "desk:hooks"):
        assert client.post(reverse(name), {"reason": "x"}).status_code in (403, 405)


def test_the_nightly_check_names_an_account_that_is_two(people, place):
    scope = Scope()
    assert CHECKS["separation"](scope).violations == []
    Post.objects.create(user=people["auditor"], role=Role.OFFICE, organisation=place, since=SINCE)

    assert len(CHECKS["separation"](scope).violations) == 1


def test_the_page_asks_grants_and_takes_away(people, place):
    system, security = browser(people["system_admin"]), browser(people["security_admin"])
    form = {
        "username": people["new"].username.upper(),
        "role": "office",
        "organisation": place.code,
        "since": "2022-01-01",
        "reason": "到岗",
    }
    assert security.post("/desk/posts/", form).status_code == 403
    assert (
        system.post("/desk/posts/", form | {"username": people["system_admin"].username}).status_code == 422
    )
    assert system.post("/desk/posts/", form | {"organisation": OrganisationFactory().code}).status_code == 422
    assert system.post("/desk/posts/", form).status_code == 303
    proposal = PostProposal.objects.get()
    decide = reverse("desk:post-decide", args=[proposal.pk])
    assert "待核准" in system.get("/desk/posts/").content.decode()
    assert system.post(decide, {"decision": "grant", "reason": "x"}).status_code == 403
    security.post(decide, {"decision": "grant"})  # without a word
    assert not people["new"].posts.exists()
    security.post(decide, {"decision": "grant", "reason": "属实"})
    post = people["new"].posts.get()
    assert system.post(reverse("desk:post-end", args=[post.pk]), {"reason": "离岗"}).status_code == 303
    post.refresh_from_db()
    assert post.until == today()


def test_the_page_asks_as_often_with_three_rows_as_with_one(people, place, django_assert_num_queries):
    client = browser(people["system_admin"])
    asked(people, place)
    client.get("/desk/posts/")
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/posts/")
    for _user in range(3):
        people["new"] = UserFactory(role=Role.OFFICE, organisation=place)
        asked(people, place, Role.LEADER)

    with django_assert_num_queries(len(one)):
        client.get("/desk/posts/")
