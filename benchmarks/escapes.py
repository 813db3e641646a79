"""What it costs to refuse a text that tries to leave the rule language: each within 50 ms, at its place.

    python benchmarks/escapes.py [--rounds 5]

The texts are those of ``tests/core/policy/test_escapes.py``, and texts made to be long: brackets to the limit, a word of two thousand
letters, a chain of comparisons, quotes that never end. Each is read ``--rounds`` times; the quickest counts, CPU. Exit 1 when one is
accepted, has no place, or takes longer than the limit.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.core.policy.test_escapes import ATTEMPTS
from tests.core.policy.words import NAMES

from juxian.core.policy import parse_condition
from juxian.core.source import Problem, Rejected

LIMIT_MS = 50
LONG = [
    "(" * 2_000,
    "(" * 1_000 + ")" * 1_000,
    "学" * 2_000,
    "not " * 500,
    "1 < " * 500 + "1",
    "学历 in (" + "博士、" * 600,
    '"' + "x" * 1_990,
    "min(" * 400,
    "年薪 * " * 300 + "1",
    "且" * 2_000,
    "，" * 2_000,
    "​" * 2_000,
    "ⅸ" * 2_000,
    "9" * 2_000,
    "5万元" * 600,
    "x" * 100_000,
]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}; CPU, the quickest of {options.rounds} rounds")
    print(f"{'texts':24}{'number':>8}{'refused':>9}{'median ms':>11}{'slowest ms':>12}")
    failed = False
    for name, texts in (("attempts to escape", sorted(set(ATTEMPTS))), ("made to be long", LONG)):
        spent, refused = [], 0
        for text in texts:
            took, problems = timed(text, options.rounds)
            spent.append(took)
            refused += is_told(problems)
        spent.sort()
        print(f"{name:24}{len(texts):8}{refused:9}{spent[len(spent) // 2]:11.3f}{spent[-1]:12.3f}")
        failed |= refused < len(texts) or spent[-1] > LIMIT_MS
    return 1 if failed else 0


def timed(text: str, rounds: int) -> tuple[float, tuple[Problem, ...]]:
    """Milliseconds of CPU, and what is told."""
    best, problems = float("inf"), ()
    for _ in range(rounds):
        began = time.process_time()
        problems = problems_of(text)
        best = min(best, (time.process_time() - began) * 1e3)
    return best, problems


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        parse_condition(text, NAMES)
    except Rejected as refused:
        return tuple(refused.problems)
    return ()


def is_told(problems: tuple[Problem, ...]) -> bool:
    return bool(problems) and all(problem.span is not None for problem in problems)


if __name__ == "__main__":
    sys.exit(main())
