"""Papers of an employer's list: attach, take off, hand the list in (名单材料)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files import File
from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.files.actions import check_upload, remove_file, store_file
from juxian.apps.services.actions.bulk import pair, refuse_row
from juxian.apps.services.enums import BulkState
from juxian.apps.services.models import Bulk, BulkPaper, BulkRow
from juxian.apps.services.queries.materials import PURPOSE
from juxian.apps.services.queries.papers import RowPapers, row_papers
from juxian.core.packs import pack_called
from juxian.core.services import Service
from juxian.core.services.answers import Need
from juxian.core.services.papers import paper_refused
from juxian.core.text import Text

MOST_PER_PAPER = 10


class NotAttached(Exception):
    """A file does not become a paper of the row; nothing was kept."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.zh)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HandedIn:
    """ready: rows that are worked on now. missing: rows that still want papers."""

    ready: int
    missing: int


def attach_paper(*, bulk: Bulk, line: int, material: str, upload: File[Any], by: User) -> BulkPaper:
    """Check and keep one file for one row. The same file once more is refused, so that a repetition does no harm.

    Raises ``NotAttached``, and what ``store_file`` raises. Checking happens before the row is locked.
    """
    service = service_of_list(bulk)
    checked = check_upload(upload, by)
    refused = paper_refused(service.materials[material], checked.found.kind.value, checked.size)
    if refused is not None:
        raise NotAttached(refused)
    with transaction.atomic():
        row = _open_row(bulk, line)
        papers = BulkPaper.objects.filter(row=row, material=material)
        need = row_papers([row], service, today())[0].needs[material]
        if need is Need.HELD:
            raise NotAttached(
                Text("已有凭证，免提交", "evidence is held already; it does not have to be handed in")
            )
        if need is Need.NOT_NEEDED:
            raise NotAttached(Text("按填写内容不需要这份材料", "by what was filled in it is not needed"))
        if papers.filter(file__sha256=checked.sha256).exists():
            raise NotAttached(Text("这个文件已经附过", "this file is attached already"))
        if papers.count() >= MOST_PER_PAPER:
            raise NotAttached(
                Text(f"同一材料最多 {MOST_PER_PAPER} 个文件", f"a paper has {MOST_PER_PAPER} files at most")
            )
        file = store_file(upload=upload, home=bulk.home, by=by, purpose=PURPOSE)
        return BulkPaper.objects.create(row=row, material=material, file=file)


@transaction.atomic
def take_off_paper(*, paper: BulkPaper, by: User) -> None:
    """A file that was attached to the wrong row; it is deleted. Raises ``NotAttached`` once the row was handed in."""
    _open_row(paper.row.bulk, paper.row.line)
    file = paper.file
    paper.delete()
    remove_file(file=file, by=by, reason="taken off the list")


@transaction.atomic
def hand_in_list(*, bulk: Bulk, by: User, rest: bool = False) -> HandedIn:
    """Rows whose papers are complete are worked on; each other row says what is missing and waits.

    rest: those end refused instead, each with what was filled in and attached as a draft.
    """
    service = service_of_list(bulk)
    rows = list(
        BulkRow.objects.select_for_update(of=("self",))
        .select_related("bulk__home", "person")
        .filter(bulk=bulk, state=BulkState.PAPERS)
        .order_by("line")
    )
    missing = 0
    for found in row_papers(rows, service, today()):
        row, reasons = found.row, missing_of(found, service)
        if not reasons:
            row.state, row.reasons = BulkState.WAITING, []
            row.save(update_fields=["state", "reasons"])
            continue
        missing += 1
        if rest:
            refuse_row(row, reasons, by)
        else:
            row.reasons = [pair(reason) for reason in reasons]
            row.save(update_fields=["reasons"])
    done = HandedIn(len(rows) - missing, missing)
    record(
        "services.bulk_handed_in",
        actor=by,
        subject=bulk,
        organisation_path=bulk.unit.path,
        detail={"service": bulk.service, "ready": done.ready, "missing": missing, "rest": rest},
    )
    return done


def missing_of(found: RowPapers, service: Service) -> list[Text]:
    """Each paper that is missing, in words."""
    titles = [service.materials[name].title for name in found.missing]
    return [
        Text(f"{title.zh}：必须提交", f"{title.in_language('en')}: has to be handed in") for title in titles
    ]


def service_of_list(bulk: Bulk) -> Service:
    """Raises ``KeyError`` where the pack offers it no more."""
    return pack_called(bulk.home.pack).services[bulk.service]


def _open_row(bulk: Bulk, line: int) -> BulkRow:
    """The row, locked, while papers may still be changed."""
    row = BulkRow.objects.select_for_update().filter(bulk=bulk, line=line).first()
    if row is None or row.state != BulkState.PAPERS:
        raise NotAttached(Text("这一行已提交或未受理", "this row was handed in or refused"))
    return row
