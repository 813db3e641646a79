"""The leader's dashboard (人才工作驾驶舱): one page, every figure of which opens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import at_one_moment, reported_figures
from juxian.apps.persons.models import Person
from juxian.web.board.alerts import alerts
from juxian.web.board.day import PUBLISHED, TODAY, BoardDay, board_day
from juxian.web.board.figures import cards, figure_rows
from juxian.web.board.reading import reading
from juxian.web.board.structure import age_chart, employer_chart, level_chart, months_chart
from juxian.web.board.tables import targets_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.scope import Scope, current_scope

MOST_TARGETS, MOST_FIGURES = 6, 9  # as high as the cards beside them


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    day = board_day(request, scope)
    return render(request, "board/dashboard.html", overview(scope, day))


@at_one_moment()
def overview(scope: Scope, day: BoardDay) -> dict[str, Any]:
    """Everything on the page; the number of queries follows the pack's indicators, not its people."""
    pack, language = scope.pack, scope.language
    people = Person.objects.living_records().filter(home__code=pack.root).count()
    figures = figure_rows(reported_figures(pack), pack, language)
    targets = targets_of(scope, day)
    months, introduced, introduced_before = months_chart(pack, day)
    here = {"figures_href": reverse("board:figures") + f"?on={day.choice}"}
    here |= {"targets_href": reverse("board:targets") + f"?on={day.choice}"}
    return {
        "day": day,
        "days": [(PUBLISHED, _("公布数截至日"), pack.as_of), (TODAY, _("今天"), scope.as_of)],
        "people": people,
        "cards": cards(pack, day.day, language),
        "figures": figures[:MOST_FIGURES],
        "figures_total": len(figures),
        "figures_checked": sum(row.holds is not None for row in figures),
        "figures_held": sum(row.holds is True for row in figures),
        "targets": targets[:MOST_TARGETS],
        "targets_total": len(targets),
        "time": targets[0].time if targets else None,
        "alerts": alerts(pack, day, figures, targets),
        "months": months,
        "ranks": level_chart(pack, "six_ranks", day, language),
        "degrees": level_chart(pack, "degree", day, language),
        "titles": level_chart(pack, "title_level", day, language),
        "ages": age_chart(pack, day),
        "employers": employer_chart(pack, day, language),
        "reading": reading(
            people=people,
            introduced=introduced,
            introduced_before=introduced_before,
            year=day.day.year,
            figures=figures,
            targets=targets,
            **here,
        ),
        **here,
    }
