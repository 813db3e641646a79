"""PDF files (PDF 检查): no script, no program, no embedded file, no form that sends itself.

Looked for twice: among the objects that a reader finds, with ``#xx`` in names decoded, and in the bytes themselves with
packed object streams unpacked, since a damaged table of objects makes readers search the bytes.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from juxian.core.files.limits import MEGABYTE, FileLimits, damaged, encrypted, forbidden, refusal
from juxian.core.source import Rejected
from juxian.core.text import Text

_DEEPEST = 60
_AFTER_END = 2_048
_STREAMS_BYTES = 64 * MEGABYTE
KEYS = {
    "/JS": ("脚本", "a script"),
    "/JavaScript": ("脚本", "a script"),
    "/AA": ("自动动作", "automatic actions"),
    "/EF": ("嵌入的文件", "an embedded file"),
    "/EmbeddedFiles": ("嵌入的文件", "an embedded file"),
    "/RichMedia": ("多媒体", "rich media"),
    "/RichMediaContent": ("多媒体", "rich media"),
    "/XFA": ("动态表单", "a dynamic form"),
}
ACTIONS = {
    "/JavaScript": ("脚本", "a script"),
    "/Launch": ("启动程序的动作", "an action that starts a program"),
    "/SubmitForm": ("自动提交的表单", "a form that sends itself"),
    "/ImportData": ("读取外部数据的动作", "an action that reads other data"),
    "/GoToE": ("打开嵌入文件的动作", "an action that opens an embedded file"),
    "/GoToR": ("打开其他文件的动作", "an action that opens another file"),
    "/Rendition": ("多媒体", "rich media"),
    "/RichMediaExecute": ("多媒体", "rich media"),
    "/Movie": ("多媒体", "rich media"),
    "/Sound": ("多媒体", "rich media"),
}
TYPES = {
    "/EmbeddedFile": ("嵌入的文件", "an embedded file"),
    "/FileAttachment": ("嵌入的文件", "an embedded file"),
    "/RichMedia": ("多媒体", "rich media"),
    "/Movie": ("多媒体", "rich media"),
    "/Screen": ("多媒体", "rich media"),
    "/3D": ("多媒体", "rich media"),
}
_HARMLESS_OPENING = ("/GoTo",)
_LINKS = re.compile(r"^(?:https?://|mailto:|tel:|#|[\w%./-]*$)", re.IGNORECASE)
_IN_BYTES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|FileAttachment)(?![A-Za-z])"
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_FAULTS = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RecursionError,
           OverflowError, AssertionError, NotImplementedError, zlib.error)  # fmt: skip


def check_pdf(data: bytes, name: str, limits: FileLimits) -> int:
    """The number of pages; raises ``Rejected``."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise damaged(name)
    if len(data) - end > _AFTER_END and data[end + 5 :].strip(b"\0 \t\r\n"):
        raise refusal(
            "F105", name, Text("文件结尾之后还有内容", "something stands after the end of the file")
        )
    _check_bytes(data, name)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise encrypted(name)
        _check_objects(reader, name, limits)
        pages = len(reader.pages)
    except _FAULTS as error:
        raise damaged(name) from error
    if not pages:
        raise damaged(name)
    if pages > limits.pages:
        message = Text(f"超过 {limits.pages} 页", f"it has more than {limits.pages} pages")
        raise refusal("F108", name, message)
    return pages


def _check_bytes(data: bytes, name: str) -> None:
    for piece in (data, *_object_streams(data)):
        found = _IN_BYTES.search(_ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), piece))
        if found:
            key = found.group().decode("ascii")
            raise _refused(
                name, ACTIONS.get(key) or TYPES.get(key) or KEYS.get(key) or TYPES["/EmbeddedFile"]
            )


def _object_streams(data: bytes) -> Iterator[bytes]:
    """Streams of objects, unpacked as far as they go; together no more than ``_STREAMS_BYTES``."""
    left = _STREAMS_BYTES
    for start in re.finditer(rb"/ObjStm(?![A-Za-z])", data):
        begin = re.compile(rb"stream\r?\n").search(data, start.end(), start.end() + 1_000)
        if not begin or left <= 0:
            continue
        try:
            unpacked = zlib.decompressobj().decompress(data[begin.end() :][: 16 * MEGABYTE], left)
        except zlib.error:
            continue
        left -= len(unpacked)
        yield unpacked


def _check_objects(reader: PdfReader, name: str, limits: FileLimits) -> None:
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > limits.objects:
        message = Text(f"超过 {limits.objects:,} 个对象", f"it has more than {limits.objects:,} objects")
        raise refusal("F108", name, message)
    _check_value(reader.trailer, name, 0)
    for number, generation in sorted(numbers):
        found = _object(reader, number, generation)
        _check_value(found, name, 0)


def _object(reader: PdfReader, number: int, generation: int) -> Any:
    """One object; None for an entry of the table that leads nowhere, as readers take it."""
    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, zlib.error):
        return None


def _check_value(value: Any, name: str, depth: int) -> None:
    """A value and what it holds directly; what it points to is checked on its own."""
    if depth > _DEEPEST:
        raise damaged(name)
    if isinstance(value, ArrayObject):
        for item in value:
            _check_value(item, name, depth + 1)
    elif isinstance(value, DictionaryObject):
        _check_dictionary(value, name)
        for key in list(value):
            _check_value(value.raw_get(key), name, depth + 1)


def _check_dictionary(value: DictionaryObject, name: str) -> None:
    for key in value:
        if str(key) in KEYS:
            raise _refused(name, KEYS[str(key)])
    kind, action, subtype = (_name(value, key) for key in ("/Type", "/S", "/Subtype"))
    for table, found in ((ACTIONS, action), (TYPES, kind), (TYPES, subtype)):
        if found in table:
            raise _refused(name, table[found])
    if action == "/URI" and not _LINKS.match(str(value.get("/URI", ""))):
        raise forbidden(name, "不安全的链接", "an unsafe link")
    opening = value.get("/OpenAction")
    if isinstance(opening, DictionaryObject) and _name(opening, "/S") not in _HARMLESS_OPENING:
        raise forbidden(name, "打开时的动作", "an action on opening")


def _name(value: DictionaryObject, key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, NameObject) else ""


def _refused(name: str, what: tuple[str, str]) -> Rejected:
    hint = Text("请用“打印为 PDF”重新生成", "make it again with “print to PDF”")
    return forbidden(name, *what, hint)
