"""Personal data at the desk (个人信息权益): purposes with figures, requests to delete, what the retention job did."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.privacy.actions import NotPossible, decide_erasure
from juxian.apps.privacy.queries import consent_figures, requests_visible_to, runs_visible_to
from juxian.apps.privacy.rules import may_decide
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import home_of
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.purposes import kept_words, kind_title, purpose_rows
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope

PAGE_SIZE, RUNS_SHOWN = 20, 10


@for_roles(Role.OFFICE)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return _page(request)


@for_roles(Role.OFFICE)
@require_POST
@once
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete what no law keeps, or refuse; ``decision`` is grant or refuse, the answer goes to the person."""
    user = user_of(request)
    known = requests_visible_to(user).select_related("person__home")
    found = get_object_or_404(known, pk=pk)
    may_decide(user, found).or_refuse()
    form, word = ReasonForm(request.POST), request.POST.get("decision", "")
    if word not in ("grant", "refuse"):
        return errors.bad_request(request)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        decide_erasure(request=found, grant=word == "grant", answer=form.cleaned_data["reason"], by=user)
        messages.success(request, _("已处理，本人可以看到答复。"))
    except NotPossible as why:
        messages.error(request, str(why))
    return go(request, "desk:privacy")


def _page(request: HttpRequest, *, form: ReasonForm | None = None, status: int = 200) -> HttpResponse:
    scope, user = current_scope(request), user_of(request)
    home = home_of(scope)
    asked = requests_visible_to(user).select_related("person", "decided_by").order_by("decided_at", "-pk")
    page = Paginator(asked, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "pack": scope.pack,
        "rows": purpose_rows(scope.pack, scope.language, consent_figures(home)),
        "page": page,
        "requests": [(item, *_outcome(item.outcome, scope)) for item in page],
        "runs": [(run, _report(run.report, scope)) for run in runs_visible_to(user)[:RUNS_SHOWN]],
        "form": form or ReasonForm(),
    }
    return render(request, "desk/privacy.html", context, status=status)


def _outcome(outcome: dict[str, Any], scope: Scope) -> tuple[list[str], list[str]]:
    """Titles of the kinds that were deleted and that the law keeps."""
    erased = [kind_title(scope.pack, kind, scope.language) for kind in outcome.get("erased", {})]
    return erased, kept_words(scope.pack, outcome.get("kept", {}), scope.language)


def _report(report: dict[str, Any], scope: Scope) -> list[str]:
    return [
        f"{kind_title(scope.pack, kind, scope.language)} {row['erased']}"
        for kind, row in report.items()
        if row["erased"]
    ]
