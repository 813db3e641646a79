"""Cases for other systems (办件接口): how far they are, opening them, and the steps that a system may take.

Numbers, states and days are told; names, answers and materials are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from juxian.apps.clock import SHANGHAI
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions import NotTakenIn, Overtaken, Wanted, act_on_case
from juxian.apps.services.actions.receiving import OtherContent, papers_of, receive_case
from juxian.apps.services.models import Case
from juxian.apps.services.queries.actors import System
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, load
from juxian.apps.services.queries.systems import system_actions
from juxian.apps.tokens.enums import Scope
from juxian.core.services import CaseRefused, Service, Why
from juxian.core.services.papers import paper_refused
from juxian.web.api.base import Caller, Refusal, caller, needs
from juxian.web.api.services import both
from juxian.web.kit.formats import language

router = Router(tags=["cases"])
MOST = 200
WRONG = (Why.INCOMPLETE, Why.NOT_MARKED, Why.REASON_NEEDED, Why.MARKS_NEEDED, Why.NOT_ELIGIBLE)
Word = Annotated[str, Field(min_length=1, max_length=130, pattern=r"^[A-Za-z0-9_.:/-]+$")]
Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Answers = Annotated[dict[str, Any], Field(max_length=400)]
Papers = Annotated[dict[Word, Annotated[list[UUID], Field(max_length=10)]], Field(max_length=50)]


class CasesAsked(Schema):
    """after: number of the last case that was read; what follows it in the order of opening."""

    after: str = Field("", max_length=24)
    size: int = Field(50, ge=1, le=MOST)
    service: str = Field("", max_length=64)
    state: Literal["", "running", "ended"] = ""


class CaseIn(Schema):
    """``id``: the sender's own, one for each application; the same again gives the same case. Either ``person`` (number) or
    ``unit`` (code) applies. papers: material → ids of papers that this token uploaded. hand_in: else the applicant completes
    it in the portal.
    """

    id: Key
    service: Word
    person: Annotated[str, Field(max_length=16)] | None = None
    unit: Word | None = None
    answers: Answers = {}
    papers: Papers = {}
    hand_in: bool = True


class MarkIn(Schema):
    name: Word
    note: str = Field("", max_length=500)


class StepIn(Schema):
    """``version``: of the case as the sender knows it. official: who answers for it in the sender's office. papers: of a
    supplement, as in an application.
    """

    version: int = Field(..., ge=0)
    action: Word
    task: Word | None = None
    official: str = Field("", max_length=60)
    reason: str = Field("", max_length=2000)
    marks: list[MarkIn] = Field(default_factory=list, max_length=100)
    answers: Answers = {}
    papers: Papers = {}


@router.get("/cases", auth=needs(Scope.CASES_READ), url_name="cases", response=dict[str, Any])
def list_cases(request: HttpRequest, asked: Query[CasesAsked]) -> dict[str, Any]:
    """Cases of the jurisdiction in the order of opening; ``next`` is the ``after`` of the following page, null at the end."""
    by = caller(request)
    cases = Case.objects.filter(home=by.organisation)
    if asked.after:
        last = cases.filter(number=asked.after).values_list("pk", flat=True).first()
        if last is None:
            raise _wrong("after", "unknown_case", _("没有这个办件。"))
        cases = cases.filter(pk__gt=last)
    if asked.service:
        cases = cases.filter(service=asked.service)
    if asked.state:
        cases = cases.filter(Q(result="") if asked.state == "running" else ~Q(result=""))
    rows = list(cases.select_related("person", "unit", "definition").order_by("pk")[: asked.size + 1])
    further, rows = len(rows) > asked.size, rows[: asked.size]
    return {"cases": [_told(case) for case in rows], "next": rows[-1].number if further else None}


@router.post("/cases", auth=needs(Scope.CASES_OPEN), url_name="cases-open", response=dict[str, Any])
def open_case(request: HttpRequest, wanted: CaseIn) -> dict[str, Any]:
    """Open an application for a person or a unit; 409 when the id stands for something else or nothing is taken in now."""
    by = caller(request)
    if wanted.service not in by.pack.services:
        raise _wrong("service", "unknown_service", _("没有这个事项。"))
    person, unit = _applicant(by, wanted)
    if wanted.papers and not wanted.hand_in:
        raise _wrong("papers", "not_handed_in", _("没有提交的申请不能附材料。"))
    materials = _materials(by, by.pack.services[wanted.service], wanted.papers)
    try:
        case, new = receive_case(
            token=by.token,
            key=wanted.id,
            system=_system(by),
            home=by.organisation,
            service=wanted.service,
            person=person,
            unit=unit,
            answers=wanted.answers,
            materials=materials,
            hand_in=wanted.hand_in,
        )
    except OtherContent as other:
        message = _("这个编号已用于另一申请：%(number)s。") % {"number": other.case.number}
        raise Refusal(409, message, [{"at": "id", "code": "other_content", "message": message}]) from other
    except NotTakenIn as frozen:
        problem = {"at": "service", "code": "not_taken_in", "message": str(frozen)}
        raise Refusal(409, str(frozen), [problem]) from frozen
    except CaseRefused as refused:
        raise _refused(refused) from refused
    return _told(_found(by, case.number)) | {"id": wanted.id, "new": new}


@router.get("/cases/{number}", auth=needs(Scope.CASES_READ), url_name="case", response=dict[str, Any])
def read_case(request: HttpRequest, number: str) -> dict[str, Any]:
    """One case: where it stands, what waits for whom, until when."""
    case = _found(caller(request), number)
    service, turns = service_of(case), load(case).turns.values()
    return _told(case) | {
        "tasks": [
            {
                "task": turn.key,
                "title": both(service.posts[turn.key].title),
                "open": turn.open,
                "waits_for_applicant": turn.waiting,
                "result": turn.result or None,
                "due_on": turn.due_on,
                "provisional": turn.provisional,
            }
            for turn in turns
        ],
        "marks": [
            {"name": name, "note": note} for turn in turns if turn.waiting for name, note in turn.marks
        ],
    }


@router.get(
    "/cases/{number}/history", auth=needs(Scope.CASES_READ), url_name="case-history", response=dict[str, Any]
)
def read_history(request: HttpRequest, number: str) -> dict[str, Any]:
    """What happened to a case; who acted is told as a role, not by name."""
    case = _found(caller(request), number)
    return {
        "number": case.number,
        "events": [
            {
                "version": event.version,
                "at": event.at.astimezone(SHANGHAI).isoformat(),
                "action": event.action,
                "role": event.role or None,
                "for_applicant": bool(event.on_behalf),
                "before": event.before,
                "after": event.after,
                "task": event.task or None,
                "reason": event.reason,
            }
            for event in case.events.order_by("version", "position")
        ],
    }


@router.get(
    "/cases/{number}/steps", auth=needs(Scope.CASES_READ), url_name="case-steps", response=dict[str, Any]
)
def read_steps(request: HttpRequest, number: str) -> dict[str, Any]:
    """What a system may do in the case now; ``version`` belongs to the answer."""
    by = caller(request)
    case = _found(by, number)
    service: Service = service_of(case)
    return {
        "number": case.number,
        "version": case.version,
        "steps": [
            {
                "action": item.action,
                "task": item.task or None,
                "title": both(item.title),
                "reason": item.reason,
                "scope": (Scope.CASES_ACT if _of_office(item.task, service) else Scope.CASES_OPEN).value,
            }
            for item in system_actions(_system(by), service, load(case))
        ],
    }


@router.post(
    "/cases/{number}/steps", auth=needs(Scope.CASES_ACT), url_name="case-act", response=dict[str, Any]
)
def take_step(request: HttpRequest, number: str, wanted: StepIn) -> dict[str, Any]:
    """Give the opinion of a department or carry out a task; 409 when the case has moved on."""
    return _act(request, number, wanted, as_applicant=False)


@router.post(
    "/cases/{number}/applicant",
    auth=needs(Scope.CASES_OPEN),
    url_name="case-applicant",
    response=dict[str, Any],
)
def act_for_applicant(request: HttpRequest, number: str, wanted: StepIn) -> dict[str, Any]:
    """Hand in, supplement or withdraw a case that came through the API, for the applicant."""
    return _act(request, number, wanted, as_applicant=True)


def _act(request: HttpRequest, number: str, wanted: StepIn, *, as_applicant: bool) -> dict[str, Any]:
    by = caller(request)
    case = _found(by, number)
    task = wanted.task or ""
    open_to_us = system_actions(_system(by), service_of(case), load(case))
    if case.version == wanted.version and not any(
        item.action == wanted.action and _of_office(item.task, service_of(case)) is not as_applicant
        for item in open_to_us
    ):
        raise _refused(CaseRefused(Why.ENDED if case.ended else Why.NOT_YOURS))
    if wanted.papers and not as_applicant:
        raise _wrong("papers", "not_yours", _("材料由申请人提交。"))
    action = Wanted(
        wanted.action,
        task=task,
        reason=wanted.reason,
        marks=[(mark.name, mark.note) for mark in wanted.marks],
        answers=wanted.answers,
        materials=_materials(by, service_of(case), wanted.papers),
    )
    try:
        act_on_case(
            case=case,
            wanted=action,
            by=None,
            expected_version=wanted.version,
            system=_system(by, wanted.official),
        )
    except Overtaken as overtaken:
        problem = {"at": "version", "code": "moved_on", "message": str(overtaken)}
        raise Refusal(409, str(overtaken), [problem]) from overtaken
    except CaseRefused as refused:
        raise _refused(refused) from refused
    return _told(_found(by, number))


def _materials(
    by: Caller, service: Service, papers: Mapping[str, Sequence[UUID]]
) -> dict[str, tuple[str, ...]]:
    """Papers by material; each has to be one that this token uploaded, of a kind and size that the material takes."""
    known = papers_of(by.token, [str(uuid) for uuids in papers.values() for uuid in uuids]) if papers else {}
    problems: list[dict[str, Any]] = []
    for name, uuids in papers.items():
        material = service.materials.get(name)
        if material is None:
            message = _("这个事项没有这种材料。")
            problems.append({"at": f"papers.{name}", "code": "unknown_material", "message": message})
            continue
        for place, uuid in enumerate(uuids):
            at, file = f"papers.{name}[{place}]", known.get(str(uuid))
            refused = paper_refused(material, file.kind, file.size) if file else None
            if file is None:
                message = _("没有这份材料，或它已被删除。")
                problems.append({"at": at, "code": "unknown_paper", "message": message})
            elif refused is not None:
                problems.append({"at": at, "code": "wrong_kind", "message": refused.in_language(language())})
    if problems:
        raise Refusal(422, problems[0]["message"], problems[:100])
    return {name: tuple(str(uuid) for uuid in uuids) for name, uuids in papers.items()}


def _of_office(task: str, service: Service) -> bool:
    """A task of a step; what the applicant does has none, or is the first step."""
    return bool(task) and task not in {post.key for post in service.first.posts}


def _system(by: Caller, official: str = "") -> System:
    words = ("API", by.token.name, official)
    return System(f"token:{by.token.pk}", " · ".join(word for word in words if word))


def _found(by: Caller, number: str) -> Case:
    case = (
        Case.objects.filter(home=by.organisation, number=number.upper()).select_related(*CASE_PARTS).first()
    )
    if case is None:
        raise Http404
    return case


def _applicant(by: Caller, wanted: CaseIn) -> tuple[Person | None, Organisation | None]:
    if (wanted.person is None) is (wanted.unit is None):
        raise _wrong("person", "one_applicant", _("请在 person 和 unit 中写一个。"))
    if wanted.unit is not None:
        unit = Organisation.objects.under(by.organisation.path).filter(code=wanted.unit).first()
        if unit is None:
            raise _wrong("unit", "unknown_unit", _("没有这个机构。"))
        return None, unit
    person = Person.objects.filter(home=by.organisation, number=str(wanted.person).upper()).first()
    if person is None:
        raise _wrong("person", "unknown_person", _("没有这个人才编号。"))
    return person, None


def _wrong(place: str, code: str, message: str) -> Refusal:
    return Refusal(422, message, [{"at": place, "code": code, "message": message}])


def _refused(refused: CaseRefused) -> Refusal:
    """Wrong content is 422 with its places; what cannot be now is 409 with the engine's word."""
    lang = language()
    message = refused.reason.in_language(lang)
    places = [
        {"at": name, "code": refused.why.value, "message": text.in_language(lang)}
        for name, text in refused.fields.items()
    ]
    problems = places or [{"at": "", "code": refused.why.value, "message": message}]
    return Refusal(422 if refused.why in WRONG else 409, message, problems[:100])


def _told(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "service": case.service,
        "definition": case.definition.digest,
        "person": case.person.number if case.person else None,
        "unit": case.unit.code if case.unit else None,
        "state": case.state,
        "version": case.version,
        "result": case.result or None,
        "opened_at": _local(case.opened_at),
        "submitted_at": _local(case.submitted_at),
        "moved_at": _local(case.moved_at),
        "ended_at": _local(case.ended_at),
        "due_on": case.due_on,
        "provisional": case.provisional,
        "waits_for_applicant": case.supplementing,
        "working_days": case.working_days,
        "on_time": case.on_time,
    }


def _local(moment: Any) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat() if moment else None
