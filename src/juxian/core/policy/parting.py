"""A population file swept in parts (分块筛查): memory stays that of one part, and an interrupted sweep goes on.

Finished parts stand beside the result in ``.<name>.parts`` until all are there; the result then appears whole. Parts of another
population, text, day or engine are thrown away, so that no result is ever made of two.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl

from juxian.core.facts.schema import Schema
from juxian.core.policy import ENGINE_VERSION
from juxian.core.policy.document import Policy
from juxian.core.policy.engines.databases import Server
from juxian.core.policy.population import Faults, from_texts, strange_columns
from juxian.core.policy.rulebook import rulebook
from juxian.core.policy.sweeping import prepared, swept
from juxian.core.source import Problem, Rejected, errors_in
from juxian.core.text import Text

PART_ROWS = 1_000_000
_PART = re.compile(r"(?<!\d)\d{6,}\.parquet")
_READERS = {".csv": True, ".parquet": False}  # whether columns come as texts


@dataclass(frozen=True)
class Swept:
    """What a sweep of a file came to: persons, parts (taken over ones included), and the warnings of the file."""

    persons: int
    parts: int
    taken_over: int
    warnings: tuple[Problem, ...]


def sweep_file(
    policies: Iterable[Policy],
    people: Path,
    out: Path,
    as_of: date,
    schema: Schema,
    engine: str = "polars",
    server: Server | None = None,
    part_rows: int = PART_ROWS,
    tell: Callable[[int, int], None] = lambda done, whole: None,
) -> Swept:
    """Sweep ``people`` (.parquet or .csv) into ``out``: one Parquet file, or a directory of parts where it has no suffix.

    Lines as of ``sweep``, part by part. tell: after each part, rows done and rows in all. Raises ``Rejected`` with all that is
    wrong in the whole file, and when somebody else sweeps into the same place; ``OSError`` when it cannot be written.
    """
    policies = list(policies)
    _refuse_other_directories(out)
    work = out.with_name(f".{out.name}.parts")
    with _held(work), _cleared_when_refused(work):
        with _reading(people):
            _begin(work, _key(policies, people, as_of, schema, engine, part_rows))
            source = _source(people, work)
            height = int(source.select(pl.len()).collect().item())
        book, faults = rulebook(policies, as_of), Faults()
        taken_over = 0
        for number, start in enumerate(range(0, max(height, 1), part_rows)):
            place = work / f"{number:06}.parquet"
            if place.exists():
                taken_over += 1
                continue
            faults.first_row = start
            with _reading(people):
                frame = source.slice(start, part_rows).collect()
            if _READERS[people.suffix.lower()]:
                frame = from_texts(frame, schema, faults)
            ready = prepared(book, frame, schema, faults)
            if not errors_in(faults.problems):
                _write(swept(book, frame, ready, engine, server), place)
            tell(min(start + part_rows, height), height)
        if errors := errors_in(faults.problems):
            raise Rejected(errors)
        strange = strange_columns(source.head(0).collect(), schema)
        _finish(work, out)
    return Swept(height, number + 1, taken_over, (*faults.problems, *strange))


def _key(
    policies: Iterable[Policy], people: Path, as_of: date, schema: Schema, engine: str, part_rows: int
) -> str:
    """What the parts depend on; a file is known by its size and the time it was written."""
    found = people.stat()
    texts = [policy.origin.source.text for policy in policies]
    words = (dict(schema.scales), dict(schema.kinds), dict(schema.profile))
    where = (str(people.resolve()), found.st_size, found.st_mtime_ns)
    return sha256(repr((texts, words, where, as_of, engine, ENGINE_VERSION, part_rows)).encode()).hexdigest()


def _begin(work: Path, key: str) -> None:
    """An empty directory, or the parts of a sweep of the same that was interrupted."""
    written = work / "key"
    if written.exists() and written.read_text(encoding="ascii") == key:
        return
    for old in work.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != "lock":
            old.unlink()
    written.write_text(key, encoding="ascii")


def _source(people: Path, work: Path) -> pl.LazyFrame:
    """The rows to be sliced. A CSV is put into columns of text first, so that a slice does not read it from its start."""
    if people.suffix.lower() == ".csv":
        copy = work / "people"
        if not copy.exists():
            part = copy.with_suffix(".part")
            pl.scan_csv(people, infer_schema=False).sink_parquet(part)
            part.replace(copy)
        people = copy
    return pl.scan_parquet(people, glob=False)


@contextmanager
def _reading(people: Path) -> Iterator[None]:
    """What cannot be read is told as a mistake of the file."""
    if people.suffix.lower() not in _READERS:
        words = Text("人口表是 .parquet 或 .csv 文件", "a population is a .parquet or .csv file")
        raise Rejected([Problem("P501", words, str(people))])
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        told = Text(f"无法读取：{first}", f"cannot be read: {first}")
        raise Rejected([Problem("P501", told, str(people))]) from error


def _refuse_other_directories(out: Path) -> None:
    """A directory is replaced only when it holds parts of a result and nothing else."""
    if out.is_dir() and (out.suffix or any(_PART.fullmatch(held.name) is None for held in out.iterdir())):
        words = Text("是一个目录，里面还有其他文件", "is a directory that holds other files")
        raise Rejected([Problem("P505", words, str(out))])


def _write(found: pl.DataFrame, place: Path) -> None:
    part = place.with_suffix(".part")
    found.write_parquet(part)
    part.replace(place)


def _finish(work: Path, out: Path) -> None:
    """The parts become the result: one file at one moment; a directory after the former one has been moved into ``work``."""
    parts = sorted(work.glob("*.parquet"))
    if out.suffix:
        whole = work / "whole"
        pl.scan_parquet(parts).sink_parquet(whole)
        whole.replace(out)
        return
    new, old = work / "new", work / "old"
    new.mkdir(exist_ok=True)
    for part in parts:
        part.replace(new / part.name)
    if out.exists():
        out.replace(old)
    new.replace(out)


@contextmanager
def _held(work: Path) -> Iterator[None]:
    """Nobody else may sweep into the same place meanwhile; a killed process lets go by itself."""
    work.mkdir(exist_ok=True)
    lock = os.open(work / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        os.close(lock)
        words = Text("另一个进程正在写入同一结果", "another process is writing the same result")
        raise Rejected([Problem("P505", words, str(work))]) from busy
    try:
        yield
    except BaseException:
        os.close(lock)
        raise
    shutil.rmtree(work)
    os.close(lock)


@contextmanager
def _cleared_when_refused(work: Path) -> Iterator[None]:
    """A file with mistakes leaves nothing behind; a kill, a full disk or a missing compiler leaves what is finished."""
    try:
        yield
    except Rejected:
        shutil.rmtree(work)
        raise
