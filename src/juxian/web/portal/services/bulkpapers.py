"""Papers of a list: several files or one ZIP, each matched to row and paper by its name, then handed in (名单材料)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.clock import today
from juxian.apps.files.actions import TooManyUploads
from juxian.apps.files.enums import Scan
from juxian.apps.files.tasks import scan
from juxian.apps.services.actions import NotAttached, attach_paper, hand_in_list, take_off_paper
from juxian.apps.services.enums import BulkState
from juxian.apps.services.models import Bulk, BulkPaper, BulkRow
from juxian.apps.services.queries.papers import RowPapers, row_papers
from juxian.apps.services.tasks import apply_in_bulk
from juxian.core.files.archives import ZIP_MAGIC, Pack
from juxian.core.files.checking import check_size
from juxian.core.files.limits import MEGABYTE, FileLimits
from juxian.core.services import Service
from juxian.core.services.answers import Need
from juxian.core.services.papers import Holder, meant_by
from juxian.core.source import Rejected
from juxian.core.text import Text
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.cases import NEEDS
from juxian.web.kit.formats import with_aside
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number
from juxian.web.kit.uploads import ACCEPT
from juxian.web.portal.services.bulk import own_bulks

MOST_PACKED = 100  # files of one ZIP
ROWS = 50
OFFICE_ENDINGS = (".docx", ".xlsx")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file. whom, what: row and paper, where it was kept. reason: why it was not."""

    name: str
    whom: str = ""
    what: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One paper of one row on the page."""

    title: str
    need: str
    tone: str
    papers: Sequence[BulkPaper]


def _staged(request: HttpRequest, pk: int) -> tuple[Bulk, Service]:
    found = get_object_or_404(own_bulks(request).select_related("home", "unit"), pk=pk)
    service = current_scope(request).pack.services.get(found.service)
    if service is None:
        raise Http404
    return found, service


@for_roles(Role.EMPLOYER)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Which papers each row wants and has; POST attaches what fits and says of each other file why not."""
    bulk, service = _staged(request, pk)
    rows = bulk.rows.filter(state=BulkState.PAPERS).select_related("person").order_by("line")
    told: list[Told] = []
    if request.method == "POST":
        uploads = request.FILES.getlist("files")
        most = settings.JUXIAN_UPLOADS_AT_ONCE
        if len(uploads) > most:
            return errors.too_large(request, _("一次最多上传 %(most)s 个文件。") % {"most": most})
        told = _attached(request, bulk, service, list(rows), uploads)
    elif not rows.exists():
        return go(request, "portal:bulk", pk)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    spoken = current_scope(request).language
    found = row_papers(list(rows), service, today())
    shown = {row.pk for row in page.object_list}
    context = {
        "bulk": bulk,
        "service": service,
        "title": service.title.in_language(spoken),
        "page": page,
        "rows": [(item.row, _wanted(item, service, spoken)) for item in found if item.row.pk in shown],
        "complete": sum(not item.missing for item in found),
        "missing": sum(bool(item.missing) for item in found),
        "refused": bulk.rows.filter(state=BulkState.REFUSED).count(),
        "kept": [item for item in told if not item.reason],
        "unmatched": [item for item in told if item.reason],
        "asked": bool(request.method == "POST"),
        "example": _example(found, service, spoken),
        "accept": f".zip,{ACCEPT}",
        "most": settings.JUXIAN_UPLOADS_AT_ONCE,
        "most_packed": MOST_PACKED,
        "megabytes": settings.JUXIAN_UPLOAD_LIMIT_BYTES // MEGABYTE,
        "papers": [material.title.in_language(spoken) for material in service.materials.values()],
    }
    wrong = request.method == "POST" and not any(not item.reason for item in told)
    return render(request, "portal/services/bulk_papers.html", context, status=422 if wrong else 200)


def _example(found: Sequence[RowPapers], service: Service, spoken: str) -> str:
    """The name of a file that one of the rows wants."""
    first = next((item for item in found if item.missing), None)
    if first is None:
        return ""
    material = service.materials[first.missing[0]]
    name = first.row.person.name if first.row.person else first.row.name
    return f"{name}_{material.title.in_language(spoken)}.{material.formats[0]}"


def _wanted(item: RowPapers, service: Service, spoken: str) -> list[Wanted]:
    found = []
    for name, need in item.needs.items():
        papers = item.papers.get(name, ())
        if need is Need.NOT_NEEDED and not papers:
            continue
        tone = "ok" if papers or need is Need.HELD else "warn" if need is Need.REQUIRED else "mute"
        word = _("已附") if papers else str(NEEDS[need])
        found.append(Wanted(service.materials[name].title.in_language(spoken), word, tone, papers))
    return found


def _attached(
    request: HttpRequest, bulk: Bulk, service: Service, rows: Sequence[BulkRow], uploads: Sequence[File[Any]]
) -> list[Told]:
    """One line for each file that came, also for each inside a ZIP."""
    holders = [
        Holder(
            row.line,
            row.person.number if row.person else row.number,
            row.person.name if row.person else row.name,
        )
        for row in rows
    ]
    whom = {holder.line: f"{holder.line} {holder.name}" for holder in holders}
    told = []
    for name, upload in _unpacked(uploads, current_scope(request).language):
        if isinstance(upload, str):
            told.append(Told(name, reason=upload))
            continue
        meant = meant_by(name, holders, service)
        if isinstance(meant, Text):
            told.append(Told(name, reason=meant.in_language(current_scope(request).language)))
            continue
        reason = _kept(request, bulk, meant.line, meant.material, upload)
        what = service.materials[meant.material].title.in_language(current_scope(request).language)
        told.append(Told(name, whom[meant.line], what, reason))
    return told


def _unpacked(uploads: Sequence[File[Any]], spoken: str) -> Iterator[tuple[str, File[Any] | str]]:
    """(name, file) of each, those of a ZIP one after another; (name, why not) for what cannot be opened."""
    limits = FileLimits(file_bytes=settings.JUXIAN_UPLOAD_LIMIT_BYTES)
    for upload in uploads:
        name = (upload.name or "").replace("\0", "")
        if not _is_packed(upload, name):
            yield name, upload
            continue
        try:
            check_size(upload.size or 0, name, limits)
            pack = Pack(upload.read(), name, most=MOST_PACKED, limits=limits)
        except Rejected as refused:
            yield name, _said(refused, spoken)
            continue
        for place, inner in enumerate(pack.names):
            try:
                yield inner, SimpleUploadedFile(inner, pack.read(place))
            except Rejected as refused:
                yield inner, _said(refused, spoken)


def _is_packed(upload: File[Any], name: str) -> bool:
    begins = upload.read(4)
    upload.seek(0)
    return begins in ZIP_MAGIC and not name.lower().endswith(OFFICE_ENDINGS)


def _kept(request: HttpRequest, bulk: Bulk, line: int, material: str, upload: File[Any]) -> str:
    """Keep it; why not, or nothing."""
    spoken = current_scope(request).language
    try:
        with transaction.atomic():
            paper = attach_paper(bulk=bulk, line=line, material=material, upload=upload, by=user_of(request))
            if paper.file.scan == Scan.WAITING:
                transaction.on_commit(lambda: scan.enqueue(paper.file.pk))
    except NotAttached as refused:
        return refused.reason.in_language(spoken)
    except TooManyUploads as refused:
        return str(refused)
    except Rejected as refused:
        return _said(refused, spoken)
    return ""


def _said(refused: Rejected, spoken: str) -> str:
    problem = refused.problems[0]
    hint = problem.hint.in_language(spoken) if problem.hint else ""
    return with_aside(problem.message.in_language(spoken), hint)


@for_roles(Role.EMPLOYER)
@require_POST
def bulk_paper_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one file off its row again."""
    bulk, _service = _staged(request, pk)
    wanted = request.POST.get("paper", "")
    papers = BulkPaper.objects.filter(row__bulk=bulk).select_related("row__bulk", "file__home")
    paper = get_object_or_404(papers, pk=whole_number(wanted) or 0)
    try:
        take_off_paper(paper=paper, by=user_of(request))
        messages.success(request, _("已移除 %(name)s。") % {"name": paper.file.name})
    except NotAttached as refused:
        messages.warning(request, refused.reason.in_language(current_scope(request).language))
    return go(request, "portal:bulk-papers", pk)


@for_roles(Role.EMPLOYER)
@require_POST
def bulk_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in the rows whose papers are complete; ``rest``: the others end as drafts."""
    bulk, _service = _staged(request, pk)
    with transaction.atomic():
        done = hand_in_list(bulk=bulk, by=user_of(request), rest="rest" in request.POST)
        if done.ready:
            apply_in_bulk.enqueue(bulk.pk, user_of(request).pk)
    if done.ready:
        said = ngettext("已提交 %(count)s 行。", "已提交 %(count)s 行。", done.ready)
        messages.success(request, said % {"count": done.ready})
    if done.missing:
        said = ngettext("%(count)s 行缺材料，见逐行说明。", "%(count)s 行缺材料，见逐行说明。", done.missing)
        messages.warning(request, said % {"count": done.missing})
    return go(request, "portal:bulk", pk)
