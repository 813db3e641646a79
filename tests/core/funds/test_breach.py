"""When service ended: a departure, a post elsewhere, three months without a post here."""

from __future__ import annotations

from datetime import date

from juxian.core.funds.breach import How, Tenure, service_ending

SINCE = date(2021, 9, 1)


def here(since: date, until: date | None = None) -> Tenure:
    return Tenure(since, until, here=True)


def away(since: date, until: date | None = None) -> Tenure:
    return Tenure(since, until, here=False)


def test_who_still_serves_has_broken_nothing() -> None:
    assert service_ending([here(date(2016, 8, 1))], [], SINCE, date(2026, 1, 1)) is None


def test_nothing_known_is_no_breach() -> None:
    assert service_ending([], [], SINCE, date(2026, 1, 1)) is None
    assert service_ending([here(date(2015, 1, 1), date(2016, 1, 1))], [], SINCE, date(2026, 1, 1)) is None


def test_a_departure_ends_the_open_post_and_counts_after_three_months() -> None:
    ending = service_ending([here(date(2016, 8, 1))], [date(2022, 11, 1)], SINCE, date(2022, 12, 1))

    assert ending is not None
    assert (ending.day, ending.how, ending.certain_on) == (date(2022, 11, 1), How.LEFT, date(2023, 2, 1))
    assert [ending.is_certain(date(2023, 1, 31)), ending.is_certain(date(2023, 2, 1))] == [False, True]


def test_a_new_post_here_within_three_months_heals_the_break() -> None:
    posts = [here(date(2021, 9, 1), date(2022, 3, 1)), here(date(2022, 6, 1))]

    assert service_ending(posts, [], SINCE, date(2023, 1, 1)) is None
    late = [posts[0], here(date(2022, 6, 2))]
    ending = service_ending(late, [], SINCE, date(2023, 1, 1))
    assert ending is not None
    assert (ending.day, ending.how) == (date(2022, 3, 1), How.LAPSED)


def test_a_post_elsewhere_counts_at_once() -> None:
    posts = [here(date(2021, 9, 1), date(2022, 3, 1)), away(date(2022, 3, 1))]

    ending = service_ending(posts, [], SINCE, date(2022, 3, 2))

    assert ending is not None
    assert (ending.how, ending.certain_on) == (How.MOVED, date(2022, 3, 1))


def test_a_second_post_elsewhere_beside_the_one_here_is_no_break() -> None:
    assert (
        service_ending([here(date(2021, 9, 1)), away(date(2022, 3, 1))], [], SINCE, date(2023, 1, 1)) is None
    )


def test_what_happens_after_the_day_is_not_known_yet() -> None:
    assert service_ending([here(date(2021, 9, 1))], [date(2025, 1, 1)], SINCE, date(2024, 1, 1)) is None
