"""The services of the place, how they go and how they are kept (事项目录、流程图、指标)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.services.actions import cases_behind
from juxian.apps.services.models import Definition
from juxian.apps.services.queries.definitions import freeze_on
from juxian.apps.services.queries.figures import ServiceFigures, service_figures, unit_figures
from juxian.core.services import Service
from juxian.core.services.diagram import Arrow, layout
from juxian.core.services.phrases import BASES, ROLES, TOPICS
from juxian.core.text import Text
from juxian.core.workdays import Period, Unit
from juxian.web.desk.cases.finding import STAFF
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.services import party_words

COUNTED = 999  # cases of an earlier version
TEXT_DOWN = 33  # from the top of a box to the line of its title


@dataclass(frozen=True, slots=True)
class ServiceRow:
    id: str
    title: str
    topic: str
    figures: ServiceFigures


@dataclass(frozen=True, slots=True)
class PostRow:
    """One place of work of a service in words."""

    title: str
    who: str
    days: int | None
    calendar_days: bool
    second_person: bool
    may_return: bool


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box and where its words stand; ``lines``: the branches inside, below the title."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: Text
    lines: Sequence[Text]
    text_x: int
    text_y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: Sequence[DrawnBox]
    arrows: Sequence[Arrow]


@for_roles(*STAFF)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    home = home_of(scope)
    known = service_figures([home.pk], scope.as_of)
    shelf = scope.pack.services
    rows = [_row(shelf[name], known.get(name, ServiceFigures()), scope) for name in shelf]
    rows.sort(key=lambda row: (-row.figures.running, row.topic, row.title))
    context = {
        "rows": rows,
        "running": sum(row.figures.running for row in rows),
        "late": sum(row.figures.late for row in rows),
        "ended": sum(row.figures.ended for row in rows),
        "in_time": sum(row.figures.in_time for row in rows),
        "timed": sum(row.figures.timed for row in rows),
        "units": unit_figures([home.pk], scope.as_of)[:12],
    }
    return render(request, "desk/cases/services.html", context)


@for_roles(*STAFF)
@require_safe
def service(request: HttpRequest, service: str) -> HttpResponse:
    scope = current_scope(request)
    if service not in scope.pack.services:
        raise Http404
    home, found = home_of(scope), scope.pack.services[service]
    context = {
        "service": found,
        "diagram": _drawn(found),
        "figures": service_figures([home.pk], scope.as_of).get(service, ServiceFigures()),
        "units": unit_figures([home.pk], scope.as_of, service),
        "posts": _posts(found, scope),
        "basis": BASES[found.basis] if found.basis else None,
        "behind": cases_behind(home, found).order_by()[: COUNTED + 1].count(),
        "frozen": freeze_on(home, service, scope.as_of),
        "versions": Definition.objects.filter(pack=scope.pack.code, service=service)
        .order_by("-since")
        .defer("text")[:20],
    }
    return render(request, "desk/cases/service.html", context)


def _drawn(found: Service) -> Drawing:
    """The drawing with the places of its words."""
    diagram = layout(found)
    boxes = [
        DrawnBox(
            box.x,
            box.y,
            box.width,
            box.height,
            box.kind,
            box.title,
            box.inside,
            box.x + box.width // 2,
            box.y + TEXT_DOWN,
        )
        for box in diagram.boxes
    ]
    return Drawing(diagram.width, diagram.height, boxes, diagram.arrows)


def _row(found: Service, figures: ServiceFigures, scope: Scope) -> ServiceRow:
    topic = TOPICS[found.topic].in_language(scope.language) if found.topic else ""
    return ServiceRow(found.id, found.title.in_language(scope.language), topic, figures)


def _posts(found: Service, scope: Scope) -> list[PostRow]:
    rows, language = [], scope.language
    for post in found.posts.values():
        period: Period | None = post.limit.period if post.limit else None
        who = dict.fromkeys(
            f"{ROLES[party.role].in_language(language)} · {party_words(party, scope.pack, language)}"
            for party in post.who
        )
        rows.append(
            PostRow(
                title=post.title.in_language(language),
                who=", ".join(who),
                days=period.days if period else None,
                calendar_days=period is not None and period.unit is Unit.CALENDAR,
                second_person=post.second_person,
                may_return=post.may_return,
            )
        )
    return rows
