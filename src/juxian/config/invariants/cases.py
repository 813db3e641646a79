"""Cases: what open seats repeat of their turn and case is what stands there (办件)."""

from __future__ import annotations

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from juxian.apps.services.models import Seat
from juxian.apps.services.models.turns import FAR
from juxian.config.invariants.result import Result, Scope
from juxian.core.text import Text


def seats(scope: Scope) -> Result:
    """Queues and their counts are read from seats alone; a seat that differs would hide work or show what is done."""
    every = Seat.objects.order_by("pk")
    works = Q(turn__open=True, turn__current=True)
    repeated = every.annotate(
        works_on=Coalesce("turn__officer", "case__officer"), day=Coalesce("turn__due_on", Value(FAR))
    )
    taken = Q(officer=None, works_on__isnull=False) | Q(officer__isnull=False, works_on=None)
    differs = taken | (Q(officer__isnull=False, works_on__isnull=False) & ~Q(officer=F("works_on")))
    differs |= ~Q(waiting=F("turn__waiting")) | ~Q(due_on=F("day"))
    differs |= ~Q(home=F("case__home")) | ~Q(service=F("case__service")) | ~Q(case=F("turn__case"))
    wrong = repeated.filter(Q(open=True) & differs | Q(open=True) & ~works | Q(open=False) & works)
    found = [
        Text(
            f"{number}：席位 {place} 与待办 {key} 不符",
            f"{number}: the seat {place} is not what its turn {key} says",
        )
        for number, place, key in wrong.values_list("case__number", "place", "turn__key")
    ]
    return Result(every.count(), found)
