"""The list of teams and carriers, and one of them on any day (团队与平台)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.enums import Sort
from juxian.apps.collectives.models import Collective, Stay
from juxian.apps.collectives.rules import may_manage
from juxian.core.packs.collectives import ROLES
from juxian.web.desk.collectives.finding import asked_of, find_collective, kinds_of, levels_of, narrowed
from juxian.web.desk.collectives.forms import EquipmentForm, JoinForm
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import collective_rows, stay_rows
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks

PAGE_SIZE, MEMBERS_SHOWN, PAST_SHOWN, EQUIPMENT_SHOWN = 30, 200, 50, 100


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
@seeks
def collectives(request: HttpRequest) -> HttpResponse:
    """Those that stand on the day (``?as_of=``), or of another state."""
    scope, asked = current_scope(request), asked_of(request)
    page, after = page_by_key(narrowed(request, asked), request.GET.get("after", ""), PAGE_SIZE)
    kept = {name: value for name, value in request.GET.items() if name != "after" and value}
    context = {
        "asked": asked,
        "rows": collective_rows(page, scope.pack, scope.language, asked.day),
        "after": after,
        "first": not request.GET.get("after"),
        "sorts": Sort.choices,
        "kinds": kinds_of(request, asked.sort if asked.sort in Sort.values else ""),
        "levels": levels_of(request),
        "states": [("due", _("已期满")), ("ended", _("已结束")), ("all", _("全部"))],
        "kept": urlencode(kept),
        "narrowed": any((asked.q, asked.sort, asked.kind, asked.level, asked.state, not asked.is_today)),
        "may_manage": scope.role == Role.OFFICE,
    }
    return render_part(
        request, "desk/collectives/list.html#list", context, status=422 if asked.problem else 200
    )


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def collective(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, find_collective(request, pk))


def show(
    request: HttpRequest,
    found: Collective,
    *,
    joining: forms.Form | None = None,
    equipping: forms.Form | None = None,
) -> HttpResponse:
    """The page on a day; the forms are those that were refused."""
    scope, asked = current_scope(request), asked_of(request)
    day = asked.day
    members = list(_with_people(found.stays.on(day))[: MEMBERS_SHOWN + 1])
    past = _with_people(found.stays.filter(until__lte=day)).order_by("-until", "-pk")[:PAST_SHOWN]
    kind = scope.pack.collectives.kinds.get(found.kind)
    used = list(found.equipment.all()[:EQUIPMENT_SHOWN])
    manages = scope.role == Role.OFFICE and bool(may_manage(user_of(request), found.home))
    open_now = manages and found.until is None and asked.is_today
    context: dict[str, Any] = {
        "row": collective_rows([found], scope.pack, scope.language, day)[0],
        "found": found,
        "asked": asked,
        "description": kind.description if kind else None,
        "members": stay_rows(members[:MEMBERS_SHOWN], scope.pack, scope.language, day),
        "cut": len(members) > MEMBERS_SHOWN,
        "past": stay_rows(list(past), scope.pack, scope.language, day),
        "equipment": [item for item in used if item.since <= day and (not item.until or item.until > day)],
        "unused": [item for item in used if item.until and item.until <= day],
        "teams": list(found.teams.on(day)[:MEMBERS_SHOWN]),
        "is_carrier": found.sort == Sort.CARRIER,
        "open_now": open_now,
        "joining": joining or JoinForm(roles=roles_of(request, found)),
        "equipping": equipping or EquipmentForm(),
    }
    refused = asked.problem or (joining and joining.errors) or (equipping and equipping.errors)
    return render_part(request, "desk/collectives/collective.html", context, status=422 if refused else 200)


def roles_of(request: HttpRequest, found: Collective) -> list[tuple[str, str]]:
    """(code, title) of the roles of its kind."""
    kind = current_scope(request).pack.collectives.kinds.get(found.kind)
    titles = dict(levels_of(request, ROLES))
    return [(role, titles.get(role, role)) for role in (kind.roles if kind else ())]


def _with_people(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    return stays.select_related("person", "collective")
