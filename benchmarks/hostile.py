"""Hostile requests in number, before a release (恶意输入): forms, parameters, addresses, headers, files.

    .venv/bin/python benchmarks/hostile.py [--requests 20000] [--seed 1] [--home DIR]

The same generator as tests/security/test_hostile_input.py, with its own people in a temporary database (SQLite, or
JUXIAN_DATABASE_URL). Exit status 1 when an answer is 500 or more, shows what was sent as markup, or leads elsewhere.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from ground import set_up

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
SHOWN = 50


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    args = parser.parse_args()
    set_up(args)
    from tests.security.hostile import Report, run
    from tests.security.world import world_of_two_places

    logging.disable(logging.CRITICAL)

    def tell(report: Report) -> None:
        print(f"\r{report.requests:,} requests, {len(report.failures)} failures", end="", file=sys.stderr)

    with world_of_two_places() as world:
        report = run(world, args.requests, args.seed, tell)
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(report.statuses.items()))
    print(f"\n{report.requests:,} hostile requests and {report.again:,} readings, CPU {report.seconds:.0f} s")
    print(f"answers {statuses}")
    for failure in report.failures[:SHOWN]:
        print(failure.encode("ascii", "backslashreplace").decode())
    print(f"{len(report.failures)} failures")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
