from __future__ import annotations

import pytest

from juxian.core.allocation.draw import Rule
from juxian.core.allocation.pool import Entrant
from juxian.core.allocation.uniformity import by_position, uniformity
from tests.core.allocation.draws import drawn, plan

ENTRIES = [f"e{number:04}" for number in range(2_000)]


def test_a_draw_of_the_protocol_passes_by_position() -> None:
    transcript = drawn(plan(Rule("v", 400), [Entrant(entry) for entry in ENTRIES]))

    found = uniformity(by_position(ENTRIES), transcript.selected)

    assert found.degrees == 9
    assert found.p > 0.01


def test_winners_from_the_first_days_are_noticed() -> None:
    """As in 2012: nine winners of ten entered on the first two days of thirty."""
    day_of = {entry: f"{number * 30 // len(ENTRIES):02}" for number, entry in enumerate(ENTRIES)}
    winners = [*ENTRIES[:90], *ENTRIES[1_000:1_010]]

    found = uniformity(day_of, winners)

    assert found.groups["00"] == (67, 67)
    assert found.p < 1e-6


@pytest.mark.parametrize(("chi_square", "p"), [(16.919, 0.05), (21.666, 0.01), (8.343, 0.5)])
def test_the_tail_agrees_with_the_table_of_nine_degrees(chi_square: float, p: float) -> None:
    from juxian.core.allocation.uniformity import _upper_tail  # a table value checks it best

    assert _upper_tail(chi_square, 9) == pytest.approx(p, abs=0.002)


def test_too_few_to_say_is_said() -> None:
    assert uniformity({"a": "1", "b": "2"}, ["a"]).p is None
    assert uniformity({}, []).p is None
