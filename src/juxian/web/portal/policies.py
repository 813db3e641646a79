"""Public policies in plain words (人才政策)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from juxian.apps.clock import today
from juxian.web.kit.access import public
from juxian.web.kit.formats import language
from juxian.web.kit.policies import policy_rows, policy_view
from juxian.web.kit.scope import current_scope
from juxian.web.portal.places import place_or_404


@public
@require_safe
def policies_here(request: HttpRequest) -> HttpResponse:
    """The policies of the place that the visitor looks at."""
    return redirect("portal:policies", pack=current_scope(request).pack.code)


@public
@require_safe
def policies(request: HttpRequest, pack: str) -> HttpResponse:
    place = place_or_404(pack)
    context = {"pack": place, "rows": policy_rows(place, today(), language())}
    return render(request, "portal/policies.html", context)


@public
@require_safe
def policy(request: HttpRequest, pack: str, policy_id: str) -> HttpResponse:
    place = place_or_404(pack)
    if policy_id not in place.policies:
        raise Http404
    context = {"pack": place, "policy": policy_view(place, place.policies[policy_id], today(), language())}
    return render(request, "portal/policy.html", context)
