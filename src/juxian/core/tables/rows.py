"""One data row read as a person: name, document, facts, and every doubt with a way out (行)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from juxian.core.facts.profile import SINCE_UNKNOWN
from juxian.core.facts.schema import FactKind, Field, Kind, Schema, ValueType
from juxian.core.facts.values import BIRTH, is_born_after
from juxian.core.identity import IdCheck
from juxian.core.tables.cells import (
    Context,
    Reading,
    is_empty,
    read_cell,
    read_day,
    read_document,
    read_document_kind,
    read_name,
)
from juxian.core.tables.mapping import NAME, NUMBER, NUMBER_KIND, Column, document_kind_of_header
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.workbook import Cell, as_text
from juxian.core.text import Text

REMEMBERED_CELLS = 20_000
EMPLOYMENT, EMPLOYER = "employment", "employer"

# reasons of a row in order of weight: the heaviest decides where the row stands
REFUSING = ("no_name", "name_unusable")
WAITING = (
    "number_damaged", "number_wrong", "number_contradicts", "number_shared", "employer_outside", "employer_unknown",
    "same_name", "cell_unreadable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A doubt at one cell. column: index from 0, -1 for the whole row. severity: error (not used) or warning."""

    row: int
    column: int
    header: str
    raw: str
    message: Text
    hint: Text | None = None
    severity: str = "error"
    reason: str = "cell_unreadable"

    @property
    def place(self) -> str:
        """The cell as a spreadsheet names it: ``C12``; ``12`` for the whole row."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell that means something: where, what it became, by which rule."""

    column: int
    target: str
    value: Any
    rule: str


@dataclass(frozen=True, slots=True)
class RowFact:
    """A fact as the row states it: canonical value; ``since`` is ``SINCE_UNKNOWN`` where the row does not say."""

    kind: str
    value: dict[str, Any]
    since: date
    until: date | None = None


@dataclass
class RowReading:
    """Everything one row says. ``cells``: all cells as shown, by column."""

    number: int
    cells: list[str]
    name: str = ""
    document: IdCheck | None = None
    facts: list[RowFact] = field(default_factory=list)
    read: list[ReadCell] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)

    @property
    def errors(self) -> list[CellProblem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def reason(self) -> str:
        """The heaviest reason why the row cannot go in as it is; empty when it can."""
        found = {problem.reason for problem in self.errors}
        return next((reason for reason in (*REFUSING, *WAITING) if reason in found), "")

    @property
    def state(self) -> str:
        """accepted, waiting or refused, before it is compared with the register and with other rows."""
        if not self.reason:
            return "accepted"
        return "refused" if self.reason in REFUSING else "waiting"


def column_letters(index: int) -> str:
    """0 → ``A``, 26 → ``AA``; empty for -1."""
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters


@dataclass
class RowReader:
    """Reads the rows of one table.

    employer: code of the sending employer, used where the table has no employer column (or the cell is empty).
    only_employers: codes that the sender may report on; None for no bound.
    """

    columns: Sequence[Column]
    schema: Schema
    organisations: Organisations
    as_of: date
    employer: str = ""
    only_employers: frozenset[str] | None = None

    def __post_init__(self) -> None:
        self._by_target = {(column.target, column.part): column for column in self.columns if column.target}
        self._context = Context(self.schema, self.organisations, self.as_of)
        self._contexts = {
            column.index: replace(self._context, header=column.header, unit=column.unit)
            for column in self.columns
        }
        self._kinds = self._columns_by_kind()
        self._seen: dict[tuple[int, type, Cell], Reading] = {}

    def _columns_by_kind(self) -> dict[tuple[str, int], list[tuple[Column, str]]]:
        found: dict[tuple[str, int], list[tuple[Column, str]]] = {}
        for (target, part), column in self._by_target.items():
            kind, _, name = target.partition(".")
            if kind in self.schema.kinds and (
                name in self.schema.kinds[kind].fields or name in ("since", "until")
            ):
                found.setdefault((kind, part), []).append((column, name))
        return found

    def read(self, number: int, cells: Sequence[Cell]) -> RowReading:
        """Read one data row."""
        row = RowReading(number, [as_text(cell) for cell in cells])
        self._read_name(row, cells)
        self._read_document(row, cells)
        for (kind, _part), columns in self._kinds.items():
            self._read_fact(row, cells, self.schema.kinds[kind], columns)
        self._add_sender(row)
        self._compare_with_number(row)
        return row

    # cells

    def _cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        return cells[column.index] if column.index < len(cells) else None

    def _note(self, row: RowReading, column: Column, raw: Cell, reading: Reading) -> Reading:
        """Keep what a cell became, its problem and its warning."""
        text = as_text(raw)
        if reading.problem:
            row.problems.append(
                CellProblem(
                    row.number,
                    column.index,
                    column.header,
                    text,
                    reading.problem,
                    reading.hint,
                    "error",
                    reading.reason,
                )
            )
        elif reading.value is not None:
            row.read.append(ReadCell(column.index, column.target, reading.value, reading.rule))
        if reading.warning:
            row.problems.append(
                CellProblem(row.number, column.index, column.header, text, reading.warning, None, "warning")
            )
        return reading

    def _read_name(self, row: RowReading, cells: Sequence[Cell]) -> None:
        column = self._by_target.get((NAME, 1))
        raw = self._cell(cells, column) if column else None
        if column is None or is_empty(raw):
            place, header = (column.index, column.header) if column else (-1, "")
            message, hint = Text("没有姓名", "there is no name"), Text("补填姓名", "write the name")
            row.problems.append(CellProblem(row.number, place, header, "", message, hint, reason="no_name"))
            return
        row.name = self._note(row, column, raw, read_name(raw)).value or ""

    def _read_document(self, row: RowReading, cells: Sequence[Cell]) -> None:
        column = self._by_target.get((NUMBER, 1))
        if column is None or is_empty(raw := self._cell(cells, column)):
            return
        kind, kind_column = document_kind_of_header(column.header), self._by_target.get((NUMBER_KIND, 1))
        if kind_column is not None and not is_empty(stated := self._cell(cells, kind_column)):
            kind = self._note(row, kind_column, stated, read_document_kind(stated)).value or ""
        row.document, reading = read_document(raw, kind, self.as_of)
        self._note(row, column, raw, reading)

    # facts

    def _read_fact(
        self, row: RowReading, cells: Sequence[Cell], kind: FactKind, columns: Sequence[tuple[Column, str]]
    ) -> None:
        value: dict[str, Any] = {}
        days: dict[str, date] = {}
        doubtful = False
        for column, name in columns:
            raw = self._cell(cells, column)
            if column.target == NAME or is_empty(raw):
                continue
            if name in ("since", "until") and name not in kind.fields:
                found = self._note(row, column, raw, self._reading(column, raw, None))
                if found.value:
                    days[name] = date.fromisoformat(found.value)
            else:
                found = self._read_field(row, column, raw, kind.fields[name])
                if found.value is not None:
                    value[name] = found.value
            doubtful = doubtful or found.problem is not None
        if kind.code == "identity" and row.name:
            value["name"] = row.name
        self._infer_levels(row, kind, value, columns)
        if value and self._is_complete(row, kind, value, columns, cells, doubtful):
            self._keep(row, kind, value, days)

    def _read_field(self, row: RowReading, column: Column, raw: Cell, field_: Field) -> Reading:
        reading = self._reading(column, raw, field_)
        if field_.type.kind is Kind.ORGANISATION and reading.value and self._is_outside(reading.value):
            reading = Reading(
                problem=Text("不是本单位或下属单位的人员", "not of this organisation or one below it"),
                hint=Text("由所在单位或人才办报送", "let that organisation or the office hand it in"),
                reason="employer_outside",
            )
        return self._note(row, column, raw, reading)

    def _reading(self, column: Column, raw: Cell, field_: Field | None) -> Reading:
        """A cell read as a field, or as a day; equal cells of a column are read once."""
        key = (column.index, type(raw), raw)
        if key not in self._seen:
            if len(self._seen) >= REMEMBERED_CELLS:
                self._seen.clear()
            context = self._contexts[column.index]
            self._seen[key] = read_cell(raw, field_, context) if field_ else read_day(raw, context)
        return self._seen[key]

    def _is_outside(self, code: str) -> bool:
        return self.only_employers is not None and code not in self.only_employers

    def _infer_levels(
        self, row: RowReading, kind: FactKind, value: dict[str, Any], columns: Sequence[tuple[Column, str]]
    ) -> None:
        """A required level that is not given follows from a text of the same fact: 职称 ``副教授`` → 副高."""
        for wanted in kind.fields.values():
            if not wanted.required or wanted.type.kind is not Kind.LEVEL or wanted.name in value:
                continue
            for column, name in columns:
                text = value.get(name)
                level = self.schema.scale_of(wanted.type).find(text) if isinstance(text, str) else None
                if level:
                    value[wanted.name] = level.code
                    row.read.append(
                        ReadCell(column.index, f"{kind.code}.{wanted.name}", level.code, "from_name")
                    )
                    break

    def _is_complete(
        self,
        row: RowReading,
        kind: FactKind,
        value: Mapping[str, Any],
        columns: Sequence[tuple[Column, str]],
        cells: Sequence[Cell],
        doubtful: bool,
    ) -> bool:
        """A fact without a field it needs is not kept; said once, at its first filled cell."""
        missing = [item for item in kind.fields.values() if item.required and item.name not in value]
        if kind.code == EMPLOYMENT:
            missing = [item for item in missing if item.name != EMPLOYER or not self.employer]
        if not missing:
            return True
        if not doubtful and row.name:
            column = next(column for column, _name in columns if not is_empty(self._cell(cells, column)))
            message = Text(
                f"缺少“{missing[0].title.zh}”，“{kind.title.zh}”无法登记",
                f"“{missing[0].title.in_language('en')}” is missing, so “{kind.title.in_language('en')}” cannot be kept",
            )
            hint = Text(f"补填“{missing[0].title.zh}”列", f"add “{missing[0].title.in_language('en')}”")
            raw = as_text(self._cell(cells, column))
            row.problems.append(CellProblem(row.number, column.index, column.header, raw, message, hint))
        return False

    def _keep(self, row: RowReading, kind: FactKind, value: dict[str, Any], days: Mapping[str, date]) -> None:
        since, until = days.get("since", SINCE_UNKNOWN), days.get("until")
        if until and until <= since:
            message = Text("结束日期不晚于开始日期", "the end does not lie after the beginning")
            row.problems.append(CellProblem(row.number, -1, kind.title.zh, until.isoformat(), message))
            return
        if since > self.as_of:
            message = Text("日期在名册截至日之后", "the date lies after the day of the roster")
            row.problems.append(CellProblem(row.number, -1, kind.title.zh, since.isoformat(), message))
            return
        row.facts.append(RowFact(kind.code, value, since, until))

    def _add_sender(self, row: RowReading) -> None:
        """Who hands in a roster without an employer column employs the people in it."""
        if not self.employer or EMPLOYMENT not in self.schema.kinds:
            return
        for index, fact in enumerate(row.facts):
            if fact.kind == EMPLOYMENT:
                if EMPLOYER not in fact.value:
                    row.facts[index] = replace(fact, value={**fact.value, EMPLOYER: self.employer})
                return
        if not any(problem.reason in ("employer_unknown", "employer_outside") for problem in row.errors):
            row.facts.append(RowFact(EMPLOYMENT, {EMPLOYER: self.employer}, SINCE_UNKNOWN))
            row.read.append(ReadCell(-1, f"{EMPLOYMENT}.{EMPLOYER}", self.employer, "from_sender"))

    # the number against the row

    def _compare_with_number(self, row: RowReading) -> None:
        """Birth and gender in the number complete the row, or contradict it; then the cell is the doubtful one."""
        identity = next((fact for fact in row.facts if fact.kind == "identity"), None)
        if not row.name:
            return
        value = dict(identity.value) if identity else {"name": row.name}
        if row.document and row.document.birth:
            self._compare(row, value, "birth_date", row.document.birth.isoformat())
        if row.document and row.document.gender:
            self._compare(row, value, "gender", row.document.gender)
        if is_born_after("identity", value, self.as_of):
            self._refuse_birth(row, value.pop(BIRTH))
        since = date.fromisoformat(value["birth_date"]) if "birth_date" in value else SINCE_UNKNOWN
        row.facts = [
            RowFact("identity", value, since),
            *(fact for fact in row.facts if fact.kind != "identity"),
        ]

    def _compare(self, row: RowReading, value: dict[str, Any], name: str, from_number: str) -> None:
        stated = value.get(name)
        column = self._by_target.get((f"identity.{name}", 1))
        if stated is None or (column and _same_month(stated, from_number, row.cells[column.index])):
            value[name] = from_number
            row.read.append(ReadCell(-1, f"identity.{name}", from_number, "from_number"))
            self._forgive(row, f"identity.{name}")
        elif stated != from_number:
            header, index = (column.header, column.index) if column else ("", -1)
            type_ = (
                ValueType(Kind.TEXT)
                if name == "birth_date"
                else self.schema.kinds["identity"].fields[name].type
            )
            message = Text(
                f"与证件号码不符，号码表明是 {self._shown(from_number, type_)}",
                f"it contradicts the document number, which says {self._shown(from_number, type_)}",
            )
            hint = Text("核对号码和本栏，改正其一", "compare the two and correct one of them")
            raw = row.cells[index] if index >= 0 else str(stated)
            row.problems.append(
                CellProblem(row.number, index, header, raw, message, hint, reason="number_contradicts")
            )
            value[name] = from_number

    def _refuse_birth(self, row: RowReading, stated: str) -> None:
        column = self._by_target.get((f"identity.{BIRTH}", 1))
        header, index = (column.header, column.index) if column else ("", -1)
        raw = row.cells[index] if index >= 0 else stated
        message = Text("出生日期在名册截至日之后", "born after the day of the roster")
        hint = Text("核对出生日期", "check the date of birth")
        row.problems.append(CellProblem(row.number, index, header, raw, message, hint))

    def _shown(self, value: str, type_: ValueType) -> str:
        return self.schema.scale_of(type_).levels[value].title.zh if type_.scale else value

    def _forgive(self, row: RowReading, target: str) -> None:
        """What the number tells need not wait for an unreadable cell: its error becomes a warning."""
        column = self._by_target.get((target, 1))
        if column is None:
            return
        row.problems = [
            replace(item, severity="warning") if item.column == column.index else item
            for item in row.problems
        ]


def _same_month(stated: str, from_number: str, raw: str) -> bool:
    """A birth written as a month agrees with any day of it."""
    return stated[:7] == from_number[:7] and stated.endswith("-01") and len(raw) < 9
