"""Reading proposals and confirmations for a user (更正查询)."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.corrections.models import Confirmation, Correction
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person


def corrections_visible_to(user: User) -> QuerySet[Correction]:
    """Of the jurisdictions whose talent office the user is; else what the user, or the user's unit, proposed."""
    day = today()
    seen = Q(by=user)
    if paths := user.paths_for([Role.OFFICE], on=day):
        seen |= Q(home__in=Organisation.objects.under(*paths))
    if paths := user.paths_for([Role.EMPLOYER], on=day):
        seen |= Q(employer__in=Organisation.objects.under(*paths))
    return Correction.objects.filter(seen)


def proposed_by(user: User) -> QuerySet[Correction]:
    """What the user, or the user's unit, proposed."""
    own = Q(by=user)
    if paths := user.paths_for([Role.EMPLOYER], on=today()):
        own |= Q(employer__in=Organisation.objects.under(*paths))
    return Correction.objects.filter(own).select_related("person", "about", "file", "employer")


def last_confirmed(person: Person) -> date | None:
    """The last day on which somebody confirmed the record."""
    return Confirmation.objects.filter(person=person).values_list("day", flat=True).first()
