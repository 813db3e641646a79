"""Which systems are told of events (事件推送): made once, the secret told once, stopped at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.actions import HookRefused, make_hook, send_dead_again, stop_hook
from juxian.apps.messaging.actions.hooks import LONGEST_URL
from juxian.apps.messaging.enums import HookEvent
from juxian.apps.messaging.models import Hook
from juxian.apps.messaging.queries import failures_of, hooks_visible_to
from juxian.apps.messaging.rules import may_manage_hooks
from juxian.web.desk.forms import text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 20


class HookForm(forms.Form):
    """Where to, and of what."""

    name = text_field(gettext_lazy("用途"), 80, help_text=gettext_lazy("例如：政务服务网办件同步"))
    url = text_field(
        gettext_lazy("接收网址"), LONGEST_URL, help_text=gettext_lazy("以 https:// 开头，由对方系统提供")
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("事件"), choices=HookEvent.choices, widget=forms.CheckboxSelectMultiple
    )


@for_roles(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def hooks(request: HttpRequest) -> HttpResponse:
    """The subscriptions of the jurisdiction; POST makes one and shows its secret, this once."""
    root = home_of(current_scope(request))
    may_manage_hooks(user_of(request), root).or_refuse()
    form = HookForm(request.POST if request.method == "POST" else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _hook, secret = make_hook(home=root, by=user_of(request), **form.cleaned_data)
        except HookRefused as refused:
            form.add_error("url", str(refused))
    page = Paginator(
        hooks_visible_to(user_of(request)).filter(home=root),
        PAGE_SIZE,
    ).get_page(request.GET.get("page"))
    labels, failures = dict(HookEvent.choices), failures_of(page.object_list)
    rows = [
        (hook, [labels.get(event, event) for event in hook.events], failures.get(hook.pk, ""))
        for hook in page.object_list
    ]
    context = {"form": form, "secret": secret, "page": page, "rows": rows}
    return render(request, "desk/hooks/list.html", context, status=422 if form.errors else 200)


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell a system nothing any more; a second time changes nothing."""
    hook = _own(request, pk)
    stop_hook(hook=hook, by=user_of(request))
    messages.success(request, _("“%(name)s”已停用，不再推送。") % {"name": hook.name})
    return go(request, "desk:hooks")


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try what was given up from the beginning."""
    count = send_dead_again(hook=_own(request, pk), by=user_of(request))
    messages.success(request, _("%(count)s 条事件将重新推送。") % {"count": count})
    return go(request, "desk:hooks")


def _own(request: HttpRequest, pk: int) -> Hook:
    hook: Hook = get_object_or_404(hooks_visible_to(user_of(request)), pk=pk)
    may_manage_hooks(user_of(request), hook.home).or_refuse()
    return hook
