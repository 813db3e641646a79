"""Closing the list for somebody (限制申请)."""

from __future__ import annotations

from datetime import date

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.housing.models import Ban, Estate
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.persons.models import Person
from juxian.core.housing.leaving import banned_until


def ban(
    *,
    estate: Estate,
    person: Person,
    cause: str,
    day: date,
    by: User | None,
    times: int = 1,
    stayed_since: date | None = None,
) -> Ban | None:
    """The ban that the scheme sets for a cause, or None; inside the transaction of what causes it."""
    until = banned_until(scheme_of(estate), cause, day, times, stayed_since)
    if until is None:
        return None
    made, created = Ban.objects.get_or_create(
        person=person, cause=cause, since=day, defaults={"home": estate.home, "until": until}
    )
    if created:
        detail = {"cause": str(cause), "until": until.isoformat()}
        record("housing.banned", actor=by, subject=made, organisation_path=estate.home.path, detail=detail)
    return made
