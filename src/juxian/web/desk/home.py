"""The desk's first page: own work at a glance (首页)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import reported_figures
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact
from juxian.apps.policies.queries import benefit_totals, entitled_persons, newest_run
from juxian.web.desk.persons.paging import COUNT_LIMIT, Total, bounded_count
from juxian.web.desk.scope import home_of, people_of
from juxian.web.desk.todo import waiting_for
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.policies import policy_rows
from juxian.web.kit.rows import rows_of
from juxian.web.kit.scope import current_scope

SHOWN = 10
FEWEST_ROWS, MISSING_ROWS = 3, 2  # of the list of persons: as high as the cards beside it without their lines


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    place = home_of(scope)
    people = people_of(request, place)
    figures = reported_figures(scope.pack)
    run = newest_run(scope.pack.code)
    totals = benefit_totals(run)
    policies = policy_rows(scope.pack, scope.as_of, scope.language, totals) if run else []
    batches = _waiting_batches(place)
    failing = [result for result in figures if result.holds is False]
    unknown = sum(total.unknown for total in totals.values())
    waiting = waiting_for(user_of(request), scope, place)
    beside = len(waiting) + len(policies) + len(batches) + len(failing) + (MISSING_ROWS if unknown else 0)
    newest = people.select_related("profile").order_by("-pk")[: FEWEST_ROWS + beside]
    context = {
        "may_open": scope.role == Role.OFFICE,
        "waiting": waiting,
        "total": bounded_count(people),
        "newest": rows_of(newest, scope.pack.schema, scope.language),
        "unverified": _unverified(place),
        "batches": batches,
        "failing": failing,
        "holding": sum(result.holds is True for result in figures),
        "pending": sum(result.holds is None for result in figures),
        "run": run,
        "policies": policies,
        "entitled": entitled_persons(run),
        "unknown": unknown,
    }
    return render(request, "desk/home.html", context)


def _unverified(place: Organisation) -> Total:
    """Standing facts that nobody has verified yet, counted up to the list's limit."""
    facts = Fact.objects.unverified().filter(person__home=place)
    number = facts.order_by()[: COUNT_LIMIT + 1].count()
    return Total(min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def _waiting_batches(place: Organisation) -> list[Batch]:
    """Rosters that wait for a decision or have not been taken over yet."""
    batches = Batch.objects.filter(home=place).exclude(state=BatchState.UNDONE).select_related("organisation")
    open_ones = batches.exclude(state=BatchState.ACCEPTED) | batches.filter(rows_waiting__gt=0)
    return list(open_ones.order_by("-pk")[:SHOWN])
