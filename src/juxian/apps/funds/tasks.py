"""What is looked at every day (每日核查)."""

from __future__ import annotations

from juxian.apps.clock import today
from juxian.apps.funds.actions.events import follow_events
from juxian.apps.funds.actions.recoveries import detect_breaches
from juxian.apps.funds.actions.seats import return_seats_of_the_left
from juxian.apps.funds.enums import GrantState, ObligationState
from juxian.apps.funds.models import Grant, Obligation, Seat
from juxian.apps.organisations.models import Organisation


def check_obligations() -> int:
    """Running obligations of every place; returns how many breaks of service were found. Nothing is demanded.

    Posts of pools whose holders have left go back.
    """
    running = Obligation.objects.filter(state=ObligationState.RUNNING)
    homes = Organisation.objects.filter(pk__in=running.values("grant__home"))
    for home in Organisation.objects.filter(pk__in=Seat.objects.filter(left_on=None).values("home")):
        return_seats_of_the_left(home=home, day=today())
    return sum(len(detect_breaches(home=home, day=today())) for home in homes.order_by("pk"))


def check_events() -> int:
    """Payments that fall due with an event, and grants whose payments stop, of every place; returns how many."""
    paying = Grant.objects.filter(state=GrantState.ACTIVE)
    homes = Organisation.objects.filter(pk__in=paying.values("home")).order_by("pk")
    return sum(sum(follow_events(home=home, day=today())) for home in homes)
