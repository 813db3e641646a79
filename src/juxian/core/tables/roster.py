"""The whole way from bytes to rows (名册读取): used by the wizard, the command line and the benchmarks alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from juxian.core.facts.schema import Schema
from juxian.core.tables.comparing import mark_shared
from juxian.core.tables.confined import read_confined
from juxian.core.tables.layout import Layout, Role, find_table
from juxian.core.tables.limits import Limits, refusal
from juxian.core.tables.mapping import IGNORED, NAME, Column, Vocabulary, map_headers, signature_of
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.reader import DEFAULT_LIMITS
from juxian.core.tables.rows import RowReader, RowReading
from juxian.core.tables.workbook import Workbook
from juxian.core.text import Text

Remembered = Callable[[str], Mapping[str, str]]  # signature of the headers → column index → target


@dataclass
class RosterTable:
    """One table of a file, every data row read."""

    sheet: str
    signature: str
    columns: list[Column]
    rows: list[RowReading]
    skipped: list[tuple[int, Role, str]]


@dataclass
class Roster:
    """A file read as a roster. notes: what was noticed about the file as a whole."""

    name: str
    tables: list[RosterTable] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def rows(self) -> list[RowReading]:
        return [row for table in self.tables for row in table.rows]

    def counts(self) -> dict[str, int]:
        """accepted + waiting + refused = rows."""
        states = Counter(row.state for row in self.rows)
        return {
            "rows": len(self.rows),
            **{state: states[state] for state in ("accepted", "waiting", "refused")},
        }


@dataclass(frozen=True)
class Reading:
    """What rosters of one sender are read with; see ``RowReader``."""

    schema: Schema
    organisations: Organisations
    as_of: date
    employer: str = ""
    only_employers: frozenset[str] | None = None
    limits: Limits = DEFAULT_LIMITS
    set_aside: Callable[[str], bool] = lambda _header: False  # headers that say nothing of a person


def nothing_remembered(_signature: str) -> Mapping[str, str]:
    return {}


def read_roster(
    data: bytes, name: str, reading: Reading, remembered: Remembered = nothing_remembered
) -> Roster:
    """Read every visible sheet that holds a table; raises ``Rejected`` when the file or its tables cannot be read.

    T110 no table of persons was found.
    """
    return understand(read_confined(data, name, reading.limits), reading, remembered)


def understand(workbook: Workbook, reading: Reading, remembered: Remembered = nothing_remembered) -> Roster:
    """As ``read_roster``, for a workbook that was read already."""
    vocabulary = Vocabulary(reading.schema)
    roster = Roster(workbook.name, notes=list(workbook.notes))
    for sheet in workbook.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        layout = find_table(sheet, lambda text: vocabulary.knows(text) or reading.set_aside(text))
        table = _table(sheet.name, layout, vocabulary, reading, remembered) if layout else None
        if table is None:
            message = Text(
                f"工作表“{sheet.name}”中没有找到名册", f"no roster was found in the sheet “{sheet.name}”"
            )
            roster.notes.append(message)
        else:
            roster.tables.append(table)
    mark_shared([(row, table.columns) for table in roster.tables for row in table.rows])
    if not roster.tables:
        raise refusal(
            "T110",
            workbook.name,
            Text(
                "没有找到名册：需要有“姓名”等列名的一行",
                "no roster was found: a row of headers with 姓名 is needed",
            ),
            Text("检查表头是否在前 40 行内", "the headers must stand within the first 40 rows"),
        )
    return roster


def _table(
    sheet: str, layout: Layout, vocabulary: Vocabulary, reading: Reading, remembered: Remembered
) -> RosterTable | None:
    """A table without a name column is no roster, unless somebody mapped it before."""
    signature = signature_of(layout.headers)
    aside = {str(index): IGNORED for index, header in enumerate(layout.headers) if reading.set_aside(header)}
    columns = map_headers(layout.headers, vocabulary, layout.rows, {**remembered(signature), **aside})
    if not any(column.target == NAME for column in columns):
        return None
    reader = RowReader(
        columns,
        reading.schema,
        reading.organisations,
        reading.as_of,
        reading.employer,
        reading.only_employers,
    )
    rows = [reader.read(number, cells) for number, cells in layout.rows]
    return RosterTable(sheet, signature, columns, rows, layout.skipped)
