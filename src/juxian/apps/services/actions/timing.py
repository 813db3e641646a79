"""What the clock does, in batches; and what a new calendar does to running cases (到期处理与重算)."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import SHANGHAI, now
from juxian.apps.services.actions.rows import insert_rows, update_rows
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import CalendarYear, Case, CaseEvent, Seat, Timer, Turn
from juxian.apps.services.models.turns import FAR
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load_many, term_of
from juxian.core.services import CLOCK, Action, CaseRefused, act
from juxian.core.services.definition import SERVICE_TIMER
from juxian.core.source import Rejected, Source
from juxian.core.workdays import Calendar, Deadline, read_year

AT_ONCE = 200  # cases of one transaction
ROUNDS = 500  # of one call
REDATED_AT_ONCE = 2000


def sweep_timers(*, at: datetime | None = None) -> str:
    """Let every clock that has run out act, each as on the morning after its last day; returns what happened.

    A worker that dies leaves whole transactions: what was not committed is found again.
    """
    moment = at or office_time()
    acted = 0
    for _round in range(ROUNDS):
        done = _sweep_some(moment)
        if not done:
            break
        acted += done
    return f"{acted} timers"


@transaction.atomic
def _sweep_some(moment: datetime) -> int:
    """One earliest timer each of some cases."""
    due = Timer.objects.filter(waits=True, provisional=False, due_on__lt=moment.date())
    rows = due.order_by("due_on", "id").values_list("case_id", flat=True)[: AT_ONCE * 2]
    ids = list(dict.fromkeys(rows))[:AT_ONCE]
    if not ids:
        return 0
    calendar = current_calendar()
    changes = [
        change for loaded in load_many(_locked(ids)) if (change := _due_change(loaded, calendar, moment))
    ]
    if changes:
        store(changes, calendar, locked=True)
        record(
            "services.timers_acted",
            detail={
                "cases": len(changes),
                "first": changes[0].before.case.number,
                "day": moment.date().isoformat(),
            },
        )
    return len(changes)


def _locked(ids: Sequence[int]) -> list[Case]:
    """Those of the cases that nobody else is moving now, in the order of their ids, locked until the transaction ends."""
    cases = Case.objects.filter(pk__in=ids).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        free = cases.select_for_update(skip_locked=True).values_list("pk", flat=True)
        ids = list(free)
    return list(Case.objects.filter(pk__in=ids).select_related(*CASE_PARTS).order_by("id"))


def _due_change(loaded: Loaded, calendar: Calendar, moment: datetime) -> Change | None:
    due = loaded.state.due_timers(moment.date())
    if not due:
        return None
    morning = datetime.combine(due[0].deadline.day + timedelta(days=1), time(), SHANGHAI)
    service = service_of(loaded.case)
    try:
        outcome = act(service, loaded.state, Action("due", due[0].key), CLOCK, morning, calendar)
    except CaseRefused:
        _settle(loaded, due[0].key, calendar)
        return None
    return Change(loaded, outcome, service, morning)


def _settle(loaded: Loaded, key: str, calendar: Calendar) -> None:
    """The row said due, the calendar of now does not: bring the row up to it, so that the sweep goes on."""
    row = loaded.timers[key]
    deadline = calendar.due(term_of(row))
    told = row.due_on == deadline.day and row.provisional == deadline.provisional
    Timer.objects.filter(pk=row.pk).update(
        due_on=deadline.day, provisional=deadline.provisional, waits=not told and row.waits
    )


# a new notice


@transaction.atomic
def upload_year(*, text: str, year: int, by: User) -> CalendarYear:
    """Take in the announced days of a year (上传放假安排). Raises ``Rejected`` with every problem of the text.

    Running cases are dated anew by ``redate_cases`` afterwards.
    """
    read, problems = read_year(Source(f"{year}", text), year)
    if read is None:
        raise Rejected(problems)
    made = CalendarYear.objects.create(year=year, text=text, uploaded_at=now(), uploaded_by=by)
    record(
        "services.calendar_uploaded", actor=by, subject=made, detail={"year": year, "days": len(read.days)}
    )
    return made


def redate_cases(*, by: User | None = None, at: datetime | None = None) -> int:
    """Date every running clock anew by the calendar of now; each change stands in the history of its case.

    Returns how many cases changed. Some cases at a time, each set in a transaction of its own with its line in the audit log:
    what was interrupted is simply done again, and finds what was written already in order.
    """
    calendar, moment, changed, last = current_calendar(), at or office_time(), 0, 0
    known: dict[Hashable, Deadline] = {}
    while ids := _cases_with_clocks(last):
        last = ids[-1]
        changed += _redate_some(ids, calendar, known, moment, by)
    return changed


def _cases_with_clocks(after: int) -> list[int]:
    """The next cases that have a clock, by an index alone."""
    clocks = Timer.objects.filter(case__gt=after).order_by("case_id")
    return list(clocks.values_list("case_id", flat=True).distinct()[:REDATED_AT_ONCE])


@transaction.atomic
def _redate_some(
    ids: Sequence[int], calendar: Calendar, known: dict[Hashable, Deadline], moment: datetime, by: User | None
) -> int:
    """The cases are held before their clocks are read, so that nobody pauses or stops one in between.

    ids: in order, and every case with a clock between them; asked for as a stretch, which costs less than naming each.
    """
    stretch = ids[0], ids[-1]
    cases = {
        pk: (version, state)
        for pk, version, state in Case.objects.filter(pk__range=stretch)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "version", "state")
    }
    clocks: dict[int, list[_Clock]] = {}
    moving: set[int] = set()
    for row in (
        Timer.objects.filter(case_id__gte=stretch[0], case_id__lte=stretch[1])
        .order_by("case_id", "id")
        .values_list(*_CLOCK)
    ):
        new = _deadline(row[5:], calendar, known)
        has_moved = row[3] != new.day or row[4] != new.provisional
        clock = _Clock(row[0], row[1], row[2], row[3], row[4], new, has_moved)
        clocks.setdefault(clock.case, []).append(clock)
        if has_moved:
            moving.add(row[1])
    moved = {pk: own for pk, own in clocks.items() if pk in moving and pk in cases}
    if not moved:
        return 0
    _write_clocks(moved)
    _write_cases(moved, cases, moment)
    record("services.redated", actor=by, detail={"cases": len(moved), "day": moment.date().isoformat()})
    return len(moved)


class _Clock(NamedTuple):
    """A clock by the calendar that was, and its deadline by that of now."""

    id: int
    case: int
    key: str
    due_on: date
    provisional: bool
    new: Deadline
    has_moved: bool


_TERM = ("days", "unit", "counts_first_day", "rolls", "since", "after_hours")
_CLOCK = ("id", "case", "key", "due_on", "provisional", *_TERM, Cast("pauses", TextField()))


def _deadline(term: tuple[Any, ...], calendar: Calendar, known: dict[Hashable, Deadline]) -> Deadline:
    """Equal terms are counted once; their pauses are read from the text only then."""
    found = known.get(term)
    if found is None:
        timer = Timer(**dict(zip(_TERM, term[:-1], strict=True)), pauses=json.loads(term[-1]))
        found = known[term] = calendar.due(term_of(timer))
    return found


def _write_clocks(moved: Mapping[int, Sequence[_Clock]]) -> None:
    """Timers, and the turns and seats that repeat their day; those between them are given the day that they have."""
    stretch = {"case_id__gte": min(moved), "case_id__lte": max(moved)}
    rows = [
        (clock.new.day, clock.new.provisional, clock.id)
        for own in moved.values()
        for clock in own
        if clock.has_moved
    ]
    update_rows(Timer, ("due_on", "provisional"), rows)
    clocks = Timer.objects.filter(case=OuterRef("case"), key=OuterRef("key"))
    working = Turn.objects.filter(**stretch, current=True, open=True).filter(Exists(clocks))
    working.update(
        due_on=Subquery(clocks.values("due_on")), provisional=Subquery(clocks.values("provisional"))
    )
    turns = Turn.objects.filter(pk=OuterRef("turn"))
    dated = Coalesce(Subquery(turns.values("due_on")), Value(FAR))
    Seat.objects.filter(**stretch, open=True).update(due_on=dated)


def _write_cases(
    moved: Mapping[int, Sequence[_Clock]], cases: Mapping[int, tuple[int, str]], moment: datetime
) -> None:
    """A redating adds one to the version: whoever has the page open is told that something changed."""
    rows = []
    for pk, own in moved.items():
        whole = [clock for clock in own if clock.key == SERVICE_TIMER]
        nearest = min(whole or own, key=lambda clock: clock.new.day).new
        rows.append((nearest.day, nearest.provisional, cases[pk][0] + 1, pk))
    update_rows(Case, ("due_on", "provisional", "version"), rows)
    details: dict[Hashable, dict[str, Any]] = {}
    events = [_event(pk, *cases[pk], own, moment, details) for pk, own in moved.items()]
    insert_rows(CaseEvent, _EVENT, events)


_EVENT = (
    "case", "version", "position", "at", "actor", "role", "on_behalf", "action", "before", "after", "task", "reason", "detail",
)  # fmt: skip


def _event(
    pk: int,
    version: int,
    state: str,
    own: Sequence[_Clock],
    moment: datetime,
    details: dict[Hashable, dict[str, Any]],
) -> tuple[Any, ...]:
    """One line for each case; the words of core.services.redate. details: what was said of others, once for equal days."""
    days = tuple((clock.key, clock.due_on, clock.new.day) for clock in own if clock.has_moved)
    detail = details.get(days)
    if detail is None:
        said = {key: [old.isoformat(), new.isoformat()] for key, old, new in days}
        detail = details[days] = {**said, "by": CLOCK.id}
    return pk, version + 1, 0, moment, None, "", "", "redate", state, state, "", "", detail
