"""What is filled in and not handed in yet (草稿)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from juxian.apps.accounts.models import User
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.models import Draft


def kept_draft(
    *, user: User, home: Organisation, service: str, person: Person | None, writes: bool
) -> Draft | None:
    """The draft; locked for a request that ``writes`` in a transaction, so that no second one makes a case of the same draft."""
    drafts = Draft.objects.filter(user=user, home=home, service=service, person=person)
    return (drafts.select_for_update() if writes and connection.in_atomic_block else drafts).first()


def save_draft(
    *,
    user: User,
    home: Organisation,
    service: str,
    person: Person | None,
    answers: Mapping[str, Any],
    materials: Mapping[str, list[str]] | None = None,
) -> Draft:
    """Keep the newest of what was typed; a draft is nobody else's business and leaves no audit entry.

    service: a service, or ``bundle:<id>``. materials: None leaves those that were attached before.
    """
    values: dict[str, Any] = {"answers": dict(answers), "saved_at": now()}
    if materials is not None:
        values["materials"] = dict(materials)
    draft, _created = Draft.objects.update_or_create(
        user=user, home=home, service=service, person=person, defaults=values
    )
    return draft


def drop_draft(*, user: User, home: Organisation, service: str, person: Person | None) -> None:
    """Throw a draft away."""
    Draft.objects.filter(user=user, home=home, service=service, person=person).delete()
