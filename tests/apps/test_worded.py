"""A question that was worded once gives what the query set gives, on either database."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.accounts.models import LENT_BY, POSTS_OF, Post
from juxian.apps.worded import Worded
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def held(user, **values) -> Post:
    organisation = values.pop("organisation", None) or user.posts.get(stands_for=None).organisation
    return Post.objects.create(
        user=user, role="office", organisation=organisation, since=date(2020, 1, 1), **values
    )


@pytest.fixture
def pair():
    owner, colleague = UserFactory(role="office"), UserFactory(role="department")
    post = owner.posts.get()
    held(colleague, organisation=post.organisation, stands_for=post, until=date(2030, 1, 1))
    return owner, colleague


def test_objects_and_their_relations_are_those_of_the_query_set(pair, django_assert_num_queries):
    for user in pair:
        with django_assert_num_queries(1):
            found = POSTS_OF(user.pk)
            worded = [
                (
                    post.pk,
                    post.organisation.path,
                    post.since,
                    post.stands_for and post.stands_for.user.username,
                )
                for post in found
            ]

        rows = user.posts.select_related("organisation", "stands_for__user")
        assert sorted(worded) == sorted(
            (post.pk, post.organisation.path, post.since, post.stands_for and post.stands_for.user.username)
            for post in rows
        )
        assert {type(post) for post in found} == {Post}


def test_each_number_is_asked_for_itself(pair):
    owner, colleague = pair

    assert [post.user_id for post in LENT_BY(owner.pk)] == [colleague.pk]
    assert LENT_BY(colleague.pk) == POSTS_OF(0) == []


def test_fields_left_out_are_read_when_they_are_asked_for(pair, django_assert_num_queries):
    some = Worded(lambda number: Post.objects.filter(pk=number).only("role"))
    post = pair[0].posts.get()

    ((one),) = some(post.pk)

    assert one.role == post.role
    with django_assert_num_queries(1):
        assert one.since == post.since


def test_values_are_of_their_python_kind(pair):
    (post,) = POSTS_OF(pair[0].pk)

    assert isinstance(post.since, date)
    assert post.organisation.aliases == []


def test_who_stands_in_is_told_of_the_day_that_is_asked_for_and_read_once(pair, django_assert_num_queries):
    owner, colleague = pair
    both = {owner.pk, colleague.pk}

    for user in pair:
        with django_assert_num_queries(2):
            before, after = (user.hands_on(day) for day in (date(2029, 12, 31), date(2030, 1, 1)))
        assert (before, after) == (both, {user.pk})
