"""Forms of signing in and of the own account (登录与账号表单)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import LONGEST_PASSWORD, PASSWORD_HELP
from juxian.web.kit import factors, passkeys
from juxian.web.kit.access import user_of

LONGEST_CODE = 32


def _password(label: Any, complete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, strip=False, max_length=LONGEST_PASSWORD, widget=widget, **options)


def _code(**options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    return forms.CharField(label=_("验证码"), max_length=LONGEST_CODE, widget=widget, **options)


class SignInForm(AuthenticationForm):
    """Names are compared after NFKC, trimming, case folding; an overlong password is never hashed."""

    username = UsernameField(label=_("账号"), max_length=150)
    password = _password(_("密码"), "current-password")

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().casefold()


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = _code(help_text=_("验证器应用上的 6 位数字，或一个恢复码"))


class PasswordForm(forms.Form):
    """The password is asked again before something of the account changes, or money or data leave.

    A wrong one counts as at sign-in: after five of them the name is locked, here and there.
    """

    password = _password(_("当前密码"), "current-password")

    def __init__(self, request: HttpRequest, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.request = request

    def clean_password(self) -> str:
        return _own_password(self.request, self.cleaned_data["password"])


class NewPasswordForm(PasswordChangeForm):
    old_password = _password(_("当前密码"), "current-password")
    new_password1 = _password(_("新密码"), "new-password", help_text=PASSWORD_HELP)
    new_password2 = _password(_("再输一次新密码"), "new-password")

    def __init__(self, request: HttpRequest, *args: Any, **values: Any) -> None:
        super().__init__(user_of(request), *args, **values)
        self.request = request

    def clean_old_password(self) -> str:
        return _own_password(self.request, self.cleaned_data["old_password"])


class FirstPasswordForm(forms.Form):
    """The owner of an account sets a password by a one-time code; a wrong one counts as a wrong password of the name."""

    username = UsernameField(label=_("账号"), max_length=150)
    code = forms.CharField(
        label=_("首次登录码"),
        max_length=LONGEST_CODE,
        help_text=_("系统管理员当面交给您的 12 位字母和数字，只能用一次"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    new_password1 = _password(_("新密码"), "new-password", help_text=PASSWORD_HELP)
    new_password2 = _password(_("再输一次新密码"), "new-password")

    def __init__(self, request: HttpRequest, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.request = request
        self.user: User | None = None

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().casefold()

    def clean_new_password1(self) -> str:
        """What can be said without knowing whose password it is, before a try is counted."""
        validate_password(self.cleaned_data["new_password1"])
        return self.cleaned_data["new_password1"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and found["new_password1"] != found["new_password2"]:
            self.add_error("new_password2", _("两次输入的密码不同。"))
        if not self.errors:
            self.user = authenticate(self.request, username=found["username"], secret=found["code"])
            if self.user is None:
                raise ValidationError(WRONG_CODE, code="wrong")
            try:
                validate_password(found["new_password1"], self.user)
            except ValidationError as weak:
                self.add_error("new_password1", weak)
        return found


WRONG_CODE = _("账号或首次登录码不对，或已用过、已过期。")


def _own_password(request: HttpRequest, password: str) -> str:
    """The password when it is that of the signed-in user; ``authenticate`` counts the others and knows of locks."""
    found = authenticate(request, username=request.user.get_username(), password=password)
    if found is None or found.pk != request.user.pk:
        raise ValidationError(_("密码不对。"))
    return password


class ProofForm(PasswordForm):
    """Password, and a code of the own factor where there is one, before a factor is added or taken away."""

    code = _code(help_text=_("验证器应用上的 6 位数字，或一个恢复码"), required=False)

    def __init__(self, request: HttpRequest, *args: Any, **values: Any) -> None:
        super().__init__(request, *args, **values)
        self.asks_code = factors.has_factor(user_of(request))
        if self.asks_code:
            self.fields["code"].required = True
        else:
            del self.fields["code"]


class PasskeyNameForm(forms.Form):
    """What the owner calls a passkey (通行密钥名称)."""

    name = forms.CharField(
        label=_("名称"), max_length=passkeys.LONGEST_NAME, help_text=_("例如：办公室电脑、我的手机")
    )


class NewPasskeyForm(PasskeyNameForm, ProofForm):
    """A name and the proof, before the browser is asked to make a passkey."""

    field_order = ["name", "password", "code"]


class FactorForm(PasswordForm):
    """The first code of a new app, so that nobody locks themselves out."""

    code = _code(help_text=_("验证器应用上显示的 6 位数字"))

    def __init__(self, request: HttpRequest, secret: str, *args: Any, **values: Any) -> None:
        super().__init__(request, *args, **values)
        self.secret = secret

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not factors.fits(self.secret, code):
            raise ValidationError(_("验证码不对或已过期，请输入应用上现在显示的数字。"))
        return code
