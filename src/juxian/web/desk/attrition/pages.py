"""The warnings of a place, one of them with its facts, and what was done (流失预警)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.attrition.actions import follow_up, look_for_warnings
from juxian.apps.attrition.enums import State
from juxian.apps.attrition.models import AttritionWarning, FollowUp
from juxian.apps.attrition.queries import standing_figures, warnings_visible_to
from juxian.apps.attrition.rules import may_follow_up
from juxian.apps.funds.models import Grant
from juxian.apps.persons.models import Fact
from juxian.apps.services.models import Officership
from juxian.web.desk.forms import text_field
from juxian.web.desk.persons.page import note_opening
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import Event, events_of, names_of, organisations_named
from juxian.web.kit.once import once
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.typed import whole_numbers

PAGE_SIZE, NOTES_SHOWN = 30, 50
TONES = {State.OPEN: "warn", State.FOLLOWED: "info", State.SETTLED: "ok"}


@dataclass(frozen=True, slots=True)
class Row:
    """A warning in words. events: the facts that it rests on; about, href: the case or grant instead."""

    item: AttritionWarning
    title: str
    employer: str
    officer: str
    note: str
    events: list[Event]
    about: str
    href: str
    tone: str


class FollowUpForm(forms.Form):
    """What was done, and how far it is."""

    words = text_field(
        gettext_lazy("做了什么"), 500, help_text=gettext_lazy("例如：谈话、续聘、帮助解决的困难")
    )
    state = forms.ChoiceField(
        label=gettext_lazy("办理状态"), choices=[(one.value, one.label) for one in State if one != State.OPEN]
    )


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """Warnings whose reason holds, the newest first; ``?signal=`` and ``?state=`` narrow them."""
    scope = current_scope(request)
    home, signals = home_of(scope), scope.pack.attrition.signals
    signal, state = request.GET.get("signal", "")[:64], request.GET.get("state", "")[:10]
    found = warnings_visible_to(user_of(request)).filter(home=home).standing()
    if signal:
        found = found.filter(signal=signal)
    if state in State.values:
        found = found.filter(state=state)
    page, after = page_by_key(_with_people(found), request.GET.get("after", ""), PAGE_SIZE)
    numbers = standing_figures(home)
    titles = [(key, one.title.in_language(scope.language)) for key, one in signals.items()]
    context = {
        "rows": _rows(page, scope),
        "figures": [(key, title, numbers.get(key, 0), key == signal) for key, title in titles],
        "total": sum(numbers.values()),
        "signals": titles,
        "states": State.choices,
        "signal": signal,
        "state": state,
        "after": after,
        "first": not request.GET.get("after"),
        "kept": urlencode({"signal": signal, "state": state}),
        "may_follow": scope.role == Role.OFFICE,
    }
    return render_part(request, "desk/attrition/list.html#list", context)


@for_roles(Role.OFFICE)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look anew as of today; a second time finds nothing more."""
    scope = current_scope(request)
    home = home_of(scope)
    may_follow_up(user_of(request), home).or_refuse()
    raised, cleared = look_for_warnings(home=home, day=scope.as_of, by=user_of(request))
    told = _("新预警 %(raised)d 条，解除 %(cleared)d 条。") % {"raised": raised, "cleared": cleared}
    messages.success(request, told)
    return go(request, "desk:attrition")


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning with its facts; the office notes what was done."""
    scope, user = current_scope(request), user_of(request)
    may = may_follow_up(user, home_of(scope))
    if request.method == "POST":
        may.or_refuse()
    rows = _with_people(warnings_visible_to(user).filter(home=home_of(scope)))
    found = get_object_or_404(rows, pk=pk)
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        follow_up(warning=found, by=user, **form.cleaned_data)
        messages.success(request, _("已记录。"))
        return go(request, "desk:attrition-warning", pk)
    note_opening(request, found.person)
    context: dict[str, Any] = {
        "row": _rows([found], scope)[0],
        "notes": found.follow_ups.select_related("by")[:NOTES_SHOWN],
        "form": form,
        "may_follow": scope.role == Role.OFFICE and bool(may) and found.cleared_on is None,
    }
    return render(request, "desk/attrition/warning.html", context, status=422 if form.errors else 200)


def _with_people(found: QuerySet[AttritionWarning]) -> QuerySet[AttritionWarning]:
    """With the person, the unit and the last note, in the same query."""
    last = FollowUp.objects.filter(warning=OuterRef("pk")).order_by("-pk").values("words")[:1]
    noted = found.annotate(note=Subquery(last))
    return noted.select_related("home", "person__home", "person__profile").order_by("-pk")


def _rows(page: Sequence[AttritionWarning], scope: Scope) -> list[Row]:
    """Four queries, however many there are: facts, names of units, officers, grants."""
    language, schema = scope.language, scope.pack.schema
    facts = Fact.objects.filter(pk__in=[key for item in page for key in item.facts]).select_related("source")
    known = {fact.pk: fact for fact in facts}
    employers = {item.person.profile.employer for item in page if item.person.profile.employer}
    names = names_of(employers | organisations_named(known.values(), schema), language)
    standing = Officership.objects.standing().filter(person__in=[item.person_id for item in page])
    officers = {one.person_id: str(one.officer) for one in standing.select_related("officer")}
    grants = Grant.objects.in_bulk(whole_numbers(item.reference for item in page))
    rows = []
    for item in page:
        signal = scope.pack.attrition.signals.get(item.signal)
        rows.append(
            Row(
                item,
                signal.title.in_language(language) if signal else item.signal,
                names.get(item.person.profile.employer or "", ""),
                officers.get(item.person_id, ""),
                item.note or "",  # type: ignore[attr-defined]  # annotated
                events_of(_held(item.facts, known), schema, language, names, scope.as_of),
                *_about(item, grants),
                TONES[State(item.state)],
            )
        )
    return rows


def _about(item: AttritionWarning, grants: Mapping[int, Grant]) -> tuple[str, str]:
    """The grant or the case that a warning rests on, and its page."""
    if not item.reference:
        return "", ""
    if item.reference.isdecimal():
        grant = grants.get(int(item.reference))
        return (grant.title, reverse("desk:grant", args=[grant.pk])) if grant else (item.reference, "")
    return item.reference, reverse("desk:case", args=[item.reference])


def _held(keys: Iterable[int], known: dict[int, Fact]) -> list[Fact]:
    return [known[key] for key in keys if key in known]
