"""Finding numbers of persons in a file (附件核查): cells, hidden sheets and columns, comments, properties, headers.

The file has been checked before (``core.files``): its parts are few and small enough to be read whole. Words in pictures
are not read. A picture of its own is kept without metadata; one inside a document is not, so its metadata is read.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from defusedxml import ElementTree

from juxian.core.files.kinds import IMAGES, Kind
from juxian.core.files.texts import decoded
from juxian.core.notices.buried import document_texts, strings_in
from juxian.core.notices.numbers import sightings
from juxian.core.notices.texts import MOST_FINDINGS, Finding, within
from juxian.core.text import Text

_COLUMN = re.compile(r"[A-Z]+")
_HIDDEN_SHEET = Text("隐藏的工作表", "hidden sheet")
_HIDDEN_COLUMN = Text("隐藏的列", "hidden column")
_HIDDEN_ROW = Text("隐藏的行", "hidden row")
_LOOSE_SHEET = Text("工作簿中没有列出的工作表", "sheet that the workbook does not list")
_LEFT_OVER = Text("单元格不再引用的文字", "text that no cell shows any more")
_XML = (".xml", ".rels", ".vml")
_SHEETS = "xl/worksheets/"
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_APART = ("p", "instrText", "rPh")  # what stands in them is no part of the words around
_FRACTION = re.compile(
    r"-?\d{0,20}\.\d{1,20}(?:[eE][-+]?\d{1,3})?"
)  # a margin, a width: its digits are nobody's number


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
        yield from document_texts(data)
    elif kind in (Kind.XLSX, Kind.DOCX):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _sheets(archive) if kind == Kind.XLSX else ()
            yield from _parts(archive, kind)
    elif kind not in IMAGES:
        for number, line in enumerate((decoded(data) or "").splitlines(), start=1):
            yield Text(f"第 {number} 行", f"line {number}"), line


# spreadsheets


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[Text, str]]:
    """Every sheet, listed in the workbook or not, and the shared texts that no cell refers to any more."""
    names = set(archive.namelist())
    shared, shown = _shared(archive) if "xl/sharedStrings.xml" in names else [], set[int]()
    targets, left = _targets(archive), {name for name in names if _is_sheet(name)}
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        part = targets.get(_attribute(sheet, "id"), "")
        if part in left:
            left.discard(part)
            hidden = _HIDDEN_SHEET if sheet.get("state", "visible") != "visible" else None
            yield from _cells(archive, part, sheet.get("name", part), shared, shown, hidden)
    for part in sorted(left):
        yield from _cells(archive, part, part, shared, shown, _LOOSE_SHEET)
    yield from ((_LEFT_OVER, text) for number, text in enumerate(shared) if number not in shown)


def _is_sheet(part: str) -> bool:
    return part.startswith(_SHEETS) and part.endswith(".xml")


def _cells(
    archive: zipfile.ZipFile, part: str, name: str, shared: list[str], shown: set[int], hidden: Text | None
) -> Iterator[tuple[Text, str]]:
    """The cells of a sheet, then what else it says: headers, lists to choose from, filters. shown: of ``shared``."""
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
                place = within(place, hidden.zh, hidden.en)
            if any(low <= column <= high for low, high in columns):
                place = within(place, _HIDDEN_COLUMN.zh, _HIDDEN_COLUMN.en)
            if row.get("hidden") in ("1", "true"):
                place = within(place, _HIDDEN_ROW.zh, _HIDDEN_ROW.en)
            yield from ((place, text) for text in _values(cell, shared, shown))
    for rows in [item for item in root if _local(item) == "sheetData"]:
        root.remove(rows)
    yield from _said(root, Text(f"{name}，页面设置和规则", f"{name}, settings and rules"))


def _values(cell: ElementTree.Element, shared: list[str], shown: set[int]) -> Iterator[str]:
    """The formula of a cell, and what the cell shows: each by itself, since digits would run into one another."""
    yield from (part.text or "" for part in cell if _local(part) == "f")
    text = "".join(part.text or "" for part in cell.iter() if _local(part) in ("v", "t"))
    if cell.get("t") == "s" and text.isdigit() and int(text) < len(shared):
        shown.add(int(text))
        yield shared[int(text)]
    else:
        yield _figure(text)


def _figure(text: str) -> str:
    """A number as it was typed, not ``1.38E+10``."""
    try:
        return f"{Decimal(text):.0f}" if "E" in text.upper() else text
    except InvalidOperation:
        return text


def _shared(archive: zipfile.ZipFile) -> list[str]:
    items = _elements(archive, "xl/sharedStrings.xml", "si")
    return [_text(item) for item in items]


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    found = {}
    for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
        target = relation.get("Target", "")
        found[relation.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


# everything else in the archive


def _parts(archive: zipfile.ZipFile, kind: Kind) -> Iterator[tuple[Text, str]]:
    """Every other part: paragraphs of Word, comments, headers, properties, drawings, and what pictures carry along."""
    for part in archive.namelist():
        if kind == Kind.XLSX and (_is_sheet(part) or part == "xl/sharedStrings.xml"):
            continue
        place = _part_name(part)
        if part.lower().endswith(_XML):
            yield from _said(ElementTree.fromstring(archive.read(part)), place)
        elif not part.endswith("/"):
            yield from ((place, text) for text in strings_in(archive.read(part)))


def _said(root: ElementTree.Element, place: Text) -> Iterator[tuple[Text, str]]:
    """Texts of a part, block by block, then its attributes."""
    for number, block in enumerate(_blocks(root), start=1):
        where = within(place, f"第 {number} 段", f"paragraph {number}")
        yield from ((where, line) for line in block.split("\n") if not _FRACTION.fullmatch(line.strip()))
    for item in root.iter():
        yield from ((place, value) for value in item.attrib.values() if _may_hold(value))


def _may_hold(value: str) -> bool:
    """Whether an attribute could say a number of a person."""
    return any(char.isdigit() for char in value) and not _FRACTION.fullmatch(value)


def _blocks(root: ElementTree.Element) -> Iterator[str]:
    """Texts of paragraphs and the like; what stands outside of any is one text for each element."""
    inside: set[int] = set()
    for item in root.iter():
        if _local(item) in ("p", "comment", "si", "txBody") and id(item) not in inside:
            inside.update(id(child) for child in item.iter())
            yield _text(item)
    for item in root.iter():
        if id(item) not in inside and item.text and item.text.strip():
            yield item.text


def _text(item: ElementTree.Element) -> str:
    """What stands in an element: runs joined, as one reads them; tabs, breaks and paragraphs within kept apart."""
    name = _local(item)
    parts = [_BREAKS.get(name, ""), item.text or ""]
    for child in item:
        parts += [_text(child), child.tail or ""]
    return "".join(["\n", *parts, "\n"] if name in _APART else parts)


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
