"""Pages, fragments and ways on."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from juxian.web.kit import responses

pytestmark = pytest.mark.urls("juxian.web.kit.urls")


@pytest.fixture
def rendered(monkeypatch):
    names = []
    monkeypatch.setattr(
        responses,
        "render",
        lambda request, name, context, status: names.append((name, status)) or HttpResponse(),
    )
    return names


def asked(**headers):
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)
    return request


def test_a_browser_gets_the_page(rendered):
    responses.render_part(asked(), "desk/persons/list.html#list")

    assert rendered == [("desk/persons/list.html", 200)]


def test_htmx_gets_the_fragment(rendered):
    responses.render_part(asked(hx_request="true"), "desk/persons/list.html#list", status=422)

    assert rendered == [("desk/persons/list.html#list", 422)]


@pytest.mark.parametrize("header", ["hx_boosted", "hx_history_restore_request"])
def test_htmx_gets_the_page_when_it_replaces_all(rendered, header):
    responses.render_part(asked(hx_request="true", **{header: "true"}), "desk/persons/list.html#list")

    assert rendered == [("desk/persons/list.html", 200)]


def test_a_browser_is_sent_on_with_303():
    answer = responses.go(asked(), "/desk/")

    assert (answer.status_code, answer["Location"]) == (303, "/desk/")


def test_htmx_is_sent_on_by_header():
    answer = responses.go(asked(hx_request="true"), "healthz")

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/healthz")
