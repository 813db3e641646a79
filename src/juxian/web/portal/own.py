"""The record of the person who is signed in (本人档案)."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from juxian.apps.persons.models import Person
from juxian.web.kit.access import user_of


def own_record(request: HttpRequest) -> Person | None:
    """With its jurisdiction; None for an account without a record, and for one that was merged or left the register."""
    return Person.objects.living_records().select_related("home").filter(user=user_of(request)).first()


def own_record_or_404(request: HttpRequest) -> Person:
    found = own_record(request)
    if found is None:
        raise Http404
    return found
