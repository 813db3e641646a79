"""Service officers (服务专员): named for a talent, replaced, covered while absent, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.services.actions import (
    NotNamed,
    Overtaken,
    cover_for,
    end_cover,
    end_officer,
    hand_over,
    name_officer,
)
from juxian.apps.services.queries.officers import (
    covers_of,
    helped_people,
    may_be_named,
    officer_lines,
    officer_of,
    who_helps,
)
from juxian.apps.services.rules import may_name_officer
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import find_person, home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_rows
from juxian.web.kit.once import once
from juxian.web.kit.paging import is_key
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

SHOWN, PAGE = 200, 50


class StaffField(forms.ModelChoiceField):
    """One of those who may be named."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=gettext_lazy("请选择"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Name and account, since two people may have one name."""
        return f"{obj} · {obj.username}"


class OfficerForm(forms.Form):
    """Who helps from now on, and why."""

    officer = StaffField(queryset=User.objects.none(), label=gettext_lazy("服务专员"))
    reason = text_field(gettext_lazy("理由"), 200, help_text=gettext_lazy("写入审计记录"))

    def __init__(self, staff: QuerySet[User], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        set_rows(self, "officer", staff)


class EndForm(forms.Form):
    reason = text_field(gettext_lazy("理由"), 200, help_text=gettext_lazy("写入审计记录"))


class CoverForm(forms.Form):
    """until: the first day on which the absent one is back."""

    absent = StaffField(queryset=User.objects.none(), label=gettext_lazy("离岗人"))
    stand_in = StaffField(queryset=User.objects.none(), label=gettext_lazy("代班人"))
    since = day_field(gettext_lazy("开始日期"))
    until = day_field(gettext_lazy("返岗日期"), help_text=gettext_lazy("这一天起由本人办理"))

    def __init__(self, staff: QuerySet[User], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("absent", "stand_in"):
            set_rows(self, name, staff)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def officers(request: HttpRequest) -> HttpResponse:
    """Who helps whom, and who stands in; a period is added by POST."""
    scope = current_scope(request)
    home = home_of(scope)
    may_name_officer(user_of(request), home).or_refuse()
    form = CoverForm(may_be_named(home, scope.as_of), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cover_for(by=user_of(request), path=home.path, **form.cleaned_data)
            messages.success(request, _("已安排代班。"))
            return go(request, "desk:officers")
        except NotNamed as refused:
            form.add_error(None, str(refused))
    context = {
        "form": form,
        "lines": officer_lines(home, SHOWN),
        "covers": covers_of(home, scope.as_of)[:SHOWN],
        "today": scope.as_of,
    }
    return render(request, "desk/cases/officers.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def officer(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose officer somebody is; everything is handed over by POST."""
    scope = current_scope(request)
    home = home_of(scope)
    may_name_officer(user_of(request), home).or_refuse()
    found = get_object_or_404(who_helps(home, scope.as_of), pk=pk)
    staff = may_be_named(home, scope.as_of).exclude(pk=pk)
    form = OfficerForm(staff, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        to, reason = form.cleaned_data["officer"], form.cleaned_data["reason"]
        try:
            with transaction.atomic():
                count = hand_over(absent=found, to=to, home=home, by=user_of(request), reason=reason)
            words = ngettext("已移交，办理中的 %(count)d 件。", "已移交，办理中的 %(count)d 件。", count)
            messages.success(request, words % {"count": count})
            return go(request, "desk:officers")
        except (NotNamed, Overtaken) as refused:
            form.add_error(None, str(refused))
    rows, further = _page(helped_people(found, home), request.GET.get("after", ""))
    context = {"officer": found, "form": form, "rows": rows, "next": further}
    return render(request, "desk/cases/officer.html", context, status=422 if form.errors else 200)


def _page(named: QuerySet[Any], after: str) -> tuple[list[Any], str]:
    """One page by key, and where the next one begins."""
    if is_key(after):
        named = named.filter(pk__gt=int(after))
    rows = list(named[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else ""


@for_roles(Role.OFFICE)
@require_POST
@once
def cover_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The absent one is back."""
    scope = current_scope(request)
    home = home_of(scope)
    may_name_officer(user_of(request), home).or_refuse()
    found = get_object_or_404(covers_of(home, scope.as_of), pk=pk)
    end_cover(cover=found, by=user_of(request), path=home.path)
    messages.success(request, _("代班已结束。"))
    return go(request, "desk:officers")


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def of_person(request: HttpRequest, number: str) -> HttpResponse:
    """Name the officer of a talent, replace or end them."""
    scope, person = current_scope(request), find_person(request, number)
    may_name_officer(user_of(request), person.home).or_refuse()
    posted = request.POST if request.method == "POST" else None
    ends = bool(posted and posted.get("end"))
    staff = may_be_named(person.home, scope.as_of)
    form = OfficerForm(staff, None if ends else posted)
    end_form = EndForm(posted if ends else None, prefix="end")
    if posted is not None and (end_form if ends else form).is_valid():
        try:
            with transaction.atomic():
                if ends:
                    end_officer(person=person, by=user_of(request), reason=end_form.cleaned_data["reason"])
                else:
                    name_officer(person=person, by=user_of(request), **form.cleaned_data)
            messages.success(request, _("已结束服务。") if ends else _("已指定服务专员。"))
            return go(request, "desk:person", number)
        except (NotNamed, Overtaken) as refused:
            (end_form if ends else form).add_error(None, str(refused))
    wrong = bool(form.errors or end_form.errors)
    context = {
        "person": person,
        "form": form,
        "end_form": end_form,
        "officership": officer_of(person),
        "past": person.officerships.exclude(until=None).select_related("officer")[:PAGE],
    }
    return render(request, "desk/cases/person_officer.html", context, status=422 if wrong else 200)
