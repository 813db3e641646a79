"""Figures for publication: small groups are hidden and cannot be worked out from totals."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.core.indicators.flows import Warning_, warning_of
from juxian.core.indicators.small_groups import LEAST, hide_small

tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=2, max_size=6
    )
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables)
def test_nothing_small_is_shown_and_no_line_tells_it(table: list[list[int]]) -> None:
    shown = hide_small(table)

    columns = list(zip(*table, strict=True)), list(zip(*shown, strict=True))
    for numbers, cells in [*zip(table, shown, strict=True), *zip(*columns, strict=True)]:
        hidden = [number for number, cell in zip(numbers, cells, strict=True) if cell is None]
        assert all(cell == number for number, cell in zip(numbers, cells, strict=True) if cell is not None)
        assert all(cell == 0 or cell >= LEAST for cell in cells if cell is not None)
        assert len(hidden) != 1
        assert not hidden or sum(hidden) >= LEAST or not any(cells)


def test_a_table_without_small_groups_stays_as_it_is() -> None:
    assert hide_small([[5, 0], [10, 7]]) == [[5, 0], [10, 7]]
    assert hide_small([]) == []


def test_the_smallest_other_is_hidden_with_a_small_one() -> None:
    assert hide_small([[3, 20, 9]]) == [[None, 20, None]]


def test_a_unit_that_loses_more_than_others_is_marked() -> None:
    assert warning_of(20, 4, 5, 1000, 50) is Warning_.LOSS
    assert warning_of(20, 2, 0, 1000, 50) is Warning_.NONE
    assert warning_of(100, 4, 0, 1000, 50) is Warning_.NOBODY_JOINS
    assert warning_of(100, 4, 1, 1000, 50) is Warning_.NONE
