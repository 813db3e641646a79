"""Deciding rows that wait: one by one with all its cells, or all of one reason (决定)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.imports.actions import decide_row, decide_rows
from juxian.apps.imports.actions.deciding import NotPossible, decisions_for
from juxian.apps.imports.enums import RowDecision, RowReason, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import RowContent, content_of
from juxian.apps.imports.rules import may_choose_person, may_decide
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.web.desk.imports.batch import wording_for
from juxian.web.desk.imports.finding import SENDERS, find_batch
from juxian.web.desk.imports.forms import DecisionForm
from juxian.web.desk.imports.wording import decision_label, targets_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Every cell with what it became and why; the decision where the row waits."""
    batch = find_batch(request, pk)
    found = get_object_or_404(batch.rows.select_related("table", "batch", "person"), pk=row)
    content, words = content_of(found), wording_for(batch)
    people = _candidates(request, batch, content)
    may = may_decide(user_of(request), batch)
    form = DecisionForm(
        request.POST or None, decisions=_decisions(request, found, people), people=_choices(people)
    )
    if request.method == "POST":
        may.or_refuse()
        if found.state != RowState.WAITING:
            return go(request, "desk:import", pk=pk)
        if form.is_valid():
            try:
                chosen = people.get(form.cleaned_data.get("person") or "")
                decide_row(
                    row=found, decision=form.cleaned_data["decision"], by=user_of(request), person=chosen
                )
                return go(request, "desk:import", pk=pk)
            except NotPossible as refused:
                form.add_error(None, str(refused))
    whole = [words.problem(item, targets_of(found.table)) for item in content.problems if item.column < 0]
    context = {
        "batch": batch,
        "row": found,
        "content": content,
        "cells": words.cells(found, content),
        "problems": whole,
        "form": form if may and found.state == RowState.WAITING else None,
        "people": list(people.values()),
    }
    return render(request, "desk/imports/row.html", context, status=422 if form.errors else 200)


def _candidates(request: HttpRequest, batch: Batch, content: RowContent) -> dict[str, Person]:
    """Records that the row may be, of those that the user may see; by number."""
    people = persons_visible_to(user_of(request)).filter(home=batch.home, pk__in=content.candidates)
    return {person.number: person for person in people}


def _choices(people: dict[str, Person]) -> list[tuple[str, str]]:
    return [(number, f"{person.name} {number}") for number, person in people.items()]


def _decisions(request: HttpRequest, row: Row, people: dict[str, Person]) -> list[tuple[str, str]]:
    """Joining a record needs one that the user may see; numbers of people elsewhere are the office's matter."""
    choices = list(decisions_for(row.reason, of_teams=row.batch.of_teams))
    office = may_choose_person(user_of(request), row.batch)
    within_file = row.reason == RowReason.NUMBER_SHARED and not content_of(row).candidates
    if not (people or (office and within_file)):
        choices = [item for item in choices if item != RowDecision.SAME_PERSON]
    return [(item.value, decision_label(row.reason, item)) for item in choices]


@for_roles(*SENDERS)
@require_POST
def decide_alike(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision for all rows that wait for one reason."""
    batch = find_batch(request, pk)
    may_decide(user_of(request), batch).or_refuse()
    reason, decision = request.POST.get("reason", ""), request.POST.get("decision", "")
    if reason not in RowReason.values or decision not in RowDecision.values:
        messages.error(request, _("请选择一种决定。"))
        return go(request, "desk:import", pk=pk)
    try:
        count = decide_rows(batch=batch, reason=reason, decision=decision, by=user_of(request))
    except NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已决定 %(count)s 行。") % {"count": count})
    return go(request, "desk:import", pk=pk)
