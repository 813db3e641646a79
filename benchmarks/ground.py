"""What the benchmarks of pages stand on: a home of its own, one pack, many persons, an account, and a stop-watch.

Kept between runs with ``--home``, so that the persons need not be registered again.
"""

from __future__ import annotations

import argparse
import atexit
import gzip
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

TODAY = "2025-06-30"
USER = "benchmark"


@dataclass(frozen=True)
class Timing:
    """One address: CPU of the server in milliseconds, queries, and bytes of the answer."""

    title: str
    median_ms: float
    worst_ms: float
    queries: int
    kilobytes: float
    gzip_kilobytes: float


def arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--pack", help="code of a pack; the first with a population when left out")
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    parser.add_argument("--rounds", type=int, default=15, help="requests measured for each address")
    return parser.parse_args()


def set_up(args: argparse.Namespace) -> None:
    """Point the settings at the home and start Django; the database is made when it is not there."""
    home = args.home or Path(tempfile.mkdtemp(prefix="juxian-benchmark-"))
    if args.home is None:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {"JUXIAN_HOME": str(home), "JUXIAN_DEMO": "true", "JUXIAN_TODAY": TODAY}
    import django

    django.setup()
    from juxian.config.commands.upgrade import upgrade

    upgrade()


def populate(args: argparse.Namespace) -> None:
    """Install the pack and register its people, with the CPU and memory it takes; nothing when they are there."""
    from juxian.apps.packs.actions import install_pack
    from juxian.apps.persons.actions import register_people_in_bulk
    from juxian.apps.persons.enums import SourceKind
    from juxian.apps.persons.models import Fact, Person, Source
    from juxian.apps.policies.actions import sweep_pack
    from juxian.core.packs import load_all
    from juxian.core.population import make_people

    if Person.objects.exists():
        print(f"{Person.objects.count():,} persons were there already")
        return
    packs = load_all()
    code = args.pack or next(code for code, pack in sorted(packs.items()) if pack.population)
    pack = packs[code]
    watch = Watch()
    root = install_pack(pack).root
    source = Source.objects.create(kind=SourceKind.DEMO, title="benchmark", organisation=root, day=pack.as_of)
    watch.tell(f"install the pack {code}")
    count = register_people_in_bulk(home=root, drafts=make_people(pack, args.persons), source=source)
    watch.tell(f"register {count:,} persons with {Fact.objects.count():,} facts")
    run = sweep_pack(pack=pack, as_of=pack.as_of)
    watch.tell(f"run {len(pack.policies)} policies, {run.determinations.count():,} determinations")


class Watch:
    """Tells wall time, CPU and the greatest memory since the last telling."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def tell(self, title: str) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{title}: {wall - self._wall:.1f} s, CPU {cpu - self._cpu:.1f} s, peak {memory:.0f} MB")
        self._wall, self._cpu = wall, cpu


def client(role: str = "office") -> Client:
    """A signed-in user with one post at the jurisdiction; made on first use."""
    from datetime import date

    from django.test import Client

    from juxian.apps.accounts.models import Post, User
    from juxian.apps.packs.models import InstalledPack

    user, _ = User.objects.get_or_create(username=f"{USER}-{role}", defaults={"name": "测试"})
    root = InstalledPack.objects.select_related("root").get().root
    Post.objects.get_or_create(user=user, role=role, organisation=root, defaults={"since": date(2000, 1, 1)})
    made = Client(headers={"accept-language": "zh-hans"})
    made.force_login(user)
    return made


def measure(browser: Client, title: str, address: str, rounds: int) -> Timing:
    """The median CPU of ``rounds`` answers after two to warm up; queries are counted in another one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(2):
        answer = browser.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
    spent = []
    for _ in range(rounds):
        before = time.process_time()
        browser.get(address)
        spent.append((time.process_time() - before) * 1000)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    return Timing(
        title,
        statistics.median(spent),
        max(spent),
        len(queries),
        len(body) / 1024,
        len(gzip.compress(body, 6)) / 1024,
    )


def table(timings: Sequence[Timing]) -> None:
    print(f"{'CPU ms':>8} {'worst':>8} {'queries':>8} {'kB':>7} {'gzip':>6}  address")
    for timing in timings:
        print(
            f"{timing.median_ms:8.1f} {timing.worst_ms:8.1f} {timing.queries:8} {timing.kilobytes:7.1f} "
            f"{timing.gzip_kilobytes:6.1f}  {timing.title}"
        )
