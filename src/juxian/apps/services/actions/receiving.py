"""Another system opens a case, once for each of its own ids (接口收件)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.opening import open_service, submit_application
from juxian.apps.services.models import Case, SystemCase
from juxian.apps.services.queries.actors import System
from juxian.apps.tokens.models import ApiToken


class OtherContent(Exception):
    """The id was used for something else before."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.number)
        self.case = case


def receive_case(
    *,
    token: ApiToken,
    key: str,
    system: System,
    home: Organisation,
    service: str,
    person: Person | None = None,
    unit: Organisation | None = None,
    answers: Mapping[str, Any],
    hand_in: bool,
) -> tuple[Case, bool]:
    """The case of this id, and whether it is new. hand_in: else the applicant has to fill it in and hand it in.

    Raises ``OtherContent`` and what ``submit_application`` raises. Two at once: one waits for the other's transaction.
    """
    asked = [service, person.pk if person else 0, unit.pk if unit else 0, dict(answers), hand_in]
    content = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    found = _known(token, key, content)
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            if hand_in:
                case = submit_application(
                    home=home,
                    service=service,
                    by=None,
                    person=person,
                    unit=unit,
                    answers=answers,
                    system=system,
                )
            else:
                case = open_service(
                    home=home, service=service, by=None, person=person, unit=unit, system=system
                )
            SystemCase.objects.create(case=case, token=token, key=key, content=content)
    except IntegrityError:
        found = _known(token, key, content)
        if found is None:
            raise
        return found, False
    return case, True


def _known(token: ApiToken, key: str, content: str) -> Case | None:
    row = SystemCase.objects.filter(token=token, key=key).select_related("case").first()
    if row is None:
        return None
    if row.content != content:
        raise OtherContent(row.case)
    return row.case
