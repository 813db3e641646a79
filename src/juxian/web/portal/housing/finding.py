"""The person who is signed in, and what is theirs (本人)."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest

from juxian.apps.accounts.models import User
from juxian.apps.persons.models import Person


def user_of(request: HttpRequest) -> User:
    """The signed-in user of a view that is not public."""
    return cast(User, request.user)


def own_person(request: HttpRequest) -> Person | None:
    """The record of the user; None for an account without one."""
    return Person.objects.living_records().select_related("home").filter(user=user_of(request)).first()


def own_person_or_404(request: HttpRequest) -> Person:
    found = own_person(request)
    if found is None:
        raise Http404
    return found
