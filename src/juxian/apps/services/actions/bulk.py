"""An employer applies for many of its people (批量申请): each row ends accepted, or refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.drafting import save_draft
from juxian.apps.services.actions.opening import NotTakenIn, submit_application
from juxian.apps.services.enums import BulkState
from juxian.apps.services.models import Bulk, BulkRow, Case, Draft
from juxian.apps.services.queries.papers import attached
from juxian.core.packs import pack_called
from juxian.core.services import CaseRefused
from juxian.core.text import Text

AT_ONCE = 20  # rows worked on in one request
NOT_FOUND = Text("没有找到本单位这位人才", "no such person of your unit")
SAME_NAME = Text("本单位有同名，请写人才编号", "several of your people have this name; write the number")
TWICE = Text("名单中已有这位人才", "this person stands in the list already")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row as it was handed in. person: None where nobody was found, which ``problem`` tells."""

    line: int
    name: str
    number: str
    person: Person | None
    answers: Mapping[str, Any] = field(default_factory=dict)
    problem: Text | None = None


@transaction.atomic
def begin_bulk(
    *,
    home: Organisation,
    unit: Organisation,
    service: str,
    by: User,
    rows: Sequence[Listed],
    file_name: str = "",
    papers: bool = False,
) -> Bulk:
    """Keep the whole list; what cannot be worked on is refused at once, the rest waits for ``carry_on``.

    papers: it waits until ``hand_in_list`` has found its papers complete.
    """
    ready = BulkState.PAPERS if papers else BulkState.WAITING
    bulk = Bulk.objects.create(
        home=home, unit=unit, service=service, begun_by=by, begun_at=now(), file_name=file_name[-200:]
    )
    seen: set[int] = set()
    kept = []
    for row in rows:
        problem = row.problem
        if row.person is not None and row.person.pk in seen:
            problem = TWICE
        elif row.person is not None:
            seen.add(row.person.pk)
        kept.append(
            BulkRow(
                bulk=bulk,
                line=row.line,
                name=row.name[:120],
                number=row.number[:40],
                person=row.person,
                answers=dict(row.answers),
                state=BulkState.REFUSED if problem else ready,
                reasons=[pair(problem)] if problem else [],
            )
        )
    BulkRow.objects.bulk_create(kept)
    record(
        "services.bulk_begun",
        actor=by,
        subject=bulk,
        organisation_path=unit.path,
        detail={"service": service, "rows": len(kept)},
    )
    return bulk


def carry_on(*, bulk: Bulk, by: User, most: int = AT_ONCE) -> int:
    """Work on the next rows, each in a transaction of its own; how many were done. A row is never worked on twice."""
    waiting = bulk.rows.filter(state=BulkState.WAITING).order_by("line").values_list("pk", flat=True)
    return sum(_row_done(pk, by) for pk in list(waiting[:most]))


@transaction.atomic
def _row_done(pk: int, by: User) -> bool:
    row = (
        BulkRow.objects.select_for_update(of=("self",))
        .select_related("bulk__home", "person__home", "person__profile")
        .get(pk=pk)
    )
    if row.state != BulkState.WAITING or row.person is None:
        return False
    bulk = row.bulk
    materials = attached([row]).get(row.pk, {})
    running = Case.objects.running().filter(person=row.person, service=bulk.service).first()
    if running is not None:
        told = [Text(f"已有在办：{running.number}", f"under way already: {running.number}")]
        return refuse_row(row, told, by)
    try:
        with transaction.atomic():
            row.case = submit_application(
                home=bulk.home,
                service=bulk.service,
                by=by,
                answers=row.answers,
                materials=materials,
                person=row.person,
            )
    except CaseRefused as refused:
        return refuse_row(row, _reasons(bulk, refused), by)
    except NotTakenIn as frozen:
        return refuse_row(row, [Text(str(frozen))], by)
    row.state, row.answers = BulkState.ACCEPTED, {}
    row.save(update_fields=["state", "answers", "case"])
    return True


def refuse_row(row: BulkRow, reasons: Sequence[Text], by: User) -> bool:
    """What was filled in and attached is kept as a draft of the person's own application, unless there is one."""
    row.state, row.reasons, row.case = BulkState.REFUSED, [pair(text) for text in reasons], None
    row.save(update_fields=["state", "reasons", "case"])
    home, service = row.bulk.home, row.bulk.service
    kept = Draft.objects.filter(user=by, home=home, service=service, person=row.person)
    materials = attached([row]).get(row.pk, {})
    if (row.answers or materials) and not kept.exists():
        save_draft(
            user=by, home=home, service=service, person=row.person, answers=row.answers, materials=materials
        )
    return True


def _reasons(bulk: Bulk, refused: CaseRefused) -> list[Text]:
    """Each field with what is wrong with it."""
    service = pack_called(bulk.home.pack).services[bulk.service]
    found = []
    for name, text in refused.fields.items():
        item = service.fields.get(name) or service.materials.get(name)
        if item is None:
            found.append(text)
        else:
            english = f"{item.title.in_language('en')}: {text.in_language('en')}"
            found.append(Text(f"{item.title.zh}：{text.zh}", english))
    return found or [refused.reason]


def pair(text: Text) -> list[str]:
    return [text.zh, text.in_language("en")]
