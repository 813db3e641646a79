"""A clerk lends the own post to a colleague for days: who acts is recorded with for whom, and nobody checks own work by it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.accounts.actions import AlreadyLent, lend_post, take_back
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import today
from juxian.apps.notices.models import Notice
from juxian.apps.notices.rules import may_publish_notice
from juxian.apps.organisations.models import Organisation
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory
from tests.web.places import Place

pytestmark = pytest.mark.django_db
PAGE = "/desk/delegations/"


def after(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def unit(place: Place) -> Organisation:
    return OrganisationFactory(code="hr", name="人社局", parent=place.root)


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def owner(unit: Organisation) -> User:
    """An office clerk whose post reaches the whole unit."""
    return UserFactory(role=Role.OFFICE, organisation=unit, name="甲经办")


@pytest.fixture
def colleague(unit: Organisation) -> User:
    return UserFactory(role=Role.DEPARTMENT, organisation=unit, name="乙经办")


def lend(owner: User, to: User, since: int = 0, until: int = 3) -> Post:
    post = owner.posts.get(stands_for=None)
    return lend_post(post=post, to=to, since=after(since), until=after(until), reason="休假", by=owner)


def again(user: User) -> User:
    """As the next request reads the user."""
    return User.objects.get(pk=user.pk)


def test_the_post_is_held_for_the_days_and_ends_by_itself(owner: User, colleague: User) -> None:
    lend(owner, colleague, since=1, until=3)

    held = [[post.role for post in again(colleague).posts_on(after(day))] for day in range(4)]

    assert held == [["department"], ["department", "office"], ["department", "office"], ["department"]]
    assert [post.role for post in owner.posts_on(after(1))] == ["office"]
    counts = [Post.objects.held_on(after(day)).filter(user=colleague).count() for day in range(4)]
    assert counts == [1, 2, 2, 1]


def test_it_ends_with_the_post_and_the_account_it_comes_from(owner: User, colleague: User) -> None:
    lend(owner, colleague)
    own = owner.posts.get(stands_for=None)

    Post.objects.filter(pk=own.pk).update(until=after(1))
    assert [post.role for post in again(colleague).posts_on(after(1))] == ["department"]
    assert not Post.objects.held_on(after(1)).delegated().exists()
    Post.objects.filter(pk=own.pk).update(until=None)
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert [post.role for post in again(colleague).posts_on(today())] == ["department"]
    assert not Post.objects.held_on(today()).delegated().exists()


def test_what_is_done_is_recorded_with_for_whom(owner: User, colleague: User) -> None:
    lent = lend(owner, colleague)
    browser = signed_in(colleague)
    browser.post("/post/", {"post": lent.pk})

    assert browser.get("/desk/audit/").status_code == 403

    entry = AuditEntry.objects.get(action="access.refused")
    assert entry.actor == colleague
    assert entry.detail["on_behalf_of"] == owner.username
    browser.post("/post/", {"post": colleague.posts.get(stands_for=None).pk})
    browser.get("/desk/tokens/")
    assert "on_behalf_of" not in AuditEntry.objects.filter(action="access.refused").latest("id").detail


def test_neither_checks_what_the_other_prepared(owner: User, colleague: User, unit: Organisation) -> None:
    other = UserFactory(role=Role.OFFICE, organisation=unit)
    lend(owner, colleague)
    notice = Notice(home=unit, written_by=owner)
    by_colleague = Notice(home=unit, written_by=colleague)

    assert not may_publish_notice(again(colleague), notice)
    assert not may_publish_notice(again(owner), by_colleague)
    assert may_publish_notice(again(other), notice)
    assert same_hands(again(colleague), owner.pk)
    assert not same_hands(again(other), owner.pk)
    take_back(lent=Post.objects.get(user=colleague, role=Role.OFFICE), by=owner)
    assert not same_hands(again(colleague), owner.pk)


def test_the_check_asks_once_for_each_user(owner: User, colleague: User) -> None:
    lend(owner, colleague)
    user = again(colleague)
    user.posts_on(today())  # every request has them
    with CaptureQueriesContext(connection) as asked:
        for _row in range(3):
            assert same_hands(user, owner.pk)
    assert len(asked) == 1


def test_only_the_desk_only_the_unit_and_never_on(
    owner: User, colleague: User, unit: Organisation, place: Place
) -> None:
    elsewhere = UserFactory(role=Role.DEPARTMENT, organisation=OrganisationFactory(parent=place.root))
    auditor = UserFactory(role=Role.DEPARTMENT, organisation=unit)
    Post.objects.create(user=auditor, role=Role.AUDITOR, organisation=place.root, since=date(2000, 1, 1))
    administrator = UserFactory(role=Role.SYSTEM_ADMIN, organisation=unit)

    for to in (elsewhere, auditor, administrator, owner):
        with pytest.raises(PermissionDenied):
            lend(owner, to)
    with pytest.raises(PermissionDenied):
        lend(administrator, colleague)
    lent = lend(owner, colleague)
    with pytest.raises(PermissionDenied):
        lend_post(post=lent, to=owner, since=today(), until=after(1), reason="", by=colleague)
    with pytest.raises(AlreadyLent):
        lend(owner, colleague, since=2, until=5)
    with pytest.raises(ValueError, match="holds it"):
        lend_post(
            post=owner.posts.get(stands_for=None),
            to=colleague,
            since=today(),
            until=after(1),
            reason="",
            by=colleague,
        )


def test_the_page_lends_and_takes_back(owner: User, colleague: User) -> None:
    browser = signed_in(owner)
    asked = {"to": colleague.pk, "since": today().isoformat(), "last": after(2).isoformat(), "reason": "培训"}

    assert browser.post(PAGE, asked).status_code in (302, 303)

    lent = Post.objects.get(stands_for__user=owner)
    assert (lent.user, lent.until) == (colleague, after(3))
    assert "乙经办" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, asked).status_code == 422
    assert browser.post(PAGE, asked | {"last": after(-1).isoformat()}).status_code == 422
    assert browser.post(PAGE, {"end": str(lent.pk)}).status_code in (302, 303)
    assert not Post.objects.filter(stands_for__user=owner).exists()
    actions = AuditEntry.objects.filter(action__startswith="accounts.post_").values_list("action", flat=True)
    assert sorted(actions) == ["accounts.post_lent", "accounts.post_taken_back"]


def test_nobody_takes_back_what_another_lent(owner: User, colleague: User, place: Place) -> None:
    lent = lend(owner, colleague)
    browser = place.client(Role.OFFICE)

    assert browser.post(PAGE, {"end": str(lent.pk)}).status_code == 404
    assert browser.post(PAGE, {"end": "9" * 30}).status_code == 404
    assert Post.objects.filter(pk=lent.pk).exists()


def test_the_number_of_questions_does_not_grow(owner: User, unit: Organisation) -> None:
    browser = signed_in(owner)
    counts = []
    for more in (1, 2):
        for _one in range(more):
            lend(owner, UserFactory(role=Role.DEPARTMENT, organisation=unit))
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(PAGE).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
