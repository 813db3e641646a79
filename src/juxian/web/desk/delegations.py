"""Who holds an own post while one is away (委托代办): for days, by a colleague of the same unit, ending by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.actions import AlreadyLent, lend_post, take_back
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.accounts.queries import colleagues_of, lent_by, lent_to
from juxian.apps.clock import today
from juxian.web.desk.forms import day_field, text_field
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_rows
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope, posts_of
from juxian.web.kit.typed import whole_number

PAGE_SIZE = 20


class DelegationForm(forms.Form):
    """To whom and for which days; the last day counts."""

    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=gettext_lazy("委托给"), queryset=User.objects.none(), empty_label=gettext_lazy("请选择")
    )
    since = day_field(gettext_lazy("自"))
    last = day_field(gettext_lazy("至"), help_text=gettext_lazy("当日仍有效，次日自动终止"))
    reason = text_field(gettext_lazy("事由"), 200, help_text=gettext_lazy("例如：休假、培训、外出考察"))

    def __init__(self, post: Post, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_rows(self, "to", colleagues_of(post))

    def clean_since(self) -> Any:
        if self.cleaned_data["since"] < today():
            raise ValidationError(_("不能早于今天。"))
        return self.cleaned_data["since"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("last") and found["last"] < found["since"]:
            self.add_error("last", _("结束日早于开始日。"))
        return found


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def delegations(request: HttpRequest) -> HttpResponse:
    """What one has lent and holds for others; POST lends the acting post, or takes one back (``end``)."""
    user = user_of(request)
    post = next(post for post in posts_of(user) if post == current_scope(request).post)
    if request.method == "POST" and "end" in request.POST:
        end = request.POST["end"]
        lent = get_object_or_404(lent_by(user), pk=whole_number(end) or 0)
        take_back(lent=lent, by=user)
        messages.success(request, _("委托已终止。"))
        return go(request, "desk:delegations")
    form = DelegationForm(post, request.POST if request.method == "POST" else None)
    own = post.stands_for_id is None
    if request.method == "POST" and own and form.is_valid():
        chosen = form.cleaned_data
        try:
            lend_post(
                post=post,
                to=chosen["to"],
                since=chosen["since"],
                until=chosen["last"] + timedelta(days=1),
                reason=chosen["reason"],
                by=user,
            )
        except AlreadyLent:
            form.add_error("to", _("这位同事在这段时间已受托代行此岗位。"))
        else:
            messages.success(request, _("已委托。"))
            return go(request, "desk:delegations")
    context = {
        "form": form,
        "own": own,
        "page": Paginator(lent_by(user), PAGE_SIZE).get_page(request.GET.get("page")),
        "held": lent_to(user)[:PAGE_SIZE],
        "today": today(),
    }
    return render(request, "desk/delegations.html", context, status=422 if request.method == "POST" else 200)
