"""Reading teams, carriers and pairs for a user, as of any day (团队与平台查询)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.collectives.models import Collective, CollectiveQuerySet, Pairing, PairingQuerySet, Stay
from juxian.apps.collectives.rules import READERS
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person


def collectives_visible_to(user: User) -> CollectiveQuerySet:
    """Of the whole place for office and leaders, of their own units for employers, own ones for a person; else none."""
    day = today()
    found = Collective.objects.under(*user.paths_for(READERS, on=day))
    employing = user.paths_for([Role.EMPLOYER], on=day)
    if employing:
        found = found | Collective.objects.filter(host__in=Organisation.objects.under(*employing))
    if user.person_id:
        own = Stay.objects.filter(person=user.person_id).values("collective")
        found = found | Collective.objects.filter(pk__in=own)
    return found


def pairings_visible_to(user: User) -> PairingQuerySet:
    """As ``collectives_visible_to``; an employer sees the pairs of which one of the two is employed there now."""
    day = today()
    found = Pairing.objects.under(*user.paths_for(READERS, on=day))
    employing = user.paths_for([Role.EMPLOYER], on=day)
    if employing:
        codes = Organisation.objects.under(*employing).values("code")
        found = found | Pairing.objects.filter(
            Q(mentor__profile__employer__in=codes) | Q(apprentice__profile__employer__in=codes)
        )
    if user.person_id:
        found = found | Pairing.objects.filter(Q(mentor=user.person_id) | Q(apprentice=user.person_id))
    return found


def sizes_of(collectives: Sequence[Collective], day: date) -> dict[int, int]:
    """Collective → members on the day; those without any are left out. One query."""
    stays = Stay.objects.on(day).filter(collective__in=[one.pk for one in collectives]).order_by()
    return dict(stays.values_list("collective").annotate(number=Count("pk")))


def leaders_of(collectives: Sequence[Collective], day: date) -> dict[int, Person]:
    """Collective → who led it on the day. One query."""
    stays = Stay.objects.on(day).filter(collective__in=[one.pk for one in collectives], leads=True)
    return {stay.collective_id: stay.person for stay in stays.select_related("person")}


def stays_of(person: Person) -> QuerySet[Stay]:
    """Teams and carriers of a person, the newest first."""
    return person.stays.select_related("collective__host").order_by("-since", "-pk")


def pairings_of(person: Person) -> QuerySet[Pairing]:
    """Pairs of a person on either side, the newest first."""
    found = Pairing.objects.filter(Q(mentor=person) | Q(apprentice=person))
    return found.select_related("mentor", "apprentice").order_by("-since", "-pk")


def ended_before(home: Organisation, day: date) -> tuple[QuerySet[Stay], QuerySet[Pairing]]:
    """Stays and pairs of a place that were over on the day or earlier (留存期)."""
    stays = Stay.objects.filter(collective__home=home, until__isnull=False, until__lte=day)
    return stays, Pairing.objects.filter(home=home, until__isnull=False, until__lte=day)
