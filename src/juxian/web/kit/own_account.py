"""The own account (我的账号): password, second factor, where one is signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.actions import change_password, end_sessions, move_session
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.queries import outside_of, sessions_of
from juxian.apps.audit.actions import record
from juxian.web.kit import factors, oidc, passkeys
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.forms import (
    FactorForm,
    NewPasskeyForm,
    NewPasswordForm,
    PasskeyNameForm,
    PasswordForm,
    ProofForm,
)
from juxian.web.kit.origin import address_of
from juxian.web.kit.responses import go
from juxian.web.kit.sessions import FACTOR

PASSKEY = "passkey"
PENDING = "factor-secret"  # in the session, while a factor is being set up


@for_roles(*Role, before_factor=True)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What there is to the own account."""
    user = user_of(request)
    context = {
        "sessions": sessions_of(user),
        "current": request.session.session_key,
        "has_app": factors.has_app(user),
        "codes_left": factors.codes_left(user),
        "passkeys": passkeys.of_user(user),
        "passkeys_offered": passkeys.offered(),
        "most_passkeys": passkeys.MOST,
        "outside": settings.JUXIAN_OIDC_NAME if oidc.offered() else "",
        "outside_bound": oidc.offered() and outside_of(user, settings.JUXIAN_OIDC_ISSUER) is not None,
    }
    return render(request, "kit/own_account.html", context)


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """A new password: this session goes on, all others end."""
    user = user_of(request)
    form = NewPasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        before = str(request.session.session_key)
        change_password(
            user=user, password=form.cleaned_data["new_password1"], keep=before, address=address_of(request)
        )
        update_session_auth_hash(request, user)
        move_session(before=before, after=str(request.session.session_key))
        messages.success(request, _("密码已更改，其他设备上的登录已全部结束。"))
        return go(request, "account")
    status = 422 if request.method == "POST" else 200
    return render(request, "kit/new_password.html", {"form": form}, status=status)


@for_roles(*Role, before_factor=True)
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own sessions; the one of this page leads to the sign-in."""
    user = user_of(request)
    ended = get_object_or_404(sessions_of(user), pk=pk)
    end_sessions(user=user, only=ended, address=address_of(request))
    if ended.session_key == request.session.session_key:
        request.session.flush()
        return go(request, "sign-in")
    messages.success(request, _("已结束该登录。"))
    return go(request, "account")


@for_roles(*Role, before_factor=True)
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all own sessions but this one."""
    end_sessions(user=user_of(request), keep=str(request.session.session_key), address=address_of(request))
    messages.success(request, _("其他登录已全部结束。"))
    return go(request, "account")


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def factor(request: HttpRequest) -> HttpResponse:
    """Set up an app that gives codes; the recovery codes are shown once, in the answer."""
    user = user_of(request)
    secret = request.session.get(PENDING)
    if not secret:
        secret = request.session[PENDING] = factors.new_secret()
    form = FactorForm(request, secret, request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = factors.set_up(user, secret, address_of(request))
        del request.session[PENDING]
        request.session[FACTOR] = "totp"
        end_sessions(user=user, keep=str(request.session.session_key), address=address_of(request))
        return render(request, "kit/recovery_codes.html", {"codes": codes})
    context = {"form": form, "secret": secret, "picture": factors.picture_of(user, secret)}
    return render(request, "kit/factor.html", context, status=422 if request.method == "POST" else 200)


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def remove_factor(request: HttpRequest) -> HttpResponse:
    """Sign in with the password alone again, where the role allows it; the password is asked."""
    user = user_of(request)
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        factors.remove_app(user, address_of(request))
        if request.session.get(FACTOR) != PASSKEY:
            request.session.pop(FACTOR, None)
        messages.success(request, _("已停用动态验证码。"))
        return go(request, "account")
    status = 422 if request.method == "POST" else 200
    return render(request, "kit/remove_factor.html", {"form": form}, status=status)


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Name and proof first, then the browser makes the passkey and sends it to the same address."""
    user = user_of(request)
    if not passkeys.offered():
        raise Http404
    if request.method == "POST" and "credential" in request.POST:
        return _keep_passkey(request, user)
    form = NewPasskeyForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and proved(request, user, form):
        if len(passkeys.of_user(user)) < passkeys.MOST:
            options = passkeys.begin_registering(request.session, user, form.cleaned_data["name"])
            return render(request, "kit/passkey_make.html", {"options": options})
        form.add_error(None, _("一个账号最多 %(most)s 个通行密钥。") % {"most": passkeys.MOST})
    status = 422 if request.method == "POST" else 200
    return render(request, "kit/passkey_new.html", {"form": form}, status=status)


def _keep_passkey(request: HttpRequest, user: User) -> HttpResponse:
    address = address_of(request)
    try:
        codes = passkeys.register(request.session, user, request.POST["credential"], address)
    except passkeys.NotGiven as refused:
        messages.error(request, str(refused))
        return go(request, "passkey-new")
    request.session[FACTOR] = PASSKEY
    end_sessions(user=user, keep=str(request.session.session_key), address=address)
    if codes:
        return render(request, "kit/recovery_codes.html", {"codes": codes, "passkey": True})
    messages.success(request, _("通行密钥已添加，其他设备上的登录已全部结束。"))
    return go(request, "account")


def proved(request: HttpRequest, user: User, form: ProofForm) -> bool:
    """The code that a form with a right password carries fits; a wrong one is counted and told."""
    if not form.asks_code:
        return True
    if factors.guesses(user) < factors.HOURLY_CODES and factors.passes(user, form.cleaned_data["code"]):
        return True
    record("accounts.factor_refused", actor=user, address=address_of(request))
    form.add_error("code", _("验证码不对或已用过。"))
    return False


def _passkey(request: HttpRequest, pk: int) -> Authenticator:
    return get_object_or_404(Authenticator, pk=pk, user=user_of(request), type=Authenticator.Type.WEBAUTHN)


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for an own passkey."""
    kept = _passkey(request, pk)
    form = PasskeyNameForm(request.POST or None, initial={"name": kept.data["name"]})
    if request.method == "POST" and form.is_valid():
        passkeys.rename(kept, form.cleaned_data["name"], address_of(request))
        messages.success(request, _("名称已更改。"))
        return go(request, "account")
    status = 422 if request.method == "POST" else 200
    return render(request, "kit/passkey_name.html", {"form": form}, status=status)


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an own passkey; password and code are asked, a recovery code where there is no app."""
    kept, user = _passkey(request, pk), user_of(request)
    form = ProofForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and proved(request, user, form):
        passkeys.remove(kept, address_of(request))
        if not factors.has_factor(user):
            request.session.pop(FACTOR, None)
        messages.success(request, _("通行密钥已删除。"))
        return go(request, "account")
    context = {"form": form, "passkey": kept.data["name"]}
    return render(
        request, "kit/passkey_remove.html", context, status=422 if request.method == "POST" else 200
    )
