"""A check that anybody can make, with the network or without (公开核验).

The page keeps itself in the browser: a service worker of its own folder gives it back when there is no network. Its script
checks signature and day against the keys that came with the page, and asks for the state when it can.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.cards.queries import Checked, checked, public_keys
from juxian.apps.clock import today
from juxian.core.cards.code import LONGEST
from juxian.core.packs.schema import Pack
from juxian.web.kit.access import public
from juxian.web.kit.formats import language
from juxian.web.kit.middleware import PERMISSIONS
from juxian.web.portal.places import place_or_404

WORKER = Path(__file__).parents[1] / "static" / "portal" / "card-worker.js"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pack: str) -> HttpResponse:
    """GET: the page. POST: what stands behind a code, as a page or, for the page's script, as JSON; nothing is written."""
    place = place_or_404(pack)
    code = request.POST.get("code", "").strip()[: LONGEST + 1]
    found = checked(code, today(), place=place.code) if code else None
    if found is not None and request.headers.get("Accept") == "application/json":
        return JsonResponse({"standing": found.word, "words": found.title, "number": found.number})
    answer = render(request, "portal/cards/check.html", _context(place, language(), code, found))
    answer["Permissions-Policy"] = PERMISSIONS.replace("camera=()", "camera=(self)")
    return answer


@public
@require_safe
def worker(request: HttpRequest, pack: str) -> HttpResponse:
    """The service worker; its scope is the folder of this address."""
    place_or_404(pack)
    answer = HttpResponse(WORKER.read_text("utf-8"), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@public
@require_safe
def keys(request: HttpRequest, pack: str) -> HttpResponse:
    """The public keys, for people."""
    return render(request, "portal/cards/keys.html", {"pack": place_or_404(pack), "keys": public_keys()})


@public
@require_safe
def keys_json(request: HttpRequest, pack: str) -> JsonResponse:
    """The public keys as JSON Web Keys (RFC 8037), for machines."""
    place_or_404(pack)
    return JsonResponse({"keys": _jwks()})


def _context(place: Pack, language: str, code: str, found: Checked | None) -> dict[str, object]:
    words = {
        kind.id: {
            "title": kind.title.in_language(language),
            "levels": {level.code: level.title.in_language(language) for level in kind.levels},
        }
        for kind in place.cards.values()
    }
    return {
        "pack": place,
        "keys_text": json.dumps({"keys": _jwks()}),
        "kinds_text": json.dumps(words, ensure_ascii=False),
        "code": code,
        "found": found,
    }


def _jwks() -> list[dict[str, str]]:
    return [
        {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key.kid, "x": key.public}
        for key in public_keys()
    ]
