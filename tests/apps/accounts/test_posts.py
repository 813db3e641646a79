"""What somebody may do follows from posts: role, organisation, time."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post
from juxian.apps.accounts.rules import has_role, refuse
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_post_reaches_the_whole_subtree_and_nothing_beside_it() -> None:
    city = OrganisationFactory(code="city")
    district, namesake = OrganisationFactory(parent=city), OrganisationFactory(code="city-east")
    user = UserFactory(role=Role.OFFICE, organisation=city)

    assert has_role(user, [Role.OFFICE], district)
    assert not has_role(user, [Role.OFFICE], namesake)
    assert not has_role(user, [Role.AUDITOR], city)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_the_end_of_a_post_is_exclusive(day: date, holds: bool) -> None:
    post = Post(since=date(2026, 1, 1), until=date(2026, 7, 1))

    assert post.holds_on(day) is holds


def test_a_visitor_has_no_role() -> None:
    assert not has_role(AnonymousUser(), [Role.OFFICE])  # type: ignore[arg-type]


def test_a_refusal_carries_its_reason() -> None:
    with pytest.raises(PermissionDenied, match="无权"):
        refuse("无权查看").or_refuse()


def test_the_same_post_is_not_held_twice() -> None:
    user, place = UserFactory(), OrganisationFactory()
    Post.objects.create(user=user, role=Role.OFFICE, organisation=place, since=date(2026, 1, 1))

    with pytest.raises(IntegrityError):
        Post.objects.create(user=user, role=Role.OFFICE, organisation=place, since=date(2026, 2, 1))
