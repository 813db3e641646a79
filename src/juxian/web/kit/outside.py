"""Signing in through another system, and binding an own account to it (统一身份认证登录与绑定)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.actions import AlreadyBound, bind_outside, unbind_outside
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.queries import bound_to, outside_of
from juxian.apps.audit.actions import record
from juxian.web.kit import oidc
from juxian.web.kit.access import for_roles, public, user_of
from juxian.web.kit.forms import ProofForm
from juxian.web.kit.origin import address_of
from juxian.web.kit.own_account import proved
from juxian.web.kit.responses import go
from juxian.web.kit.views import asked_next, begin

logger = logging.getLogger(__name__)


@public
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Off to the other system."""
    if not oidc.offered():
        raise Http404
    try:
        address = oidc.way_out(request.session, {"next": asked_next(request.GET.get("next", ""))})
    except oidc.NotGiven as refused:
        return _refused(request, refused)
    return HttpResponseRedirect(address)


@public
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From the other system: sign in the account that was bound to who came back, or bind the one that is signed in."""
    if not oidc.offered():
        raise Http404
    try:
        answer = oidc.way_back(request.session, {name: str(value) for name, value in request.GET.items()})
    except oidc.NotGiven as refused:
        return _refused(request, refused)
    if "bind" in answer.data:
        return _bound(request, answer)
    user = bound_to(answer.issuer, answer.subject)
    if user is None:
        record("accounts.sign_in_refused", address=address_of(request), detail={"factor": "oidc"})
        messages.error(request, _("没有账号与这个身份绑定。请先用密码登录，再到“账号与安全”里绑定。"))
        return go(request, "sign-in")
    return begin(request, user, answer.data["next"], "oidc")


def _bound(request: HttpRequest, answer: oidc.Answer) -> HttpResponse:
    if not request.user.is_authenticated or request.user.pk != answer.data["bind"]:
        return _refused(request, oidc.NotGiven("somebody else is signed in"))
    user = user_of(request)
    try:
        bind_outside(
            user=user, issuer=answer.issuer, subject=answer.subject, by=user, address=address_of(request)
        )
    except AlreadyBound:
        messages.error(request, _("这个身份已与另一个账号绑定，或本账号已绑定另一个身份。"))
    else:
        messages.success(request, _("绑定成功。"))
    return go(request, "account")


def _refused(request: HttpRequest, refused: oidc.NotGiven) -> HttpResponse:
    logger.warning("sign-in through the other system: %s", refused.why)
    record("accounts.sign_in_refused", address=address_of(request), detail={"factor": "oidc"})
    messages.error(request, str(refused))
    return go(request, "account" if request.user.is_authenticated else "sign-in")


@for_roles(*Role, before_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def bind(request: HttpRequest) -> HttpResponse:
    """Bind the own account, or end the binding; password and code are asked before either."""
    if not oidc.offered():
        raise Http404
    user = user_of(request)
    kept = outside_of(user, settings.JUXIAN_OIDC_ISSUER)
    form = ProofForm(request, request.POST or None)
    context = {"form": form, "bound": kept is not None, "outside": settings.JUXIAN_OIDC_NAME}
    if request.method == "POST" and form.is_valid() and proved(request, user, form):
        if kept is not None:
            unbind_outside(kept=kept, by=user, address=address_of(request))
            messages.success(request, _("绑定已解除。"))
            return go(request, "account")
        try:
            # a page with a link: the policy of pages lets no form lead to another site
            context["address"] = oidc.way_out(request.session, {"bind": user.pk})
        except oidc.NotGiven as refused:
            return _refused(request, refused)
        return render(request, "kit/outside_go.html", context)
    return render(request, "kit/outside.html", context, status=422 if request.method == "POST" else 200)
