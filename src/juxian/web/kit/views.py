"""Sign-in, sign-out, appearance, place and health (登录、外观、切换)."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.actions import move_session
from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.packs.queries import installed
from juxian.web.kit import factors, formats, navigation, oidc, passkeys
from juxian.web.kit.access import public
from juxian.web.kit.forms import CodeForm, SignInForm
from juxian.web.kit.middleware import THEME_COOKIE, THEMES, remember
from juxian.web.kit.onward import onward
from juxian.web.kit.origin import address_of
from juxian.web.kit.queries import demo_accounts, demo_user_like
from juxian.web.kit.responses import HttpResponseSeeOther, go
from juxian.web.kit.scope import PLACE_COOKIE, POST_SESSION_KEY, current_scope, posts_of
from juxian.web.kit.sessions import FACTOR, HELD_OFF, held_off

AWAITED = "awaited"  # in the session: whose password was right, while the code is asked
CODE_SECONDS, CODE_TRIES = 600, 5
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    template_name = "kit/sign_in.html"
    authentication_form = SignInForm
    http_method_names = ["get", "head", "post", "options"]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        outside = settings.JUXIAN_OIDC_NAME if oidc.offered() else ""
        places = demo_accounts(formats.language()) if settings.JUXIAN_DEMO else []
        found = super().get_context_data(
            places=places, passkeys=passkeys.offered(), outside=outside, **kwargs
        )
        return found | {"onward": onward(str(found["next"]))}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if held_off(request):
            form = self.get_form()
            form.add_error(None, HELD_OFF)
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return begin(self.request, form.get_user(), self.get_success_url(), "")

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def begin(request: HttpRequest, user: User, onward: str, way: str) -> HttpResponse:
    """Whoever proved a password, or an identity of another system (``way``), goes on: to the second step where there is one."""
    if factors.has_factor(user):
        request.session.flush()
        request.session[AWAITED] = {
            "user": user.pk,
            "password": user.get_session_auth_hash(),
            "next": onward,
            "since": int(now().timestamp()),
            "tries": 0,
        }
        return HttpResponseRedirect(reverse("sign-in-code"))
    request.session.flush()
    login(request, user, backend=MODEL_BACKEND)
    note_sign_in(request, user, way)
    return HttpResponseRedirect(onward)


def note_sign_in(request: HttpRequest, user: User, factor: str) -> None:
    posts = posts_of(user)
    record(
        "accounts.signed_in",
        actor=user,
        organisation_path=posts[0].organisation.path if posts else "",
        acting_as=str(posts[0]) if posts else "",
        address=address_of(request),
        detail={"factor": factor} if factor else {},
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """After the password: a code, for ten minutes and five tries; then the password is asked again."""
    awaited: dict[str, Any] = request.session.get(AWAITED) or {}
    user = _awaited_user(awaited) if awaited else None
    if user is None:
        request.session.pop(AWAITED, None)
        return redirect("sign-in")
    by_passkey = request.method == "POST" and "credential" in request.POST
    form = CodeForm(None if by_passkey else request.POST or None)
    refused = ""
    if request.method == "POST" and (by_passkey or form.is_valid()):
        try:
            kind = _factor_given(request, user, form, by_passkey=by_passkey)
        except passkeys.NotGiven as wrong:
            kind, refused = "", str(wrong)
        if kind:
            login(request, user, backend=MODEL_BACKEND)
            request.session[FACTOR] = kind
            request.session.pop(AWAITED, None)
            note_sign_in(request, user, kind)
            return HttpResponseRedirect(awaited["next"])
        record("accounts.factor_refused", actor=user, address=address_of(request))
        request.session[AWAITED] = awaited | {"tries": awaited["tries"] + 1}
        if not by_passkey:
            form.add_error("code", _("验证码不对或已用过。"))
    has_passkey = passkeys.offered() and passkeys.of_user(user)
    context = {
        "form": form,
        "refused": refused,
        "has_app": factors.has_app(user),
        "options": passkeys.begin_asking(request.session, user) if has_passkey else "",
    }
    return render(request, "kit/sign_in_code.html", context, status=422 if request.method == "POST" else 200)


def _factor_given(request: HttpRequest, user: User, form: CodeForm, *, by_passkey: bool) -> str:
    """The kind of factor that was given; empty for a wrong code. Raises ``passkeys.NotGiven``."""
    if not by_passkey:
        return factors.passes(user, form.cleaned_data["code"])
    passkeys.given_for(request.session, user, request.POST["credential"])
    return "passkey"


@public
@require_POST
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """Without a password: the question first, as JSON; then what the browser made of it."""
    if not passkeys.offered():
        raise Http404
    if "credential" not in request.POST:
        return JsonResponse({"options": json.loads(passkeys.begin_asking(request.session, None))})
    try:
        user = passkeys.given_by(request.session, request.POST["credential"])
    except passkeys.NotGiven as refused:
        record("accounts.sign_in_refused", address=address_of(request), detail={"factor": "passkey"})
        messages.error(request, str(refused))
        return go(request, "sign-in")
    request.session.flush()
    login(request, user, backend=MODEL_BACKEND)
    request.session[FACTOR] = "passkey"
    note_sign_in(request, user, "passkey")
    return HttpResponseSeeOther(_next(request))


def _awaited_user(awaited: dict[str, Any]) -> User | None:
    """The user whose password was right a moment ago; None when too late, tried too often, or changed since."""
    late = now().timestamp() - awaited["since"] > CODE_SECONDS
    if late or awaited["tries"] >= CODE_TRIES:
        return None
    user = User.objects.filter(pk=awaited["user"], is_active=True).first()
    if user is None or factors.guesses(user) >= factors.HOURLY_CODES:
        return None
    return user if user.get_session_auth_hash() == awaited["password"] else None


sign_in = public(SignIn.as_view())
sign_out = public(LogoutView.as_view())


@public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first page of whoever is signed in."""
    if not request.user.is_authenticated:
        return redirect("portal:home")
    return redirect(navigation.start_of(current_scope(request).role))


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        remember(response, THEME_COOKIE, chosen)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@public
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """A visitor looks at another place: the same page of that place, or its policies where it lacks the page."""
    chosen = request.POST.get("place", "")
    if chosen not in {pack.code for pack in installed()}:
        return _back(request)
    response = HttpResponseSeeOther(_elsewhere(_next(request), chosen))
    remember(response, PLACE_COOKIE, chosen)
    return response


@public
@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """A user with several posts acts in another one."""
    if not isinstance(request.user, User):
        raise Http404
    chosen = next((item for item in posts_of(request.user) if str(item.pk) == request.POST.get("post")), None)
    if chosen is None:
        raise Http404
    before = str(request.session.session_key)
    request.session.cycle_key()
    move_session(before=before, after=str(request.session.session_key))
    request.session[POST_SESSION_KEY] = chosen.pk
    return go(request, navigation.start_of(chosen.role))


@public
@require_POST
def demo_sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """One click signs in to a sample account, acting in the post that was named; this exists in a demonstration only."""
    if not settings.JUXIAN_DEMO:
        raise Http404
    user = get_object_or_404(User, username=username, is_demo=True, is_active=True)
    chosen = next((item for item in posts_of(user) if str(item.pk) == request.POST.get("post")), None)
    request.session.flush()
    login(request, user, backend=MODEL_BACKEND)
    if chosen is not None:
        request.session[POST_SESSION_KEY] = chosen.pk
    return go(request, _next(request))


@public
@require_POST
def demo_switch(request: HttpRequest) -> HttpResponse:
    """The same role in another place; this exists in a demonstration only."""
    if not settings.JUXIAN_DEMO or not isinstance(request.user, User) or not request.user.is_demo:
        raise Http404
    user = demo_user_like(current_scope(request).role, request.POST.get("place", ""))
    if user is None:
        raise Http404
    request.session.flush()
    login(request, user, backend=MODEL_BACKEND)
    return go(request, "start")


@public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """For load balancers: the process answers and the database can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


LEAST_FREE_BYTES = 200 * 1024 * 1024


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """For load balancers and monitoring: database migrated, room on the disk; 503 with what is missing."""
    missing = []
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        missing.append("migrations")
    if shutil.disk_usage(settings.JUXIAN_HOME).free < LEAST_FREE_BYTES:
        missing.append("disk")
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


@public
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness (RFC 9116); there is none until the site has set a contact."""
    if not settings.JUXIAN_SECURITY_CONTACT:
        raise Http404
    lines = (
        f"Contact: {settings.JUXIAN_SECURITY_CONTACT}",
        f"Expires: {today() + timedelta(days=180)}T00:00:00Z",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.JUXIAN_PUBLIC_ADDRESS.rstrip('/')}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the form of the frame stood on."""
    return HttpResponseSeeOther(_next(request))


def _next(request: HttpRequest) -> str:
    """The page that a form of the frame stood on, as an address of this site; the start for anything else."""
    return asked_next(request.POST.get("next", ""))


def asked_next(target: str) -> str:
    """``target`` where it is an address of this site, else the start."""
    local = target.startswith("/") and not target.startswith("//")
    safe = local and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else reverse("start")


def _elsewhere(address: str, pack: str) -> str:
    """The address of the same page in another place; pages of one policy lead to the policies there."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return address
    if "pack" not in match.kwargs:
        return address
    view = "portal:policies" if len(match.kwargs) > 1 else match.view_name
    return reverse(view, args=[pack])
