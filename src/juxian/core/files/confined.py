"""Checking a file in a process of its own, with limits of memory and time (受限检查).

What a hostile file can cost is bounded, whatever a decoder does with it. The file is read from one path, a picture made
anew is written to another, and only JSON comes back.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from juxian.core.confinement import TooHeavy, answer_of, confine
from juxian.core.files.checking import check_file
from juxian.core.files.kinds import MEDIA, Kind
from juxian.core.files.limits import DEFAULT_LIMITS, FileLimits, too_heavy
from juxian.core.source import Problem, Rejected
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Found:
    """What the process found. remade: whether the bytes to keep lie at ``target`` instead of ``source``."""

    kind: Kind
    remade: bool
    width: int
    height: int
    pages: int

    @property
    def media(self) -> str:
        return MEDIA[self.kind]


def check_confined(source: Path, target: Path, name: str, limits: FileLimits = DEFAULT_LIMITS) -> Found:
    """As ``check_file``; also raises ``Rejected`` (F109) when checking takes too long or too much memory."""
    job = {"source": str(source), "target": str(target), "name": name, "limits": asdict(limits)}
    try:
        found = json.loads(answer_of(__name__, json.dumps(job).encode(), limits.seconds * 2))
    except TooHeavy as error:
        raise too_heavy(name) from error
    if "problems" in found:
        raise Rejected([_problem(item) for item in found["problems"]])
    return Found(Kind(found.pop("kind")), **found)


def child() -> None:
    """Body of the process: limits first, then one file; the answer goes to standard output."""
    job = json.load(sys.stdin)
    limits = FileLimits(**job["limits"])
    confine(limits.memory_bytes, limits.seconds)
    try:
        result = _checked(job, limits)
    except Rejected as refused:
        result = {"problems": [_as_json(problem) for problem in refused.problems]}
    json.dump(result, sys.stdout)


def _checked(job: dict[str, Any], limits: FileLimits) -> dict[str, Any]:
    data = Path(job["source"]).read_bytes()
    checked = check_file(data, job["name"], limits)
    remade = checked.data is not data
    if remade:
        Path(job["target"]).write_bytes(checked.data)
    shape = {name: getattr(checked, name) for name in ("width", "height", "pages")}
    return {"kind": checked.kind.value, "remade": remade, **shape}


def _as_json(problem: Problem) -> dict[str, Any]:
    hint = asdict(problem.hint) if problem.hint else None
    return {"code": problem.code, "path": problem.path, "message": asdict(problem.message), "hint": hint}


def _problem(found: dict[str, Any]) -> Problem:
    hint = Text(**found["hint"]) if found["hint"] else None
    return Problem(found["code"], Text(**found["message"]), path=found["path"], hint=hint)
