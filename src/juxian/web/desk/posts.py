"""Posts of accounts (岗位): the system administrator asks and ends, the security administrator grants."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.actions import (
    AlreadyDecided,
    AlreadyProposed,
    decide_proposal,
    end_post,
    propose_post,
)
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.queries import posts_managed_by, proposals_visible_to
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.web.desk.forms import OrganisationField, ReasonForm, day_field, text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE, SHOWN = 50, 50


class ProposalForm(forms.Form):
    """Who is to be given which post, from when, and why."""

    username = text_field(gettext_lazy("账号"), 150)
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
    organisation = OrganisationField()
    since = day_field(gettext_lazy("起"))
    until = day_field(gettext_lazy("止"), required=False, help_text=gettext_lazy("当日起失效；不填为长期"))
    reason = text_field(gettext_lazy("事由"), 200)

    def __init__(self, root: Organisation, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        cast(OrganisationField, self.fields["organisation"]).below(root)

    def clean_username(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["username"].casefold(), is_active=True).first()
        if found is None:
            raise ValidationError(_("没有这个账号。"))
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until <= since:
            raise ValidationError(_("止应晚于起。"))
        return found


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def posts(request: HttpRequest) -> HttpResponse:
    """Posts and what is asked for; POST of the system administrator asks."""
    user, scope = user_of(request), current_scope(request)
    asks = scope.role == Role.SYSTEM_ADMIN
    if request.method == "POST" and not asks:
        raise PermissionDenied(_("岗位由系统管理员申请，安全管理员核准。"))
    form = ProposalForm(home_of(scope), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            propose_post(user=given.pop("username"), by=user, **given)
        except AlreadyProposed:
            form.add_error(None, _("这个岗位已经申请或已经担任。"))
        except PermissionDenied as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已提交，等安全管理员核准。"))
            return go(request, "desk:posts")
    context = {
        "form": form if asks else None,
        "page": Paginator(posts_managed_by(user), PAGE_SIZE).get_page(request.GET.get("page")),
        "proposals": proposals_visible_to(user)[:SHOWN],
        "decides": scope.role == Role.SECURITY_ADMIN,
        "today": today(),
    }
    return render(request, "desk/posts/list.html", context, status=422 if form.errors else 200)


@for_roles(Role.SECURITY_ADMIN)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse a post that was asked for."""
    user = user_of(request)
    proposal = get_object_or_404(proposals_visible_to(user), pk=pk)
    form = ReasonForm(request.POST)
    decision = request.POST.get("decision")
    if not form.is_valid() or decision not in ("grant", "refuse"):
        messages.error(request, _("请写明意见。"))
        return go(request, "desk:posts")
    try:
        decide_proposal(
            proposal=proposal, grant=decision == "grant", answer=form.cleaned_data["reason"], by=user
        )
    except AlreadyDecided:
        messages.error(request, _("已有人处理过这一申请。"))
    else:
        messages.success(request, _("已授予。") if decision == "grant" else _("已驳回。"))
    return go(request, "desk:posts")


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a post away; the sessions of its holder end."""
    user = user_of(request)
    post = get_object_or_404(posts_managed_by(user), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明理由。"))
    elif end_post(post=post, reason=form.cleaned_data["reason"], by=user):
        messages.success(request, _("岗位已收回，该账号的登录已全部结束。"))
    return go(request, "desk:posts")
