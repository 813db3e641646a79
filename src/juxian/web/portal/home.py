"""The public home: choose a place, ask what one is entitled to, read the policies (门户首页)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from juxian.apps.packs.queries import installed
from juxian.web.kit.access import public
from juxian.web.kit.policies import policy_rows
from juxian.web.kit.scope import current_scope

SHOWN = 6


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    rows = policy_rows(scope.pack, scope.as_of, scope.language)
    context = {
        "pack": scope.pack,
        "rows": rows[:SHOWN],
        "policies": len(rows),
        "benefits": sum(row.benefits for row in rows),
        "places": installed(),
    }
    return render(request, "portal/home.html", context)
