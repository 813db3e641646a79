"""Teams, carriers and pairs of an employer (本单位的团队、平台与师徒)."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.models import Stay
from juxian.apps.collectives.queries import collectives_visible_to, pairings_visible_to
from juxian.apps.organisations.models import Organisation
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import StayRow, collective_rows, pairing_rows, stay_rows
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.scope import current_scope

PAGE_SIZE, MEMBERS_SHOWN, PAIRS_SHOWN = 20, 400, 50


@for_roles(Role.EMPLOYER)
@require_safe
def unit_collectives(request: HttpRequest) -> HttpResponse:
    """Those that stand today in the acting post's unit, with their members, and its pairs; five queries."""
    scope = current_scope(request)
    day, user = scope.as_of, user_of(request)
    hosts = Organisation.objects.under(scope.organisation.path)
    found = collectives_visible_to(user).filter(host__in=hosts)
    standing = found.on(day).select_related("host").order_by("-pk")
    page, after = page_by_key(standing, request.GET.get("after", ""), PAGE_SIZE)
    members: dict[int, list[StayRow]] = defaultdict(list)
    stays = Stay.objects.on(day).filter(collective__in=[one.pk for one in page])
    stays = stays.select_related("person", "collective")
    for row in stay_rows(list(stays[:MEMBERS_SHOWN]), scope.pack, scope.language, day):
        members[row.stay.collective_id].append(row)
    pairs = (
        pairings_visible_to(user).on(day).select_related("mentor", "apprentice").order_by("-pk")[:PAIRS_SHOWN]
    )
    context = {
        "rows": [
            (row, members[row.item.pk]) for row in collective_rows(page, scope.pack, scope.language, day)
        ],
        "after": after,
        "pairings": pairing_rows(list(pairs), scope.pack, scope.language, day),
    }
    return render(request, "portal/collectives.html", context)
