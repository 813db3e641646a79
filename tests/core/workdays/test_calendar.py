"""Working days and the deadlines counted over them (工作日与期限)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.workdays import (
    Calendar,
    DayKind,
    Deadline,
    Pause,
    Period,
    SpecialDay,
    Term,
    Unit,
    from_chinesecalendar,
)
from juxian.core.workdays.announced import NotAnnounced

CALENDAR = from_chinesecalendar()
WEEKDAYS_ONLY = Calendar.of((), ())


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


DAYS = st.dates(date(2004, 1, 1), date(2028, 12, 31))


def test_every_announced_day_is_as_the_notices_say():
    days = [
        date(2004, 1, 1) + timedelta(days=step) for step in range((date(2027, 1, 1) - date(2004, 1, 1)).days)
    ]

    wrong = [day for day in days if CALENDAR.is_working(day) != chinese_calendar.is_workday(day)]

    assert len(days) == 8401
    assert wrong == []


def test_a_year_without_a_notice_is_told_and_not_guessed():
    with pytest.raises(NotAnnounced) as told:
        from_chinesecalendar([2026, 2027, 2028])

    assert told.value.years == (2027, 2028)
    assert told.value.reason.zh == "2027、2028 年的放假安排尚未收录，公布后请上传"


@pytest.mark.parametrize(
    ("counts_first_day", "last"),
    [(True, date(2021, 12, 2)), (False, date(2021, 12, 3))],
)
def test_whether_the_day_of_posting_counts_is_a_setting(counts_first_day, last):
    """Shenzhen posted a notice from 26 November to 2 December 2021 and called that five working days."""
    found = CALENDAR.deadline(date(2021, 11, 26), 5, Unit.WORKING, counts_first_day)

    assert found == Deadline(last)


def test_spring_festival_and_its_make_up_days_are_counted():
    # 2026: 15 to 23 February off; 14 and 28 February, both Saturdays, are worked
    assert CALENDAR.deadline(date(2026, 2, 13), 1, Unit.WORKING, False) == Deadline(date(2026, 2, 14))
    assert CALENDAR.deadline(date(2026, 2, 13), 2, Unit.WORKING, False) == Deadline(date(2026, 2, 24))
    assert CALENDAR.deadline(date(2026, 2, 13), 6, Unit.WORKING, False) == Deadline(date(2026, 2, 28))


@pytest.mark.parametrize(
    ("moment", "cut_off", "received"),
    [
        (at("2025-09-30 18:00"), time(17, 30), date(2025, 10, 9)),
        (at("2025-09-30 17:29"), time(17, 30), date(2025, 9, 30)),
        (at("2025-09-30 18:00"), None, date(2025, 9, 30)),
        (at("2025-10-03 09:00"), time(17, 30), date(2025, 10, 9)),
        (at("2025-10-11 09:00"), time(17, 30), date(2025, 10, 11)),
    ],
)
def test_after_the_cut_off_hour_a_case_arrives_on_the_next_working_day(moment, cut_off, received):
    assert CALENDAR.received(moment, cut_off) == received


def test_a_term_begun_after_hours_on_30_september_ends_after_the_holidays():
    term = Term(Period(5), date(2025, 9, 30), after_hours=True)

    # received on 9 October; 10 and 11 (a Saturday that is worked), 13, 14 and 15 October
    assert CALENDAR.due(term) == Deadline(date(2025, 10, 15))


@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [
        (date(2026, 12, 10), 5, False),
        (date(2026, 12, 21), 4, True),  # ends on 25 December: a notice may still move the last week
        (date(2026, 12, 28), 10, True),
        (date(2027, 3, 1), 1, True),
    ],
)
def test_a_deadline_beyond_the_announced_days_is_provisional(start, days, provisional):
    assert CALENDAR.deadline(start, days, Unit.WORKING, False).provisional is provisional


def test_calendar_days_are_provisional_only_when_the_last_day_may_move():
    start = date(2026, 12, 30)

    plain = CALENDAR.deadline(start, 30, Unit.CALENDAR, False)
    rolling = CALENDAR.deadline(start, 30, Unit.CALENDAR, False, rolls=True)

    assert plain == Deadline(date(2027, 1, 29))
    assert rolling == Deadline(date(2027, 1, 29), provisional=True)


def test_the_last_calendar_day_moves_past_a_holiday():
    found = CALENDAR.deadline(date(2025, 9, 26), 5, Unit.CALENDAR, False, rolls=True)

    assert found == Deadline(date(2025, 10, 9))


def test_a_new_notice_moves_provisional_deadlines():
    known = from_chinesecalendar([2025])
    term = Term(Period(5), date(2025, 12, 29))
    assert known.due(term) == Deadline(date(2026, 1, 5), provisional=True)
    notice = [day for day in CALENDAR.days.values() if day.day.year == 2026]

    later = known.with_year(2026, notice)

    # 1 and 2 January off, 4 January (a Sunday) worked
    assert later.due(term) == Deadline(date(2026, 1, 6))
    assert later.due(Term(Period(3), date(2025, 12, 30))) == Deadline(date(2026, 1, 5))
    assert known.due(Term(Period(3), date(2025, 12, 30))) == Deadline(date(2026, 1, 2), provisional=True)
    assert known.differences(later)[:3] == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4)]


def test_a_corrected_notice_replaces_the_year_and_keeps_the_others():
    only_day = SpecialDay(date(2025, 1, 1), DayKind.HOLIDAY)

    corrected = CALENDAR.with_year(2025, [only_day])

    assert [day for day in sorted(corrected.days) if day.year == 2025] == [date(2025, 1, 1)]
    assert corrected.is_working(date(2018, 12, 29))
    assert corrected.settled_until == date(2026, 12, 25)


def test_a_pause_moves_the_deadline_by_the_working_days_that_rest():
    term = Term(Period(5), date(2026, 3, 2))  # Monday
    assert CALENDAR.due(term) == Deadline(date(2026, 3, 9))

    resting = term.pause(date(2026, 3, 4))
    resumed = resting.resume(date(2026, 3, 10))

    assert CALENDAR.due(resting) == Deadline(date(2026, 3, 9))
    # 3 and 4 March counted; 5 to 10 March rest; 11, 12 and 13 March
    assert CALENDAR.due(resumed) == Deadline(date(2026, 3, 13))


def test_pausing_twice_and_resuming_twice_change_nothing():
    term = Term(Period(5), date(2026, 3, 2)).pause(date(2026, 3, 4))

    assert term.pause(date(2026, 3, 5)) == term
    assert term.resume(date(2026, 3, 6)).resume(date(2026, 3, 9)) == term.resume(date(2026, 3, 6))


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_a_period_has_a_sensible_length(days):
    with pytest.raises(ValueError, match="a period has 1 to 3660 days"):
        CALENDAR.deadline(date(2026, 1, 1), days)


@given(DAYS, st.integers(1, 90), st.booleans())
def test_a_deadline_holds_as_many_working_days_as_the_period(start, days, counts_first_day):
    found = CALENDAR.deadline(start, days, Unit.WORKING, counts_first_day)

    counted = CALENDAR.working_days(start, found.day) + (counts_first_day and CALENDAR.is_working(start))
    assert counted == days
    assert CALENDAR.is_working(found.day)


@given(DAYS, st.integers(1, 90), st.booleans(), st.sampled_from(Unit), st.booleans(), st.data())
def test_a_pause_never_shortens(start, days, counts_first_day, unit, rolls, data):
    since = data.draw(st.dates(start, start + timedelta(days=120)))
    until = data.draw(st.dates(since, since + timedelta(days=60)))
    longer = data.draw(st.dates(until, until + timedelta(days=60)))

    plain, short, long = (
        CALENDAR.deadline(start, days, unit, counts_first_day, rolls=rolls, pauses=pauses).day
        for pauses in ((), (Pause(since, until),), (Pause(since, longer),))
    )

    assert plain <= short <= long


@given(DAYS, st.integers(1, 90))
def test_what_is_not_provisional_does_not_depend_on_later_notices(start, days):
    before = from_chinesecalendar(range(2004, 2026)).deadline(start, days)

    after = CALENDAR.deadline(start, days)

    assert before.provisional or before == after


@given(DAYS, st.integers(1, 60))
def test_without_any_notice_weekdays_count_and_all_is_provisional(start, days):
    found = WEEKDAYS_ONLY.deadline(start, days)

    assert found.provisional
    assert found.day.weekday() < 5
