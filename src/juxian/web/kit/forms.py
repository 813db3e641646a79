"""The sign-in form (登录表单)."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.utils.translation import gettext_lazy as _

LONGEST_PASSWORD = 128


class SignInForm(AuthenticationForm):
    """Names are compared after NFKC, trimming, case folding; an overlong password is never hashed."""

    username = UsernameField(label=_("账号"), max_length=150)
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        return self.cleaned_data["username"].strip().casefold()
