"""Which cases a user may see (可见办件)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Cover, Seat
from juxian.apps.services.rules import places_of_helper

WHOLE = (Role.OFFICE, Role.LEADER)  # see every case of their jurisdiction
STAFF = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER, Role.REVIEWER)


def visible_to(user: User) -> QuerySet[Case]:
    """Cases of the applicant, of their employer, of the place's office and leaders, of every unit that has or had a step in
    it, and of who helps or stands in for who helps, as long as they have a post there. Nobody else sees one.
    """
    day = today()
    condition = Q(pk__in=[])
    homes = _ids(user.paths_for(WHOLE, on=day))
    if homes:
        condition |= Q(home__in=homes)
    employing = _ids(user.paths_for([Role.EMPLOYER], on=day))
    if employing:
        condition |= Q(employer__in=employing) | Q(unit__in=employing)
    if user.person_id:
        condition |= Q(person=user.person_id) | Q(person__merged_into=user.person_id)
    for role in (Role.DEPARTMENT, Role.REVIEWER):
        units = _ids(user.paths_for([role], on=day))
        if units:
            seats = Seat.objects.filter(case=OuterRef("pk"), organisation__in=units, role=role)
            condition |= Q(Exists(seats))
    places = places_of_helper(user, day)
    if places:
        condition |= Q(officer__in=helped_by(user, day), home__code__in=places)
    return Case.objects.filter(condition)


def helped_by(user: User, day: date) -> list[int]:
    """The user, and those for whom they stand in on ``day``: ids."""
    covered = Cover.objects.filter(stand_in=user, since__lte=day, until__gt=day)
    return [user.pk, *covered.values_list("absent_id", flat=True)]


def _ids(paths: Sequence[str]) -> list[int]:
    """Ids as constants let the indexes of cases serve."""
    if not paths:
        return []
    return list(Organisation.objects.under(*paths).values_list("pk", flat=True))
