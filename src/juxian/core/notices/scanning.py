"""Finding numbers of persons in a file (附件核查): cells, hidden sheets and columns, comments, properties, headers.

The file has been checked before (``core.files``): its parts are few and small enough to be read whole. Words in pictures
are not read; pictures are kept without metadata anyway.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from defusedxml import ElementTree
from pypdf import PdfReader

from juxian.core.files.kinds import IMAGES, Kind
from juxian.core.files.texts import decoded
from juxian.core.notices.numbers import sightings
from juxian.core.text import Text

MOST_FINDINGS = 50
_COLUMN = re.compile(r"[A-Z]+")
_HIDDEN_SHEET = Text("隐藏的工作表", "hidden sheet")
_HIDDEN_COLUMN = Text("隐藏的列", "hidden column")
_HIDDEN_ROW = Text("隐藏的行", "hidden row")


@dataclass(frozen=True, slots=True)
class Finding:
    """place: where in the notice or file, for people. kind: see ``numbers``. masked: safe to show."""

    place: Text
    kind: str
    masked: str


def scan_text(text: str, place: Text) -> list[Finding]:
    """place: what the text is, e.g. 正文; a line number is added where there are several lines."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        where = place if len(lines) < 2 else _with(place, f"第 {number} 行", f"line {number}")
        found += [Finding(where, item.kind, item.masked) for item in sightings(line)]
    return found[:MOST_FINDINGS]


def scan_file(data: bytes, kind: Kind) -> list[Finding]:
    """Every number of a person in a file of a known kind, at most ``MOST_FINDINGS``."""
    found: list[Finding] = []
    for place, text in _texts(data, kind):
        found += [Finding(place, item.kind, item.masked) for item in sightings(text)]
        if len(found) >= MOST_FINDINGS:
            break
    return found[:MOST_FINDINGS]


def _texts(data: bytes, kind: Kind) -> Iterator[tuple[Text, str]]:
    if kind == Kind.PDF:
        yield from _pdf(data)
    elif kind in (Kind.XLSX, Kind.DOCX):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _sheets(archive) if kind == Kind.XLSX else ()
            yield from _parts(archive, kind)
    elif kind not in IMAGES:
        for number, line in enumerate((decoded(data) or "").splitlines(), start=1):
            yield Text(f"第 {number} 行", f"line {number}"), line


def _pdf(data: bytes) -> Iterator[tuple[Text, str]]:
    reader = PdfReader(io.BytesIO(data))
    for value in (reader.metadata or {}).values():
        yield Text("文档属性", "document properties"), str(value)
    for number, page in enumerate(reader.pages, start=1):
        place = Text(f"第 {number} 页", f"page {number}")
        yield from ((place, line) for line in page.extract_text().splitlines())
        for note in page.get("/Annots") or ():
            yield _with(place, "批注", "annotation"), str(note.get_object().get("/Contents", ""))


# spreadsheets


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[Text, str]]:
    names = set(archive.namelist())
    shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
    targets = _targets(archive)
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        part = targets.get(_attribute(sheet, "id"), "")
        if part in names:
            hidden = sheet.get("state", "visible") != "visible"
            yield from _cells(archive, part, sheet.get("name", part), shared, hidden=hidden)


def _cells(
    archive: zipfile.ZipFile, part: str, name: str, shared: list[str], *, hidden: bool
) -> Iterator[tuple[Text, str]]:
    root = ElementTree.fromstring(archive.read(part))
    columns = [
        (int(item.get("min", 0)), int(item.get("max", 0)))
        for item in root.iter()
        if _local(item) == "col" and item.get("hidden") in ("1", "true")
    ]
    for row in (item for item in root.iter() if _local(item) == "row"):
        for cell in (item for item in row if _local(item) == "c"):
            reference = cell.get("r", "?")
            place = Text(f"{name}!{reference}", f"{name}!{reference}")
            found = _COLUMN.match(reference)
            column = _number_of(found.group()) if found else 0
            if hidden:
                place = _with(place, _HIDDEN_SHEET.zh, _HIDDEN_SHEET.en)
            if any(low <= column <= high for low, high in columns):
                place = _with(place, _HIDDEN_COLUMN.zh, _HIDDEN_COLUMN.en)
            if row.get("hidden") in ("1", "true"):
                place = _with(place, _HIDDEN_ROW.zh, _HIDDEN_ROW.en)
            yield place, _value(cell, shared)


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    text = "".join(part.text or "" for part in cell.iter() if _local(part) in ("v", "t", "f"))
    if cell.get("t") == "s" and text.isdigit() and int(text) < len(shared):
        return shared[int(text)]
    try:
        return f"{Decimal(text):.0f}" if "E" in text.upper() else text
    except InvalidOperation:
        return text


def _shared(archive: zipfile.ZipFile) -> list[str]:
    items = _elements(archive, "xl/sharedStrings.xml", "si")
    return ["".join(part.text or "" for part in item.iter() if _local(part) == "t") for item in items]


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    found = {}
    for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
        target = relation.get("Target", "")
        found[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


# everything else in the archive


def _parts(archive: zipfile.ZipFile, kind: Kind) -> Iterator[tuple[Text, str]]:
    """Every other XML part, block by block: paragraphs of Word, comments, headers, properties, drawings."""
    for part in archive.namelist():
        if not part.endswith((".xml", ".rels", ".vml")):
            continue
        if kind == Kind.XLSX and part.startswith(("xl/worksheets/sheet", "xl/sharedStrings")):
            continue
        root = ElementTree.fromstring(archive.read(part))
        place = _part_name(part)
        for number, block in enumerate(_blocks(root), start=1):
            yield _with(place, f"第 {number} 段", f"paragraph {number}"), block
        for item in root.iter():
            yield from (
                (place, value) for value in item.attrib.values() if any(char.isdigit() for char in value)
            )


def _blocks(root: ElementTree.Element) -> Iterator[str]:
    """Texts of paragraphs and the like; what stands outside of any is one text for each element."""
    inside: set[int] = set()
    for item in root.iter():
        if _local(item) in ("p", "comment", "si", "txBody") and id(item) not in inside:
            inside.update(id(child) for child in item.iter())
            yield "".join(item.itertext())
    for item in root.iter():
        if id(item) not in inside and item.text and item.text.strip():
            yield item.text


def _part_name(part: str) -> Text:
    for word, zh, en in (
        ("comment", "批注", "comments"),
        ("docProps", "文档属性", "document properties"),
        ("header", "页眉", "header"),
        ("footer", "页脚", "footer"),
        ("footnotes", "脚注", "footnotes"),
        ("word/document", "正文", "text"),
    ):
        if word in part:
            return Text(zh, en)
    return Text(part, part)


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[ElementTree.Element]:
    if part not in archive.namelist():
        return []
    return [item for item in ElementTree.fromstring(archive.read(part)).iter() if _local(item) == name]


def _attribute(item: ElementTree.Element, name: str) -> str:
    return next((value for key, value in item.attrib.items() if key.rpartition("}")[2] == name), "")


def _local(item: ElementTree.Element) -> str:
    return str(item.tag).rpartition("}")[2]


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _with(place: Text, zh: str, en: str) -> Text:
    return Text(f"{place.zh}，{zh}", f"{place.en}, {en}")
