"""Pages for what went wrong (出错页): what happened, and what to do now; never a traceback."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template import Context
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.web.kit import trouble
from juxian.web.kit.scope import NothingInstalled

PAGES: dict[int, tuple[str | Promise, str | Promise]] = {
    400: (_("这个请求无法识别"), _("地址或提交的内容不完整。请返回上一页重试。")),
    403: (_("没有权限打开这个页面"), _("您的岗位不包含这项权限。如有需要，请联系系统管理员或切换岗位。")),
    404: (_("没有找到这个页面"), _("地址可能有误，内容可能已撤下，或不在您的授权范围内。")),
    405: (_("这个地址不能这样打开"), _("请从页面上的按钮或链接进入。")),
    409: (_("这份表单已经提交过"), _("请回到首页或列表查看结果。")),
    413: (_("提交的内容太大"), _("请减小文件或分批提交后重试。")),
    422: (_("有内容需要修改"), _("请返回表单，按提示修改后重新提交。")),
    429: (_("操作太频繁"), _("请稍候片刻再试。")),
    500: (
        _("系统出错了"),
        _("这是系统的问题，不是您的操作有误。请稍后重试；如仍不成功，请把下面的编号告诉管理员。"),
    ),
    503: (_("系统正忙"), _("您的操作没有保存。查询可以继续，请稍后再提交一次。")),
    507: (_("存储空间已满"), _("您的操作没有保存。查询可以继续，请联系管理员清理空间。")),
}
MACHINES = "/api/"  # addresses that systems ask; what went wrong is told as JSON there
CODES = {
    400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 422: "invalid", 429: "too_many", 500: "server_error", 503: "unavailable", 507: "storage_full",
}  # fmt: skip


def told(
    status: int, message: object, code: str = "", problems: Sequence[Mapping[str, Any]] = ()
) -> JsonResponse:
    """What went wrong, as systems read it: the only shape of an error of the API.

    problems: each with ``at`` (place in what was sent), ``code`` and ``message``.
    """
    error = {
        "code": code or CODES.get(status, "refused"),
        "message": str(message),
        "problems": list(problems),
    }
    return JsonResponse({"error": error}, status=status)


def page(
    request: HttpRequest, status: int, reason: object = "", retry_after: int | None = None
) -> HttpResponse:
    """The page of one status. It needs no database, so that it can be shown when there is none."""
    title, advice = PAGES[status]
    if request.path_info.startswith(MACHINES):
        answer = told(status, reason or title)
        if retry_after:
            answer["Retry-After"] = str(retry_after)
        return answer
    context = {
        "status": status,
        "title": title,
        "advice": advice,
        "reason": str(reason),
        "number": secrets.token_hex(4) if status == 500 else "",
        "theme": getattr(request, "theme", ""),
        "request": request,
    }
    template = get_template("kit/error.html").template  # type: ignore[attr-defined]  # of Django's own engine: no context processors
    response = HttpResponse(template.render(Context(context)), status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return page(request, 413)
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, exception if isinstance(exception, PermissionDenied) else "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def not_allowed(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """The page of a method that an address does not know; the methods that it knows stay in the header."""
    response = page(request, 405)
    response["Allow"] = refused["Allow"]
    return response


def too_large(request: HttpRequest, reason: object = "") -> HttpResponse:
    return page(request, 413, reason)


def unprocessable(request: HttpRequest, reason: object = "") -> HttpResponse:
    return page(request, 422, reason)


def too_many(request: HttpRequest, reason: object = "") -> HttpResponse:
    return page(request, 429, reason, retry_after=60)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Trouble of the store that came up outside of any view (session, user, end of a transaction) is told as such."""
    return of_storage(request, sys.exc_info()[1]) or page(request, 500)


def of_storage(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """503 or 507 when that is what the exception says, else None."""
    status = trouble.status_of(exception)
    if status is None:
        return None
    logging.getLogger("juxian.storage").error("%s: %s", int(status), exception)
    return storage_full(request) if status == HTTPStatus.INSUFFICIENT_STORAGE else unavailable(request)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 503, exception if isinstance(exception, NothingInstalled) else "", retry_after=5)


def storage_full(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 507)


def csrf_failed(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    return page(request, 403, _("页面已过期。请刷新页面后再提交一次。"))
