"""Spark finds what DuckDB finds."""

import shutil
from random import Random

import pytest
from polars.testing import assert_frame_equal

from juxian.core.identity.linking.engine import Linkage, Linking
from juxian.core.identity.linking.stores import DuckStore, EngineMissing, Store
from tests.core.identity.linking.people import TRACER, rows_of_two_rosters

PERSONS = 1_200  # in 2,400 rows: enough to learn from


def linked(store: Store) -> Linkage:
    store.part_pairs = 1_000  # so that pairs are scored in several parts
    linking = Linking(store)
    linking.add(
        (number, TRACER.trace(row)) for number, row in enumerate(rows_of_two_rosters(Random(7), PERSONS))
    )
    return linking.link(must=[(0, 5)], cannot=[(2, 3)])


def test_spark_links_as_duckdb_does(tmp_path) -> None:
    """In one test, since a session takes ten seconds to start."""
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java")
    from juxian.core.identity.linking.spark import SparkStore

    spark = SparkStore(tmp_path)
    theirs, ours = linked(spark), linked(DuckStore())
    spark.close()

    assert ours.compared == theirs.compared > PERSONS
    assert ours.weights == theirs.weights
    assert {str(zone) for zone in ours.pairs.frame["zone"]} == {"automatic", "asked"}
    assert_frame_equal(ours.pairs.frame, theirs.pairs.frame, rel_tol=1e-12)
    assert ours.clusters.groups() == theirs.clusters.groups()
    assert ours.clusters.refused == theirs.clusters.refused != []
    assert list(tmp_path.iterdir()) == []


def test_a_missing_java_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    from juxian.core.identity.linking.spark import SparkStore

    with pytest.raises(EngineMissing) as missing:
        SparkStore()

    assert "Java" in missing.value.words.en
