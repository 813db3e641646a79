"""The jurisdiction that a page of the desk is about (当前管辖范围)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.web.kit.access import user_of
from juxian.web.kit.factforms import employers_of
from juxian.web.kit.scope import Scope, current_scope

__all__ = ["employers_of", "find_person", "home_of", "people_of"]


def home_of(scope: Scope) -> Organisation:
    """The root organisation of the acting post's pack: the jurisdiction whose register is kept."""
    if scope.organisation.code == scope.pack.root:
        return scope.organisation
    return Organisation.objects.get(code=scope.pack.root)


def people_of(request: HttpRequest, home: Organisation) -> QuerySet[Person]:
    """Persons of the jurisdiction that the user may see; ``home`` as a constant lets its indexes serve."""
    return persons_visible_to(user_of(request)).filter(home=home)


def find_person(request: HttpRequest, number: str) -> Person:
    """The person of the acting jurisdiction with this number; 404 for all others, merged ones included."""
    home = home_of(current_scope(request))
    people = people_of(request, home).select_related("home", "profile")
    return get_object_or_404(people, number=number)
