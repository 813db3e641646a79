"""Granting what needs no application, and declining it (免申即享的核定与放弃)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.policies.actions.telling import tell_account_wanted, tell_granted
from juxian.apps.policies.models import Found
from juxian.apps.policies.queries import pack_in_force
from juxian.apps.policies.registry import NotGranted, accounts_confirmed, granter

OPEN = (Found.State.WAITING, Found.State.STOPPED)
LONGEST_OUTCOME = 300
CHUNK = 500


class FoundChanged(Exception):
    """It was decided, declined or ended meanwhile."""


@transaction.atomic
def decline_found(*, found: Found, by: User, reason: str = "") -> None:
    """The person does not want it (放弃); may be taken back until it is granted. Raises ``FoundChanged``."""
    _change(found, OPEN, Found.State.DECLINED, by)
    _record("policies.found_declined", found, by, reason)


@transaction.atomic
def want_again(*, found: Found, by: User) -> None:
    """Take the declining back (恢复); the days to object are those of before. Raises ``FoundChanged``."""
    _change(found, (Found.State.DECLINED,), Found.State.WAITING, by)
    _record("policies.found_wanted", found, by)


def grant_found(*, found: Found, by: User | None = None, day: date | None = None) -> Found:
    """Grant it now: money through whoever promises money, all else by this row alone.

    What stands against it is kept as ``outcome`` for the office, and may be tried again. Raises ``FoundChanged``.
    """
    try:
        return _granted(found, by, day or today())
    except NotGranted as why:
        with transaction.atomic():
            words = str(why)[:LONGEST_OUTCOME]
            _change(found, OPEN, Found.State.STOPPED, by, outcome=words)
            _record("policies.found_stopped", found, by, words)
        return found


def grant_due(day: date, home: int | None = None) -> tuple[int, int]:
    """Grant everything whose days to object are over; returns how many were granted and how many could not be.

    Money waits until the person's bank details are confirmed; the person is told so once.
    """
    granted = stopped = 0
    last = 0
    due = Found.objects.standing().filter(state=Found.State.WAITING, decides_on__lte=day).order_by("pk")
    due = due.filter(home=home) if home else due
    while rows := list(due.filter(pk__gt=last).select_related("person__home", "home")[:CHUNK]):
        confirmed = accounts_confirmed([found.person_id for found in rows if found.amount_fen])
        for found in rows:
            if confirmed.get(found.person_id) is False and found.amount_fen:
                _wait_for_account(found)
                continue
            try:
                done = grant_found(found=found, day=day)
            except FoundChanged:
                continue
            granted += done.state == Found.State.GRANTED
            stopped += done.state == Found.State.STOPPED
        last = rows[-1].pk
    return granted, stopped


@transaction.atomic
def _wait_for_account(found: Found) -> None:
    """Granted only when the bank details are confirmed; said once, to the person and in the row."""
    words = _("等待本人确认收款账户")
    rows = Found.objects.standing().filter(pk=found.pk, state=Found.State.WAITING, outcome="")
    if rows.update(outcome=words):
        tell_account_wanted(found=found, pack=pack_in_force(found.home.pack, today()))
        _record("policies.found_waits", found, None, words)


@transaction.atomic
def _granted(found: Found, by: User | None, day: date) -> Found:
    locked = (
        Found.objects.select_for_update(of=("self",)).select_related("person__home", "home").get(pk=found.pk)
    )
    if locked.state not in OPEN or locked.ended_on is not None:
        raise FoundChanged(found.pk)
    pack = pack_in_force(locked.home.pack, day)
    policy = pack.policies.get(locked.policy)
    terms = policy.benefits.get(locked.benefit) if policy else None
    if terms is None:
        raise NotGranted(_("这项政策或待遇已不再施行。"))
    outcome, confirmed = "", None
    if terms.is_money and locked.amount_fen:
        promise = granter()
        if promise is None:
            raise NotGranted(_("本站没有接入资金发放。"))
        outcome = promise(locked.person, locked.policy, locked.benefit, f"found:{locked.pk}", day)
        confirmed = accounts_confirmed([locked.person_id]).get(locked.person_id, False)
    _change(found, OPEN, Found.State.GRANTED, by, outcome=outcome)
    tell_granted(found=locked, pack=pack, confirmed=confirmed, day=day.isoformat())
    _record("policies.found_granted", found, by, outcome)
    return found


def _change(
    found: Found, before: tuple[str, ...], after: Found.State, by: User | None, outcome: str = ""
) -> None:
    rows = Found.objects.standing().filter(pk=found.pk, state__in=before)
    if not rows.update(state=after, decided_by=by, decided_at=now(), outcome=outcome):
        raise FoundChanged(found.pk)
    found.refresh_from_db()


def _record(action: str, found: Found, by: User | None, reason: str = "") -> None:
    detail = {
        "person": found.person.number, "benefit": f"{found.policy}/{found.benefit}", "amount_fen": found.amount_fen,
    }  # fmt: skip
    record(action, actor=by, subject=found, organisation_path=found.home.path, detail=detail, reason=reason)
