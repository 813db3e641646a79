"""The list of batches, and handing in a file (批次列表与报送)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.collectives.rules import may_manage
from juxian.apps.imports.actions import AlreadyHandedIn, TooLarge, stage_file
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.queries import batches_visible_to, senders_for
from juxian.apps.imports.rules import may_hand_in
from juxian.apps.imports.tasks import read
from juxian.core.source import Rejected
from juxian.web.desk.imports.finding import SENDERS
from juxian.web.desk.imports.forms import HandInForm
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import with_aside
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 20


@for_roles(*SENDERS)
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """Batches of the user's organisations, newest first."""
    batches = batches_visible_to(user_of(request))
    page = Paginator(batches, PAGE_SIZE).get_page(request.GET.get("page"))
    return render_part(request, "desk/imports/list.html#list", {"page": page})


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Upload a roster; a small one is read at once, a large one in the background."""
    scope = current_scope(request)
    form = HandInForm(
        request.POST or None,
        request.FILES or None,
        senders=senders_for(user_of(request)).filter(pack=scope.pack.code),
        keeps_teams=bool(may_manage(user_of(request), home_of(scope))),
        initial={
            "organisation": scope.organisation.pk,
            "as_of": scope.as_of,
            "of_teams": request.GET.get("of") == "teams",
        },
    )
    if request.method == "POST" and form.is_valid():
        answer = _stage(request, form)
        if answer:
            return answer
    return render(request, "desk/imports/new.html", {"form": form}, status=422 if form.errors else 200)


def _stage(request: HttpRequest, form: HandInForm) -> HttpResponse | None:
    """To the page of the new batch; None when the file was refused, which the form then says."""
    organisation, file = form.cleaned_data["organisation"], form.cleaned_data["file"]
    may_hand_in(user_of(request), organisation).or_refuse()
    try:
        batch = stage_file(
            data=file.read(),
            file_name=file.name or "",
            organisation=organisation,
            as_of=form.cleaned_data["as_of"],
            by=user_of(request),
            of_teams=form.cleaned_data.get("of_teams", False),
        )
    except AlreadyHandedIn as earlier:
        form.add_error("file", str(earlier))
        return None
    except TooLarge as refused:
        form.add_error("file", str(refused))
        return None
    except Rejected as refused:
        language = current_scope(request).language
        for problem in refused.problems:
            hint = problem.hint.in_language(language) if problem.hint else ""
            form.add_error("file", with_aside(problem.message.in_language(language), hint))
        return None
    if batch.state == BatchState.READING:
        read.enqueue(batch.pk)
    return go(request, "desk:import", pk=batch.pk)
