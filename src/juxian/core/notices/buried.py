"""Texts that lie beneath what a file shows (文件里看不见的文字): metadata of pictures, what a PDF holds beside its pages."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from juxian.core.text import Text

SHORTEST = 11  # of a telephone
MOST_UNPACKED = 4 * 1024 * 1024  # bytes of one packed note
_ASCII = re.compile(rb"[\x20-\x7e]{%d,}" % SHORTEST)
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){%d,}" % SHORTEST)
_LONG = re.compile(r"[\dA-Fa-f-]{32,}")
_PNG = b"\x89PNG\r\n\x1a\n"
_PROPERTIES = Text("文档属性", "document properties")
_BENEATH = Text(
    "页面之外的内容（表单、书签、图片属性等）", "what lies beside the pages (forms, bookmarks, pictures)"
)


def strings_in(data: bytes) -> Iterator[str]:
    """Readable rows of characters of a binary file: EXIF, XMP and comments of pictures, texts of drawings (EMF)."""
    yield from (_named(found.group().decode("ascii")) for found in _ASCII.finditer(data))
    yield from (_named(found.group().decode("utf-16-le")) for found in _WIDE.finditer(data))
    if data.startswith(_PNG):
        for note in _packed_notes(data):
            yield from (_named(found.group().decode("ascii")) for found in _ASCII.finditer(note))


def _named(text: str) -> str:
    """Without the ids that programs give to files (UUID and the like), in which any digits may stand."""
    return _LONG.sub(
        lambda found: " " if any(char.isalpha() for char in found.group()) else found.group(), text
    )


def _packed_notes(data: bytes) -> Iterator[bytes]:
    """Unpacked text chunks (zTXt, iTXt) of a PNG. Source: W3C PNG, chapter 11.3.3."""
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            start = body.find(b"\x78")  # of a zlib stream; a keyword may hold an x as well
            while start >= 0:
                try:
                    yield zlib.decompressobj().decompress(body[start:], MOST_UNPACKED)
                    break
                except zlib.error:
                    start = body.find(b"\x78", start + 1)
        at += 12 + length


def document_texts(data: bytes) -> Iterator[tuple[Text, str]]:
    """Every text of a PDF: properties, pages, annotations, then what no page shows, each once."""
    reader, told = PdfReader(io.BytesIO(data)), set[str]()
    for place, text in _on_pages(reader):
        told.add(text)
        yield place, text
    for text in _beneath(reader):
        if text not in told:
            told.add(text)
            yield _BENEATH, text


def _on_pages(reader: PdfReader) -> Iterator[tuple[Text, str]]:
    for value in (reader.metadata or {}).values():
        yield _PROPERTIES, str(value)
    for number, page in enumerate(reader.pages, start=1):
        place = Text(f"第 {number} 页", f"page {number}")
        yield from ((place, line) for line in page.extract_text().splitlines())
        for note in page.get("/Annots") or ():
            where = Text(f"{place.zh}，批注", f"{place.en}, annotation")
            yield where, str(note.get_object().get("/Contents", ""))


def _beneath(reader: PdfReader) -> Iterator[str]:
    """Strings of all objects (values of forms, bookmarks, names of layers), metadata streams, what pictures carry along."""
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    for number, generation in sorted(numbers | {(number, 0) for number in reader.xref_objStm}):
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, zlib.error):
            continue  # as readers take it: an entry that leads nowhere
        yield from _strings(found)
        if isinstance(found, StreamObject):
            yield from _of_stream(found)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, ArrayObject):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, DictionaryObject):
        for key in value:
            yield from _strings(value.raw_get(key))
    elif isinstance(value, bytes):
        yield from strings_in(value)
    elif isinstance(value, str) and any(char.isdigit() for char in value):
        yield _named(value)


def _of_stream(found: StreamObject) -> Iterator[str]:
    if found.get("/Type") == "/Metadata":
        yield from found.get_data().decode("utf-8", "replace").splitlines()
    elif found.get("/Subtype") == "/Image":
        yield from strings_in(found._data)  # as it lies in the file: a JPEG with all that its camera wrote
