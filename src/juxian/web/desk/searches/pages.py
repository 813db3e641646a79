"""Saved searches: the list, one of them with its columns, keeping, changing and forgetting (常用查询)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.narrowing import Narrowed
from juxian.apps.searches.actions import NameTaken, drop_search, save_search
from juxian.apps.searches.models import SavedSearch
from juxian.apps.searches.queries import searches_visible_to
from juxian.apps.searches.rules import may_change
from juxian.web.desk.forms import text_field
from juxian.web.desk.persons.filtering import RegisterFilter
from juxian.web.desk.persons.paging import page_of, total_of
from juxian.web.desk.scope import employers_of, home_of, people_of
from juxian.web.desk.searches.columns import MOST_COLUMNS, cells_of, choosable, known_columns, titles_of
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import address_with, seeks, sought

PAGE_SIZE = 30
READERS = (Role.OFFICE, Role.LEADER)
LONGEST_QUERY = 3000


class SearchForm(forms.Form):
    """Name, columns, who sees it, whether the owner is told of new people."""

    name = text_field(gettext_lazy("名称"), 80)
    columns = forms.MultipleChoiceField(label=gettext_lazy("列"), widget=forms.CheckboxSelectMultiple)
    shared = forms.BooleanField(label=gettext_lazy("本单位同事也能打开"), required=False)
    alert = forms.BooleanField(label=gettext_lazy("有新人符合时通知我（每晚比对）"), required=False)

    def __init__(self, data: Any, *, scope: Scope, **values: Any) -> None:
        super().__init__(data, **values)
        offered = choosable(scope.pack)
        titles = [(name, field.title.in_language(scope.language)) for name, field in offered.items()]
        set_choices(self, "columns", titles)

    def clean_columns(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["columns"]
        if len(chosen) > MOST_COLUMNS:
            raise forms.ValidationError(_("最多选 %(number)s 列。") % {"number": MOST_COLUMNS})
        return chosen


@for_roles(*READERS)
@require_safe
def searches(request: HttpRequest) -> HttpResponse:
    """The own ones, and those of the unit."""
    found = searches_visible_to(user_of(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/searches/list.html", {"page": page})


@for_roles(*READERS)
@require_safe
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """Who matches now, in the chosen columns; ``?new=1``: only who was new at the last comparison."""
    scope, found = current_scope(request), _find(request, pk)
    home = home_of(scope)
    form = RegisterFilter(found.query, scope=scope, home=home)
    columns = known_columns(found.columns, scope.pack)
    only_new = request.GET.get("new") == "1" and found.owner_id == request.user.pk
    context: dict[str, Any] = {
        "search": found,
        "form": form,
        "titles": titles_of(columns, scope),
        "only_new": only_new,
        "may_change": may_change(user_of(request), found),
        "list_address": address_with(request, reverse("desk:persons"), lists_of(found.query)),
        "export_address": export_address(request, found.query, columns),
    }
    if form.is_valid():
        matching = form.narrow(people_of(request, home))
        if only_new:
            fresh = matching.people.filter(pk__in=found.fresh)
            matching = Narrowed(fresh, "pk", fresh, whole=True)
        after, before = (_number(request.GET.get(name, "")) for name in ("after", "before"))
        people = matching.people.select_related("profile")
        page = page_of(people, form.order, PAGE_SIZE, after, before, matching.record)
        employers = dict(employers_of(home, scope.language))
        context |= {
            "people": page,
            "total": total_of(matching, len(page.rows)),
            "chips": form.chips(employers.get(form.cleaned_data["employer"], "")),
            "rows": list(zip(page.rows, cells_of(page.rows, columns, scope), strict=True)),
        }
    status = 200 if form.is_valid() else 422
    return render_part(request, "desk/searches/search.html#list", context, status=status)


@for_roles(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
@once
@seeks
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the conditions of the address under a name."""
    scope = current_scope(request)
    wanted = conditions_of(request, scope)
    if wanted is None:
        return errors.unprocessable(request, _("筛选条件有误，请回到人才库修改后再保存。"))
    return _edit(request, scope, None, wanted)


@for_roles(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, other columns, other people who see it; the conditions stay."""
    scope, found = current_scope(request), _own(request, pk)
    return _edit(request, scope, found, found.query)


@for_roles(*READERS)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    drop_search(search=found, by=user_of(request))
    messages.success(request, _("已删除查询：%(name)s") % {"name": found.name})
    return go(request, "desk:searches")


def conditions_of(request: HttpRequest, scope: Scope) -> dict[str, str] | None:
    """The conditions of the register list in the address; None when they are not in order."""
    given = sought(request)
    form = RegisterFilter(given, scope=scope, home=home_of(scope))
    if not form.is_valid() or len(request.GET.urlencode()) > LONGEST_QUERY:
        return None
    return {name: str(given[name]) for name in form.fields if given.get(name) and name != "size"}


def lists_of(query: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    return [(name, [value]) for name, value in query.items()]


def export_address(request: HttpRequest, query: Mapping[str, str], columns: list[str]) -> str:
    """The page on which this list is taken out."""
    return address_with(request, reverse("desk:persons-export"), [*lists_of(query), ("column", columns)])


def _edit(
    request: HttpRequest, scope: Scope, found: SavedSearch | None, query: dict[str, str]
) -> HttpResponse:
    initial: dict[str, Any] = {"columns": known_columns(found.columns if found else (), scope.pack)}
    if found:
        initial |= {"name": found.name, "shared": found.shared, "alert": found.alert}
    form = SearchForm(request.POST if request.method == "POST" else None, scope=scope, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_search(
                search=found,
                organisation=scope.organisation,
                by=user_of(request),
                query=query,
                **form.cleaned_data,
            )
        except NameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, _("已保存查询：%(name)s") % {"name": kept.name})
            return go(request, "desk:search", kept.pk)
    context = {"form": form, "search": found}
    return render(request, "desk/searches/keep.html", context, status=422 if form.errors else 200)


def _find(request: HttpRequest, pk: int) -> SavedSearch:
    return get_object_or_404(searches_visible_to(user_of(request)), pk=pk)


def _own(request: HttpRequest, pk: int) -> SavedSearch:
    """A search of somebody else is not there to be changed."""
    return get_object_or_404(searches_visible_to(user_of(request)), pk=pk, owner=user_of(request))


def _number(text: str) -> str:
    return text if text.isascii() and text.isalnum() and len(text) <= 16 else ""
