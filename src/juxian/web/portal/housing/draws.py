"""Draws for everybody: what was frozen, committed, revealed, drawn; the file and its verifier (公开抽签)."""

from __future__ import annotations

from pathlib import Path

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from juxian.apps.housing.models import Draw
from juxian.apps.housing.queries.draws import attempt_before, public_draws
from juxian.core.allocation import verifier as verifier_module
from juxian.web.kit.access import public
from juxian.web.kit.scope import current_scope
from juxian.web.portal.places import place_or_404

PAGE_SIZE = 50


@public
@require_safe
def draws_here(request: HttpRequest) -> HttpResponse:
    """The draws of the place that the visitor looks at."""
    return redirect("portal:draws", pack=current_scope(request).pack.code)


@public
@require_safe
def draws(request: HttpRequest, pack: str) -> HttpResponse:
    place = place_or_404(pack)
    found = public_draws(place.root).defer("plan", "transcript")
    context = {"pack": place, "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))}
    return render(request, "portal/housing/draws.html", context)


@public
@require_safe
def draw(request: HttpRequest, pack: str, pk: int) -> HttpResponse:
    """One attempt; the pool shows public ids and points, no names."""
    found = _find(pack, pk)
    entries = found.entries.order_by("place", "public_id")
    context = {
        "pack": place_or_404(pack),
        "draw": found,
        "contributors": found.contributors.all(),
        "flats": found.spaces.count(),
        "void": attempt_before(found),
        "page": Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "portal/housing/draw.html", context)


@public
@require_safe
def transcript(request: HttpRequest, pack: str, pk: int) -> HttpResponse:
    """The file of JX-DRAW-1, byte by byte; 404 until there is a result or a void attempt."""
    found = _find(pack, pk)
    if not found.transcript:
        raise Http404
    return _download(found.transcript, "application/json", f"{found.code}-{found.attempt}.json")


@public
@require_safe
def verifier(request: HttpRequest, pack: str) -> HttpResponse:
    """The stand-alone verifier: one file of the standard library."""
    place_or_404(pack)
    return _download(Path(verifier_module.__file__).read_text("utf-8"), "text/x-python", "verifier.py")


def _find(pack: str, pk: int) -> Draw:
    return get_object_or_404(public_draws(place_or_404(pack).root), pk=pk)


def _download(text: str, media: str, name: str) -> HttpResponse:
    answer = HttpResponse(text.encode(), content_type=f"{media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
