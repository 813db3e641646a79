"""When one may apply: before it opens not yet, after it closed no more, on its first and last day yes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.dates import add_months
from juxian.core.policy import entitlements
from juxian.core.policy.coming import steps_of, versions_on
from juxian.core.policy.lint.running import lint
from juxian.core.policy.nodes import Window
from juxian.core.policy.rowwise import Applying, Situation, applying
from tests.core.policy.test_outcomes import policy
from tests.core.policy.words import SCHEMA, days


def with_window(window: str):
    return policy(f"  - {{id: a, title: 甲, who: 全职, amount: 5万元, window: {{{window}}}}}\n")


PLAIN = "  - {id: a, title: 甲, who: 全职, amount: 5万元}\n"
CALL = "from: 2022-11-10, to: 2022-12-31"
SEPTEMBER = "every: 9-1..9-30"
WINTER = "every: 11-15..3-1"
AFTER_HIRING = "of: 入职日期, after: 6个月, within: 1年"


def asked(window: str, day: date, applied: date | None = None, **person):
    row = {"full_time": True, **person}
    found = entitlements([with_window(window)], row, day, SCHEMA, applied).of("a")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("window", "day", "standing", "turns_on"),
    [
        (CALL, date(2022, 11, 9), "not_yet", date(2022, 11, 10)),
        (CALL, date(2022, 11, 10), "granted", None),
        (CALL, date(2022, 12, 31), "granted", None),
        (CALL, date(2023, 1, 1), "closed", None),
        ("from: 2022-11-10", date(2030, 1, 1), "granted", None),
        ("to: 2022-12-31", date(2021, 1, 1), "granted", None),
        (SEPTEMBER, date(2023, 8, 31), "not_yet", date(2023, 9, 1)),
        (SEPTEMBER, date(2023, 9, 30), "granted", None),
        (SEPTEMBER, date(2023, 10, 1), "not_yet", date(2024, 9, 1)),
        (WINTER, date(2023, 11, 14), "not_yet", date(2023, 11, 15)),
        (WINTER, date(2024, 1, 1), "granted", None),
        (WINTER, date(2024, 3, 2), "not_yet", date(2024, 11, 15)),
        (AFTER_HIRING, date(2023, 2, 27), "not_yet", date(2023, 2, 28)),
        (AFTER_HIRING, date(2023, 2, 28), "granted", None),
        (AFTER_HIRING, date(2023, 8, 31), "granted", None),
        (AFTER_HIRING, date(2023, 9, 1), "closed", None),
    ],
)
def test_its_first_and_last_day_count(window, day, standing, turns_on):
    found = asked(window, day, hired_on="2022-08-31")

    assert (found.standing, found.turns_on) == (standing, turns_on)


def test_the_reason_says_in_both_languages_what_the_window_is_and_that_it_closed():
    found = asked(AFTER_HIRING, date(2024, 1, 5), hired_on="2022-08-31")

    reason = found.reasons[1]
    assert (reason.kind, reason.holds, found.verdict, found.amount_fen) == ("window", False, "no", 0)
    assert (reason.statement.zh, reason.own.zh) == (
        "申报期限：自入职日期起满 6 个月后、12 个月内",
        "2024-01-05 已过期限（入职日期 2022-08-31）",
    )
    assert (reason.statement.en, reason.own.en) == (
        "Applications Hired on: from 6 months after it within 12 months",
        "2024-01-05: window closed (Hired on 2022-08-31)",
    )
    assert [
        asked(window, date(2022, 1, 1)).reasons[1].statement.zh
        for window in (CALL, SEPTEMBER, "to: 2022-12-31")
    ] == [
        "申报期限：2022-11-10 至 2022-12-31",
        "申报期限：每年 9 月 1 日至 9 月 30 日",
        "申报期限：至 2022-12-31",
    ]


def test_without_the_date_it_counts_from_it_is_unknown_which_is_missing():
    found = asked(AFTER_HIRING, date(2023, 3, 1))

    assert (found.verdict, found.missing, found.reasons[1].own.zh) == (
        "unknown",
        ("hired_on",),
        "2023-03-01 未登记",
    )
    assert asked(f"{AFTER_HIRING}, to: 2022-12-31", date(2023, 3, 1)).standing == "closed"


def test_who_applied_in_time_is_not_late_when_it_is_decided():
    decided = date(2023, 2, 1)

    assert asked(CALL, decided).standing == "closed"
    assert asked(CALL, decided, applied=date(2022, 12, 30)).standing == "granted"
    assert asked(CALL, date(2022, 12, 1), applied=date(2022, 11, 1)).standing == "not_yet"


@settings(max_examples=300, deadline=None)
@given(days, days, st.integers(0, 30), st.none() | st.integers(0, 60))
def test_it_runs_to_the_day_of_that_number_whole_months_later(start, day, after, within):
    node = Window(field="hired_on", after=after, within=within)

    found = applying(node, {"hired_on": start.isoformat()}, Situation(day, SCHEMA))

    opened, late = add_months(start, after) <= day, within is not None and day > add_months(start, within)
    assert found is (Applying.EARLY if not opened else Applying.LATE if late else Applying.OPEN)


def test_a_person_is_asked_again_when_a_window_opens_or_closes():
    steps = steps_of(with_window(AFTER_HIRING))["hired_on"]

    assert (steps.months, steps.ends) == ((6,), (12,))
    assert [versions_on(with_window(CALL), date(2022, 12, day)) for day in (31,)] == [
        ["2020-01-01", "open a"]
    ]
    assert versions_on(with_window(CALL), date(2023, 1, 1)) == ["2020-01-01"]


def test_lint_looks_at_the_rule_as_if_one_might_apply_at_any_time():
    """Its witnesses are no cases then, for a case is asked on its day."""
    asked = [lint([one], SCHEMA, date(2024, 2, 29)).findings for one in (with_window(CALL), policy(PLAIN))]

    assert [[(f.code, f.benefit) for f in found] for found in asked] == [[("L110", "a")]] * 2
    assert [[e.savable for f in found for e in f.witness] for found in asked] == [[False], [True]]
