from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.allocation.acceptance import Refusal, School, place

NAMES = "abcd"
SCHOOLS = "XYZ"


@st.composite
def markets(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, School]]:
    wishes = {name: draw(st.permutations(SCHOOLS))[: draw(st.integers(0, 3))] for name in NAMES}
    schools = {}
    for school in SCHOOLS:
        eligible = [name for name in draw(st.permutations(NAMES)) if draw(st.booleans()) or name == "a"]
        schools[school] = School(
            draw(st.integers(0, 2)), {name: (k // 2, k) for k, name in enumerate(eligible)}
        )
    return wishes, schools


def is_stable(seats: dict[str, str | None], wishes: dict[str, list[str]], schools: dict[str, School]) -> bool:
    """Nobody sits where he may not, and nobody and a school would both rather have each other."""
    for name, school in seats.items():
        if school is not None and (school not in wishes[name] or name not in schools[school].ranks):
            return False
    for name in wishes:
        for school in wishes[name]:
            if school == seats[name]:
                break
            inside = [other for other, held in seats.items() if held == school]
            rank = schools[school].ranks.get(name)
            if rank is None or not schools[school].seats:
                continue
            if len(inside) < schools[school].seats or any(
                schools[school].ranks[other] > rank for other in inside
            ):
                return False
    return all(list(seats.values()).count(school) <= schools[school].seats for school in schools)


@given(markets())
def test_the_assignment_is_stable_and_best_for_every_applicant(market) -> None:
    wishes, schools = market

    seats = {name: found.school for name, found in place(wishes, schools).items()}

    assert is_stable(seats, wishes, schools)
    for choice in product(*([*wishes[name], None] for name in NAMES)):
        other = dict(zip(NAMES, choice, strict=True))
        if is_stable(other, wishes, schools):
            assert all(
                liking(wishes[name], seats[name]) <= liking(wishes[name], other[name]) for name in NAMES
            )


@given(markets(), st.permutations(SCHOOLS), st.integers(0, 3))
def test_nobody_gains_by_wishing_otherwise(market, pretended: list[str], length: int) -> None:
    wishes, schools = market

    honest = place(wishes, schools)["a"].school
    clever = place({**wishes, "a": pretended[:length]}, schools)["a"].school

    assert liking(wishes["a"], honest) <= liking(wishes["a"], clever)


def liking(wishes: list[str], school: str | None) -> int:
    return wishes.index(school) if school in wishes else len(wishes)


def test_a_refusal_tells_the_own_rank_and_the_last_admitted() -> None:
    school = School(1, {"a": (1, 5), "b": (1, 2)})

    found = place(
        {"a": ["X", "Y", "Z"], "b": ["X"]}, {"X": school, "Y": School(1, {}), "Z": School(0, {"a": (0, 0)})}
    )

    assert found["b"].school == "X"
    assert found["a"].school is None
    assert found["a"].refusals == (
        Refusal("X", (1, 5), (1, 2)),
        Refusal("Y", None, None),
        Refusal("Z", (0, 0), None),
    )


@pytest.mark.parametrize(
    ("wishes", "school", "word"),
    [
        ({"a": ["Y"]}, School(1, {}), "unknown"),
        ({"a": ["X", "X"]}, School(1, {}), "twice"),
        ({"a": ["X"]}, School(1, {"a": (0, 0), "b": (0, 0)}), "equal ranks"),
        ({"a": ["X"]}, School(-1, {}), "negative"),
    ],
)
def test_a_market_without_meaning_is_refused(wishes, school: School, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        place(wishes, {"X": school})
