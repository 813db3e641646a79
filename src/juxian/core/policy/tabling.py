"""A table of amounts, pasted from a document or a sheet, as rows of a decision table (粘贴的金额表).

The first line names fields (学历, 职称 …) and, in the last column, the amount, with its unit in brackets where the cells have none:
``金额（万元）``. A cell that is empty, ``—`` or ``不限`` asks nothing; ``博士、正高`` is one or the other; ``硕士及以上`` is at least. Cells are
separated by tabs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from juxian.core.facts.schema import Kind, ProfileField, Schema
from juxian.core.facts.values import Refusal, parse_amount
from juxian.core.text import Text

ROWS_LIMIT = 200
NOTHING = {"", "-", "—", "－", "不限", "无", "/"}
_UNIT = re.compile(r"[(（]\s*(万元|元|亿元)\s*[)）]\s*$")
_AT_LEAST = re.compile(r"(?:及|或|\(含\)|（含）)?以上$")
_AT_MOST = re.compile(r"(?:及|或|\(含\)|（含）)?以下$")
_SEVERAL = re.compile(r"[、/;；]|或")


@dataclass(frozen=True, slots=True)
class Pasted:
    """rows: YAML of the rows, one a line. problems: (line, what is wrong), lines from 1."""

    rows: str
    problems: tuple[tuple[int, Text], ...]


def pasted_table(text: str, schema: Schema) -> Pasted:
    """The rows of a pasted table; a row with a mistake is told and left out."""
    lines = [
        (number, [cell.strip() for cell in line.split("\t")])
        for number, line in enumerate(unicodedata.normalize("NFC", text).splitlines(), 1)
        if line.strip()
    ]
    if len(lines) < 2:
        return Pasted("", ((1, Text("至少要有表头和一行", "a heading and one row are needed")),))
    problems: list[tuple[int, Text]] = []
    (place, head), body = lines[0], lines[1:]
    fields = [schema.find_field(word) for word in head[:-1]]
    for word, field in zip(head[:-1], fields, strict=True):
        if field is None:
            problems.append((place, Text(f"没有名为“{word}”的字段", f"there is no field {word}")))
    unit = _UNIT.search(head[-1])
    rows = []
    for number, cells in body[:ROWS_LIMIT]:
        if len(cells) != len(head):
            problems.append((number, Text(f"应有 {len(head)} 格", f"{len(head)} cells are needed")))
            continue
        amount = cells[-1] + (unit[1] if unit and re.fullmatch(r"[\d.,]+", cells[-1]) else "")
        if isinstance(refused := parse_amount(amount), Refusal):
            problems.append((number, refused.reason))
            continue
        found = list(_conditions(cells[:-1], fields, schema, number, problems))
        when = " and ".join(found)
        rows.append(f"- {{when: {when}, give: {amount}}}" if when else f"- {{give: {amount}}}")
    if len(body) > ROWS_LIMIT:
        problems.append((body[ROWS_LIMIT][0], Text(f"最多 {ROWS_LIMIT} 行", f"at most {ROWS_LIMIT} rows")))
    return Pasted("\n".join(rows), tuple(problems))


def _conditions(
    cells: list[str],
    fields: list[ProfileField | None],
    schema: Schema,
    number: int,
    problems: list[tuple[int, Text]],
) -> Iterator[str]:
    for cell, field in zip(cells, fields, strict=True):
        if cell in NOTHING or field is None:
            continue
        parts = [_condition(part.strip(), field, schema) for part in _SEVERAL.split(cell) if part.strip()]
        for part in parts:
            if isinstance(part, Text):
                problems.append((number, part))
        known = [part for part in parts if isinstance(part, str)]
        if known:
            yield known[0] if len(known) == 1 else f"({' or '.join(known)})"


def _condition(cell: str, field: ProfileField, schema: Schema) -> str | Text:
    name, sign = field.title.zh, "=="
    for pattern, operator in ((_AT_LEAST, ">="), (_AT_MOST, "<=")):
        if pattern.search(cell):
            cell, sign = pattern.sub("", cell), operator
    if field.type.kind in (Kind.LEVEL, Kind.LEVELS):
        level = schema.scale_of(field.type).find(cell)
        if level is None:
            return Text(f"“{field.title.zh}”没有“{cell}”这一级", f"{field.name} has no level {cell}")
        return f"{name} has {cell}" if field.type.kind is Kind.LEVELS else f"{name} {sign} {cell}"
    if field.type.kind is Kind.BOOLEAN:
        return name if cell in ("是", "yes") else f"not {name}"
    if field.type.kind in (Kind.INTEGER, Kind.MONEY, Kind.MONTHS, Kind.DATE):
        return f"{name} {sign} {cell.removesuffix('周岁').removesuffix('岁')}"
    return Text(f"“{field.title.zh}”不能作条件", f"{field.name} cannot be a condition here")
