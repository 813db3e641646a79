"""Teams, carriers, their members and the pairs as a workbook (导出团队与平台): with a reason, bounded, written down."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.models import Pairing, Stay
from juxian.apps.searches.actions import note_export
from juxian.web.desk.collectives.finding import Asked, asked_of, narrowed
from juxian.web.desk.collectives.pairings import pairs_asked
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import collective_rows, pairing_rows, stay_rows
from juxian.web.kit.formats import count, day
from juxian.web.kit.origin import address_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks
from juxian.web.kit.sheets import download, workbook

Table = list[list[str]]


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
@seeks
def export(request: HttpRequest) -> HttpResponse:
    """What the list of the address shows; ``?of=pairings``: the pairs instead. Each file is an audit entry."""
    asked, of_pairs = asked_of(request), request.GET.get("of", "") == "pairings"
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not asked.problem:
        return _file(request, asked, form.cleaned_data["reason"], of_pairs=of_pairs)
    context = {
        "form": form,
        "asked": asked,
        "of_pairs": of_pairs,
        "most": settings.JUXIAN_EXPORT_ROWS,
    }
    status = 422 if form.errors or asked.problem else 200
    return render(request, "desk/collectives/export.html", context, status=status)


def _file(request: HttpRequest, asked: Asked, reason: str, *, of_pairs: bool) -> HttpResponse:
    scope = current_scope(request)
    sheets, persons = _pairs(request, asked) if of_pairs else _collectives(request, asked)
    note_export(
        home=home_of(scope),
        by=user_of(request),
        acting_as=f"{scope.role}@{scope.organisation.code}",
        address=address_of(request),
        reason=reason,
        detail={
            "what": "pairings" if of_pairs else "collectives",
            "persons": len(persons),
            "day": asked.day.isoformat(),
            "filters": {name: getattr(asked, name) for name in ("sort", "kind", "level", "state")},
        },
        people=persons,
    )
    name = f"{'pairings' if of_pairs else 'collectives'}-{asked.day:%Y%m%d}"
    return download(workbook(dict(sheets)), "xlsx", name)


def _collectives(request: HttpRequest, asked: Asked) -> tuple[dict[str, Table], set[int]]:
    scope, most = current_scope(request), settings.JUXIAN_EXPORT_ROWS
    found = list(narrowed(request, asked)[:most])
    rows = collective_rows(found, scope.pack, scope.language, asked.day)
    table = [
        [
            _("名称"), _("类别"), _("级别"), _("依托单位"), _("负责人"), _("成员数"),
            _("方向领域"), _("批准文件"), _("认定日期"), _("期满日"), _("状态"),
        ]
    ]  # fmt: skip
    table += [
        [
            row.item.name,
            row.kind,
            row.level,
            row.item.host.name,
            row.leader.name if row.leader else "",
            str(row.size),
            row.item.field,
            row.item.document,
            day(row.item.since),
            day(row.item.due) if row.item.due else "",
            str(row.state),
        ]
        for row in rows
    ]
    stays: QuerySet[Stay] = Stay.objects.on(asked.day).filter(collective__in=[one.pk for one in found])
    people = list(stays.select_related("collective", "person").order_by("-collective", "pk")[: most + 1])
    members = [[_("名称"), _("人才编号"), _("姓名"), _("角色"), _("加入日期")]]
    members += [
        [
            row.stay.collective.name,
            row.stay.person.number,
            row.stay.person.name,
            row.role,
            day(row.stay.since),
        ]
        for row in stay_rows(people[:most], scope.pack, scope.language, asked.day)
    ]
    if len(people) > most:
        members.append([_("只导出前 %(number)s 人。") % {"number": count(most)}])
    return {_("团队与平台"): table, _("成员"): members}, {stay.person_id for stay in people[:most]}


def _pairs(request: HttpRequest, asked: Asked) -> tuple[dict[str, Table], set[int]]:
    scope, most = current_scope(request), settings.JUXIAN_EXPORT_ROWS
    found: list[Pairing] = list(pairs_asked(request, asked)[: most + 1])
    table: Table = [
        [
            _("类别"), _("导师编号"), _("导师"), _("学员编号"), _("学员"), _("培养目标"),
            _("结对日期"), _("约定期满日"), _("结束日期"), _("结果"), _("状态"),
        ]
    ]  # fmt: skip
    for row in pairing_rows(found[:most], scope.pack, scope.language, asked.day):
        item: Any = row.item
        table.append(
            [
                row.kind,
                item.mentor.number,
                item.mentor.name,
                item.apprentice.number,
                item.apprentice.name,
                item.aim,
                day(item.since),
                day(item.due) if item.due else "",
                day(item.until) if item.until else "",
                row.outcome,
                str(row.state),
            ]
        )
    if len(found) > most:
        table.append([_("只导出前 %(number)s 人。") % {"number": count(most)}])
    persons = {key for one in found[:most] for key in (one.mentor_id, one.apprentice_id)}
    return {_("师徒结对"): table}, persons
