"""An employer applies for many of its people: picked, or in a workbook (批量申请); and endorses many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.apps.searches.actions import note_export
from juxian.apps.services.actions import Listed, begin_bulk, carry_on
from juxian.apps.services.enums import BulkState
from juxian.apps.services.models import Bulk, BulkRow
from juxian.apps.services.queries.papers import row_papers
from juxian.apps.services.tasks import apply_in_bulk
from juxian.core.services import Service
from juxian.core.source import Rejected
from juxian.core.tables.confined import read_confined
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import ReasonForm
from juxian.web.kit.formats import clauses, with_aside
from juxian.web.kit.once import once
from juxian.web.kit.origin import address_of
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks, sought
from juxian.web.kit.services import service_row
from juxian.web.kit.sheets import download
from juxian.web.kit.turns import act_on_chosen
from juxian.web.kit.typed import words_in
from juxian.web.portal.services.applying import FOR
from juxian.web.portal.services.bulkfiles import (
    MOST_ROWS,
    WITHOUT_REASON,
    asked_fields,
    empty_list,
    listed_rows,
    workbook,
)
from juxian.web.portal.services.guides import may_hand_in, service_or_404

PAGE_SIZE, PICKED_PAGE = 20, 50
MEGABYTE = 1024 * 1024
TONES = {
    BulkState.PAPERS: "warn",
    BulkState.WAITING: "info",
    BulkState.ACCEPTED: "ok",
    BulkState.REFUSED: "warn",
}


class ListForm(forms.Form):
    """The workbook of a list, or nothing when people are picked."""

    file = forms.FileField(
        label=gettext_lazy("填好的表"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv"}),
        help_text=gettext_lazy("xlsx、xls 或 csv，一行一人"),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.JUXIAN_UPLOAD_LIMIT_BYTES
        if file.size is not None and file.size > limit:
            raise ValidationError(_("文件超过 %(limit)s MB 的上限。") % {"limit": limit // MEGABYTE})
        return file


def own_people(request: HttpRequest) -> QuerySet[Person]:
    home = Organisation.objects.get(code=current_scope(request).pack.root)
    return persons_visible_to(user_of(request)).filter(home=home).order_by("name_key", "pk")


def own_bulks(request: HttpRequest) -> QuerySet[Bulk]:
    """Lists of the unit and of what stands below it."""
    scope = current_scope(request)
    return Bulk.objects.filter(unit__in=Organisation.objects.under(scope.organisation.path))


def service_for_many(request: HttpRequest, service_id: str) -> Service:
    service = service_or_404(current_scope(request).pack, service_id)
    if not may_hand_in(service, True):
        raise Http404
    return service


@for_roles(Role.EMPLOYER)
@require_safe
def bulks(request: HttpRequest) -> HttpResponse:
    """Lists handed in before, and services that may be asked for in a list."""
    scope = current_scope(request)
    page = Paginator(own_bulks(request).order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    counted: dict[int, dict[str, int]] = {}
    rows = BulkRow.objects.filter(bulk__in=[bulk.pk for bulk in page.object_list])
    for bulk, state, number in rows.order_by().values_list("bulk", "state").annotate(Count("pk")):
        counted.setdefault(bulk, {})[state] = number
    services = scope.pack.services
    context = {
        "page": page,
        "rows": [
            (
                bulk,
                services[bulk.service].title.in_language(scope.language)
                if bulk.service in services
                else bulk.service,
                counted.get(bulk.pk, {}),
            )
            for bulk in page.object_list
        ],
        "services": [
            service_row(service, scope.language)
            for service in services.values()
            if may_hand_in(service, True)
        ],
    }
    return render(request, "portal/services/bulks.html", context)


@for_roles(Role.EMPLOYER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
@seeks
def bulk_new(request: HttpRequest, service_id: str) -> HttpResponse:
    """Pick people, or hand in the workbook. Everything that was handed in is kept, row by row."""
    service = service_for_many(request, service_id)
    posted = request.method == "POST"
    picked = [words_in(number) for number in request.POST.getlist("person")[:MOST_ROWS]]
    form = ListForm(request.POST, request.FILES) if posted and not picked else ListForm()
    problem = ""
    if posted:
        rows = _picked(request, picked) if picked else _read(request, form, service)
        if rows:
            bulk = _begun(request, service, rows, "" if picked else form.cleaned_data["file"].name)
            waits = bulk.rows.filter(state=BulkState.PAPERS).exists()
            return go(request, "portal:bulk-papers" if waits else "portal:bulk", bulk.pk)
        if not form.errors:
            problem = _("名单里没有人。")
    wanted = sought(request).get("q", "").replace("\0", "").strip()[:60]
    people = own_people(request)
    scope = current_scope(request)
    context = {
        "service": service,
        "title": service.title.in_language(scope.language),
        "form": form,
        "problem": problem,
        "q": wanted,
        "page": Paginator(people.filter(name__contains=wanted) if wanted else people, PICKED_PAGE).get_page(
            request.GET.get("page")
        ),
        "asked": [
            field.title.in_language(scope.language) for field in asked_fields(service) if not field.prefill
        ],
        "papers": [
            material.title.in_language(scope.language)
            for material in service.materials.values()
            if material.required
        ],
        "action": reverse("portal:bulk-new", args=[service.id]),
    }
    return render(
        request, "portal/services/bulk_new.html", context, status=422 if form.errors or problem else 200
    )


def _picked(request: HttpRequest, numbers: Sequence[str]) -> list[Listed]:
    people = {person.number: person for person in own_people(request).filter(number__in=numbers)}
    known = [people[number] for number in dict.fromkeys(numbers) if number in people]
    return [Listed(line, person.name, person.number, person) for line, person in enumerate(known, 1)]


def _read(request: HttpRequest, form: ListForm, service: Service) -> list[Listed]:
    """The rows of the workbook; what is wrong with the file stands at its field."""
    if not form.is_valid():
        return []
    file, spoken = form.cleaned_data["file"], current_scope(request).language
    try:
        book = read_confined(file.read(), file.name)
        return listed_rows(book, service, list(own_people(request)))
    except Rejected as refused:
        for problem in refused.problems:
            hint = problem.hint.in_language(spoken) if problem.hint else ""
            form.add_error("file", with_aside(problem.message.in_language(spoken), hint))
    return []


def _begun(request: HttpRequest, service: Service, rows: Sequence[Listed], name: str) -> Bulk:
    scope, user = current_scope(request), user_of(request)
    with transaction.atomic():
        bulk = begin_bulk(
            home=Organisation.objects.get(code=scope.pack.root),
            unit=scope.organisation,
            service=service.id,
            by=user,
            rows=rows,
            file_name=name.replace("\0", ""),
            papers=_want_papers(service, rows, scope.as_of),
        )
        apply_in_bulk.enqueue(bulk.pk, user.pk)
    return bulk


def _want_papers(service: Service, rows: Sequence[Listed], day: date) -> bool:
    """Whether anybody of the list has to hand in a paper, so that the list waits for papers first."""
    people = [
        BulkRow(line=row.line, person=row.person, answers=dict(row.answers))
        for row in rows
        if row.person is not None and row.problem is None
    ]
    return any(found.missing for found in row_papers(people, service, day))


@for_roles(Role.EMPLOYER)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_table(request: HttpRequest, service_id: str) -> HttpResponse:
    """The empty workbook, with a row for each of the people."""
    service, scope = service_for_many(request, service_id), current_scope(request)
    people = list(own_people(request)[:MOST_ROWS])
    detail = {"what": "list_to_fill_in", "service": service.id, "persons": len(people)}
    if asked := _ask_why(
        request,
        detail,
        people=[person.pk for person in people],
        go_back=reverse("portal:bulk-new", args=[service.id]),
    ):
        return asked
    return download(empty_list(service, people, scope.language), "xlsx", service.id)


@for_roles(Role.EMPLOYER)
@require_safe
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each row, while it goes on and afterwards."""
    found, scope = get_object_or_404(own_bulks(request), pk=pk), current_scope(request)
    counted = dict(found.rows.order_by().values_list("state").annotate(Count("pk")))
    rows = found.rows.select_related("case", "person").order_by("line")
    state = request.GET.get("state", "")
    page = Paginator(rows.filter(state=state) if state in BulkState.values else rows, PICKED_PAGE).get_page(
        request.GET.get("page")
    )
    total, waiting = sum(counted.values()), counted.get(BulkState.WAITING, 0)
    papers = counted.get(BulkState.PAPERS, 0)
    context = {
        "bulk": found,
        "title": _title(found, request),
        "counted": counted,
        "total": total - papers,
        "done": total - papers - waiting,
        "papers": papers,
        "waiting": waiting,
        "page": page,
        "rows": [
            (row, TONES[BulkState(row.state)], _reason(row, scope.language), _singly(row))
            for row in page.object_list
        ],
        "states": BulkState.choices,
        "state": state,
    }
    return render_part(request, "portal/services/bulk.html#bulk", context)


def _title(found: Bulk, request: HttpRequest) -> str:
    scope = current_scope(request)
    service = scope.pack.services.get(found.service)
    return service.title.in_language(scope.language) if service else found.service


def _reason(row: BulkRow, spoken: str) -> str:
    return clauses(pair[1] if spoken == "en" else pair[0] for pair in row.reasons)


def _singly(row: BulkRow) -> str:
    """Where a refused row is taken up alone."""
    if row.state != BulkState.REFUSED or row.person is None:
        return ""
    return f"{reverse('portal:apply', args=[row.bulk.service])}?{FOR}={row.person.number}"


@for_roles(Role.EMPLOYER)
@require_POST
def bulk_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on the next rows now, whether or not a worker does."""
    found = get_object_or_404(own_bulks(request).select_related("home"), pk=pk)
    carry_on(bulk=found, by=user_of(request))
    return go(request, "portal:bulk", pk)


@for_roles(Role.EMPLOYER)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The list with what became of each row."""
    found, scope = get_object_or_404(own_bulks(request), pk=pk), current_scope(request)
    detail = {"what": "list_result", "bulk": found.pk, "persons": found.rows.count()}
    people = [pk for pk in found.rows.values_list("person_id", flat=True) if pk]
    if asked := _ask_why(request, detail, people=people, go_back=reverse("portal:bulk", args=[found.pk])):
        return asked
    head = [_("行号"), _("人才编号"), _("姓名"), _("结果"), _("办件编号"), _("原因")]
    rows = [
        [
            str(row.line),
            row.number or (row.person.number if row.person else ""),
            row.name,
            str(BulkState(row.state).label),
            row.case.number if row.case else "",
            _reason(row, scope.language),
        ]
        for row in found.rows.select_related("case", "person").order_by("line")
    ]
    return download(workbook({_("结果"): [head, *rows]}), "xlsx", f"{found.service}-{found.pk}")


def _ask_why(
    request: HttpRequest, detail: dict[str, Any], *, people: list[int], go_back: str
) -> HttpResponse | None:
    """The page that asks for the reason of taking out many people; None when it was given, or need not be.

    The reason and how many there are stand in the audit log (SECURITY-BASELINE 1.9).
    """
    if detail["persons"] <= WITHOUT_REASON:
        return None
    form, scope = ReasonForm(request.POST if request.method == "POST" else None), current_scope(request)
    if not form.is_valid():
        context = {"form": form, "persons": detail["persons"], "back": go_back}
        status = 422 if form.errors else 200
        return render(request, "portal/services/take_out.html", context, status=status)
    note_export(
        home=Organisation.objects.get(code=scope.pack.root),
        by=user_of(request),
        acting_as=f"{scope.role}@{scope.organisation.code}",
        address=address_of(request),
        reason=form.cleaned_data["reason"],
        detail=detail,
        people=people,
    )
    return None


@for_roles(Role.EMPLOYER)
@require_POST
@once
def endorse_many(request: HttpRequest) -> HttpResponse:
    """The safe action of each ticked turn; what cannot be done is told."""
    act_on_chosen(request, PICKED_PAGE)
    return go(request, "portal:cases")
