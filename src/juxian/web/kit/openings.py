"""Who opened whose record or case leaves an entry (打开留痕): the person can ask, and a leak can be traced."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest

from juxian.apps.audit.actions import record
from juxian.apps.persons.models import Person
from juxian.web.kit.access import user_of
from juxian.web.kit.origin import address_of
from juxian.web.kit.scope import current_scope

RECORD, CASE = "persons.record_opened", "services.case_opened"
A_DAY = 24 * 3600  # seconds


def note_opening(request: HttpRequest, person: Person, *, action: str = RECORD, **detail: Any) -> None:
    """Once a day and process for each user and record, and case where one is named. Own data are read without an entry."""
    scope, user = current_scope(request), user_of(request)
    if user.person_id == person.pk:
        return
    which = "-".join(map(str, (action, *detail.values(), user.pk, person.pk)))
    key = f"opened-{which}-{scope.as_of:%Y%m%d}"
    if not cache.add(key, True, A_DAY):
        return
    try:
        record(
            action,
            actor=user,
            subject=person,
            organisation_path=person.home.path,
            acting_as=f"{scope.role}@{scope.organisation.code}",
            detail=detail,
            address=address_of(request),
        )
    except DatabaseError:  # a locked or full database: without an entry nobody reads, now or at the next try
        cache.delete(key)
        raise
