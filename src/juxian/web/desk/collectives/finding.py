"""What the pages of teams, carriers and pairs share: filters, the day, finding one (筛选与查找)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from juxian.apps.collectives.enums import Sort
from juxian.apps.collectives.models import Collective
from juxian.apps.collectives.queries import collectives_visible_to
from juxian.apps.collectives.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.facts.values import Refusal, parse_day
from juxian.core.packs.collectives import LEVELS
from juxian.web.desk.scope import home_of, people_of
from juxian.web.kit.access import user_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import sought

STATES = ("due", "ended", "all")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. problem: why its day is none; then today stands for it."""

    day: date
    is_today: bool
    problem: str
    q: str
    sort: str
    kind: str
    level: str
    state: str


def asked_of(request: HttpRequest) -> Asked:
    scope = current_scope(request)
    words = request.GET.get("as_of", "").strip()[:20]
    day = parse_day(words) if words else scope.as_of
    problem = day.reason.in_language(scope.language) if isinstance(day, Refusal) else ""
    found = scope.as_of if isinstance(day, Refusal) else day
    return Asked(
        found,
        found == scope.as_of,
        problem,
        sought(request).get("q", "").strip()[:60],
        request.GET.get("sort", "")[:8],
        request.GET.get("kind", "")[:64],
        request.GET.get("level", "")[:32],
        request.GET.get("state", "")[:8],
    )


def narrowed(request: HttpRequest, asked: Asked) -> QuerySet[Collective]:
    """Those of the acting place that fit the filters, the newest first."""
    home = home_of(current_scope(request))
    found = collectives_visible_to(user_of(request)).filter(home=home)
    match asked.state:
        case "due":
            found = found.on(asked.day).filter(due__lt=asked.day)
        case "ended":
            found = found.filter(until__lte=asked.day)
        case "all":
            found = found.filter(since__lte=asked.day)
        case _:
            found = found.on(asked.day)
    if asked.sort in Sort.values:
        found = found.filter(sort=asked.sort)
    for name in ("kind", "level"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    if asked.q:
        found = found.filter(Q(name__contains=asked.q) | Q(host__name__contains=asked.q))
    return found.select_related("host").order_by("-pk")


def kinds_of(request: HttpRequest, sort: str = "") -> list[tuple[str, str]]:
    """(code, title) of the kinds of the pack, of one sort where one is given."""
    scope = current_scope(request)
    return [
        (key, kind.title.in_language(scope.language))
        for key, kind in scope.pack.collectives.kinds.items()
        if not sort or kind.sort == sort
    ]


def levels_of(request: HttpRequest, scale: str = LEVELS) -> list[tuple[str, str]]:
    """(code, title) of a scale, the highest first where it is ordered."""
    scope = current_scope(request)
    known = scope.pack.schema.scales.get(scale)
    if known is None:
        return []
    found = [(code, level.title.in_language(scope.language)) for code, level in known.levels.items()]
    return found[::-1] if known.ordered else found


def find_collective(request: HttpRequest, pk: int) -> Collective:
    """One of the acting place; 404 for all others."""
    home = home_of(current_scope(request))
    found = collectives_visible_to(user_of(request)).filter(home=home)
    return get_object_or_404(found.select_related("home", "host", "carrier"), pk=pk)


def person_called(request: HttpRequest, home: Organisation, number: str) -> Person | None:
    return people_of(request, home).filter(number=number.strip().upper()).first()


def carried_out(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it, or tell at its field why not; nothing is half done."""
    try:
        act()
    except NotPossible as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    return True


def no_such_person() -> str:
    return _("没有这个编号的档案。")
