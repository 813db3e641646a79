"""A public draw at size: frozen, drawn, written, verified by the stand-alone verifier.

    python benchmarks/draw.py [--entries N]

Budget on 2 cores, 1,000,000 entries: draw ≤ 5 s, verification ≤ 5 s. CPU seconds of one process; memory is its peak.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import resource
import time
from collections.abc import Callable
from typing import TypeVar

from juxian.core.allocation.draw import Contributor, Frozen, Plan, Rule, freeze
from juxian.core.allocation.pool import Entrant, Pool, pool_of
from juxian.core.allocation.quotas import Quota
from juxian.core.allocation.seeds import Reveal, commitment
from juxian.core.allocation.transcript import Transcript, conclude
from juxian.core.allocation.verifier import verify

Result = TypeVar("Result")
REVEALS = (Reveal("组织方", "1f" * 32, "4 1 6 2 6"), Reveal("见证人", "e2" * 32, "3 3 5 1 2"))
CONTRIBUTORS = (Contributor("组织方", "organiser"), Contributor("见证人", "witness"))
PANEL = Rule(
    "1",
    7,
    True,
    (Quota("employer", most=1), Quota("discipline", "d0", least=2), Quota("discipline", "d1", least=2)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    count = parser.parse_args().entries
    print(f"{'what':44} {'entries':>9} {'draw s':>7} {'verify s':>8} {'MB file':>8}  agrees")
    show("queue: the whole order, 2,000 flats", Rule("1", 2000), queue_pool(count))
    show("queue by points, 2,000 flats", Rule("1", 2000), queue_pool(count, points=5))
    show(
        "flats, 40 % held for one class",
        Rule("1", 2000, quotas=(Quota("class", "c0", least=800),)),
        class_pool(count),
    )
    show("panel of 7, employers ≤ 1, two minimums", PANEL, expert_pool(min(count, 5_000)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def show(what: str, rule: Rule, pool: Pool) -> None:
    """One line of the table."""
    transcript, drawing = timed(lambda: drawn(rule, pool))
    gc.disable()  # as the command and the stand-alone verifier do
    finding, verifying = timed(lambda: verify(transcript.data))
    gc.enable()
    size = len(transcript.data) / 1e6
    print(
        f"{what:44} {len(pool.entries):>9,} {drawing:>7.2f} {verifying:>8.2f} {size:>8.1f}  {finding is None}"
    )


def drawn(rule: Rule, pool: Pool) -> Transcript:
    """Freeze, commit, reveal, draw, write."""
    frozen: Frozen = freeze(Plan("benchmark", rule, pool, CONTRIBUTORS))
    transcript = conclude(frozen, {one.name: commitment(frozen.sha256, one) for one in REVEALS}, REVEALS)
    assert transcript.data
    return transcript


def queue_pool(count: int, points: int = 0) -> Pool:
    """Entries with public ids; ``points``: how many different scores."""
    ids = sorted(hashlib.sha256(str(number).encode()).hexdigest()[:16] for number in range(count))
    return Pool(tuple(ids), tuple(int(one[:4], 16) % points for one in ids) if points else ())


def class_pool(count: int) -> Pool:
    """The same with five classes; the first is one in ten thousand, so that the walk is long."""
    pool = queue_pool(count)
    classes = tuple("c0" if int(one[:4], 16) < 64 else f"c{1 + int(one[5], 16) % 4}" for one in pool.entries)
    return Pool(pool.entries, groups={"class": classes})


def expert_pool(count: int) -> Pool:
    """Experts of 300 employers and 10 disciplines, one in eighty recused."""
    return pool_of(
        Entrant(
            f"e{number:06}",
            barred="" if number % 80 else "recused",
            groups={"employer": f"u{number * 7919 % 300}", "discipline": f"d{number * 104_729 % 10}"},
        )
        for number in range(count)
    )


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


if __name__ == "__main__":
    main()
