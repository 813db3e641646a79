"""The marks of a few records are those of the mass engine."""

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.identity.linking.corpus import mark_corpus
from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.traces import COLUMNS, Trace
from juxian.core.identity.linking.vicinity import mark_few
from tests.core.identity.linking.people import traces


@settings(max_examples=20, deadline=None)
@given(st.lists(traces(), min_size=1, max_size=8))
def test_few_are_marked_as_many_are(found: list[Trace]) -> None:
    sides = [{**side(trace), "rare": 0, "homonym": 0} for trace in found]
    connection = duckdb.connect(":memory:")
    connection.execute(f"create table given (id bigint, {', '.join(f'{name} bigint' for name in COLUMNS)})")
    for number, values in enumerate(sides):
        row = [number, *(values[name] for name in COLUMNS)]
        connection.execute(f"insert into given values ({', '.join('?' * len(row))})", row)

    mark_corpus(connection, "given")
    mark_few(sides)

    rows = connection.execute(f"select {', '.join(COLUMNS)} from traces order by id").fetchall()
    assert [dict(zip(COLUMNS, row, strict=True)) for row in rows] == sides
