"""The very cases that a figure counts (办件明细): figure and list share one filter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.queries.figures import UNIT_SETS, cases_behind_figure
from juxian.apps.services.queries.visible import visible_to
from juxian.web.desk.cases.finding import STAFF
from juxian.web.desk.cases.queue import service_choices
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.templatetags.kit import name_of

PAGE, COUNTED = 50, 9_999
OF_SERVICES: dict[str, str | Promise] = {
    "running": gettext_lazy("办理中"),
    "late": gettext_lazy("已超时"),
    "ended": gettext_lazy("近一年办结"),
    "measured": gettext_lazy("近一年办结，有用时"),
    "timed": gettext_lazy("近一年办结，有期限"),
    "in_time": gettext_lazy("近一年按时办结"),
    "overtime": gettext_lazy("近一年超时办结"),
    "returned": gettext_lazy("近一年办结，曾退回补正"),
    "twice": gettext_lazy("近一年办结，曾重复索要"),
}
OF_UNITS: dict[str, str | Promise] = {
    "open": gettext_lazy("本机构待办"),
    "done": gettext_lazy("近一年经办"),
    "unit_timed": gettext_lazy("近一年经办，有期限"),
    "unit_in_time": gettext_lazy("近一年按时经办"),
    "unit_overtime": gettext_lazy("近一年超时经办"),
    "unit_returned": gettext_lazy("近一年退回补正"),
    "unit_twice": gettext_lazy("近一年重复索要"),
}


class ListFilters(forms.Form):
    """which: of ``OF_SERVICES``, or of ``OF_UNITS`` with the code of a ``unit``."""

    which = forms.ChoiceField(choices=list((OF_SERVICES | OF_UNITS).items()), required=False)
    service = forms.SlugField(max_length=64, required=False)
    unit = forms.CharField(max_length=64, required=False)

    def clean(self) -> dict[str, Any]:
        """A set of a unit needs the unit."""
        given = super().clean() or {}
        if given.get("which") in UNIT_SETS and not given.get("unit"):
            self.add_error("unit", gettext_lazy("请选择机构。"))
        return given


@for_roles(*STAFF)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """One page of what a figure counts, of the cases that the user may see."""
    scope, form = current_scope(request), ListFilters(request.GET)
    home, right = home_of(scope), form.is_valid()
    wanted = form.cleaned_data if right else {}
    unit = _unit(home, wanted.get("unit", ""))
    which = wanted.get("which") or ("open" if unit else "running")
    found = cases_behind_figure(
        home, scope.as_of, which, service=wanted.get("service", ""), unit=unit.pk if unit else 0
    )
    seen = visible_to(user_of(request)).filter(pk__in=found.values("pk"))
    rows, further = page_by_key(
        seen.select_related("definition").order_by("-pk"), request.GET.get("after", ""), PAGE
    )
    total = seen.order_by()[: COUNTED + 1].count()
    titles = dict(service_choices(scope))
    about = [titles.get(wanted.get("service", ""), ""), name_of(unit) if unit else ""]
    context = {
        "form": form,
        "which": which,
        "title": (OF_SERVICES | OF_UNITS)[which],
        "about": [words for words in about if words],
        "sets": list((OF_UNITS if unit else OF_SERVICES).items()),
        "services": service_choices(scope),
        "unit": unit,
        "rows": rows,
        "next": further,
        "total": min(total, COUNTED),
        "more": total > COUNTED,
        "whole": scope.role in (Role.OFFICE, Role.LEADER),
    }
    return render_part(request, "desk/cases/list.html#list", context, status=200 if right else 422)


def _unit(home: Organisation, code: str) -> Organisation | None:
    """A unit of the place; 404 for any other."""
    if not code:
        return None
    found = Organisation.objects.under(home.path).filter(code=code).first()
    if found is None:
        raise Http404
    return found
