"""The public home: choose a place, ask what one is entitled to, read the policies (门户首页)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.packs.queries import installed
from juxian.web.kit.access import public
from juxian.web.kit.policies import policy_rows
from juxian.web.kit.scope import PLACE_COOKIE, current_scope
from juxian.web.portal.places import place_or_404

SHOWN = 6
PROMISES = (
    _("政策用白话写清：给谁、给多少、依据哪一条。"),
    _("能不能享受，由同一套规则计算，并说明每一条理由。"),
    _("缺信息不等于不符合：会告诉您还要补什么。"),
    _("依据不是本地公布文件的，都标明“参照”或“假定”。"),
)


@public
@require_safe
def place(request: HttpRequest, pack: str) -> HttpResponse:
    """To the home of the place."""
    return redirect(f"{reverse('portal:home')}?{urlencode({PLACE_COOKIE: place_or_404(pack).code})}")


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    rows = policy_rows(scope.pack, scope.as_of, scope.language)
    context = {
        "pack": scope.pack,
        "rows": rows[:SHOWN],
        "policies": len(rows),
        "benefits": sum(row.benefits for row in rows),
        "places": installed(),
        "promises": PROMISES,
    }
    return render(request, "portal/home.html", context)
