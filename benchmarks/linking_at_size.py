"""Linking at size: wall, CPU and peak memory of the process that links, with quality against the truth.

    .venv/bin/python benchmarks/linking_at_size.py [--persons 530000] [--seed 21] [--memory 4GB] [--keep DIRECTORY]

530,000 persons make about 1,000,000 rows, 2,650,000 make 5,000,000. Rows are generated into Parquet in chunks of
100,000 persons (families, twins and copied numbers within a chunk, homonyms and employers across all), then traced by
two processes, then linked by a process of its own; each is measured apart and generating is not measured. With
``--keep`` the rows and traces of an earlier run in that directory are used again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from linking import people, rosters

from juxian.core.identity.linking.engine import Linking
from juxian.core.identity.linking.stores import DuckStore, Limits
from juxian.core.identity.linking.traces import COLUMNS, Known, Tracer

CHUNK = 100_000  # persons
ROWS_OF_A_CHUNK = 1_000_000  # more than a chunk has: row numbers of chunks do not meet
KEY = b"benchmark".ljust(32)


def generate(directory: Path, seed: int, chunk: int, persons: int) -> None:
    """One chunk of rows: ``id``, ``truth`` and what is known."""
    rng = Random(seed * 10_007 + chunk)
    size = min(CHUNK, persons - chunk * CHUNK)
    rows = [
        (chunk * ROWS_OF_A_CHUNK + place, chunk * CHUNK + human, *_flat(row))
        for place, (human, row) in enumerate(rosters(rng, people(rng, size, employers=persons)))
    ]
    pl.DataFrame(rows, schema=ROW, orient="row").write_parquet(directory / f"rows-{chunk:04d}.parquet")


ROW = {
    "id": pl.Int64,
    "truth": pl.Int64,
    "name": pl.String,
    "number": pl.String,
    "damaged": pl.String,
    "birth": pl.Date,
    "precision": pl.String,
    "gender": pl.String,
    "phone": pl.String,
    "email": pl.String,
    "employer": pl.String,
    "school": pl.String,
    "sheet": pl.Int64,
}


def _flat(row: Known) -> tuple[Any, ...]:
    number = row.numbers[0][1] if row.numbers else ""
    phone, email = "".join(row.phones), "".join(row.emails)
    return (
        row.name,
        number,
        row.damaged,
        row.birth,
        row.precision,
        row.gender,
        phone,
        email,
        row.employer,
        row.school,
        row.sheet,
    )


def trace(directory: Path, chunk: int) -> float:
    """Traces of one chunk; returns seconds of CPU."""
    began, tracer = time.process_time(), Tracer(KEY)
    frame = pl.read_parquet(directory / f"rows-{chunk:04d}.parquet")
    traces = [(row[0], *tracer.trace(_known(*row[2:])).values()) for row in frame.iter_rows()]
    found = pl.DataFrame(traces, schema=dict.fromkeys(("id", *COLUMNS), pl.Int64), orient="row")
    found.write_parquet(directory / f"traces-{chunk:04d}.parquet")
    return time.process_time() - began


def _known(
    name: str,
    number: str,
    damaged: str,
    birth: Any,
    precision: str,
    gender: str,
    phone: str,
    email: str,
    employer: str,
    school: str,
    sheet: int,
) -> Known:
    numbers = (("resident_id", number),) if number else ()
    phones, emails = (phone,) if phone else (), (email,) if email else ()
    return Known(
        name,
        numbers,
        damaged,
        birth,
        precision,
        gender,
        phones,
        emails,
        employer,
        school,
        sheet=sheet,
    )


def link(directory: Path, memory: str) -> dict[str, float]:
    """To be run in a process of its own. Writes pairs and clusters beside the traces."""
    wall, spill = time.time(), directory / "spill"
    spill.mkdir(exist_ok=True)
    linking = Linking(DuckStore(Limits(memory=memory, directory=spill)))
    linking.add_files(directory / "traces-*.parquet")
    linkage = linking.link()
    figures = {
        "rows": linking.records,
        "compared": linkage.compared,
        "wall_s": time.time() - wall,
        "cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    linkage.pairs.frame.write_parquet(directory / "pairs.parquet")
    linkage.clusters.frame.write_parquet(directory / "clusters.parquet")
    return figures


def quality(directory: Path) -> dict[str, float]:
    """Of the automatic zone. falsely_merged: clusters that hold two persons or more."""
    truth = pl.read_parquet(directory / "rows-*.parquet", columns=["id", "truth"])
    clusters = pl.read_parquet(directory / "clusters.parquet").join(truth, on="id")
    inside = clusters.group_by("root", "truth").len("n")
    of_cluster = inside.group_by("root").agg(pl.col("n").sum(), pl.len().alias("persons"))
    true, found, right = (
        int(frame.select((pl.col("n").cast(pl.Int64) * (pl.col("n") - 1) // 2).sum()).item())
        for frame in (truth.group_by("truth").len("n"), of_cluster, inside)
    )
    asked = pl.read_parquet(directory / "pairs.parquet").filter(pl.col("zone") == "asked").height
    return {
        "persons": truth["truth"].n_unique(),
        "falsely_merged": of_cluster.filter(pl.col("persons") > 1).height,
        "recall": right / true,
        "precision": right / found,
        "asked_pairs": asked,
    }


def chunks(persons: int) -> Iterator[int]:
    yield from range(-(-persons // CHUNK))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=530_000)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--memory", default="4GB", help="of DuckDB before it spills to disk")
    parser.add_argument("--keep", type=Path, help="directory of rows and traces to use or to make")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juxian-linking-") as name:
        directory = args.keep or Path(name)
        directory.mkdir(parents=True, exist_ok=True)
        measure(directory, args.seed, args.persons, args.memory)


def measure(directory: Path, seed: int, persons: int, memory: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2, maxtasksperchild=4) as pool:
        missing = [
            number for number in chunks(persons) if not (directory / f"rows-{number:04d}.parquet").exists()
        ]
        pool.starmap(generate, [(directory, seed, number, persons) for number in missing], chunksize=1)
        wall = time.time()
        untraced = [
            number for number in chunks(persons) if not (directory / f"traces-{number:04d}.parquet").exists()
        ]
        cpu = sum(pool.starmap(trace, [(directory, number) for number in untraced], chunksize=1))
        if untraced:
            print(f"{len(untraced)} chunks traced: {cpu:.0f} s CPU, {time.time() - wall:.0f} s wall")
    load = os.getloadavg()[0]
    with context.Pool(1) as pool:
        figures = pool.apply(link, (directory, memory))
    print(json.dumps(figures | quality(directory) | {"load_before": load, "load_after": os.getloadavg()[0]}))


if __name__ == "__main__":
    sys.exit(main())
