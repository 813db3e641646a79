"""Accounts (账号): the system administrator asks, the security administrator decides, the owner sets the password."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.actions import (
    AlreadyDecided,
    AlreadyProposed,
    NameTaken,
    ask_for_account,
    ask_for_change,
    decide_account,
    make_first_code,
)
from juxian.apps.accounts.enums import Change, Role, Standing
from juxian.apps.accounts.models import FirstCode, User
from juxian.apps.accounts.queries import (
    account_proposals_visible_to,
    accounts_like,
    accounts_managed_by,
    sessions_of,
    standing_of,
)
from juxian.apps.accounts.rules import may_ask_change, may_make_code
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.web.desk.forms import OrganisationField, ReasonForm, text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.origin import address_of
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import is_lost, seeks, sought

PAGE, SHOWN = 50, 20
LONGEST_ACCOUNT = 60
TONES = {Standing.ACTIVE: "ok", Standing.WAITING: "warn", Standing.SUSPENDED: "mute"}
VIEWS: dict[str, str | Promise] = {"open": gettext_lazy("待核准"), "all": gettext_lazy("全部申请")}
# what may be asked about an account that is open: kind → what it means
CHANGES: dict[Change, str | Promise] = {
    Change.PASSWORD: gettext_lazy("核准后原密码失效、登录全部结束；本人凭首次登录码设新密码，两步验证保留。"),
    Change.FACTOR: gettext_lazy(
        "手机丢失等：核准后验证器和通行密钥全部解除，登录全部结束，本人登录后重新设置。"
    ),
    Change.SUSPEND: gettext_lazy(
        "提交后立即不能登录，登录全部结束，并告知其他管理员；岗位和记录保留。恢复须经安全管理员核准。"
    ),
    Change.REOPEN: gettext_lazy("核准后可以用原密码登录。"),
}


class AccountFilters(forms.Form):
    """q: of account or name. standing, role: of those values."""

    q = text_field(gettext_lazy("账号或姓名"), 60, required=False)
    standing = forms.ChoiceField(label=gettext_lazy("状态"), choices=Standing.choices, required=False)
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=Role.choices, required=False)
    after = forms.CharField(max_length=40, required=False)


class AccountForm(forms.Form):
    """Whose account it is to be, and the first post."""

    name = text_field(gettext_lazy("姓名"), 60)
    username = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=LONGEST_ACCOUNT,
        help_text=gettext_lazy("登录时输入；字母、数字和 . _ - @，不区分大小写，以后不能更改"),
    )
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
    organisation = OrganisationField()
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"), required=False, help_text=gettext_lazy("用于发送通知")
    )
    reason = text_field(
        gettext_lazy("事由"), 200, help_text=gettext_lazy("例如：新到岗、新入驻单位；写入审计记录")
    )

    def __init__(self, root: Organisation, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        cast(OrganisationField, self.fields["organisation"]).below(root)

    def clean_username(self) -> str:
        name = unicodedata.normalize("NFKC", self.cleaned_data["username"]).strip().casefold()
        ASCIIUsernameValidator()(name)
        return name


class ChangeForm(forms.Form):
    """What is asked about an account, and why."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in CHANGES])
    reason = text_field(gettext_lazy("事由"), 200)


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_safe
@seeks
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of the place: who, in which posts, how they stand, when they signed in last."""
    given, user = sought(request), user_of(request)
    form = AccountFilters(given)
    right = form.is_valid()
    wanted = form.cleaned_data if right else {}
    found = accounts_managed_by(user)
    words = wanted.get("q", "")
    if right and not is_lost(words):
        found = accounts_like(
            found, words=words, standing=wanted.get("standing", ""), role=wanted.get("role", "")
        )
    else:
        found = found.none()
    rows, further = page_by_key(found, wanted.get("after", ""), PAGE)
    context = {
        "form": form,
        "rows": [(row, (standing := standing_of(row)).label, TONES[standing]) for row in rows],
        "next": further,
        "standings": Standing.choices,
        "roles": Role.choices,
        "narrowed": any(wanted.get(name) for name in ("q", "standing", "role")),
        "asks": current_scope(request).role == Role.SYSTEM_ADMIN,
        "waiting": _waiting(user),
    }
    return render_part(request, "desk/accounts/list.html#list", context, status=200 if right else 422)


def _waiting(user: User) -> int:
    return account_proposals_visible_to(user).filter(granted=None).count()


@for_roles(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest) -> HttpResponse:
    """Ask that an account be opened."""
    form = AccountForm(home_of(current_scope(request)), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_account(by=user_of(request), **form.cleaned_data)
        except NameTaken:
            form.add_error("username", _("已有这个账号，请换一个。"))
        except AlreadyProposed:
            form.add_error("username", _("这个账号已有待核准的申请。"))
        else:
            messages.success(request, _("已提交，等安全管理员核准。"))
            return go(request, "desk:accounts-asked")
    return render(request, "desk/accounts/new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: how it stands, what was asked and decided about it, what may be asked."""
    return _account(request, pk)


def _account(request: HttpRequest, pk: int, status: int = 200, **more: Any) -> HttpResponse:
    by = user_of(request)
    user = get_object_or_404(accounts_managed_by(by), pk=pk)
    asks = current_scope(request).role == Role.SYSTEM_ADMIN
    changes = [(kind, kind.label, words, may_ask_change(by, user, kind)) for kind, words in CHANGES.items()]
    code = FirstCode.objects.filter(user=user, expires_at__gt=now()).select_related("made_by").first()
    standing, waits = standing_of(user), bool(user.asked)  # type: ignore[attr-defined]  # prefetched
    context = {
        "user_shown": user,
        "standing": standing.label,
        "tone": TONES[standing],
        "waits": standing == Standing.WAITING,
        "asks": asks,
        "own": by.pk == user.pk,
        "changes": [row for row in changes if row[3] and (row[0] == Change.SUSPEND or not waits)]
        if asks
        else [],
        "refusal": next((row[3].reason for row in changes if not row[3]), "") if asks else "",
        "proposals": account_proposals_visible_to(by).filter(user=user)[:SHOWN],
        "sessions": sessions_of(user).count(),
        "code": code,
        "may_make_code": asks and bool(may_make_code(by, user)),
        **more,
    }
    return render(request, "desk/accounts/account.html", context, status=status)


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
@once
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend the account at once, or ask that it be reopened or its owner let in anew."""
    user = get_object_or_404(accounts_managed_by(user_of(request)), pk=pk)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _account(request, pk, 422, problem=_("请选择事项并写明事由。"))
    try:
        ask_for_change(user=user, by=user_of(request), **form.cleaned_data)
    except AlreadyProposed:
        return _account(request, pk, 422, problem=_("这个账号已有待核准的申请。"))
    done = form.cleaned_data["kind"] == Change.SUSPEND
    told = _("已停用，登录全部结束；已告知其他管理员。") if done else _("已提交，等安全管理员核准。")
    messages.success(request, told)
    return go(request, "desk:account", pk)


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What is asked about accounts; the security administrator decides here."""
    return _asked(request)


def _asked(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    user, view = user_of(request), request.GET.get("view", "open")
    found = account_proposals_visible_to(user)
    view = view if view in VIEWS else "open"
    rows, further = page_by_key(
        found.filter(granted=None) if view == "open" else found, request.GET.get("after", ""), PAGE
    )
    context = {
        "rows": rows,
        "next": further,
        "view": view,
        "views": list(VIEWS.items()),
        "decides": current_scope(request).role == Role.SECURITY_ADMIN,
        "user": user,
        "waiting": _waiting(user),
        **more,
    }
    return render_part(request, "desk/accounts/asked.html#list", context, status=status)


@for_roles(Role.SECURITY_ADMIN)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse, which takes effect at once; confirm a suspension or lift it."""
    user = user_of(request)
    proposal = get_object_or_404(account_proposals_visible_to(user), pk=pk)
    form, decision = ReasonForm(request.POST), request.POST.get("decision")
    if not form.is_valid() or decision not in ("grant", "refuse"):
        return _asked(request, 422, refused=proposal.pk, problem=_("请写明意见。"))
    try:
        decide_account(
            proposal=proposal, grant=decision == "grant", answer=form.cleaned_data["reason"], by=user
        )
    except AlreadyDecided:
        messages.error(request, _("已有人处理过这一申请。"))
    except NameTaken:
        messages.error(request, _("已有这个账号，请驳回这一申请。"))
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已核准。") if decision == "grant" else _("已驳回。"))
    return go(request, "desk:accounts-asked")


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
@never_cache
@once
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a first code and show it, this once."""
    user = get_object_or_404(accounts_managed_by(user_of(request)), pk=pk)
    kept, told = make_first_code(user=user, by=user_of(request), address=address_of(request))
    address = settings.JUXIAN_PUBLIC_ADDRESS.rstrip("/") + reverse("first-password")
    context = {"user_shown": user, "code": kept, "told": told, "address": address}
    return render(request, "desk/accounts/code.html", context)
