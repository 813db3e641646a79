"""What the benchmarks of pages stand on: a home of its own, one pack, many persons, an account, and a stop-watch.

Kept between runs with ``--home``, so that the persons need not be registered again. Of more than 100,000 persons the first
hundred thousand are registered by the application, the others are copies of their rows with numbers of their own.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

TODAY = "2025-06-30"
USER = "benchmark"
REGISTERED = 100_000  # persons; more are copies of their rows


@dataclass(frozen=True)
class Timing:
    """One address: CPU of the server in milliseconds, queries, and bytes of the answer."""

    title: str
    median_ms: float
    worst_ms: float
    queries: int
    kilobytes: float
    gzip_kilobytes: float


def common_parser(description: str | None) -> argparse.ArgumentParser:
    """The options that ``set_up`` and ``populate`` read."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--pack", help="code of a pack; the first with a population when left out")
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    parser.add_argument("--no-policies", action="store_true", help="register the people, leave out the sweep")
    return parser


def arguments(description: str | None) -> argparse.Namespace:
    parser = common_parser(description)
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
    with filling():
        count = register_people_in_bulk(
            home=root, drafts=make_people(pack, min(args.persons, REGISTERED)), source=source
        )
        watch.tell(f"register {count:,} persons")
        if args.persons > REGISTERED:
            multiply(args.persons // REGISTERED - 1)
            watch.tell(f"copy their rows, to {Person.objects.count():,} persons")
    watch.tell(f"sort the search terms, make the indexes of {Fact.objects.count():,} facts")
    if args.no_policies:
        return
    run = sweep_pack(pack=pack, as_of=pack.as_of)
    watch.tell(f"run {len(pack.policies)} policies, {run.determinations.count():,} determinations")


def multiply(times: int) -> None:
    """Add ``times`` copies of every row of every person, with numbers and digests of their own; names recur."""
    from django.db import connection
    from django.db.models import Max

    from juxian.apps.persons.models import Fact, IdentityDocument, NumberSeries, Person, Profile

    people = Person.objects.count()
    steps = {
        model: model.objects.aggregate(last=Max("pk"))["last"] for model in (Person, Fact, IdentityDocument)
    }
    step, eight = (
        steps[Person],
        "substr('00000000' || {n}, -8)" if connection.vendor == "sqlite" else "right('00000000' || {n}, 8)",
    )
    place = "cast(substr(number, length(number) - 7) as integer)"
    altered = {
        (Person, "id"): f"id + {{k}} * {step}",
        (Person, "number"): "substr(number, 1, length(number) - 8) || "
        + eight.format(n=f"({place} + {{k}} * {people})"),
        (Profile, "person_id"): f"person_id + {{k}} * {step}",
        (IdentityDocument, "id"): f"id + {{k}} * {steps[IdentityDocument]}",
        (IdentityDocument, "digest"): "'copy{k}' || substr(digest, 6)",
        (Fact, "id"): f"id + {{k}} * {steps[Fact]}",
    }
    with connection.cursor() as cursor:
        for model in (Person, IdentityDocument, Fact, Profile):
            columns = [field.column for field in model._meta.concrete_fields]
            key = "person_id" if model is Profile else "id"
            last = step if model is Profile else steps[model]
            for copy in range(1, times + 1):
                values = [
                    altered.get(
                        (model, name), f"person_id + {{k}} * {step}" if name == "person_id" else f'"{name}"'
                    ).format(k=copy)
                    for name in columns
                ]
                names = ", ".join(f'"{name}"' for name in columns)
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} "  # noqa: S608  # our own tables
                    f"FROM {model._meta.db_table} WHERE {key} <= {last} ORDER BY {key}"
                )
        for copy in range(1, times + 1):
            cursor.execute(
                f"INSERT INTO persons_searchterm (term, person_id) SELECT term, person_id + {copy} * {step} "  # noqa: S608  # our own tables
                f"FROM persons_searchterm WHERE person_id <= {step}"
            )
        NumberSeries.objects.update(last=people * (times + 1))
        if connection.vendor == "postgresql":
            from django.core.management.color import no_style

            for sql in connection.ops.sequence_reset_sql(no_style(), [Person, IdentityDocument, Fact]):
                cursor.execute(sql)


@contextmanager
def filling() -> Iterator[None]:
    """SQLite filled at one go: no waiting for the disk, indexes made and search terms sorted when all rows stand.

    On PostgreSQL nothing is changed. A run that breaks off leaves a home that is of no use.
    """
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    tables = ("persons_fact", "persons_profile", "persons_person", "persons_identitydocument")
    terms = "persons_searchterm"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("PRAGMA cache_size = -400000")
        marks = ", ".join(["%s"] * len(tables))
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",  # noqa: S608  # our own tables
            tables,
        )
        indexes = cursor.fetchall()
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("CREATE TABLE loose_terms (term varchar(16), person_id integer)")
        cursor.execute("CREATE INDEX loose_terms_person ON loose_terms (person_id)")
        cursor.execute(f"ALTER TABLE {terms} RENAME TO kept_terms")
        cursor.execute(f"ALTER TABLE loose_terms RENAME TO {terms}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kept_terms (term, person_id) SELECT term, person_id FROM {terms} ORDER BY term, person_id"  # noqa: S608  # our own tables
        )
        cursor.execute(f"DROP TABLE {terms}")
        cursor.execute(f"ALTER TABLE kept_terms RENAME TO {terms}")
        for _name, sql in indexes:
            cursor.execute(sql)
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


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
    """The median CPU of ``rounds`` answers after two to warm up; queries are counted in another one.

    Words that are sought stand in no address, so the page that asks for them leads to the one that is measured.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = browser.get(address)
    if answer.status_code == 303:
        address = answer.headers["Location"]
    for _ in range(2):
        answer = browser.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
    cpu, spent = server_cpu(), []
    for _ in range(rounds):
        before = cpu()
        browser.get(address)
        spent.append((cpu() - before) * 1000)
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


def server_cpu() -> Callable[[], float]:
    """A clock of the CPU, in seconds, of this process, and on PostgreSQL of the backend that serves it, which must run on this
    machine; parallel workers, whose time would be lost, are not used.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")  # nanoseconds on a CPU first
    return lambda: time.process_time() + int(backend.read_text().split()[0]) / 1e9


def table(timings: Sequence[Timing]) -> None:
    print(f"{'CPU ms':>8} {'worst':>8} {'queries':>8} {'kB':>7} {'gzip':>6}  address")
    for timing in timings:
        print(
            f"{timing.median_ms:8.1f} {timing.worst_ms:8.1f} {timing.queries:8} {timing.kilobytes:7.1f} "
            f"{timing.gzip_kilobytes:6.1f}  {timing.title}"
        )
