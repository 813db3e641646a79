"""Several applications handed in at once (一件事、组合申请): all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.opening import NotTakenIn, submit_application
from juxian.apps.services.models import Case
from juxian.apps.services.queries.calendar import office_time
from juxian.core.services import CaseRefused


@dataclass(frozen=True, slots=True)
class Part:
    """What is handed in for one of the services."""

    service: str
    answers: Mapping[str, Any]
    materials: Mapping[str, Sequence[str]] = field(default_factory=dict)


class TogetherRefused(Exception):
    """Nothing was opened. refused: service → what stands against it; every service was asked."""

    def __init__(self, refused: Mapping[str, CaseRefused | NotTakenIn]) -> None:
        super().__init__(", ".join(refused))
        self.refused = refused


@transaction.atomic
def submit_together(
    *,
    home: Organisation,
    parts: Sequence[Part],
    by: User,
    person: Person | None = None,
    unit: Organisation | None = None,
    at: datetime | None = None,
) -> list[Case]:
    """Open and hand in one case for each part, in the order of the parts; they share a group, which is the number of the first.

    Raises ``KeyError`` (not offered) and ``TogetherRefused``.
    """
    moment = at or office_time()
    cases: list[Case] = []
    refused: dict[str, CaseRefused | NotTakenIn] = {}
    for part in parts:
        try:
            cases.append(
                submit_application(
                    home=home,
                    service=part.service,
                    by=by,
                    answers=part.answers,
                    materials=part.materials,
                    person=person,
                    unit=unit,
                    at=moment,
                )
            )
        except (CaseRefused, NotTakenIn) as why:
            refused[part.service] = why
    if refused:
        raise TogetherRefused(refused)
    if len(cases) > 1:
        _group(cases, by, home)
    return cases


def _group(cases: Sequence[Case], by: User, home: Organisation) -> None:
    group = cases[0].number
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(group=group)
    for case in cases:
        case.group = group
    record(
        "services.submitted_together",
        actor=by,
        subject=cases[0],
        organisation_path=home.path,
        detail={"group": group, "numbers": [case.number for case in cases]},
    )
