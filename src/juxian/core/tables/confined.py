"""Reading a file in a process of its own, with limits of memory and time (受限读取).

What a hostile file can cost is bounded whatever the reader does with it: the process ends, the caller goes on. Only
JSON comes back, so that nothing in a file can reach the caller as code.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from juxian.core.confinement import TooHeavy, answer_of, confine
from juxian.core.source import Problem, Rejected
from juxian.core.tables.container import FileKind
from juxian.core.tables.limits import MEGABYTE, Limits, refusal
from juxian.core.tables.reader import DEFAULT_LIMITS, read_workbook
from juxian.core.tables.workbook import Cell, Sheet, Workbook
from juxian.core.text import Text

_BASE_BYTES = 200 * MEGABYTE
_BYTES_PER_BYTE = 60  # of an xlsx, which unpacks to about ten times its size and is then held twice


def read_confined(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """As ``read_workbook``; also raises ``Rejected`` (T109) when reading takes too long or too much memory."""
    job = json.dumps({"name": name, "limits": asdict(limits)}).encode() + b"\n" + data
    try:
        found = json.loads(answer_of(__name__, job, limits.seconds))
    except TooHeavy as error:
        raise _too_heavy(name) from error
    if "problems" in found:
        raise Rejected([_problem(item) for item in found["problems"]])
    return _workbook(name, found)


def _too_heavy(name: str) -> Rejected:
    return refusal(
        "T109",
        name,
        Text(
            "读取这个文件需要的时间或内存超过上限",
            "reading this file takes more time or memory than is allowed",
        ),
        Text(
            "删去无关的工作表和空白格式，或拆成几个文件",
            "remove other sheets and empty formatting, or split the file",
        ),
    )


def child() -> None:
    """Body of the process: limits first, then one file from standard input, its cells to standard output."""
    job = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    limits = Limits(**job["limits"])
    confine(min(limits.memory_bytes, _BASE_BYTES + _BYTES_PER_BYTE * len(data)), limits.seconds)
    try:
        result = _as_json(read_workbook(data, job["name"], limits))
    except Rejected as refused:
        result = {"problems": [_problem_as_json(problem) for problem in refused.problems]}
    json.dump(result, sys.stdout, ensure_ascii=True, separators=(",", ":"), default=_plain)


# what passes between the two processes


def _as_json(workbook: Workbook) -> dict[str, Any]:
    return {
        "kind": workbook.kind.value,
        "notes": [asdict(note) for note in workbook.notes],
        "sheets": [
            [sheet.name, sheet.hidden, sheet.numbers, sheet.merged, sheet.rows] for sheet in workbook.sheets
        ],
    }


def _plain(cell: object) -> Any:
    """Dates as one-item lists, other types of cells as text."""
    return [cell.isoformat()] if isinstance(cell, date) else str(cell)


def _workbook(name: str, found: dict[str, Any]) -> Workbook:
    sheets = [
        Sheet(
            title,
            _cells(rows),
            numbers,
            [tuple(m) for m in merged],
            hidden,
        )
        for title, hidden, numbers, merged, rows in found["sheets"]
    ]
    return Workbook(name, FileKind(found["kind"]), sheets, [Text(**note) for note in found["notes"]])


def _cells(rows: list[list[Any]]) -> list[list[Cell]]:
    """The same rows, dates made of one-item lists where they stand: a large table is not held twice."""
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell, list):
                moment = datetime.fromisoformat(cell[0])
                row[place] = moment if "T" in cell[0] else moment.date()
    return rows


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    hint = asdict(problem.hint) if problem.hint else None
    return {"code": problem.code, "path": problem.path, "message": asdict(problem.message), "hint": hint}


def _problem(found: dict[str, Any]) -> Problem:
    hint = Text(**found["hint"]) if found["hint"] else None
    return Problem(found["code"], Text(**found["message"]), path=found["path"], hint=hint)
