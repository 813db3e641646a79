"""What the clock does, in batches; and what a new calendar does to running cases (到期处理与重算)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import F

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import SHANGHAI, now
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import CalendarYear, Case, CaseEvent, Seat, Timer, Turn
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load_many, term_of
from juxian.core.services import CLOCK, Action, CaseRefused, act
from juxian.core.services.definition import SERVICE_TIMER
from juxian.core.source import Rejected, Source
from juxian.core.workdays import Calendar, Deadline, Term, read_year

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

    Returns how many cases changed. Equal terms are counted once; rows are written in sets.
    """
    calendar, moment, changed, last = current_calendar(), at or office_time(), 0, 0
    known: dict[Term, Deadline] = {}
    while True:
        with transaction.atomic():
            rows = list(Timer.objects.filter(id__gt=last).order_by("id")[: REDATED_AT_ONCE * 2])
            if not rows:
                break
            last = rows[-1].pk
            moved = [(row, new) for row in rows if (new := _moved(row, calendar, known))]
            if moved:
                changed += _write_moved(moved, moment)
    if changed:
        record("services.redated", actor=by, detail={"cases": changed, "day": moment.date().isoformat()})
    return changed


def _moved(row: Timer, calendar: Calendar, known: dict[Term, Deadline]) -> Deadline | None:
    term = term_of(row)
    new = known.get(term)
    if new is None:
        new = known[term] = calendar.due(term)
    return new if (new.day, new.provisional) != (row.due_on, row.provisional) else None


def _write_moved(moved: Sequence[tuple[Timer, Deadline]], moment: datetime) -> int:
    """Timers, the turns and seats that repeat their day, cases, history."""
    ids = {row.case_id for row, _new in moved}
    cases = {case.pk: case for case in Case.objects.filter(pk__in=ids)}
    events = _redate_events(moved, cases, moment)
    _dates(Timer, [(new.day, new.provisional, row.pk) for row, new in moved])
    turns = {
        (turn.case_id, turn.key): turn.pk
        for turn in Turn.objects.filter(case__in=ids, current=True, open=True).only("id", "case_id", "key")
    }
    dated = [(new, turns[row.case_id, row.key]) for row, new in moved if (row.case_id, row.key) in turns]
    _dates(Turn, [(new.day, new.provisional, pk) for new, pk in dated])
    _seat_dates([(new.day, pk) for new, pk in dated])
    _case_dates(moved, cases)
    CaseEvent.objects.bulk_create(events, batch_size=500)
    return len(cases)


def _redate_events(
    moved: Iterable[tuple[Timer, Deadline]], cases: dict[int, Case], moment: datetime
) -> list[CaseEvent]:
    """One line for each case; the words of core.services.redate."""
    details: dict[int, dict[str, list[str]]] = {}
    for row, new in moved:
        details.setdefault(row.case_id, {})[row.key] = [row.due_on.isoformat(), new.day.isoformat()]
    return [
        CaseEvent(
            case_id=pk,
            version=cases[pk].version + 1,
            at=moment,
            action="redate",
            before=cases[pk].state,
            after=cases[pk].state,
            detail={**detail, "by": CLOCK.id},
        )
        for pk, detail in details.items()
    ]


def _dates(model: type[Timer] | type[Turn], rows: Sequence[tuple[date, bool, int]]) -> None:
    _many(f"UPDATE {model._meta.db_table} SET due_on = %s, provisional = %s WHERE id = %s", rows)  # noqa: S608  # a table of ours


def _seat_dates(rows: Sequence[tuple[date, int]]) -> None:
    _many(f"UPDATE {Seat._meta.db_table} SET due_on = %s WHERE turn_id = %s", rows)  # noqa: S608  # a table of ours


def _case_dates(moved: Sequence[tuple[Timer, Deadline]], cases: dict[int, Case]) -> None:
    """A redating adds one to the version: whoever has the page open is told that something changed."""
    whole = {row.case_id: new for row, new in moved if row.key == SERVICE_TIMER}
    nearest: dict[int, Deadline] = {}
    for row, new in moved:
        if row.case_id not in nearest or new.day < nearest[row.case_id].day:
            nearest[row.case_id] = new
    table = Case._meta.db_table
    own = {pk for pk in cases if pk not in whole} - _with_service_timer(set(cases) - set(whole))
    rows = [
        (new.day, new.provisional, pk) for pk, new in {**{pk: nearest[pk] for pk in own}, **whole}.items()
    ]
    _many(f"UPDATE {table} SET due_on = %s, provisional = %s WHERE id = %s", rows)  # noqa: S608  # a table of ours
    Case.objects.filter(pk__in=list(cases)).update(version=F("version") + 1)


def _with_service_timer(ids: set[int]) -> set[int]:
    """Cases whose day is that of the whole case, which did not move."""
    return set(Timer.objects.filter(case__in=ids, key=SERVICE_TIMER).values_list("case_id", flat=True))


def _many(statement: str, rows: Sequence[tuple[date | bool | int, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
