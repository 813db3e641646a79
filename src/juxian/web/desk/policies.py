"""Policies at the desk: what they say, whom they reach, their own tests (政策与资格)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.actions import sweep_pack
from juxian.apps.policies.queries import (
    benefit_totals,
    cases_in_force,
    days_to_come,
    entitled_persons,
    newest_run,
)
from juxian.apps.policies.rules import may_draft, may_read_determinations, may_sweep
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy
from juxian.core.policy.cases import CaseResult
from juxian.core.policy.drafts import run_draft_cases
from juxian.web.desk.scope import home_of
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.policies import policy_rows, policy_view
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One of the office's own tests. verdict: yes when everything came out as expected, else no with what did not."""

    name: str
    day: date
    verdict: str
    told: str


READERS = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER)


@for_roles(*READERS)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    may_read_determinations(user_of(request)).or_refuse()
    scope = current_scope(request)
    run = newest_run(scope.pack.code)
    context = {
        "rows": policy_rows(scope.pack, scope.as_of, scope.language, benefit_totals(run)),
        "run": run,
        "entitled": entitled_persons(run),
        "may_sweep": may_sweep(user_of(request), home_of(scope)),
    }
    return render(request, "desk/policies/list.html", context)


@for_roles(*READERS)
@require_safe
def policy(request: HttpRequest, policy_id: str) -> HttpResponse:
    may_read_determinations(user_of(request)).or_refuse()
    scope = current_scope(request)
    if policy_id not in scope.pack.policies:
        raise Http404
    found = scope.pack.policies[policy_id]
    run = newest_run(scope.pack.code)
    totals = benefit_totals(run, policy_id)
    context = {
        "policy": policy_view(scope.pack, found, scope.as_of, scope.language, totals if run else None),
        "run": run,
        "may_draft": may_draft(user_of(request), home_of(scope)),
        "to_come": days_to_come(scope.pack.code, policy_id, scope.as_of),
        "may_open": scope.role in (Role.OFFICE, Role.LEADER),
        **_cases(found, scope.pack, scope.language),
    }
    return render(request, "desk/policies/policy.html", context)


@for_roles(Role.OFFICE)
@require_POST
def sweep(request: HttpRequest) -> HttpResponse:
    """Run every policy over the whole register, as of today."""
    scope = current_scope(request)
    may_sweep(user_of(request), home_of(scope)).or_refuse()
    run = sweep_pack(pack=scope.pack, as_of=scope.as_of, by=user_of(request))
    words = ngettext("已按现行政策筛查 %(number)s 人。", "已按现行政策筛查 %(number)s 人。", run.persons)
    messages.success(request, words % {"number": run.persons})
    return go(request, "desk:policies")


def _cases(policy: Policy, pack: Pack, language: str) -> dict[str, Any]:
    """The office's own tests of the policy, run now; what is wrong with the file when it cannot be read."""
    written = cases_in_force(pack, policy.id)
    results, problems = run_draft_cases(written, policy, pack.policies.values(), pack.schema)
    return {"cases": [_outcome(result, language) for result in results], "case_problems": problems}


def _outcome(result: CaseResult, language: str) -> CaseOutcome:
    told = [problem.message.in_language(language) for problem in result.problems]
    return CaseOutcome(result.case.name, result.case.day, "no" if told else "yes", formats.clauses(told))
