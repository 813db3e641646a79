"""What a file is, by its content, and whether it is safe to open (文件类型与安全检查).

T101 not a spreadsheet · T102 encrypted · T103 damaged · T104 too large · T105 packed suspiciously · T106 forbidden
content (DOCTYPE, macros) · T107 name and content differ · T108 too many rows, columns or sheets · T109 took too long.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from juxian.core.source import Rejected
from juxian.core.tables.limits import MEGABYTE, SAVE_AS_XLSX, Limits, refusal
from juxian.core.text import Text


class FileKind(StrEnum):
    """The kinds of file that are read (文件类型)."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


EXTENSIONS = {
    FileKind.XLSX: frozenset((".xlsx",)),
    FileKind.XLS: frozenset((".xls", ".et")),
    FileKind.CSV: frozenset((".csv", ".txt", ".tsv")),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"MZ": Text("这是 Windows 程序", "it is a Windows program"),
    b"\x7fELF": Text("这是 Linux 程序", "it is a Linux program"),
    b"%PDF-": Text("这是 PDF 文件", "it is a PDF file"),
    b"\x89PNG": Text("这是图片", "it is a picture"),
    b"\xff\xd8\xff": Text("这是图片", "it is a picture"),
    b"GIF8": Text("这是图片", "it is a picture"),
    b"Rar!": Text("这是压缩包", "it is an archive"),
    b"7z\xbc\xaf": Text("这是压缩包", "it is an archive"),
    b"\x1f\x8b": Text("这是压缩包", "it is an archive"),
}
_CHUNK = MEGABYTE
_OVERLAP = 256
_FORBIDDEN_XML = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MARKUP = re.compile(rb"^\s*(?:<!doctype html|<html|<table|<\?xml|<meta)", re.IGNORECASE)
_FILLED_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_HIDDEN_ROW = re.compile(rb'<row\s[^>]*\bhidden="(?:1|true)"[^>]*>')
_HIDDEN_COLUMN = re.compile(rb'<col\s[^>]*\bhidden="(?:1|true)"[^>]*>')
_ANY_FILLED_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>")


@dataclass(slots=True)
class Container:
    """What was learnt before opening: the kind, and how many rows and columns are hidden (xlsx only)."""

    kind: FileKind
    hidden_rows: int = 0
    hidden_columns: int = 0


def check_container(data: bytes, name: str, limits: Limits) -> Container:
    """What ``data`` is; raises ``Rejected`` when it is no spreadsheet or must not be opened."""
    if len(data) > limits.file_bytes:
        size = limits.file_bytes // MEGABYTE
        raise refusal("T104", name, Text(f"文件超过 {size} MB", f"the file is larger than {size} MB"))
    container = Container(_kind_of(data, name))
    if container.kind is FileKind.XLSX:
        _check_zip(data, name, limits, container)
    elif container.kind is FileKind.XLS:
        _check_ole(data, name)
    _check_extension(container.kind, name)
    return container


def _kind_of(data: bytes, name: str) -> FileKind:
    if not data.strip():
        raise refusal("T103", name, Text("文件是空的", "the file is empty"))
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind.XLSX
    if data.startswith(_OLE):
        return FileKind.XLS
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise _no_spreadsheet(name, what)
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")[:200]):
        what = Text(
            "这是网页或 XML，只是扩展名像表格", "it is a web page or XML with the name of a spreadsheet"
        )
        raise _no_spreadsheet(name, what)
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and _looks_binary(data):
        raise _no_spreadsheet(name, Text("内容不是表格", "its content is no spreadsheet"))
    return FileKind.CSV


def _looks_binary(data: bytes) -> bool:
    """Control characters that no table has; UTF-16 without a mark has a regular pattern of zeros."""
    head = data[:65_536]
    if b"\x00" in head:
        odd, even = head[1::2].count(0), head[0::2].count(0)
        return max(odd, even) < len(head) // 8 or min(odd, even) > len(head) // 64
    return sum(head.count(byte) for byte in range(1, 32) if byte not in (9, 10, 12, 13)) > len(head) // 500


def _no_spreadsheet(name: str, what: Text) -> Rejected:
    message = Text(f"不是可读取的表格文件：{what.zh}", f"not a spreadsheet that can be read: {what.en}")
    return refusal("T101", name, message, SAVE_AS_XLSX)


def _check_extension(kind: FileKind, name: str) -> None:
    extension = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if extension in EXTENSIONS[kind]:
        return
    right = f".{kind.value}"
    message = Text(
        f"扩展名“{extension}”与内容不符，内容是 {right}",
        f"the name ends in “{extension}”, the content is {right}",
    )
    raise refusal(
        "T107",
        name,
        message,
        Text(
            f"把文件名改为以 {right} 结尾，或另存为 .xlsx",
            f"let the name end in {right}, or save it as .xlsx",
        ),
    )


def _check_ole(data: bytes, name: str) -> None:
    """Directory names of an OLE file are UTF-16; enough to tell what it holds without parsing it."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise _encrypted(name)
    if not (holds("Workbook") or holds("Book")):
        raise _no_spreadsheet(name, Text("这是别的 Office 文件", "it is another kind of Office file"))
    if holds("_VBA_PROJECT"):
        raise _macros(name)


def _encrypted(name: str) -> Rejected:
    return refusal(
        "T102",
        name,
        Text("文件加了密码", "the file is protected by a password"),
        Text("取消密码后再上传", "remove the password and hand it in again"),
    )


def _macros(name: str) -> Rejected:
    return refusal("T106", name, Text("文件含有宏", "the file contains macros"), SAVE_AS_XLSX)


def _check_zip(data: bytes, name: str, limits: Limits, container: Container) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(data), name, limits)
            for entry in entries:
                if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(archive, entry, name, limits, container)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged(name) from error


def damaged(name: str) -> Rejected:
    """The file is cut off or broken."""
    return refusal("T103", name, Text("文件损坏或不完整", "the file is damaged or incomplete"), SAVE_AS_XLSX)


def _check_entries(entries: list[zipfile.ZipInfo], size: int, name: str, limits: Limits) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > limits.parts:
        raise refusal(
            "T105", name, Text(f"内部文件超过 {limits.parts} 个", f"it has more than {limits.parts} parts")
        )
    if len(set(names)) < len(names) or any(_escapes(part) for part in names):
        raise refusal("T105", name, Text("内部文件名不正常", "the names of its parts are not in order"))
    if any(entry.flag_bits & 1 for entry in entries):
        raise _encrypted(name)
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes or any(entry.file_size > limits.part_bytes for entry in entries):
        size = limits.unpacked_bytes // MEGABYTE
        raise refusal("T104", name, Text(f"解压后超过 {size} MB", f"unpacked it is larger than {size} MB"))
    if total > 10 * MEGABYTE and total > limits.ratio * size:
        raise refusal(
            "T105",
            name,
            Text(f"压缩比超过 {limits.ratio} 倍", f"it unpacks to more than {limits.ratio} times"),
        )
    if any(PurePosixPath(part.lower()).name in ("vbaproject.bin", "vbadata.xml") for part in names):
        raise _macros(name)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise _no_spreadsheet(
            name, Text("这是压缩包或别的 Office 文件", "it is an archive or another Office file")
        )


def _escapes(part: str) -> bool:
    path = part.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path or "\x00" in path


def _check_part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits, container: Container
) -> None:
    """Read one part in pieces: no DOCTYPE, no more than it declares, values within the limits."""
    is_sheet = entry.filename.startswith("xl/worksheets/")
    seen, tail, extent = 0, b"", _Extent()
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            seen += len(chunk)
            text = tail + chunk
            if seen == len(chunk) and text[:4].count(0):
                raise refusal("T106", name, Text("内部编码不正常", "a part has an unusual encoding"))
            if _FORBIDDEN_XML.search(text):
                message = Text("内部含有 DOCTYPE 或 ENTITY 声明", "a part declares a DOCTYPE or an ENTITY")
                raise refusal("T106", name, message, SAVE_AS_XLSX)
            if is_sheet:
                extent.add(text, len(tail))
                extent.check(name, limits)
                container.hidden_rows += _count_new(_HIDDEN_ROW, text, len(tail))
                container.hidden_columns += _count_new(_HIDDEN_COLUMN, text, len(tail))
            tail = text[-_OVERLAP:]
    if seen > entry.file_size:
        raise refusal("T105", name, Text("内部文件比声明的大", "a part is larger than it declares"))


def _count_new(pattern: re.Pattern[bytes], text: bytes, before: int) -> int:
    """Matches that end after the first ``before`` bytes, which were counted with the piece before."""
    return sum(1 for found in pattern.finditer(text) if found.end() > before)


class _Extent:
    """The rectangle around the values of a sheet, seen while its XML streams by; empty cells do not count."""

    def __init__(self) -> None:
        self.rows, self.columns, self.values = 0, 0, 0

    def add(self, text: bytes, before: int) -> None:
        """``before``: how much of ``text`` was already seen with the piece before."""
        found = _FILLED_CELL.findall(text)
        self.values += _count_new(_ANY_FILLED_CELL, text, before)
        if found:
            self.columns = max(self.columns, *(_column(letters) for letters in {pair[0] for pair in found}))
            self.rows = max(self.rows, max(int(row) for row in {pair[1] for pair in found}))

    def check(self, name: str, limits: Limits) -> None:
        if self.rows > limits.rows:
            raise refusal(
                "T108", name, Text(f"超过 {limits.rows:,} 行", f"it has more than {limits.rows:,} rows")
            )
        if self.columns > limits.columns:
            raise refusal(
                "T108", name, Text(f"超过 {limits.columns} 列", f"it has more than {limits.columns} columns")
            )
        if max(self.values, self.rows * self.columns) > limits.cells:
            raise refusal(
                "T108",
                name,
                Text(f"超过 {limits.cells:,} 个单元格", f"it has more than {limits.cells:,} cells"),
            )


def _column(letters: bytes) -> int:
    """``A`` → 1, ``AA`` → 27."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index
