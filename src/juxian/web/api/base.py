"""What every router of the API stands on (接口基础): tokens, limits, errors, addresses.

A router is a ``ninja.Router`` whose operations carry ``auth=needs(Scope.…)``; ``urls.py`` adds it. In an operation ``caller(request)``
is who asks: the token, its jurisdiction and pack. ``Refusal`` is how an operation says no.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

import juxian
from juxian.apps.audit.registry import acts_as
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.queries import pack_of
from juxian.apps.tokens.actions import Spent, count_request, token_of
from juxian.apps.tokens.enums import Scope
from juxian.apps.tokens.models import ApiToken
from juxian.core.packs.schema import Pack
from juxian.web.kit import errors

TOKEN = frozenset({"token"})  # no post of a user opens these addresses, tokens alone do
PREFIX = f"{errors.MACHINES}v1/"


class Refusal(Exception):
    """An operation says no: a 4xx status, a message for people, problems with their places."""

    def __init__(self, status: int, message: object, problems: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(str(message))
        self.status, self.message, self.problems = status, message, problems


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token of one jurisdiction."""

    token: ApiToken
    organisation: Organisation
    pack: Pack


def caller(request: HttpRequest) -> Caller:
    """Who asks, in an operation that carries ``auth=needs(…)``."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja
    return Caller(token, token.organisation, pack_of(token.organisation))


class Needs(HttpBearer):
    """``Authorization: Bearer jx_…`` with a token that holds the scope; one request of its minute is used."""

    openapi_name = "token"

    def __init__(self, scope: Scope, *, files: bool = False) -> None:
        super().__init__()
        self.scope, self.files = scope, files

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_of(token)
        if found is None:
            return None
        acts_as.set(f"API · {found.name}"[:128])
        if self.scope not in found.scopes:
            raise Refusal(403, _("这个令牌没有“%(scope)s”权限。") % {"scope": self.scope.label})
        spend(count_request, found)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if self.files:
            most += settings.JUXIAN_UPLOAD_LIMIT_BYTES
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise Refusal(413, errors.PAGES[413][0])
        return found


def needs(scope: Scope, *, files: bool = False) -> Needs:
    """files: the body may hold one file of the largest size that is taken."""
    return Needs(scope, files=files)


def spend(count: Any, *amount: Any) -> None:
    """Count against a limit of the token; a used up limit is 429."""
    try:
        count(*amount)
    except Spent as spent:
        words = {
            "requests": _("每分钟最多 %(allowed)s 次请求。"),
            "persons": _("每天最多计算 %(allowed)s 人。"),
        }[spent.limit]
        raise Refusal(429, words % {"allowed": spent.allowed}) from spent


class StrictJson(Parser):
    """One JSON document in UTF-8: no key twice, no NaN; anything else is 400."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            request.body.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_number
        )
        return found


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is written twice")
        found[key] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


api = NinjaAPI(
    title="Juxian",
    version=juxian.__version__,
    description="Policies, entitlements with reasons, and what other parts add. Every call carries a token of one jurisdiction.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=StrictJson(),
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    answer = errors.told(refusal.status, refusal.message, problems=refusal.problems)
    if refusal.status == 429:
        answer["Retry-After"] = "60"
    return answer


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [
        {"at": _place(item["loc"]), "code": str(item["type"]), "message": str(item["msg"])}
        for item in error.errors[:100]
    ]
    return errors.told(422, _("提交的内容有误，见 problems。"), problems=problems)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = errors.told(401, _("请在 Authorization 中提供有效的令牌：Bearer jx_…"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    message = _("正文不是有效的 JSON。") if error.status_code == 400 else str(error)
    return errors.told(error.status_code, message)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return errors.told(404, errors.PAGES[404][0])


def _place(parts: Iterable[str | int]) -> str:
    """``people[0].id`` for the parts of a place in the body; the name of the parameter itself is left out."""
    words = [part for part in parts if part not in ("body", "data", "query", "path")]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in words).removeprefix(".")


def addresses() -> list[URLPattern]:
    """The addresses of all routers that were added, each once; each declares that no post of a user opens it."""
    patterns = [item for item in api.urls[0] if isinstance(item, URLPattern) and item.name != "api-root"]
    found: dict[str, URLPattern] = {}
    for item in patterns:
        item.callback.open_to = TOKEN  # type: ignore[attr-defined]  # as ``for_roles`` sets it
        found.setdefault(str(item.pattern), item)  # one for each method, with one view behind all of a path
    return list(found.values())
