"""A population file of any size swept in parts to Parquet: time, and the memory of the process at its highest.

    python benchmarks/sweep.py [--persons 100000000] [--engine fused] [--part-rows 1000000] [--folder DIR]

People and policy are those of ``rules.py``: 12 benefits. The file is made in the folder, by parts too, and taken away at the
end with the result; 100,000,000 persons need some 5 GB there.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from rules import AS_OF, benchmark_policy, make_people, vocabulary

from juxian.core.policy.parting import sweep_file

MADE_AT_ONCE = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=100_000_000)
    parser.add_argument("--engine", default="fused")
    parser.add_argument("--part-rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        maker = multiprocessing.get_context("spawn").Process(
            target=make, args=(folder / "people.parquet", options.persons)
        )  # the memory of making people is not that of sweeping them
        maker.start()
        maker.join()
        if maker.exitcode:
            return 1
        measured(folder, options)
    return 0


def make(file: Path, persons: int) -> None:
    """People of ``rules.py``, a million at a time: later millions repeat the first."""
    schema = vocabulary()
    first = make_people(min(persons, MADE_AT_ONCE), schema, 0)
    parts = [first.lazy()] * (persons // MADE_AT_ONCE) or [first.lazy()]
    if persons > MADE_AT_ONCE and persons % MADE_AT_ONCE:
        parts.append(first.head(persons % MADE_AT_ONCE).lazy())
    pl.concat(parts).sink_parquet(file, row_group_size=MADE_AT_ONCE // 4)


def measured(folder: Path, options: argparse.Namespace) -> None:
    schema = vocabulary()
    policy = benchmark_policy(schema)
    people, out = folder / "people.parquet", folder / "out"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, spent = time.perf_counter(), time.process_time()
    done = sweep_file([policy], people, out, AS_OF, schema, options.engine, part_rows=options.part_rows)
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(part.stat().st_size for part in out.iterdir()) / 1e9
    lines = pl.scan_parquet(sorted(out.iterdir())).select(pl.len()).collect().item()
    print(f"load {os.getloadavg()[0]:.1f}, file {people.stat().st_size / 1e9:.2f} GB, result {size:.2f} GB")
    print(
        f"{'engine':10}{'persons':>14}{'parts':>7}{'lines':>16}{'wall s':>9}{'CPU s':>9}{'start MB':>10}{'peak MB':>9}"
    )
    print(
        f"{options.engine:10}{done.persons:14,}{done.parts:7}{lines:16,}{wall:9.1f}{cpu:9.1f}{before:10.0f}{peak:9.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
