"""The office's own register swept to its database: 1,000,000 persons × 12 benefits ≤ 60 s.

    python benchmarks/register_sweep.py [--persons 1000000] [--engine fused] [--home DIRECTORY]
    JUXIAN_DATABASE_URL=postgresql://… python benchmarks/register_sweep.py     # an empty database of its own

The persons and benefits are those of ``rules.py``. Persons and their profiles are written straight into the tables, which is
not measured. Measured is everything between the start of a run and the moment it is shown: profiles read and kept as
snapshots, answers worked out and written. A second run of the next day follows: its snapshots are there already. CPU of a
PostgreSQL server is not counted.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

BUDGET_SECONDS = 60.0
PART = 50_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--engine", default="fused")
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    options = parser.parse_args()
    set_up(options.home)
    pack, root = place()
    register(pack, root, options.persons)
    slowest = max(measured(pack, options.engine, days) for days in (0, 1))
    return 0 if slowest <= BUDGET_SECONDS else 1


def set_up(home: Path | None) -> None:
    if home is None:
        home = Path(tempfile.mkdtemp(prefix="juxian-benchmark-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "JUXIAN_HOME": str(home), "JUXIAN_DEMO": "true", "DJANGO_SETTINGS_MODULE": "juxian.config.settings",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def place() -> tuple[Any, Any]:
    """A place of ours with the words and the policy of the benchmark."""
    sys.path.insert(0, str(Path(__file__).parent))
    import rules

    from juxian.apps.packs.actions import install_pack
    from juxian.core.packs import load_all

    pack = next(pack for _, pack in sorted(load_all().items()) if pack.population)
    root = install_pack(pack).root
    schema = rules.vocabulary()
    policy = rules.benchmark_policy(schema)
    return replace(pack, schema=schema, policies={policy.id: policy}), root


def register(pack: Any, root: Any, count: int) -> None:
    import rules
    from django.db import transaction

    from juxian.apps.clock import now, today
    from juxian.apps.persons.models import Person, Profile
    from juxian.apps.policies.actions.pouring import pour

    if Profile.objects.filter(home=root).count() == count:
        return
    began = time.perf_counter()
    people = rules.make_people(count, pack.schema, 0)
    with transaction.atomic():
        for start in range(0, count, PART):
            rows = people.slice(start, PART).with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
            ids = range(start + 1, start + len(rows) + 1)
            pour(
                Person,
                pl.DataFrame(
                    {
                        "id": ids,
                        "number": [f"BM{pk:08d}" for pk in ids],
                        "name": [f"测试{pk}" for pk in ids],
                        "name_key": [f"ceshi{pk}" for pk in ids],
                    }
                ).with_columns(
                    pl.lit(root.pk).alias("home_id"), pl.lit(now().isoformat()).alias("created_at")
                ),
            )
            pour(
                Profile,
                pl.DataFrame(
                    {"person_id": ids, "values": [json.dumps(row, ensure_ascii=False) for row in rows]}
                ).with_columns(
                    pl.lit(root.pk).alias("home_id"), pl.lit(today().isoformat()).alias("derived_for"),
                    pl.lit(0).alias("conflicts"),
                ),
            )  # fmt: skip
    print(f"{count:,} persons registered in {time.perf_counter() - began:.0f} s (not measured)")


def measured(pack: Any, engine: str, days: int) -> float:
    import rules
    from django.db import connection

    from juxian.apps.policies.actions import sweep_pack

    load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    run = sweep_pack(pack=pack, as_of=rules.AS_OF + timedelta(days=days), engine=engine)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rows, answers = run.determinations.count(), run.answers.count()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{connection.vendor}, {engine}: {run.persons:,} persons × 12 benefits, {rows:,} determinations of {answers:,} answers: "
        f"{wall:.1f} s, CPU {cpu:.1f} s, peak {memory:,.0f} MB, load {load:.1f}"
    )
    return wall


if __name__ == "__main__":
    sys.exit(main())
