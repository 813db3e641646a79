"""The national vocabulary and the example services of these tests (试验用事项)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from juxian.core.facts.schema import Schema
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.positioned import read_yaml
from juxian.core.services import Service, read_service
from juxian.core.source import Problem, Rejected, Source
from juxian.core.workdays import from_chinesecalendar

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
CALENDAR = from_chinesecalendar()


@cache
def schema() -> Schema:
    return load_pack(find_packs_dir() / "base").schema


def read(text: str, name: str = "service.yaml") -> tuple[Service | None, list[Problem]]:
    return read_service(read_yaml(Source(name, text)), schema())


@cache
def example(name: str) -> Service:
    service, problems = read((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    if service is None or problems:
        raise Rejected(problems)
    return service


def at(text: str) -> datetime:
    """Local time of the office: ``2026-01-05 10:00``."""
    return datetime.fromisoformat(f"{text}+08:00")
