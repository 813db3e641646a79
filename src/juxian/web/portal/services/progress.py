"""Progress by number, for everybody who knows number and name (进度查询)."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.services.actions import TooManyVisits, count_visit
from juxian.apps.services.models import Case
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.following import followed
from juxian.web.kit import cases as words
from juxian.web.kit.access import public
from juxian.web.kit.errors import too_many
from juxian.web.kit.formats import language
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.portal.places import place_or_404
from juxian.web.portal.services.asking import remember, visitor_address


class ProgressForm(forms.Form):
    """Both have to be right: numbers run on, so that a number alone would open everybody's cases. name: or the word of a visitor."""

    number = forms.CharField(label=gettext_lazy("办件编号"), max_length=24)
    name = forms.CharField(label=gettext_lazy("申请人姓名或查询码"), max_length=120)


@public
@require_safe
def progress_here(request: HttpRequest) -> HttpResponse:
    """Progress at the place that the visitor looks at."""
    return redirect("portal:progress", pack=current_scope(request).pack.code)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def progress(request: HttpRequest, pack: str) -> HttpResponse:
    """GET asks, with the number of a scanned code; POST answers with step and days alone. Nothing is kept."""
    place = place_or_404(pack)
    form = ProgressForm(
        request.POST if request.method == "POST" else None,
        initial={"number": request.GET.get("number", "")[:24]},
    )
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            count_visit(
                kind="progress",
                address=visitor_address(request),
                allowed=settings.JUXIAN_VISITOR_LOOKUPS_PER_HOUR,
            )
        except TooManyVisits as told:
            return too_many(request, str(told))
        given = form.cleaned_data
        found, by_word = followed(place.code, given["number"], given["name"])
        if found is not None and by_word:
            remember(request, found.number, given["name"].strip().upper())
            return go(request, "portal:asked", place.code, found.number)
        if found is None:
            form.add_error(None, _("没有找到：请核对编号和姓名或查询码。"))
    context = {"pack": place, "form": form, "found": found} | (_told(found) if found else {})
    return render(request, "portal/services/progress.html", context, status=422 if form.errors else 200)


def _told(found: Case) -> dict[str, object]:
    service = service_of(found)
    return {
        "title": service.title.in_language(language()),
        "state_title": words.title_of(service, found.state, language()),
        "tone": words.RESULT_TONES.get(found.result, "info"),
        "steps": words.step_rows(service, found, list(found.events.all()), language()),
    }
