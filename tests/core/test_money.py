import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.money import split_by_share, yuan

shares = st.lists(st.integers(1, 1000), min_size=1, max_size=12)


def test_fen_left_over_go_to_the_largest_remainders() -> None:
    assert split_by_share(100, [1, 1, 1]) == [34, 33, 33]
    assert split_by_share(100_000_00, [4, 3, 3]) == [40_000_00, 30_000_00, 30_000_00]
    assert split_by_share(10, [5, 3, 2]) == [5, 3, 2]
    assert split_by_share(-100, [1, 1, 1]) == [-34, -33, -33]


@given(st.integers(-(10**15), 10**15), shares)
def test_parts_add_up_and_no_part_is_off_by_a_whole_fen(total: int, parts: list[int]) -> None:
    split = split_by_share(total, parts)

    assert sum(split) == total
    assert all(
        abs(part * sum(parts) - total * share) < sum(parts) for part, share in zip(split, parts, strict=True)
    )


@pytest.mark.parametrize("bad", [[], [0], [3, -1]])
def test_a_share_below_one_is_refused(bad: list[int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split_by_share(100, bad)


def test_money_in_words() -> None:
    assert [yuan(fen) for fen in (0, 5, 1234567, -100, 300_000_00)] == [
        "0",
        "0.05",
        "12,345.67",
        "-1",
        "300,000",
    ]
