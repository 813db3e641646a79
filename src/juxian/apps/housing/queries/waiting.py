"""The queue of an estate and one's own place in it (轮候)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.housing.enums import LIVE_OFFERS
from juxian.apps.housing.models import Application, Ban, Estate, Lease
from juxian.apps.housing.queries.stock import estates_visible_to, scheme_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import schema_for
from juxian.core.allocation.waiting import Standing, WaitingList
from juxian.core.dates import add_months
from juxian.core.housing.points import Entry, expected_months, queue
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import APPLICATION_FIELDS

OBSERVED_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue. Applicants of equal points share ``first`` to ``last``; a draw will order them.

    months: expected wait, None when no flat came free in the last year.
    """

    standing: Standing
    first: int
    last: int
    of: int
    months: int | None


def applications_visible_to(user: User) -> QuerySet[Application]:
    found = Application.objects.filter(estate__in=estates_visible_to(user))
    return found.select_related("estate__home", "person", "spouse")


def applications_of(person: Person) -> QuerySet[Application]:
    return person.flat_applications.select_related("estate__home").order_by("-id")


def application_of_spouse(person: Person) -> Application | None:
    """The application of the household that the other of a couple made."""
    found = Application.objects.live().filter(spouse=person)
    return found.select_related("estate__home", "person").first()


def entry_of(application: Application) -> Entry:
    """An application as the core knows it; its id is the primary key."""
    return Entry(
        str(application.pk),
        application.applied_on,
        Snapshot(application.snapshot_on, application.snapshot),
    )


def queued(estate: Estate) -> QuerySet[Application]:
    """Applications that hold a place: waiting, and without a live offer."""
    return estate.applications.waiting().exclude(offers__state__in=LIVE_OFFERS)


def queue_of(estate: Estate, day: date, applications: Iterable[Application] | None = None) -> WaitingList:
    """The queue of a day by the rules of the estate."""
    found = queued(estate) if applications is None else applications
    return queue(scheme_of(estate), map(entry_of, found), schema_for(estate.home), day)


def freed_since(estate: Estate, day: date) -> int:
    """Spaces that came free in the twelve months before ``day``."""
    return Lease.objects.filter(
        estate=estate, keys_on__gt=add_months(day, -OBSERVED_MONTHS), keys_on__lte=day
    ).count()


def places_of(estate: Estate, day: date) -> list[Place]:
    """Everybody in the queue, first place first."""
    standings, freed = queue_of(estate, day).standings, freed_since(estate, day)
    firsts: dict[int, int] = {}
    for one in standings:
        firsts.setdefault(one.points, one.place)
    found = []
    for one in standings:
        first = firsts[one.points]
        last = first + len(one.tied_with)
        months = expected_months(last, freed, OBSERVED_MONTHS)
        found.append(Place(one, first, last, len(standings), months))
    return found


def place_of(application: Application, day: date) -> Place | None:
    """The place of one application; None while something is missing or an offer is open."""
    wanted = str(application.pk)
    return next((one for one in places_of(application.estate, day) if one.standing.id == wanted), None)


def missing_titles(application: Application, language: str) -> list[str]:
    """What is not known yet, as people call it."""
    profile = schema_for(application.estate.home).profile
    return [
        (profile[name].title if name in profile else APPLICATION_FIELDS[name].title).in_language(language)
        for name in application.missing
    ]


def bans_of(home: Organisation, day: date) -> QuerySet[Ban]:
    """Who may not apply in a place on ``day``, longest first (限制申请名单)."""
    found = Ban.objects.filter(home=home, since__lte=day, until__gt=day)
    return found.select_related("person").order_by("-until", "pk")


def ban_on(person: Person, day: date) -> Ban | None:
    """The ban that lasts longest on ``day``."""
    return person.housing_bans.filter(since__lte=day, until__gt=day).order_by("-until").first()
