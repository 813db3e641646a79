"""All targets and all published figures (目标任务、公布数核对)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import reported_figures, target_results
from juxian.web.board.day import BoardDay, board_day
from juxian.web.board.figures import figure_rows
from juxian.web.board.targets import TargetRow, target_rows
from juxian.web.kit.access import for_roles
from juxian.web.kit.dossier import names_of
from juxian.web.kit.scope import Scope, current_scope


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    day = board_day(request, scope)
    return render(request, "board/targets.html", {"day": day, "targets": targets_of(scope, day)})


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    day = board_day(request, scope)
    rows = figure_rows(reported_figures(scope.pack), scope.pack, scope.language)
    return render(request, "board/figures.html", {"day": day, "figures": rows})


def targets_of(scope: Scope, day: BoardDay) -> list[TargetRow]:
    """The pack's targets with results on the day and the names of those who answer for them."""
    codes = {target.owner for target in scope.pack.targets}
    owners = names_of(codes, scope.language)
    return target_rows(target_results(scope.pack, day.day), day.day, owners, scope.language)
