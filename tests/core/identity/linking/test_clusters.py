"""Clusters: vetoes look at everybody in them, decisions of people stand."""

from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity.linking.clusters import Join, cluster
from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.traces import Trace
from tests.core.identity.linking.people import traces

BLANK = side(Trace(name=1))


def test_a_row_without_number_does_not_join_two_numbers() -> None:
    records = {1: {**BLANK, "number": 11}, 2: BLANK, 3: {**BLANK, "number": 12}}
    joins = [Join(1, 2, 20.0), Join(2, 3, 10.0)]

    found = cluster(records, joins)

    assert found.groups() == [[1, 2]]
    assert found.refused == [joins[1]]


def test_partial_numbers_veto_as_well() -> None:
    records = {1: {**BLANK, "region6": 430822}, 2: BLANK, 3: {**BLANK, "region6": 530102}}

    assert cluster(records, [Join(1, 2, 20.0), Join(2, 3, 10.0)]).groups() == [[1, 2]]


def test_other_contacts_veto_unless_something_rare_is_shared() -> None:
    records = {
        1: {**BLANK, "phone": 5},
        2: {**BLANK, "phone": 6},
        3: {**BLANK, "phone": 6, "email": 7, "phone_also": 5},
    }

    assert cluster(records, [Join(1, 2, 20.0)]).groups() == []
    assert cluster(records, [Join(2, 3, 20.0)]).groups() == [[2, 3]]


def test_two_rows_of_one_roster_stay_two_unless_the_number_proves_it() -> None:
    records = {1: {**BLANK, "sheet": 9}, 2: {**BLANK, "sheet": 9}}

    assert cluster(records, [Join(1, 2, 30.0)]).groups() == []
    assert cluster(records, [Join(1, 2, 30.0, proved=True)]).groups() == [[1, 2]]


def test_what_people_decided_comes_first_and_holds_across_the_cluster() -> None:
    records = dict.fromkeys((1, 2, 3, 4), BLANK)

    found = cluster(
        records, [Join(1, 2, 20.0), Join(2, 3, 20.0), Join(3, 4, 1.0)], must=[(3, 4)], cannot=[(1, 4)]
    )

    assert found.groups() == [[1, 2], [3, 4]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[int, dict[str, int]], list[Join], list[tuple[int, int]]]:
    records = {number: dict(side(draw(traces()))) for number in range(6)}
    pairs = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])
    joins = [
        Join(left, right, draw(st.floats(0, 40)))
        for left, right in draw(st.lists(pairs, unique=True, max_size=10))
    ]
    return records, joins, draw(st.lists(pairs, unique=True, max_size=3))


@given(worlds(), st.randoms())
def test_order_changes_nothing_and_nobody_has_two_numbers(world, random) -> None:
    records, joins, cannot = world
    found = cluster(records, joins, cannot=cannot)
    shuffled = list(joins)
    random.shuffle(shuffled)

    assert cluster(records, shuffled, cannot=cannot).root_of == found.root_of
    for group in found.groups():
        assert len({records[member]["number"] for member in group} - {0}) <= 1
        assert not any(left in group and right in group for left, right in cannot)
