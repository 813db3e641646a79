"""The first password of an account, or a new one after it was forgotten: by a one-time code (首次登录码)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.actions import CodeGone, set_first_password
from juxian.apps.accounts.models import User
from juxian.apps.accounts.queries import code_given
from juxian.web.kit.access import public
from juxian.web.kit.forms import WRONG_CODE, FirstPasswordForm
from juxian.web.kit.origin import address_of
from juxian.web.kit.responses import go
from juxian.web.kit.sessions import HELD_OFF, held_off


class FirstCodes(BaseBackend):
    """Knows the owner of an account by a one-time code. Nobody is signed in by it: it lets a password be set.

    A backend, so that a wrong code is counted, locked and noted like a wrong password of the same name.
    """

    def authenticate(self, request: HttpRequest | None, username: str, secret: str) -> User | None:  # type: ignore[override]  # other credentials are another backend's
        kept = code_given(username, secret)
        return kept.user if kept else None


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    """Account, one-time code and the new password in one form; the sign-in follows, with a second factor as ever."""
    form = FirstPasswordForm(request, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form, 200)
    if held_off(request):
        return _page(request, FirstPasswordForm(request), 429, HELD_OFF)
    if form.is_valid() and form.user is not None:
        try:
            set_first_password(
                code=form.user.first_code,
                password=form.cleaned_data["new_password1"],
                address=address_of(request),
            )
        except CodeGone:
            form.add_error(None, WRONG_CODE)
        else:
            messages.success(request, _("密码已设置，请用新密码登录。"))
            return go(request, "sign-in")
    return _page(request, form, 422)


def _page(request: HttpRequest, form: FirstPasswordForm, status: int, refused: object = "") -> HttpResponse:
    return render(request, "kit/first_password.html", {"form": form, "refused": refused}, status=status)
