"""What seats repeat of their turn and case, kept in the transaction that changes it (办理席位同步)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from juxian.apps.services.actions.rows import update_rows
from juxian.apps.services.models import Case, Seat, Turn

AT_ONCE = 500


def lock_cases(cases: QuerySet[Case]) -> list[int]:
    """Keep others from moving cases until the transaction ends; their ids, in the order in which everybody locks.

    Whoever changes what seats repeat holds the case: of two at once, the second reads what the first has written.
    """
    held = cases.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(held.values_list("pk", flat=True))


def seat_officers(seats: QuerySet[Seat]) -> None:
    """Bring who works on open seats up to their turns and cases; the caller holds the cases."""
    taken = Turn.objects.filter(pk=OuterRef("turn")).values("officer")
    helping = Case.objects.filter(pk=OuterRef("case")).values("officer")
    seats.filter(open=True).update(officer=Coalesce(Subquery(taken), Subquery(helping)))


def seat_officers_of(turns: Sequence[int]) -> None:
    """As ``seat_officers``, of many turns."""
    for first in range(0, len(turns), AT_ONCE):
        seat_officers(Seat.objects.filter(turn__in=turns[first : first + AT_ONCE]))


def seat_turns(turns: Iterable[tuple[Turn, Case]]) -> None:
    """Bring the seats of turns up to them; the cases are held."""
    update_rows(
        Seat,
        ("open", "waiting", "due_on", "officer"),
        [
            (turn.open and turn.current, turn.waiting, turn.day, turn.officer_id or case.officer_id, turn.pk)
            for turn, case in turns
        ],
        by="turn",
    )
