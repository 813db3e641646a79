"""Targets: time gone, state, order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.web.board import targets
from juxian.web.board.targets import state_of, time_gone


@pytest.mark.parametrize(
    ("day", "gone"),
    [(date(2014, 1, 1), 2), (date(2014, 12, 31), 1000), (date(2013, 12, 31), 0), (date(2015, 6, 1), 1000)],
)
def test_time_gone_counts_the_day_itself(day, gone):
    assert time_gone(2014, day) == gone


@given(st.dates(date(2013, 12, 1), date(2015, 2, 1)), st.dates(date(2013, 12, 1), date(2015, 2, 1)))
def test_time_never_runs_back(one, other):
    assert (one <= other) <= (time_gone(2014, one) <= time_gone(2014, other))


@pytest.mark.parametrize(
    ("share", "time", "state"),
    [
        (935, 885, targets.AHEAD),
        (934, 885, targets.ON_TIME),
        (885, 885, targets.ON_TIME),
        (884, 885, targets.SLIGHTLY_BEHIND),
        (785, 885, targets.SLIGHTLY_BEHIND),
        (784, 885, targets.BEHIND),
        (1000, 1000, targets.DONE),
        (0, 0, targets.NOT_BEGUN),
        (None, 500, targets.PENDING),
    ],
)
def test_the_state_follows_the_time(share, time, state):
    assert state_of(share, time) == state
