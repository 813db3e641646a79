"""The marks of a few records are those of the mass engine."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.identity.linking.corpus import mark_corpus
from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.stores import DuckStore
from juxian.core.identity.linking.traces import COLUMNS, Trace
from juxian.core.identity.linking.vicinity import mark_few
from tests.core.identity.linking.people import traces


@settings(max_examples=20, deadline=None)
@given(st.lists(traces(), min_size=1, max_size=8))
def test_few_are_marked_as_many_are(found: list[Trace]) -> None:
    sides = [{**side(trace), "rare": 0, "homonym": 0} for trace in found]
    store = DuckStore()
    store.append("given", pl.DataFrame([{"id": number, **values} for number, values in enumerate(sides)]))

    mark_corpus(store, "given")
    mark_few(sides)

    assert store.read(f"select {', '.join(COLUMNS)} from traces order by id").to_dicts() == sides
