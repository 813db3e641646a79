"""What was done and read, and by whom (审计记录): the auditor reads everything of the own place, changes nothing."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.audit.models import AuditEntry, IntegrityCheck
from juxian.apps.audit.queries import last_check
from juxian.apps.clock import SHANGHAI
from juxian.web.desk.audit_words import ACTIONS
from juxian.web.desk.forms import day_field, text_field
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.cells import as_text
from juxian.web.kit.origin import address_of
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks, sought

PAGE_SIZE = 50
LONGEST_VALUE = 40
LARGEST_ID = 2**63 - 1


class AuditFilters(forms.Form):
    """action: a key of ``ACTIONS``. actor: an account or part of a name. day: in Asia/Shanghai."""

    action = forms.ChoiceField(label=_("动作"), choices=list(ACTIONS.items()), required=False)
    actor = text_field(_("操作人"), 60, required=False)
    day = day_field(_("日期"), required=False)
    before = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in words. detail: (key, value cut to what a line holds)."""

    number: int
    at: datetime
    action: str | Promise
    code: str
    actor: str
    post: str
    subject: str
    reason: str
    detail: list[tuple[str, str]]
    address: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page, the newest entry first. newer, older: numbers that the pages beside it begin from, 0 for none."""

    rows: list[EntryRow]
    newer: int = 0
    older: int = 0


@for_roles(Role.AUDITOR)
@require_safe
@seeks
def audit(request: HttpRequest) -> HttpResponse:
    """Entries about the post's organisation and those below it; a filter that cannot be read is told with 422."""
    form = AuditFilters(sought(request))
    right = form.is_valid()
    page = entry_page(current_scope(request).organisation.path, form.cleaned_data) if right else EntryPage([])
    chosen = any(form.data.get(name) for name in ("action", "actor", "day"))
    context = {"form": form, "page": page, "actions": list(ACTIONS.items()), "chosen": chosen}
    context["check"], context["wrong"] = _last_check()
    return render_part(request, "desk/audit.html#list", context, status=200 if right else 422)


def _last_check() -> tuple[IntegrityCheck | None, list[tuple[str, int]]]:
    """The newest search of the data, and the checks that found something; counts alone, since it looks at every place."""
    check = last_check()
    return check, [(name, count) for name, count in check.findings.items() if count] if check else []


EXPORTED_AT_MOST = 20_000


class ExportForm(AuditFilters):
    """The filters of the page, and why the entries are taken out."""

    reason = text_field(_("导出理由"), 200, help_text=_("写入审计记录"))


@for_roles(Role.AUDITOR)
@require_POST
def audit_export(request: HttpRequest) -> HttpResponse:
    """The entries of the filters as CSV, the newest first; the export is an entry itself, with count and digest."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return errors.unprocessable(request, _("请写明导出理由，并检查筛选条件。"))
    scope = current_scope(request)
    wanted = {name: form.cleaned_data[name] for name in ("action", "actor", "day")}
    entries = _matching(scope.organisation.path, wanted).select_related("actor").order_by("-pk")
    rows = [_row(entry) for entry in entries[:EXPORTED_AT_MOST]]
    with transaction.atomic():
        record(
            "audit.exported",
            actor=user_of(request),
            organisation_path=scope.organisation.path,
            acting_as=f"{scope.role}@{scope.organisation.code}",
            detail={"entries": len(rows), "query": hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]},
            reason=form.cleaned_data["reason"],
            address=address_of(request),
        )
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow(
        [
            str(title)
            for title in (
                _("编号"),
                _("时间"),
                _("动作"),
                _("操作人"),
                _("岗位"),
                _("对象"),
                _("理由"),
                _("内容"),
                _("来源地址"),
            )
        ]
    )
    for row in rows:
        detail = "; ".join(f"{key} {value}" for key, value in row.detail)
        cells = (
            row.number,
            row.at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="seconds"),
            row.action,
            row.actor,
            row.post,
            row.subject,
            row.reason,
            detail,
            row.address,
        )
        writer.writerow([as_text(str(cell)) for cell in cells])
    return answer


def entry_page(path: str, wanted: dict[str, Any]) -> EntryPage:
    """The entries within ``path`` that fit the filters, older than ``before`` or newer than ``after``; one query."""
    entries = _matching(path, wanted).select_related("actor")
    before, after = wanted.get("before"), wanted.get("after")
    backwards = bool(after and not before)
    if before:
        entries = entries.filter(pk__lt=before)
    elif after:
        entries = entries.filter(pk__gt=after)
    found = list(entries.order_by("pk" if backwards else "-pk")[: PAGE_SIZE + 1])
    further, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    found = found[::-1] if backwards else found
    if not found:
        return EntryPage([])
    newer = found[0].pk if before or (backwards and further) else 0
    older = found[-1].pk if backwards or further else 0
    return EntryPage([_row(entry) for entry in found], newer, older)


def _matching(path: str, wanted: dict[str, Any]) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.filter(
        Q(organisation_path=path) | Q(organisation_path__startswith=f"{path}/")
    )
    if wanted.get("action"):
        entries = entries.filter(action=wanted["action"])
    if wanted.get("actor"):
        entries = entries.filter(
            Q(actor__username=wanted["actor"]) | Q(actor__name__contains=wanted["actor"])
        )
    if wanted.get("day"):
        entries = entries.filter(at__gte=_midnight(wanted["day"]))
        entries = entries.filter(at__lt=_midnight(wanted["day"]) + timedelta(days=1))
    return entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _row(entry: AuditEntry) -> EntryRow:
    role, _at, organisation = entry.acting_as.partition("@")
    post = str(Role(role).label) if role in Role.values else role
    return EntryRow(
        number=entry.pk,
        at=entry.at,
        action=ACTIONS.get(entry.action, entry.action),
        code=entry.action,
        actor=str(entry.actor) if entry.actor else str(_("系统")),
        post=" · ".join(part for part in (post, organisation) if part),
        subject=_subject(entry),
        reason=entry.reason,
        detail=[(str(key), _short(value)) for key, value in entry.detail.items()],
        address=entry.address,
    )


def _subject(entry: AuditEntry) -> str:
    """Kind and number of what was acted on, never a name."""
    if not entry.subject_type:
        return ""
    try:
        kind = str(apps.get_model(entry.subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        kind = entry.subject_type
    return f"{kind} {entry.subject_id}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
