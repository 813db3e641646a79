"""What changed in a register since a place in its order (增量变更)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact

SETTLED = timedelta(minutes=5)  # a change is told when every transaction that began before it has ended


@dataclass(frozen=True, slots=True)
class Place:
    """How far a caller has read: the last fact recorded, and the last withdrawal (moment and fact)."""

    recorded: int = 0
    withdrawn_at: datetime | None = None
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that was recorded, or one that was taken back."""

    fact: Fact
    withdrawn: bool


def changes_since(
    home: Organisation, place: Place, moment: datetime, most: int
) -> tuple[list[Change], Place, bool]:
    """The next changes, the place behind them, and whether there are more. Two queries, each along an index.

    First what was recorded, then what was withdrawn; a statement that came and went is told both times. Nobody's
    statement is told before ``moment`` less five minutes.
    """
    settled = moment - SETTLED
    facts = Fact.objects.filter(person__home=home).select_related("person", "source")
    recorded = list(facts.filter(pk__gt=place.recorded, recorded_at__lte=settled).order_by("pk")[: most + 1])
    room = max(0, most - len(recorded))
    gone = list(_withdrawn(facts, place, settled)[: room + 1]) if len(recorded) <= most else []
    more = len(recorded) > most or len(gone) > room
    recorded, gone = recorded[:most], gone[:room]
    changes = [
        *(Change(fact, withdrawn=False) for fact in recorded),
        *(Change(fact, withdrawn=True) for fact in gone),
    ]
    behind = Place(
        recorded[-1].pk if recorded else place.recorded,
        gone[-1].withdrawn_at if gone else place.withdrawn_at,
        gone[-1].pk if gone else place.withdrawn,
    )
    return changes, behind, more


def _withdrawn(facts: QuerySet[Fact], place: Place, settled: datetime) -> QuerySet[Fact]:
    found = facts.filter(withdrawn_at__lte=settled).order_by("withdrawn_at", "pk")
    if place.withdrawn_at is None:
        return found
    later = Q(withdrawn_at__gt=place.withdrawn_at)
    return found.filter(later | Q(withdrawn_at=place.withdrawn_at, pk__gt=place.withdrawn))
