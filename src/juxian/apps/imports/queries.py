"""Reading batches for a user, and what a row says (批次查询)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.imports.enums import RowReason, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.organisations.models import Organisation
from juxian.core.identity import mask_document
from juxian.core.secrecy import unseal
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.rows import CellProblem, ReadCell, RowFact
from juxian.core.text import Text

SENDERS = (Role.OFFICE, Role.EMPLOYER)


@dataclass
class RowContent:
    """What a row says, as it is kept sealed. number: the canonical document number, empty when there is none.

    candidates: ids of persons that it may be, where somebody has to decide.
    """

    number: int
    cells: list[str]
    name: str
    document_kind: str = ""
    document_number: str = ""
    facts: list[RowFact] = field(default_factory=list)
    read: list[ReadCell] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)

    @property
    def masked(self) -> str:
        return mask_document(self.document_kind, self.document_number) if self.document_number else ""

    def as_json(self) -> str:
        """The form that is sealed."""
        content = {
            "cells": self.cells,
            "name": self.name,
            "document": [self.document_kind, self.document_number],
            "facts": [
                [fact.kind, fact.value, fact.since.isoformat(), fact.until and fact.until.isoformat()]
                for fact in self.facts
            ],
            "read": [[item.column, item.target, item.value, item.rule] for item in self.read],
            "problems": [_problem_as_list(problem) for problem in self.problems],
            "candidates": self.candidates,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def content_of(row: Row) -> RowContent:
    """What a row says; raises ``Unreadable`` when it was sealed with another key."""
    return content_from_json(row.number, unseal(bytes(row.sealed), settings.JUXIAN_KEYS))


def content_from_json(number: int, text: str) -> RowContent:
    """The inverse of ``RowContent.as_json``."""
    found = json.loads(text)
    return RowContent(
        number=number,
        cells=found["cells"],
        name=found["name"],
        document_kind=found["document"][0],
        document_number=found["document"][1],
        facts=[
            RowFact(kind, value, date.fromisoformat(since), date.fromisoformat(until) if until else None)
            for kind, value, since, until in found["facts"]
        ],
        read=[ReadCell(*item) for item in found["read"]],
        problems=[_problem_from_list(number, item) for item in found["problems"]],
        candidates=found["candidates"],
    )


def _problem_as_list(problem: CellProblem) -> list[Any]:
    hint = [problem.hint.zh, problem.hint.en] if problem.hint else None
    message = [problem.message.zh, problem.message.en]
    return [problem.column, problem.header, problem.raw, message, hint, problem.severity, problem.reason]


def _problem_from_list(number: int, item: list[Any]) -> CellProblem:
    column, header, raw, message, hint, severity, reason = item
    return CellProblem(
        number, column, header, raw, Text(*message), Text(*hint) if hint else None, severity, reason
    )


def batches_visible_to(user: User) -> QuerySet[Batch]:
    """Batches sent by organisations at or below those where the user is office or employer."""
    return Batch.objects.sent_from(*user.paths_for(SENDERS, on=today())).select_related(
        "organisation", "home"
    )


def senders_for(user: User) -> QuerySet[Organisation]:
    """Organisations for which the user may hand in a roster: an own one for employers, all for the office."""
    return Organisation.objects.under(*user.paths_for(SENDERS, on=today())).order_by("path")


def reasons_in(batch: Batch) -> list[tuple[RowReason, int]]:
    """Why rows wait, with their number, most frequent first."""
    found = (
        batch.rows.filter(state=RowState.WAITING)
        .values("reason")
        .annotate(rows=Count("id"))
        .order_by("-rows", "reason")
    )
    return [(RowReason(item["reason"]), item["rows"]) for item in found]


def organisations_of(home: Organisation) -> Organisations:
    """The names by which rosters may call the organisations of a jurisdiction."""
    rows = Organisation.objects.under(home.path).values_list("code", "name", "aliases")
    return Organisations.of(rows)


def employers_below(organisation: Organisation) -> frozenset[str]:
    """Codes of an organisation and everything below it."""
    return frozenset(Organisation.objects.under(organisation.path).values_list("code", flat=True))


def earlier_batch(organisation: Organisation, sha256: str) -> Batch | None:
    """The same file from the same sender, handed in before and not undone."""
    return (
        Batch.objects.filter(organisation=organisation, sha256=sha256)
        .exclude(state__in=("undone", "rejected"))
        .first()
    )


def contents_of(rows: Iterable[Row]) -> list[tuple[Row, RowContent]]:
    """Rows with what they say, in order."""
    return [(row, content_of(row)) for row in rows]
