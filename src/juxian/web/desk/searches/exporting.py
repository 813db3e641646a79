"""Taking a list out of the register (导出): with a reason, masked, bounded, and written down."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.models import Person
from juxian.apps.searches.actions import note_export
from juxian.apps.searches.rules import may_export_plainly
from juxian.web.desk.forms import text_field
from juxian.web.desk.persons.filtering import RegisterFilter
from juxian.web.desk.persons.paging import bounded_count
from juxian.web.desk.scope import employers_of, home_of, people_of
from juxian.web.desk.searches.columns import MOST_COLUMNS, cells_of, choosable, known_columns, titles_of
from juxian.web.desk.searches.pages import conditions_of, lists_of
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.formats import count
from juxian.web.kit.origin import address_of
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import address_with, seeks
from juxian.web.kit.sheets import comma_separated, download, workbook


class ExportForm(forms.Form):
    """Which columns, what kind of file, and why."""

    columns = forms.MultipleChoiceField(label=gettext_lazy("列"), widget=forms.CheckboxSelectMultiple)
    kind = forms.ChoiceField(
        label=gettext_lazy("文件"),
        choices=[("xlsx", gettext_lazy("工作簿（xlsx）")), ("csv", "CSV")],
        widget=forms.RadioSelect,
    )
    plain = forms.BooleanField(label=gettext_lazy("敏感信息不遮盖"), required=False)
    reason = text_field(gettext_lazy("导出理由"), 200, help_text=gettext_lazy("写入审计记录"))

    def __init__(self, data: Any, *, scope: Scope, may_plainly: bool, **values: Any) -> None:
        super().__init__(data, **values)
        offered = choosable(scope.pack)
        titles = [(name, field.title.in_language(scope.language)) for name, field in offered.items()]
        set_choices(self, "columns", titles)
        if not may_plainly:
            del self.fields["plain"]

    def clean_columns(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["columns"]
        if len(chosen) > MOST_COLUMNS:
            raise forms.ValidationError(_("最多选 %(number)s 列。") % {"number": MOST_COLUMNS})
        return chosen


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
@seeks
def export(request: HttpRequest) -> HttpResponse:
    """The list of the conditions in the address; each file that leaves is an entry of the audit log."""
    scope = current_scope(request)
    home = home_of(scope)
    wanted = conditions_of(request, scope)
    if wanted is None:
        return errors.unprocessable(request, _("筛选条件有误，请回到人才库修改后再导出。"))
    narrowing = RegisterFilter(wanted, scope=scope, home=home)
    narrowing.is_valid()
    found = narrowing.narrow(people_of(request, home))
    people = found.people.order_by(f"-{found.record}")
    may_plainly = bool(may_export_plainly(user_of(request), home))
    form = ExportForm(
        request.POST if request.method == "POST" else None,
        scope=scope,
        may_plainly=may_plainly,
        initial={"columns": known_columns(request.GET.getlist("column"), scope.pack), "kind": "xlsx"},
    )
    if request.method == "POST" and form.is_valid():
        return _file(request, form.cleaned_data, people, wanted, scope)
    total = bounded_count(people)
    employers = dict(employers_of(home, scope.language))
    context = {
        "form": form,
        "total": total,
        "most": settings.JUXIAN_EXPORT_ROWS,
        "cut": total.more or total.number > settings.JUXIAN_EXPORT_ROWS,
        "chips": narrowing.chips(employers.get(wanted.get("employer", ""), "")),
        "list_address": address_with(request, reverse("desk:persons"), lists_of(wanted)),
    }
    return render(request, "desk/searches/export.html", context, status=422 if form.errors else 200)


def _file(
    request: HttpRequest, chosen: dict[str, Any], people: Any, wanted: dict[str, str], scope: Scope
) -> HttpResponse:
    most, columns, plain = settings.JUXIAN_EXPORT_ROWS, chosen["columns"], chosen.get("plain", False)
    found = list(people.select_related("profile")[: most + 1])
    cut, found = len(found) > most, found[:most]
    rows = [
        [_("人才编号"), _("姓名"), *titles_of(columns, scope)],
        *_rows(found, columns, scope, plain=plain),
    ]
    note = (
        _("符合条件的多于 %(number)s 人，只导出最新建档的 %(number)s 人。") % {"number": count(most)}
        if cut
        else ""
    )
    home = home_of(scope)
    note_export(
        home=home,
        by=user_of(request),
        acting_as=f"{scope.role}@{scope.organisation.code}",
        address=address_of(request),
        reason=chosen["reason"],
        detail={
            "persons": len(found),
            "cut": cut,
            "columns": columns,
            "plain": plain,
            "query": hashlib.sha256(repr(sorted(wanted.items())).encode()).hexdigest()[:16],
        },
        people=[person.pk for person in found],
    )
    name = f"persons-{scope.as_of:%Y%m%d}" + (f"-first-{most}" if cut else "")
    if chosen["kind"] == "csv":
        return download(comma_separated([*rows, *([[note]] if cut else [])]), "csv", name)
    about = [
        [_("导出日期"), scope.as_of.isoformat()],
        [_("人数"), count(len(found))],
        [_("敏感信息"), _("未遮盖") if plain else _("已遮盖")],
        *([[_("注意"), note]] if cut else []),
    ]
    return download(workbook({_("名单"): rows, _("说明"): about}), "xlsx", name)


def _rows(people: list[Person], columns: list[str], scope: Scope, *, plain: bool) -> list[list[str]]:
    cells = cells_of(people, columns, scope, plain=plain)
    return [[person.number, person.name, *row] for person, row in zip(people, cells, strict=True)]
