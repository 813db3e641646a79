"""``juxian policy sweep``: all benefits of everybody in a population file (政策找人)."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from juxian.config.commands.given import day, unreadable
from juxian.config.commands.pack import directory_of
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

if TYPE_CHECKING:
    import polars

    from juxian.core.facts.schema import Schema
    from juxian.core.policy.engines.databases import Server

ENGINES = ("polars", "fused", "duckdb", "postgresql", "spark", "rowwise")
VERDICTS = ("yes", "no", "unknown")


def add_to(commands: Any) -> None:
    """Add ``sweep`` to the sub-commands of ``juxian policy``."""
    part = commands.add_parser("sweep", help="all benefits of everybody in a population file")
    part.add_argument("--pack", required=True, help="directory of a pack, or its code")
    part.add_argument(
        "--as-of", required=True, type=day, metavar="DAY", help="day of asking, such as 2022-12-15"
    )
    part.add_argument(
        "--people", required=True, metavar="FILE", help=".parquet or .csv, one row for a person"
    )
    part.add_argument(
        "--out",
        required=True,
        metavar="FILE.parquet",
        help="person, policy, benefit, verdict, amount_fen, failed; without a suffix a directory of parts",
    )
    part.add_argument(
        "--part-rows",
        type=_count,
        default=1_000_000,
        metavar="N",
        help="persons held in memory at once (default: 1000000)",
    )
    part.add_argument(
        "--engine", choices=ENGINES, default="polars", help="all give the same lines (default: polars)"
    )
    part.set_defaults(run=run_sweep)


def run_sweep(args: argparse.Namespace) -> int:
    from juxian.core.packs import load_pack  # deferred: other commands do not pay for it
    from juxian.core.policy.engines.building import NoKernel
    from juxian.core.policy.parting import sweep_file

    pack = load_pack(directory_of(args.pack))
    engine = usable(args.engine, args.lang)
    out = Path(args.out)
    began = time.perf_counter()
    try:
        with server_of(engine) as server:
            done = sweep_file(
                list(pack.policies.values()), Path(args.people), out, args.as_of, pack.schema, engine, server,
                args.part_rows, _progress(args.lang),
            )  # fmt: skip
    except NoKernel as missing:
        raise Rejected([Problem("P510", missing.words)]) from missing
    except OSError as error:
        raise Rejected([_unwritable(args.out, error)]) from error
    seconds = round(time.perf_counter() - began, 3)
    for problem in done.warnings:
        print(problem.render(args.lang), file=sys.stderr)
    counted = {"persons": done.persons, **_sums(out), "parts": done.parts, "taken_over": done.taken_over}
    _tell({**counted, "engine": engine, "seconds": seconds, "out": args.out}, args)
    return 0


def _sums(out: Path) -> dict[str, int]:
    """Benefits, rows, verdicts and fen of a result, read without holding it."""
    import polars  # deferred: only a sweep needs it

    verdict = polars.col("verdict")
    lines = polars.scan_parquet(sorted(out.glob("*.parquet")) if out.is_dir() else out)
    sums = lines.select(
        polars.struct("policy", "benefit").n_unique().alias("benefits"),
        polars.len().alias("rows"),
        *((verdict == name).sum().alias(name) for name in VERDICTS),
        polars.col("amount_fen").sum(),
    )
    return {name: int(value) for name, value in sums.collect(engine="streaming").row(0, named=True).items()}


def _progress(language: str) -> Callable[[int, int], None]:
    """Rows done, on the terminal alone and where there is more than one part."""

    def tell(done: int, whole: int) -> None:
        if sys.stderr.isatty() and (done < whole or told):
            told.append(done)
            words = Text(f"{done} / {whole} 人", f"{done} of {whole} persons").in_language(language)
            print(f"\r{words}", end="" if done < whole else "\n", file=sys.stderr, flush=True)

    told: list[int] = []
    return tell


def usable(engine: str, language: str) -> str:
    """``engine``, or polars where it needs a compiler that this machine lacks; that is said."""
    from juxian.core.policy.engines.building import compiler  # deferred with the rest of the core

    if engine != "fused" or compiler():
        return engine
    words = Text(
        "这台机器没有 C 编译器（cc、gcc、clang），改用 polars 引擎，结果相同",
        "there is no C compiler (cc, gcc, clang) on this machine; polars is used instead, with the same result",
    )
    print(words.in_language(language), file=sys.stderr)
    return "polars"


@contextmanager
def server_of(engine: str) -> Iterator[Server | None]:
    """The server that ``postgresql`` asks: the one of the settings. Raises ``Rejected`` when there is none."""
    if engine != "postgresql":
        yield None
        return
    import psycopg  # deferred: only this engine needs it

    from juxian.config.environment import Environment

    address = Environment().database_url
    if not address:
        words = Text(
            "postgresql 引擎需要设置 JUXIAN_DATABASE_URL",
            "the engine postgresql needs the setting JUXIAN_DATABASE_URL",
        )
        raise Rejected([Problem("P510", words)])
    try:
        connection = psycopg.connect(address)
    except psycopg.OperationalError as error:
        first = str(error).splitlines()[0][:200]
        words = Text(f"无法连接数据库：{first}", f"the database cannot be reached: {first}")
        raise Rejected([Problem("P510", words)]) from error
    with connection:
        yield connection


def _tell(summary: dict[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(summary))
        return
    yuan = f"{summary['amount_fen'] / 100:,.2f}"
    words = Text(
        f"{summary['persons']} 人：符合 {summary['yes']} 项次，待补充 {summary['unknown']} 项次，金额 {yuan} 元（{summary['seconds']} 秒）",
        f"{summary['persons']} persons: {summary['yes']} yes, {summary['unknown']} unknown, {yuan} yuan ({summary['seconds']} s)",
    )
    print(words.in_language(args.lang))


def read_people(path: Path, schema: Schema) -> polars.DataFrame:
    """A population file; CSV columns are read by the types of the profile. Raises ``Rejected``."""
    import polars  # deferred: only a sweep needs it

    from juxian.core.policy.population import read_csv

    try:
        if path.suffix.lower() == ".csv":
            return read_csv(path, schema)
        if path.suffix.lower() == ".parquet":
            return polars.read_parquet(path)
    except (OSError, polars.exceptions.PolarsError) as error:
        raise Rejected([unreadable(path, error)]) from error
    words = Text("人口表是 .parquet 或 .csv 文件", "a population is a .parquet or .csv file")
    raise Rejected([Problem("P501", words, str(path))])


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of persons above 0")
    return int(text)


def _unwritable(path: str, error: OSError) -> Problem:
    return Problem("P505", Text(f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}"), path)
