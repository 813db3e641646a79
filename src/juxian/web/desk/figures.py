"""Published figures beside what the records give (公布数与计算数)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import FigureResult, reported_figures
from juxian.core.indicators import Indicator
from juxian.core.packs.schema import Pack
from juxian.web.kit.access import for_roles
from juxian.web.kit.formats import quantity
from juxian.web.kit.scope import current_scope

RELATIONS: dict[str, str | Promise] = {
    "exact": _("等于"),
    "more_than": _("余（多于）"),
    "nearly": _("近"),
    "about": _("约"),
    "at_least": _("不少于"),
}
MODULES: dict[str, str | Promise] = {
    "housing": _("人才公寓"),
    "recruitment": _("岗位与引才"),
    "services": _("事项办理"),
    "care": _("联系服务"),
    "funds": _("资金拨付"),
    "reviews": _("评审"),
    "assessment": _("目标考核"),
    "documents": _("文件库"),
    "challenges": _("揭榜挂帅"),
    "events": _("引才活动"),
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure in words. tone: ok when it holds, bad when not, mute while another module will compute it."""

    title: str
    source: str
    relation: str | Promise
    reported: str
    computed: str
    state: str | Promise
    tone: str
    definition: str
    href: str


@for_roles(Role.OFFICE, Role.DEPARTMENT, Role.LEADER)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    may_open = scope.role in (Role.OFFICE, Role.LEADER)
    results = reported_figures(scope.pack)
    rows = [_row(result, scope.pack, scope.language, may_open=may_open) for result in results]
    context = {
        "rows": rows,
        "holding": sum(result.holds is True for result in results),
        "failing": sum(result.holds is False for result in results),
        "pending": sum(result.holds is None for result in results),
    }
    return render(request, "desk/figures.html", context)


def _row(result: FigureResult, pack: Pack, language: str, *, may_open: bool) -> FigureRow:
    figure = result.figure
    indicator = pack.indicators.get(figure.indicator) if figure.indicator else None
    state, tone = _state(result)
    return FigureRow(
        title=figure.title.in_language(language),
        source=figure.source,
        relation=RELATIONS.get(figure.relation, figure.relation),
        reported=str(quantity(figure.value, figure.unit)),
        computed=str(quantity(result.computed, figure.unit)),
        state=state,
        tone=tone,
        definition=indicator.definition.in_language(language) if indicator else "",
        href=list_behind(indicator) if indicator and may_open else "",
    )


def _state(result: FigureResult) -> tuple[str | Promise, str]:
    if result.pending:
        return _("待“%(module)s”模块计算") % {"module": MODULES.get(result.pending, result.pending)}, "mute"
    if result.holds is None:
        return _("无法计算"), "warn"
    return (_("相符"), "ok") if result.holds else (_("不符"), "bad")


def list_behind(indicator: Indicator) -> str:
    """The address of the persons, or organisations, behind a figure."""
    view = "desk:organisations" if indicator.measure == "organisations" else "desk:persons"
    return f"{reverse(view)}?{urlencode({'indicator': indicator.id})}"
