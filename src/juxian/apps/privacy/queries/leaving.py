"""Who left long ago, and what still binds their record (离岗人员的保存期限)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post
from juxian.apps.cards.models import Card
from juxian.apps.collectives.models import Pairing, Stay
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Correction
from juxian.apps.funds.enums import InstalmentState, LineState, ObligationState, RecoveryState
from juxian.apps.funds.models import Grant, Instalment, Obligation, PaymentLine, Recovery, Seat
from juxian.apps.housing.enums import LIVE_APPLICATIONS
from juxian.apps.housing.models import Application, Ban, Bill, Lease
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.models import Fact, Person
from juxian.apps.privacy.enums import RequestState
from juxian.apps.privacy.models import ErasureRequest
from juxian.apps.privacy.queries.beside import GRANTS, MESSAGES, NOTICES, ROSTERS, ended_beside, months_before
from juxian.apps.services.models import Case
from juxian.core.packs.purposes import Leaving, months_after_leaving, months_of_record
from juxian.core.packs.schema import Pack

ME = OuterRef("pk")
# how what is kept beside facts names its person, where it is not ``person``
_NAMED_BY = {MESSAGES: "recipient__person", ROSTERS: "rows__person"}
Where = tuple[QuerySet[Any], Q]


def left_by(home: Organisation, leaving: Leaving, limit: date) -> QuerySet[Person]:
    """Those who had left on ``limit`` and of whom nothing is known since; who is not known to have left is none of them."""
    facts = Fact.objects.standing().filter(person=ME)
    ended = Fact.objects.standing().filter(
        person=OuterRef("person"), kind__in=leaving.events, since__gte=OuterRef("since")
    )
    gone = facts.filter(kind__in=leaving.events, since__lte=limit)
    over = facts.filter(kind__in=leaving.posts, until__lte=limit)
    here = facts.filter(kind__in=leaving.posts, until=None).exclude(Exists(ended))
    later = facts.filter(Q(since__gt=limit) | Q(until__gt=limit))
    found: QuerySet[Person] = Person.objects.living_records().filter(
        Exists(gone) | Exists(over), ~Exists(here), ~Exists(later), home=home
    )
    return found


def unbound(people: QuerySet[Person], day: date) -> QuerySet[Person]:
    """Those to whom nothing that is not over binds the place: no case, promise, debt, lease, card, post or request."""
    return _without(people, _running(day))


def _running(day: date) -> list[Where]:
    own, grant, lease = Q(person=ME), Q(grant__person=ME), Q(lease__person=ME) | Q(lease__spouse=ME)
    either, pair = own | Q(spouse=ME), Q(mentor=ME) | Q(apprentice=ME)
    open_end = Q(until=None) | Q(until__gt=day)
    owed = (RecoveryState.FOUND, RecoveryState.DEMANDED)
    return [
        (Case.objects.filter(ended_at=None), own),
        (Grant.objects.standing(), own),
        (Instalment.objects.filter(state=InstalmentState.PLANNED), grant),
        (PaymentLine.objects.filter(state=LineState.OPEN), Q(instalment__grant__person=ME)),
        (Obligation.objects.filter(state=ObligationState.RUNNING), grant),
        (Recovery.objects.filter(state__in=owed), Q(obligation__grant__person=ME)),
        (Seat.objects.filter(left_on=None), own),
        (Lease.objects.standing(), either),
        (Bill.objects.unpaid(), lease),
        (Application.objects.filter(state__in=LIVE_APPLICATIONS), either),
        (Ban.objects.filter(until__gt=day), own),
        (Card.objects.valid_on(day), own),
        (Stay.objects.filter(open_end), own),
        (Pairing.objects.filter(open_end), pair),
        (Correction.objects.filter(state=State.OPEN), own),
        (ErasureRequest.objects.filter(state=RequestState.OPEN), own),
        (Post.objects.filter(open_end).exclude(role=Role.PERSON), Q(user__person=ME)),
    ]


def _kept_by_law(home: Organisation, pack: Pack, day: date) -> list[Where]:
    """What a law keeps beside the facts and whose time is not over; payments as long as the promises they come from."""
    laws = {item.data: item for item in pack.keeping.values() if item.by_law}
    found: list[Where] = [
        (ended_beside(data, home), Q(**{_NAMED_BY.get(data, "person"): ME}))
        for data in laws
        if data != NOTICES  # which name people by what was shown of them, not by their record
    ]
    if GRANTS in laws:
        paid = PaymentLine.objects.filter(settled_on__gt=months_before(day, laws[GRANTS].months))
        found.append((paid, Q(instalment__grant__person=ME)))
    return found


def _without(people: QuerySet[Person], rows: list[Where]) -> QuerySet[Person]:
    for found, mine in rows:
        people = people.exclude(Exists(found.filter(mine)))
    return people


def facts_after_leaving(home: Organisation, day: date) -> list[tuple[int, QuerySet[Fact]]]:
    """(months, facts that never end and whose time after leaving is over); those that are kept as long as the record go with it."""
    pack = pack_of(home)
    leaving, purposes = pack.leaving, pack.purposes.values()
    if leaving is None:
        return []
    whole = months_of_record(pack.schema.kinds, list(purposes), leaving)
    groups: dict[int, list[str]] = {}
    for kind in pack.schema.kinds:
        months = months_after_leaving(kind, purposes, leaving)
        if months is not None and months != whole and kind not in (*leaving.events, *leaving.posts):
            groups.setdefault(months, []).append(kind)
    endless = Fact.objects.standing().filter(person__home=home, until=None)
    return [
        (months, endless.filter(kind__in=kinds, person__in=unbound(left_by(home, leaving, limit), day)))
        for months, kinds in sorted(groups.items())
        if left_by(home, leaving, limit := months_before(day, months)).exists()
    ]


def records_after_leaving(
    home: Organisation, day: date
) -> tuple[int | None, QuerySet[Person], QuerySet[Person]]:
    """(months, all who have left, those whose whole record goes on ``day``); months: None where a purpose has no end."""
    pack = pack_of(home)
    if pack.leaving is None:
        return None, Person.objects.none(), Person.objects.none()
    months = months_of_record(pack.schema.kinds, list(pack.purposes.values()), pack.leaving)
    everybody = left_by(home, pack.leaving, day)
    if months is None:
        return None, everybody, Person.objects.none()
    due = unbound(left_by(home, pack.leaving, months_before(day, months)), day)
    return months, everybody, _without(due, _kept_by_law(home, pack, day))


def not_the_last_post(leaving: Leaving) -> Q:
    """Facts of a kind of ``posts`` that are not the last one of their person: the end of that one says when they left."""
    longer = Fact.objects.standing().filter(person=OuterRef("person"), kind__in=leaving.posts)
    return Q(withdrawn_at__isnull=False) | Q(
        Exists(longer.filter(Q(until=None) | Q(until__gt=OuterRef("until"))))
    )
