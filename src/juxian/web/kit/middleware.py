"""Headers of every answer, and how a page looks (响应头与外观)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers

from juxian.web.kit import errors
from juxian.web.kit.scope import PLACE_COOKIE, NothingInstalled

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600
NONCE_BYTES = 18
LONGEST_PLACE = 64  # of a pack's code; a longer cookie would only burden every request that follows
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
Respond = Callable[[HttpRequest], HttpResponseBase]


class SecurityHeaders:
    """The headers of security baseline 3; a view that set a stricter policy of its own keeps it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = request.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)  # type: ignore[attr-defined]  # for templates
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class NoZeroBytes:
    """An address or a cookie with a zero byte is no request of a browser, and no text that PostgreSQL takes: 400."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = (request.path_info, *request.COOKIES.values())
        if "%00" in request.META.get("QUERY_STRING", "") or any("\0" in text for text in given):
            return errors.bad_request(request)
        return self.get_response(request)


class Appearance:
    """Theme and place from cookies; pages behind sign-in or a token are not stored; a full or locked store is told."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        theme = request.COOKIES.get(THEME_COOKIE, "")
        request.theme = theme if theme in THEMES else ""  # type: ignore[attr-defined]  # for templates
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            response = errors.not_allowed(request, response)
        patch_vary_headers(response, ["HX-Request", "Cookie"])
        if request.user.is_authenticated or request.path_info.startswith(errors.MACHINES):
            response.headers.setdefault("Cache-Control", "no-store")
        chosen = _place_of(request)
        if response.status_code == HTTPStatus.OK and chosen and request.COOKIES.get(PLACE_COOKIE) != chosen:
            remember(response, PLACE_COOKIE, chosen)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A locked or missing database, or a full disk, is a clear 503 or 507; anything else is left to Django."""
        if isinstance(exception, NothingInstalled):
            return errors.unavailable(request, exception)
        return errors.of_storage(request, exception)


def _place_of(request: HttpRequest) -> str:
    """The place that the address names: ``/p/<pack>/…`` or ``?place=<pack>``; empty for none."""
    match = request.resolver_match
    chosen = (match.kwargs.get("pack") if match else None) or request.GET.get(PLACE_COOKIE, "")
    fits = len(chosen) <= LONGEST_PLACE and chosen.isascii() and chosen.replace("-", "").isalnum()
    return chosen if fits else ""


def remember(response: HttpResponseBase, name: str, value: str) -> None:
    """Keep a choice of appearance for a year; it holds no personal data."""
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
