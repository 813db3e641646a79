"""Where somebody comes after signing in, in words (登录后去哪里); and where a case is followed without an account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from juxian.apps.packs.queries import installed
from juxian.web.kit.navigation import title_of

NOWHERE = ("start", "portal:home", "sign-in")  # leads on by itself: nothing to say
NUMBER = re.compile(r"([A-Z]{1,8})-[0-9]{4}-[0-9]{6,8}")
CASES = ("case-link", "portal:case", "desk:case")


@dataclass(frozen=True, slots=True)
class Onward:
    """words: what comes after signing in. progress: where the same case is followed by its number, for whom has no account."""

    words: str
    progress: str = ""


def onward(address: str) -> Onward | None:
    """What an address of this site is; None where nothing was asked for, and for what is no page."""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return None
    if match.view_name in NOWHERE:
        return None
    number = str(match.kwargs.get("number", ""))
    if match.view_name in CASES and (found := NUMBER.fullmatch(number)):
        return Onward(_("办件 %(number)s") % {"number": number}, _progress(found[1], number))
    title = title_of(match.view_name)
    return Onward(str(title) if title else _("您要看的页面"))


def _progress(prefix: str, number: str) -> str:
    """At the place whose numbers begin so, which says nothing of whether there is such a case."""
    place = next((pack.code for pack in installed() if pack.number_prefix == prefix), "")
    if not place:
        return reverse("portal:progress-here")
    return f"{reverse('portal:progress', args=[place])}?{urlencode({'number': number})}"
