"""Clusters of a whole register are those of the plain reference."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.identity.linking.clusters import Join, cluster
from juxian.core.identity.linking.components import cluster_all, components_of
from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.stores import DuckStore
from tests.core.identity.linking.people import traces

RECORDS = 9
pairs_of_records = st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(
    lambda pair: pair[0] < pair[1]
)
joins_between = st.builds(
    lambda pair, weight, proved, moved: Join(*pair, weight, proved, moved),
    pairs_of_records,
    st.sampled_from((5.0, 9.0)),
    st.booleans(),
    st.booleans(),
)


def ends(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"left": pl.Int64, "right": pl.Int64}, orient="row")


@settings(max_examples=60, deadline=None)
@given(
    found=st.lists(traces(), min_size=RECORDS, max_size=RECORDS),
    joins=st.lists(joins_between, max_size=10, unique_by=lambda join: (join.left, join.right)),
    must=st.lists(pairs_of_records, max_size=2),
    cannot=st.lists(pairs_of_records, max_size=2),
    at_once=st.sampled_from((1, 50)),
)
def test_all_are_clustered_as_few_are(found, joins, must, cannot, at_once) -> None:
    store = DuckStore()
    sides = [side(trace) for trace in found]
    store.append("traces", pl.DataFrame([{"id": number, **values} for number, values in enumerate(sides)]))

    many = cluster_all(
        store,
        ends([(join.left, join.right) for join in joins]),
        lambda ids: [join for join in joins if join.left in set(ids["id"].to_list())],
        must,
        cannot,
        at_once=at_once,
    )

    few = cluster(dict(enumerate(sides)), joins, must, cannot)
    assert many.root_of == few.root_of
    assert sorted(many.refused, key=repr) == sorted(few.refused, key=repr)


@given(st.lists(pairs_of_records, max_size=12))
def test_components_are_what_can_be_reached(pairs: list[tuple[int, int]]) -> None:
    reached = {record: {record} for pair in pairs for record in pair}
    for left, right in pairs:
        joined = reached[left] | reached[right]
        for record in joined:
            reached[record] = joined

    found = components_of(ends(pairs))

    assert dict(found.iter_rows()) == {record: min(others) for record, others in reached.items()}
