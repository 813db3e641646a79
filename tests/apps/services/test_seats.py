"""Open seats repeat their turn and case at every commit; queues and their counts are read from seats alone (办理席位)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.services.actions import (
    assign_officer,
    cover_for,
    hand_over,
    move_turn,
    name_officer,
    put_back,
    redate_cases,
    take_turn,
    timing,
    upload_year,
)
from juxian.apps.services.models import Case, CaseEvent, Seat, Timer, Turn
from juxian.apps.services.queries import queue
from juxian.apps.services.queries.calendar import current_calendar
from juxian.config.invariants import Scope
from juxian.config.invariants.cases import seats
from tests.apps.services.stage import OPENED, Stage
from tests.core.services.place import at
from tests.factories import UserFactory

DAY = OPENED.date()
YEAR_2027 = "2027-01-01, 放假, 元旦\n2027-02-05..2027-02-11, 放假, 春节\n2027-01-30, 上班, 春节"
MARKS = [("account", "请核对")]


@pytest.fixture(autouse=True)
def on_the_day(stage: Stage, settings):
    settings.JUXIAN_TODAY = DAY


def wrong() -> list[str]:
    return [words.en for words in seats(Scope(every=True)).violations]


def money(case: Case) -> Turn:
    return Turn.objects.select_related("case__home").get(case=case, key="checks/money")


def seat_of(case: Case) -> Seat:
    return Seat.objects.get(turn=money(case))


def numbers(stage: Stage, duty: str = "finance") -> dict[str, int]:
    clerk = stage.clerks[duty]
    return queue.counts(queue.work_of(clerk, DAY), queue.lens_of(clerk, DAY, current_calendar()))


def test_seats_follow_everything_that_is_done_to_a_case(stage: Stage):
    finance, colleague = (
        stage.clerks["finance"],
        UserFactory(role="department", organisation=stage.units["finance"]),
    )
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    assert (seat_of(case).officer, seat_of(case).waiting) == (None, False)
    assign_officer(case=Case.objects.get(pk=case.pk), officer=stage.office, by=stage.office)
    assert seat_of(case).officer == stage.office
    take_turn(turn=money(case), by=finance)
    assert seat_of(case).officer == finance
    case = stage.does(
        case, finance, "return", "2026-01-06 09:00", task="checks/money", marks=MARKS, reason="不符"
    )
    assert (seat_of(case).officer, seat_of(case).waiting) == (finance, True)
    assert numbers(stage) == {"unit": 0, "mine": 0, "overdue": 0, "soon": 0, "supplement": 1}
    answers = {"account": "6222020000000001"}
    case = stage.does(case, stage.applicant, "supplement", "2026-01-07 09:00", answers=answers)
    assert (seat_of(case).waiting, numbers(stage)["mine"]) == (False, 1)
    hand_over(absent=finance, to=colleague, home=stage.root, by=stage.office, reason="调岗")
    assert seat_of(case).officer == colleague
    put_back(turn=money(case), by=colleague)
    assert seat_of(case).officer == stage.office
    name_officer(person=stage.person, officer=stage.second, by=stage.office)
    assert seat_of(case).officer == stage.second
    take_turn(turn=money(case), by=finance)
    move_turn(turn=money(case), to=stage.units["housing"], by=stage.office, reason="职责调整")
    assert (seat_of(case).officer, seat_of(case).organisation) == (stage.second, stage.units["housing"])
    assert wrong() == []

    stage.does(case, stage.applicant, "withdraw", "2026-01-08 09:00")

    assert not Seat.objects.filter(case=case, open=True).exists()
    assert wrong() == []


def test_what_is_taken_stands_in_the_queue_of_who_stands_in(stage: Stage):
    finance, colleague = (
        stage.clerks["finance"],
        UserFactory(role="department", organisation=stage.units["finance"]),
    )
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    take_turn(turn=money(case), by=finance)
    cover_for(absent=finance, stand_in=colleague, since=DAY, until=date(2026, 1, 9), by=stage.office, path="")

    counted = queue.counts(queue.work_of(colleague, DAY), queue.lens_of(colleague, DAY, current_calendar()))

    assert (counted["unit"], counted["mine"]) == (1, 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda case, stage: Seat.objects.filter(turn__key="checks/money").update(officer=stage.office),
        lambda case, stage: Seat.objects.filter(turn__key="checks/money").update(waiting=True),
        lambda case, stage: Seat.objects.filter(turn__key="checks/money").update(open=False),
        lambda case, stage: Seat.objects.filter(turn__key="checks/money").update(due_on=DAY),
        lambda case, stage: Turn.objects.filter(key="checks/money").update(officer=stage.office),
    ],
)
def test_a_seat_that_differs_is_found(stage: Stage, spoil: Callable[[Case, Stage], object]):
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    assert wrong() == []

    spoil(case, stage)

    assert wrong() == [f"{case.number}: the seat unit:finance is not what its turn checks/money says"]


def test_work_apart_is_what_a_user_may_take(stage: Stage):
    """What falls to the office, included: of the stages of a case nobody sees more or less than by ``seats_of``."""
    stage.submitted()
    stage.does(stage.submitted(), stage.employer, "endorse")
    stage.decided()
    Seat.objects.filter(turn__key="checks/homes").update(organisation=stage.root)  # falls to the office

    for user in (stage.office, stage.employer, stage.applicant, *stage.clerks.values()):
        apart = [seat.pk for part in queue.work_of(user, DAY) for seat in part]
        assert sorted(apart) == sorted(queue.seats_of(user, DAY).values_list("pk", flat=True))
    assert len(queue.work_of(stage.office, DAY)) == 2


def test_pages_follow_each_other_over_several_organisations(stage: Stage):
    for _number in range(3):
        stage.does(stage.submitted(), stage.employer, "endorse")
    Seat.objects.filter(turn__key="checks/homes").update(organisation=stage.root)
    stage.decided()
    parts, found, after = queue.work_of(stage.office, DAY), [], None
    assert len(parts) == 2
    while True:
        rows, after = queue.page_of(parts, after, 2)
        found += [(seat.due_on, seat.pk) for seat in rows]
        if after is None:
            break

    assert found == sorted(queue.seats_of(stage.office, DAY).values_list("due_on", "pk"))


def test_counts_stop_at_their_bound(stage: Stage, monkeypatch):
    for _number in range(3):
        stage.does(stage.submitted(), stage.employer, "endorse")
    monkeypatch.setattr(queue, "COUNTED", 1)

    assert numbers(stage)["unit"] == 2


def test_a_notice_dates_in_the_same_number_of_queries_for_one_and_three(stage: Stage):
    def queries() -> int:
        Timer.objects.update(due_on=DAY, provisional=True)
        with CaptureQueriesContext(connection) as found:
            assert redate_cases(by=stage.office) == Case.objects.count()
        return len(found)

    stage.submitted()
    first = queries()
    stage.submitted()
    stage.submitted()

    assert queries() == first
    assert wrong() == []


def test_a_notice_that_was_interrupted_goes_on_where_it_stopped(stage: Stage, monkeypatch):
    cases = [stage.submitted(at("2026-12-10 10:00")) for _number in range(3)]
    upload_year(text=YEAR_2027, year=2027, by=stage.office)
    monkeypatch.setattr(timing, "REDATED_AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(timing, "insert_rows", killed_at(2, timing.insert_rows))
        with pytest.raises(KeyboardInterrupt):
            redate_cases()
    assert CaseEvent.objects.filter(action="redate").count() == 1
    assert wrong() == []

    assert redate_cases(by=stage.office) == 2
    assert redate_cases(by=stage.office) == 0
    assert [case.events.filter(action="redate").count() for case in cases] == [1, 1, 1]
    assert wrong() == []


def killed_at(time: int, do: Callable[..., None]) -> Callable[..., None]:
    """``do``, until the worker dies in the middle of a transaction."""
    called = []

    def done(*given: object) -> None:
        called.append(given)
        if len(called) == time:
            raise KeyboardInterrupt
        do(*given)

    return done
