"""Who has become entitled, and what is granted without application (新符合的人)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.actions import (
    FindBusy,
    FoundChanged,
    decline_found,
    find_entitled,
    grant_found,
    want_again,
)
from juxian.apps.policies.models import Found
from juxian.apps.policies.queries import found_here, newest_find
from juxian.apps.policies.registry import accounts_confirmed
from juxian.apps.policies.rules import may_find
from juxian.core.packs.schema import Pack
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.paging import is_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 30
TONES = {"new": "info", "waiting": "warn", "declined": "mute", "granted": "ok", "stopped": "bad"}
LONGEST_REASON = 200


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """The newest first, by policy and state; pages by the last row shown."""
    scope = current_scope(request)
    home = home_of(scope)
    policies = [
        (id_, policy.title.in_language(scope.language)) for id_, policy in scope.pack.policies.items()
    ]
    states = [choice for choice in Found.State.choices if choice[0] != Found.State.KNOWN]
    policy, state = request.GET.get("policy", ""), request.GET.get("state", "")
    policy = policy if policy in scope.pack.policies else ""
    state = state if state in dict(states) else ""
    rows = found_here(home, policy, state)
    before = request.GET.get("before", "")
    if is_key(before):
        rows = rows.filter(pk__lt=int(before))
    page = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    further, page = len(page) > PAGE_SIZE, page[:PAGE_SIZE]
    accounts = accounts_confirmed([row.person_id for row in page])
    context = {
        "run": newest_find(scope.pack.code),
        "rows": [_shown(row, scope.pack, scope.language, accounts) for row in page],
        "policies": policies,
        "policy": policy,
        "states": states,
        "state": state,
        "older": page[-1].pk if further else 0,
        "may_find": bool(may_find(user_of(request), home)),
    }
    return render_part(request, "desk/policies/found.html#list", context)


def _shown(row: Found, pack: Pack, language: str, accounts: Any) -> dict[str, Any]:
    policy = pack.policies.get(row.policy)
    benefit = policy.benefits.get(row.benefit) if policy else None
    return {
        "row": row,
        "tone": "mute" if row.ended_on else TONES[row.state],
        "title": benefit.title.in_language(language) if benefit else row.benefit,
        "policy": policy.title.in_language(language) if policy else row.policy,
        "account": accounts.get(row.person_id)
        if row.state == Found.State.GRANTED and row.amount_fen
        else None,
        "open": row.ended_on is None and row.state in (Found.State.WAITING, Found.State.STOPPED),
        "declined": row.ended_on is None and row.state == Found.State.DECLINED,
    }


@for_roles(Role.OFFICE)
@require_POST
@once
def search(request: HttpRequest) -> HttpResponse:
    """Search now, as the night does."""
    scope = current_scope(request)
    may_find(user_of(request), home_of(scope)).or_refuse()
    try:
        run = find_entitled(pack=scope.pack, as_of=scope.as_of, by=user_of(request))
    except FindBusy:
        messages.warning(request, _("另一次查找正在开始，请稍后再看。"))
        return go(request, "desk:found")
    words = _("已重算 %(asked)s 人次：新符合 %(found)s 项，金额变化 %(altered)s 项，不再符合 %(ended)s 项。")
    numbers = {name: getattr(run, name) for name in ("asked", "found", "altered", "ended")}
    messages.success(request, words % numbers)
    return go(request, "desk:found")


@for_roles(Role.OFFICE)
@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """``do``: ``grant`` now, ``decline`` for the person with a reason, or take the declining back (``want``)."""
    home = home_of(current_scope(request))
    may_find(user_of(request), home).or_refuse()
    row = get_object_or_404(Found.objects.told().select_related("home", "person__home"), pk=pk, home=home)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    try:
        match request.POST.get("do", ""):
            case "grant":
                done = grant_found(found=row, by=user_of(request), day=current_scope(request).as_of)
                if done.state == Found.State.STOPPED:
                    messages.warning(request, _("未能核定：%(why)s") % {"why": done.outcome})
                else:
                    messages.success(request, _("已核定。"))
            case "decline" if reason:
                decline_found(found=row, by=user_of(request), reason=reason)
                messages.success(request, _("已记录本人放弃。"))
            case "want":
                want_again(found=row, by=user_of(request))
                messages.success(request, _("已恢复，到期核定。"))
            case _:
                messages.warning(request, _("记录放弃须写明理由。"))
    except FoundChanged:
        messages.warning(request, _("状态已变化，请看最新状态。"))
    return go(request, "desk:found")
