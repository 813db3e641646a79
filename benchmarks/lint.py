"""Lint of 50 policies: ≤ 10 s, the policies of all packs repeated until there are that many.

    python benchmarks/lint.py [--policies 50] [--rounds 3]

Reading the packs is not counted. Medians of wall and CPU seconds, and how many combinations of facts were weighed.
Exit 1 when the budget is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from itertools import cycle, islice

from juxian.core.packs import Pack, load_all
from juxian.core.packs.merits import merits_of
from juxian.core.policy.document import Policy
from juxian.core.policy.lint import lint

BUDGET_SECONDS = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--policies", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    every = [(pack, policy) for pack in load_all().values() for policy in pack.policies.values()]
    chosen = list(islice(cycle(every), options.policies))
    walls, cpus, cells, findings = [], [], 0, 0
    for _ in range(options.rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        cells, findings = examined(chosen)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    print(f"load {os.getloadavg()[0]:.1f}, {len(every)} policies in the packs")
    print(f"{'policies':>9} {'wall s':>8} {'CPU s':>8} {'cells':>12} {'findings':>9} {'budget s':>9}")
    print(f"{options.policies:>9} {wall:>8.2f} {cpu:>8.2f} {cells:>12,} {findings:>9} {BUDGET_SECONDS:>9.0f}")
    return 0 if wall <= BUDGET_SECONDS else 1


def examined(chosen: list[tuple[Pack, Policy]]) -> tuple[int, int]:
    """Cells and findings over the policies, those of one pack together."""
    cells = findings = 0
    packs = {pack.code: pack for pack, _ in chosen}
    for code, pack in packs.items():
        policies = [policy for other, policy in chosen if other.code == code]
        report = lint(policies, pack.schema, pack.as_of, merits_of(pack))
        cells += report.cells
        findings += len(report.findings)
    return cells, findings


if __name__ == "__main__":
    sys.exit(main())
