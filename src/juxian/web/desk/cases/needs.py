"""What people need, grouped by service, category and like words (诉求归类)."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.services.queries.needs import Cluster, category_field, clusters_of, services_of_needs
from juxian.apps.services.queries.visible import visible_to
from juxian.core.facts.values import show_value
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import Scope, current_scope

GROUPED, SHOWN_WORDS = 500, 60
STATES: dict[str, str | Promise] = {"open": gettext_lazy("未办结"), "closed": gettext_lazy("已办结")}


class NeedFilters(forms.Form):
    """Empty: all."""

    service = forms.SlugField(max_length=64, required=False)
    state = forms.ChoiceField(choices=list(STATES.items()), required=False)


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """A group in words."""

    cluster: Cluster
    words: str
    service: str
    category: str


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """The newest needs in groups; one query whatever their number."""
    scope, form = current_scope(request), NeedFilters(request.GET)
    right = form.is_valid()
    wanted = form.cleaned_data if right else {}
    cases = visible_to(user_of(request)).filter(home=home_of(scope))
    if wanted.get("service"):
        cases = cases.filter(service=wanted["service"])
    if wanted.get("state"):
        cases = cases.filter(result="") if wanted["state"] == "open" else cases.exclude(result="")
    clusters = clusters_of(cases, scope.pack, GROUPED) if right else []
    number = sum(len(cluster.cases) for cluster in clusters)
    context = {
        "form": form,
        "services": [
            (found.id, found.title.in_language(scope.language)) for found in services_of_needs(scope.pack)
        ],
        "states": list(STATES.items()),
        "rows": [_row(cluster, scope) for cluster in clusters],
        "number": number,
        "cut": number == GROUPED,
        "most": GROUPED,
    }
    return render_part(request, "desk/cases/needs.html#list", context, status=200 if right else 422)


def _row(cluster: Cluster, scope: Scope) -> ClusterRow:
    field = category_field(cluster.service)
    category = (
        show_value(cluster.category, field.type, scope.pack.schema, scope.language)
        if field and cluster.category
        else ""
    )
    words = Truncator(cluster.words).chars(SHOWN_WORDS) or _("没有文字")
    return ClusterRow(cluster, words, cluster.service.title.in_language(scope.language), category)
