"""Names typed into a search box stand in no address (查询用语不进网址): the session keeps them, the address a stand-in.

A form of such a search posts to ``seek``, which keeps the words and leads to the page with ``?q=~…`` in their place. A
stand-in means something in the session that made it and nothing anywhere else; where it is unknown nobody is found.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from juxian.apps.accounts.enums import Role
from juxian.web.kit.access import for_roles
from juxian.web.kit.responses import HttpResponseSeeOther

WORDS = ("q", "actor")  # parameters that may name a person
MARK = "~"
NUMBER = "~number"  # what was typed holds a document number or a telephone, and was not kept
KEPT = "sought"
MOST_KEPT = 30
LONGEST_WORDS = 200
MOST_PARAMETERS = 40

LIKE_NUMBER = re.compile(r"\d{11,}")  # document numbers and telephones, in digits of any width

View = Callable[..., HttpResponse]


def seeks(view: View) -> View:
    """A page that searches for persons: words that were put into its address are kept, and the address made anew."""

    @wraps(view)
    def led(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        plain = any(request.GET.get(name, MARK)[:1] not in ("", MARK) for name in WORDS)
        if plain and request.method in ("GET", "HEAD"):
            return HttpResponseSeeOther(address_with(request, request.path, request.GET.lists()))
        return view(request, *args, **kwargs)

    led.seeks = True  # type: ignore[attr-defined]  # a test asks every list for it
    return led


def sought(request: HttpRequest) -> QueryDict:
    """The parameters of the address with the words that were typed; a stand-in that is not known stays one."""
    given, kept = request.GET.copy(), request.session.get(KEPT) or {}
    for name in WORDS:
        if name in given:
            given[name] = kept.get(given[name], given[name]).replace("\0", "")
    return given


def is_lost(words: str) -> bool:
    """Whether these are no words: a stand-in of another session, or of a number that was not kept."""
    return words.startswith(MARK)


@for_roles(*Role)
@require_POST
def seek(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, and lead to the page that was asked; any other page is not there."""
    page = request.POST.get("to", "")
    try:
        known = page.startswith("/") and getattr(resolve(page).func, "seeks", False)
    except Resolver404:
        known = False
    if not known:
        raise Http404
    asked = [
        (name, values) for name, values in request.POST.lists() if name not in ("to", "csrfmiddlewaretoken")
    ]
    return HttpResponseSeeOther(address_with(request, page, asked[:MOST_PARAMETERS]))


def address_with(request: HttpRequest, page: str, asked: Iterable[tuple[str, list[str]]]) -> str:
    """The address of a page with parameters, stand-ins where they may name a person; empty ones are left out."""
    query = QueryDict(mutable=True)
    for name, values in asked:
        given = [_stand_in(request, value) if name in WORDS else value for value in values if value]
        if given:
            query.setlist(name, given)
    return f"{page}?{query.urlencode()}" if query else page


def _stand_in(request: HttpRequest, words: str) -> str:
    """What stands for words in an address of this session: the same for the same words, as long as they are kept."""
    words = words.strip()[:LONGEST_WORDS]
    kept: dict[str, str] = request.session.get(KEPT) or {}
    if not words or words in kept or words == NUMBER:
        return words
    if LIKE_NUMBER.search(words):
        return NUMBER
    made = next((key for key, value in kept.items() if value == words), MARK + secrets.token_urlsafe(8))
    latest = [(key, value) for key, value in kept.items() if key != made][1 - MOST_KEPT :]
    request.session[KEPT] = dict([*latest, (made, words)])
    return made
