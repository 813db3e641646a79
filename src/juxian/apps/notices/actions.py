"""Writing, publishing and taking down notices (拟稿、发布、撤下)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.files.models import StoredFile
from juxian.apps.notices.enums import NoticeState
from juxian.apps.notices.models import Notice
from juxian.apps.notices.queries import obstacles, rows_of
from juxian.apps.notices.rules import may_publish_notice
from juxian.apps.organisations.models import Organisation
from juxian.core.notices.texts import Finding


class Blocked(Exception):
    """Numbers of persons would become public; ``findings`` say where."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} numbers of persons in a notice")
        self.findings = findings


class NotADraft(Exception):
    """Somebody has published it or taken it down meanwhile."""


@transaction.atomic
def write_notice(
    *,
    home: Organisation,
    title: str,
    body: str,
    fields: list[str],
    numbers: list[str],
    since: date,
    until: date,
    by: User,
    attachment: StoredFile | None = None,
) -> Notice:
    """Keep a draft; nobody but the office sees it."""
    notice = Notice.objects.create(
        home=home,
        title=title,
        body=body,
        fields=fields,
        numbers=numbers,
        since=since,
        until=until,
        written_by=by,
        attachment=attachment,
    )
    record(
        "notices.written",
        actor=by,
        subject=notice,
        organisation_path=home.path,
        detail={"fields": fields, "persons": len(numbers)},
    )
    return notice


def publish_notice(*, notice: Notice, by: User) -> None:
    """Make a draft public, as a second person. Raises ``PermissionDenied`` for its writer, ``Blocked``, of which an entry
    is kept, ``NotADraft``, ``Rejected``.
    """
    may_publish_notice(by, notice).or_refuse()
    notice.rows = rows_of(notice)
    findings = obstacles(notice)
    if findings:
        record(
            "notices.blocked",
            actor=by,
            subject=notice,
            organisation_path=notice.home.path,
            detail={"findings": [f"{item.kind}: {item.place.en}" for item in findings[:20]]},
        )
        raise Blocked(findings)
    with transaction.atomic():
        _change(notice, NoticeState.DRAFT, NoticeState.PUBLIC, rows=notice.rows)
        record(
            "notices.published",
            actor=by,
            subject=notice,
            organisation_path=notice.home.path,
            detail={"persons": len(notice.rows), "until": notice.until.isoformat()},
        )


@transaction.atomic
def take_down(*, notice: Notice, by: User | None, reason: str) -> None:
    """End a notice before its time, or when it is over. Raises ``NotADraft`` when it is not public."""
    _change(notice, NoticeState.PUBLIC, NoticeState.ENDED, rows=[], numbers=[])
    record(
        "notices.taken_down",
        actor=by,
        subject=notice,
        organisation_path=notice.home.path,
        detail={"persons": len(notice.rows)},
        reason=reason,
    )


def take_down_ended() -> int:
    """End every notice whose period is over; pages have not shown it since. Returns how many."""
    over = list(Notice.objects.filter(state=NoticeState.PUBLIC, until__lte=today()).select_related("home"))
    for notice in over:
        take_down(notice=notice, by=None, reason=_("期满自动撤下"))
    return len(over)


def _change(notice: Notice, before: NoticeState, after: NoticeState, **values: object) -> None:
    changed = Notice.objects.filter(pk=notice.pk, state=before).update(state=after, **values)
    if not changed:
        raise NotADraft
    notice.state = after
