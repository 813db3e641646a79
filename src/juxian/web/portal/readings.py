"""Who has read the own data (谁查看过我的信息): the law gives everybody the right to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import readings_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.dossier import names_of
from juxian.web.kit.scope import current_scope
from juxian.web.portal.own import own_record

SHOWN = 100
WORDS: dict[str, str | Promise] = {
    "persons.value_revealed": _("查看完整号码"),
    "persons.record_opened": _("打开人才档案"),
    "persons.searched_by_number": _("按证件号码查找"),
    "persons.listed": _("列入导出的名单"),
    "exchange.read": _("由其他系统读取"),
    "services.value_revealed": _("查看办件中的完整内容"),
    "files.read": _("查看材料"),
    "services.case_opened": _("打开办件"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """who: post and organisation, not the name of the clerk; the office tells it on request."""

    at: datetime
    what: str | Promise
    post: str
    organisation: str
    reason: str


@for_roles(Role.PERSON)
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """The last hundred readings of the own record, the newest first; two queries however many there are."""
    scope = current_scope(request)
    person = own_record(request)
    found = list(readings_of(person)[:SHOWN]) if person else []
    codes = {entry.acting_as.partition("@")[2] for entry in found}
    names = names_of(codes, scope.language) if codes else {}
    context = {"readings": [_reading(entry, names) for entry in found], "contact": scope.pack.contact}
    return render(request, "portal/readings.html", context)


def _reading(entry: AuditEntry, names: dict[str, str]) -> Reading:
    role, _at, code = entry.acting_as.partition("@")
    post = str(Role(role).label) if role in Role.values else role  # of another system: the name of its token
    return Reading(entry.at, WORDS[entry.action], post, names.get(code, code), entry.reason)
