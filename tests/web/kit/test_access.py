"""Who may open what, and in which scope."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post
from juxian.web.kit.access import EVERYBODY, for_roles, open_to, public
from juxian.web.kit.scope import NothingInstalled, current_scope
from tests.factories import DAY, OrganisationFactory, UserFactory


@for_roles(Role.OFFICE)
def office_page(request):
    return HttpResponse("ok")


def asked(user=None, path="/desk/?q=1", session=None, **headers):
    request = RequestFactory().get(path, headers=headers)
    request.user, request.session = user or AnonymousUser(), session or {}
    request.htmx = HtmxDetails(request)
    return request


def test_a_view_declares_whom_it_is_open_to():
    assert open_to(office_page) == {Role.OFFICE}
    assert open_to(public(lambda request: HttpResponse())) == EVERYBODY
    assert open_to(lambda request: HttpResponse()) is None


def test_a_visitor_is_asked_to_sign_in_and_comes_back():
    answer = office_page(asked())

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/desk/%3Fq%3D1")


def test_a_fragment_sends_the_whole_page_to_sign_in():
    answer = office_page(asked(hx_request="true", hx_current_url="http://testserver/desk/"))

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=/desk/")


def test_a_fragment_of_no_address_comes_back_to_the_home():
    answer = office_page(asked(hx_request="true", hx_current_url="http://[::"))

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=/")


def test_the_role_opens_the_page(place):
    user = UserFactory(role=Role.OFFICE, organisation=place)

    assert office_page(asked(user)).content == b"ok"


def test_another_role_is_refused(place):
    user = UserFactory(role=Role.EMPLOYER, organisation=place)

    with pytest.raises(PermissionDenied):
        office_page(asked(user))


def test_a_user_without_a_post_is_refused(db):
    with pytest.raises(PermissionDenied):
        current_scope(asked(UserFactory()))


def test_an_ended_post_gives_nothing(place):
    user = UserFactory()
    Post.objects.create(user=user, role=Role.OFFICE, organisation=place, since=DAY, until=DAY.replace(day=16))

    with pytest.raises(PermissionDenied):
        current_scope(asked(user))


def test_the_chosen_post_acts(place):
    user = UserFactory(role=Role.OFFICE, organisation=place)
    employer = OrganisationFactory(parent=place)
    other = Post.objects.create(user=user, role=Role.EMPLOYER, organisation=employer, since=DAY)

    scope = current_scope(asked(user, session={"post": other.pk}))

    assert (scope.role, scope.organisation, scope.pack.code) == (Role.EMPLOYER, employer, "jiayuguan")


def test_a_visitor_sees_the_first_place(place):
    scope = current_scope(asked())

    assert (scope.role, scope.organisation, scope.language) == ("", place, "zh")


def test_an_empty_database_has_no_scope(db):
    with pytest.raises(NothingInstalled):
        current_scope(asked())
