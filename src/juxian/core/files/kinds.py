"""What a file is, by its content (文件类型); its name must agree, what the sender declares is not read."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePosixPath

from juxian.core.files.limits import damaged, encrypted, refusal
from juxian.core.source import Rejected
from juxian.core.text import Text


class Kind(StrEnum):
    """The accepted kinds, named by the ending that a kept file has."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    BMP = "bmp"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    TEXT = "txt"


IMAGES = frozenset((Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.BMP))
OFFICE = frozenset((Kind.DOCX, Kind.XLSX))
TEXTS = frozenset((Kind.CSV, Kind.TEXT))
_OOXML = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.BMP: "image/bmp",
    Kind.PDF: "application/pdf",
    Kind.DOCX: f"{_OOXML}.wordprocessingml.document",
    Kind.XLSX: f"{_OOXML}.spreadsheetml.sheet",
    Kind.CSV: "text/csv",
    Kind.TEXT: "text/plain",
}
ENDINGS = {kind: frozenset((f".{kind.value}",)) for kind in Kind} | {
    Kind.JPEG: frozenset((".jpg", ".jpeg")),
}
ACCEPTED = Text(
    "照片（jpg、png）、PDF、docx、xlsx、csv 或 txt", "a picture (jpg, png), PDF, docx, xlsx, csv or txt"
)
_MAGIC = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"%PDF-", Kind.PDF),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MARKUP = re.compile(rb"^\s*(?:<[!?a-z/]|\{\\rtf|#!|%!ps|from:|mime-version:)", re.IGNORECASE)
_OFFICE_PARTS = {"word/document.xml": Kind.DOCX, "xl/workbook.xml": Kind.XLSX}


def kind_of(data: bytes, name: str) -> Kind:
    """The kind of ``data``; raises ``Rejected`` when it is none of the accepted ones or the name says another."""
    if not data.strip(b"\0 \t\r\n"):
        raise refusal("F103", name, Text("文件是空的", "the file is empty"))
    kind = _by_content(data, name)
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if ending not in ENDINGS[kind]:
        message = Text(
            f"扩展名“{ending}”与内容不符", f"the name ends in “{ending}”, which its content is not"
        )
        right = f".{kind.value}"
        raise refusal("F107", name, message, Text(f"内容是 {right} 文件", f"the content is a {right} file"))
    return kind


def _by_content(data: bytes, name: str) -> Kind:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return Kind.BMP
    if data.startswith(_ZIP):
        return _office_kind(data, name)
    if data.startswith(_OLE):
        raise _old_office(data, name)
    return _text_kind(data, name)


def _office_kind(data: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {entry.filename for entry in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(name) from error
    found = [kind for part, kind in _OFFICE_PARTS.items() if part in names]
    if len(found) != 1 or "[Content_Types].xml" not in names:
        raise _not_accepted(name)
    return found[0]


def _old_office(data: bytes, name: str) -> Rejected:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return encrypted(name)
    hint = Text("请另存为 .docx 或 .xlsx 再上传", "save it as .docx or .xlsx and hand it in again")
    return refusal(
        "F101", name, Text("不接受旧格式的 Office 文件", "old Office files are not accepted"), hint
    )


def _text_kind(data: bytes, name: str) -> Kind:
    from juxian.core.files.texts import decoded  # reads kinds

    text = decoded(data)
    if (
        text is None
        or _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")[:400])
        or text[:400].lstrip().startswith("<")
    ):
        raise _not_accepted(name)
    return Kind.CSV if name.lower().endswith(".csv") else Kind.TEXT


def _not_accepted(name: str) -> Rejected:
    message = Text("不接受这种文件", "files of this kind are not accepted")
    return refusal("F101", name, message, Text(f"请上传{ACCEPTED.zh}", f"please hand in {ACCEPTED.en}"))
