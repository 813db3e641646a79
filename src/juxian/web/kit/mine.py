"""What everybody signed in has: own messages and how to be told; the way to a case as what one is to it (消息、办件入口)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.actions import mark_read, set_preference
from juxian.apps.messaging.actions.adapters import configured_channels
from juxian.apps.messaging.enums import Channel
from juxian.apps.messaging.queries import messages_of, preference_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.navigation import case_page_of, start_of
from juxian.web.kit.paging import is_key
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 30


class PreferenceForm(forms.Form):
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("站外送达方式"), required=False, widget=forms.CheckboxSelectMultiple
    )
    digest = forms.BooleanField(label=gettext_lazy("邮件每日汇总为一封"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("语言"), choices=[("zh", gettext_lazy("中文")), ("en", "English")]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = [(value, Channel(value).label) for value in configured_channels()]
        set_choices(self, "channels", known)


@for_roles(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """Own messages, the newest first; what is shown counts as read. A POST sets how to be told."""
    scope, user = current_scope(request), user_of(request)
    wish = preference_of(user)
    initial = {"channels": wish.channels, "digest": wish.digest, "language": wish.language}
    form = PreferenceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_preference(user=user, **form.cleaned_data)
        notes.success(request, _("已保存。"))
        return go(request, "messages")
    found = messages_of(user)
    before = request.GET.get("before", "")
    if is_key(before):
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-pk")[: PAGE_SIZE + 1])
    further, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    context = {
        "layout": "kit/public.html" if scope.role == Role.PERSON else "kit/work.html",
        "rows": [(message, *message.words(scope.language)) for message in rows],
        "older": rows[-1].pk if further else 0,
        "form": form,
    }
    answer = render(request, "kit/messages_page.html", context, status=422 if form.errors else 200)
    if request.method == "GET":
        mark_read(user=user, messages=[message.pk for message in rows if message.read_at is None])
    return answer


@for_roles(*Role)
@require_safe
def case_link(request: HttpRequest, number: str) -> HttpResponse:
    """The address in letters: leads to the page of the case for the acting role; whether there is one is told there."""
    role = current_scope(request).role
    page = case_page_of(role)
    return go(request, page, number=number) if page else go(request, start_of(role))
