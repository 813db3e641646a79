"""Where posts without a desk of their own begin: what they can do today, and what is done elsewhere (我的岗位)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.queries import account_proposals_visible_to, proposals_visible_to
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.navigation import work_groups
from juxian.web.kit.scope import current_scope


@dataclass(frozen=True, slots=True)
class Duty:
    """task: what the post answers for. elsewhere: what belongs to it and no page does."""

    task: str | Promise
    elsewhere: tuple[str | Promise, ...] = ()


DUTIES: dict[Role, Duty] = {
    Role.REVIEWER: Duty(
        _("对人才和项目独立评审、打分，应回避的主动回避。"),
        (_("分派评审、打分和声明回避：本系统还没有评审页面"),),
    ),
    Role.SYSTEM_ADMIN: Duty(
        _("停用账号，申请开通账号和授予岗位，出具首次登录码，管理系统对接；不办理业务，不查阅审计记录。"),
        (_("安装和升级地方包：在服务器上用命令 juxian pack load"),),
    ),
    Role.SECURITY_ADMIN: Duty(
        _("核准或驳回系统管理员提出的账号和岗位申请，确认或撤销停用；自己不提出申请，不办理业务。"),
        (_("密码、锁定和两步验证的要求：由服务器的设置决定"),),
    ),
    Role.AUDITOR: Duty(
        _("查阅谁在何时做了什么、看了什么；只读，不改动任何记录。"),
    ),
}


ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def _waiting(request: HttpRequest) -> list[tuple[str, int, str]]:
    """Requests that nobody has decided: what they are about, how many, where."""
    user = user_of(request)
    asked = (
        (gettext("账号申请"), account_proposals_visible_to(user), "desk:accounts-asked"),
        (gettext("岗位授予申请"), proposals_visible_to(user), "desk:posts"),
    )
    counted = [(title, rows.filter(granted=None).count(), reverse(view)) for title, rows, view in asked]
    return [row for row in counted if row[1]]


@for_roles(*DUTIES)
@require_safe
def post(request: HttpRequest) -> HttpResponse:
    """The acting post with links to everything it may open."""
    scope = current_scope(request)
    here = request.path
    links = [
        link
        for _title, group in work_groups(scope.role, here, request.user)
        for link in group
        if link.href != here
    ]
    context = {
        "post": scope.post,
        "duty": DUTIES[Role(scope.role)],
        "links": links,
        "waiting": _waiting(request) if scope.role in ADMINISTRATORS else [],
        "decides": scope.role == Role.SECURITY_ADMIN,
    }
    return render(request, "desk/post.html", context)
