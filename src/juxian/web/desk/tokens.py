"""Tokens of the API (接口令牌): made once, told once, revoked at once."""

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
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.clock import today
from juxian.apps.tokens.actions import make_token, revoke_token
from juxian.apps.tokens.enums import Scope
from juxian.apps.tokens.queries import tokens_visible_to
from juxian.apps.tokens.rules import may_manage_tokens
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 20
LONGEST_LIFE_DAYS = 731
NORMAL_LIFE_DAYS = 365


class TokenForm(forms.Form):
    """What a new token may do, how often, and until when."""

    name = text_field(gettext_lazy("用途"), 80, help_text=gettext_lazy("例如：政务服务网自测、人社局核对"))
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("权限"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = day_field(gettext_lazy("到期日"), help_text=gettext_lazy("当日起失效，最长两年"))
    requests_per_minute = forms.IntegerField(
        label=gettext_lazy("每分钟最多请求"), min_value=1, max_value=6000, initial=60
    )
    persons_per_day = forms.IntegerField(
        label=gettext_lazy("每日最多计算人数"), min_value=1, max_value=1_000_000, initial=10_000
    )

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if not today() < day <= today() + timedelta(days=LONGEST_LIFE_DAYS):
            raise ValidationError(_("到期日应在明天至两年之内。"))
        return day


@for_roles(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the jurisdiction; POST makes one and shows its secret, this once."""
    root = home_of(current_scope(request))
    may_manage_tokens(user_of(request), root).or_refuse()
    form = TokenForm(
        request.POST if request.method == "POST" else None,
        initial={"expires_on": today() + timedelta(days=NORMAL_LIFE_DAYS)},
    )
    secret = ""
    if request.method == "POST" and form.is_valid():
        _token, secret = make_token(organisation=root, by=user_of(request), **form.cleaned_data)
    found = tokens_visible_to(user_of(request)).filter(organisation=root)
    context = {
        "form": form,
        "secret": secret,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "today": today(),
        "labels": dict(Scope.choices),
    }
    return render(request, "desk/tokens/list.html", context, status=422 if form.errors else 200)


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token at once; a second time changes nothing."""
    token = get_object_or_404(tokens_visible_to(user_of(request)), pk=pk)
    may_manage_tokens(user_of(request), token.organisation).or_refuse()
    revoke_token(token=token, by=user_of(request))
    messages.success(
        request, _("令牌“%(name)s”已吊销，使用它的系统从现在起不能再访问。") % {"name": token.name}
    )
    return go(request, "desk:tokens")
