"""What applicants thought of their cases, and the office's replies (服务评价)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import reply_to_rating
from juxian.apps.services.models import Rating
from juxian.apps.services.queries.ratings import ratings_of, without_reply
from juxian.apps.services.rules import may_reply
from juxian.web.desk.cases.finding import find_case
from juxian.web.desk.cases.queue import service_choices
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE, LONGEST_REPLY = 30, 1000
VIEWS: dict[str, str | Promise] = {"bad": gettext_lazy("待回复的差评"), "all": gettext_lazy("全部评价")}


class RatingFilters(forms.Form):
    """view: of ``VIEWS``; without one, what waits for a reply."""

    view = forms.ChoiceField(choices=list(VIEWS.items()), required=False)
    service = forms.SlugField(max_length=64, required=False)


class ReplyForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("回复"), max_length=LONGEST_REPLY)


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """The list; ``more``: what a reply that was refused adds to it."""
    scope, form = current_scope(request), RatingFilters(request.GET)
    right = form.is_valid()
    wanted = form.cleaned_data if right else {}
    found = ratings_of(home_of(scope), wanted.get("service", ""))
    view = wanted.get("view") or "bad"
    rows, further = page_by_key(
        without_reply(found, scope.pack) if view == "bad" else found, request.GET.get("after", ""), PAGE
    )
    context = {
        "form": form,
        "view": view,
        "views": list(VIEWS.items()),
        "services": service_choices(scope),
        "rows": rows,
        "next": further,
        "bad": scope.pack.bad_rating,
        "may_reply": scope.role == Role.OFFICE,
        **more,
    }
    return render_part(request, "desk/cases/ratings.html#list", context, status=status if right else 422)


@for_roles(Role.OFFICE)
@require_POST
@once
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the rating of a case; a later answer replaces the earlier one."""
    case = find_case(request, number)
    may_reply(user_of(request), case).or_refuse()
    rating = get_object_or_404(Rating.objects.select_related("case__home"), case=case)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        problem = " ".join(str(error) for error in form.errors["words"])
        return _show(request, 422, refused=rating.pk, typed=request.POST.get("words", ""), problem=problem)
    reply_to_rating(rating=rating, words=form.cleaned_data["words"], by=user_of(request))
    messages.success(request, _("已回复。"))
    return go(request, "desk:ratings")
