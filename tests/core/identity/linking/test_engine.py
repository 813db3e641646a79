"""The mass engine against the plain reference."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.identity.linking.engine import Linking
from juxian.core.identity.linking.judging import Zone
from juxian.core.identity.linking.learning import settings_for
from juxian.core.identity.linking.signs import mask_of, mask_sql, side, signs_between
from juxian.core.identity.linking.traces import COLUMNS, Trace
from juxian.core.identity.linking.weighing import COMPARISONS, Weights, weight_sql
from tests.core.identity.linking.people import BIRTH, TRACER, known, traces

NUMBER = "620201199001011232"


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    columns = ", ".join(f"{side}{name} bigint" for side in ("l_", "r_") for name in COLUMNS)
    connection.execute(f"create table pair ({columns})")
    yield connection
    connection.close()


@settings(max_examples=25, deadline=None)
@given(pair=st.tuples(traces(), traces()))
def test_sql_gives_a_pair_the_signs_and_the_weight_of_the_reference(database, pair) -> None:
    left, right = (side(trace) for trace in pair)
    values = [trace[name] for trace in (left, right) for name in COLUMNS]
    database.execute("delete from pair")
    database.execute(f"insert into pair values ({', '.join('?' * len(values))})", values)
    query = f"select {mask_sql('l_', 'r_')}, {weight_sql(Weights(), 'l_', 'r_')} from pair"

    signs, weight = database.execute(query).fetchall()[0]

    assert signs == mask_of(signs_between(left, right))
    assert weight == pytest.approx(Weights().between(left, right))


def test_splink_weighs_a_pair_as_we_do() -> None:
    from splink import DuckDBAPI, Linker

    records = [
        TRACER.trace(known("张伟", birth=BIRTH, phones=("13912345678",), employer=unit))
        for unit in ("一中", "二中")
    ]
    connection = duckdb.connect(":memory:")
    connection.execute(f"create table traces (id bigint, {', '.join(f'{name} bigint' for name in COLUMNS)})")
    for number, trace in enumerate(records):
        connection.execute(
            f"insert into traces values ({', '.join('?' * (len(COLUMNS) + 1))})", [number, *trace.values()]
        )
    linker = Linker(DuckDBAPI(connection).register("traces"), settings_for(2**16), log_level=None)

    found = linker.inference.predict(warning_mode="never").as_record_list()

    assert [row["match_weight"] for row in found] == [
        pytest.approx(Weights(prior=-16.0).between(*(side(trace) for trace in records)), abs=0.01)
    ]


def test_records_of_one_person_find_one_another_and_homonyms_are_known() -> None:
    linking = Linking()
    people = [
        known("张伟", numbers=(("resident_id", NUMBER),)),
        known("张伟", damaged="6202**********1232", phones=("13912345678",), birth=BIRTH.replace(1990, 1, 1)),
        known("张伟", numbers=(("resident_id", "620201199001011259"),)),
    ]
    linking.add((number, TRACER.trace(person)) for number, person in enumerate(people))

    found = linking.link()

    assert {(pair.left, pair.right, pair.zone) for pair in found.pairs} == {(0, 1, Zone.ASKED)}
    assert found.clusters.groups() == []


def test_decisions_are_kept_on_every_run() -> None:
    people = [known("张伟", birth=BIRTH, phones=("13912345678",)) for _number in range(3)]

    linking = Linking()
    linking.add((number, TRACER.trace(person)) for number, person in enumerate(people))
    found = linking.link(must=[(0, 2)], cannot=[(0, 1)])

    assert found.clusters.groups() == [[0, 2]]


def test_a_telephone_of_a_whole_office_is_nobodys() -> None:
    linking = Linking()
    names = ("张伟", "李娜", "王芳", "刘洋", "张伟")
    linking.add(
        (number, TRACER.trace(known(name, phones=("09376213456",)))) for number, name in enumerate(names)
    )

    assert list(linking.link().pairs) == []


def test_stated_weights_are_probabilities() -> None:
    for item in COMPARISONS:
        assert sum(level.m for level in item.levels) + item.otherwise[0] == pytest.approx(1, abs=1e-6)
        assert all(0 < level.u < 1 for level in item.levels)


def test_weights_survive_being_kept() -> None:
    weights = Weights(-9.5, {"name": {"same": (0.5, 0.001)}})

    assert Weights.from_json(weights.as_json()) == weights


def test_traces_have_every_column_a_condition_reads() -> None:
    assert set(side(Trace())) == set(COLUMNS)


def test_two_rows_of_one_roster_make_known_homonyms() -> None:
    """The row of another roster cannot be told which of the two it is."""
    rows = [
        TRACER.trace(known("张伟", birth=BIRTH, employer="一中", sheet=sheet, phones=phones))
        for sheet, phones in ((1, ("13712345679",)), (1, ("13798765432",)), (2, ()))
    ]
    linking = Linking()
    linking.add(enumerate(rows))

    linkage = linking.link(weights=Weights())

    assert linkage.clusters.groups() == []
    assert {pair.zone for pair in linkage.pairs} == {Zone.ASKED}


def test_who_changed_the_telephone_is_one_by_a_rare_name_and_birthday() -> None:
    rows = [
        TRACER.trace(known("欧阳测试", birth=BIRTH, employer=employer, sheet=sheet, phones=(phone,)))
        for sheet, employer, phone in ((1, "一中", "13712345679"), (2, "一中", "13798765432"))
    ]
    linking = Linking()
    linking.add(enumerate(rows))

    assert linking.link(weights=Weights()).clusters.groups() == [[0, 1]]
