"""How a view answers: a page or its fragment, or a way on (应答)."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django_htmx.middleware import HtmxDetails


def wants_part(request: HttpRequest) -> bool:
    """True when htmx asked for a fragment, not for a whole page (boosted link, history)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_part(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """One address serves page and fragment: ``"desk/persons/list.html#list"``.

    The fragment named after ``#`` goes to htmx, the whole page to everybody else; a refused form is 422.
    """
    page, _, part = template.partition("#")
    name = template if part and wants_part(request) else page
    return render(request, name, context, status=status)


class HttpResponseSeeOther(HttpResponseRedirect):
    """The answer to a successful POST: the browser fetches the next page with GET."""

    status_code = 303


def download(content: bytes, name: str, media: str) -> HttpResponse:
    """A file to be saved, which no store on the way keeps; ``name`` is ASCII with its ending, ``media`` its MIME type."""
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def go(request: HttpRequest, to: str | Model, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser on to a model's page, a named view or a local address, always as a whole page."""
    address = resolve_url(to, *args, **kwargs)
    if wants_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return HttpResponseSeeOther(address)
