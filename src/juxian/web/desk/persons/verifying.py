"""What nobody has verified yet (待核验): what others recorded is checked here, several at once; the own work waits for a colleague."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.actions import NotStanding, verify_facts
from juxian.apps.persons.models import Fact
from juxian.apps.persons.queries import colleagues_in, unverified_facts
from juxian.apps.persons.rules import apart
from juxian.web.desk.forms import text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import events_of, names_of, organisations_named
from juxian.web.kit.once import once
from juxian.web.kit.paging import page_looking_at
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_numbers

PAGE = 30
LOOKED_AT = 5000  # facts for one page: those that the user may verify can be few among them
VIEWS: dict[str, str | Promise] = {"mine": _("由我核验"), "others": _("我登记的，待他人核验")}


class Filters(forms.Form):
    """view: of ``VIEWS``. kind: of fact."""

    view = forms.ChoiceField(choices=list(VIEWS.items()), required=False)
    kind = forms.SlugField(max_length=48, required=False)


class CheckedForm(forms.Form):
    """By what paper and why the ticked statements count as checked."""

    evidence = text_field(_("凭证"), 200, required=False, help_text=_("留空则保留原来的凭证"))
    reason = text_field(_("理由"), 200, help_text=_("写入审计记录，例如：与原件核对一致"))


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def unverified(request: HttpRequest) -> HttpResponse:
    """The statements of the place that wait; POST says of the ticked ones that they have been checked, all or none."""
    form = CheckedForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show(request, form)
    home, user = home_of(current_scope(request)), user_of(request)
    ticked = set(whole_numbers(request.POST.getlist("fact")[:PAGE]))
    facts = list(unverified_facts(home, user).filter(pk__in=ticked))
    if not facts:
        form.add_error(None, _("请勾选要核验的信息项。"))
    if not form.is_valid():
        return _show(request, form, ticked)
    try:
        checked = verify_facts(
            facts=facts, by=user, organisation=str(current_scope(request).organisation), **form.cleaned_data
        )
    except PermissionDenied as refused:
        form.add_error(None, str(refused))
        return _show(request, form, ticked)
    except NotStanding:
        messages.warning(request, _("其中一条刚被撤销，请重新核对。"))
    else:
        words = ngettext("已核验 %(number)s 条。", "已核验 %(number)s 条。", checked)
        messages.success(request, words % {"number": checked})
    return go(request, "desk:unverified")


def _show(request: HttpRequest, form: CheckedForm, ticked: Any = frozenset()) -> HttpResponse:
    scope, user = current_scope(request), user_of(request)
    home, schema, wanted = home_of(scope), scope.pack.schema, Filters(request.GET)
    right = wanted.is_valid()
    view = (right and wanted.cleaned_data["view"]) or "mine"
    kind = wanted.cleaned_data["kind"] if right else ""
    found, among = unverified_facts(home, user, own=view == "others"), Fact.objects.unverified()
    if kind:
        found, among = found.filter(kind=kind), among.filter(kind=kind)
    facts, further = page_looking_at(found, among, request.GET.get("after", ""), PAGE, LOOKED_AT)
    names = names_of(organisations_named(facts, schema), scope.language, scope.pack)
    latest = max((fact.since for fact in facts), default=scope.as_of)
    events = {
        event.fact.pk: event
        for event in events_of(facts, schema, scope.language, names, max(scope.as_of, latest))
    }
    context = {
        "rows": [events[fact.pk] for fact in facts if fact.pk in events],
        "next": further,
        "looked_at": LOOKED_AT,
        "view": view,
        "views": list(VIEWS.items()),
        "kinds": [(code, known.title.in_language(scope.language)) for code, known in schema.kinds.items()],
        "kind": kind,
        "form": form,
        "ticked": ticked,
        "apart": apart(home),
        "colleagues": colleagues_in(home, user) if view == "others" else [],
    }
    status = 422 if form.errors or not right else 200
    return render_part(request, "desk/persons/unverified.html#list", context, status=status)
