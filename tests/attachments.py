"""Attached files made for tests (测试附件): sound ones, and more than a hundred that want to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from juxian.core.files import FileLimits, check_file
from juxian.core.files.confined import Found
from juxian.core.files.kinds import IMAGES

MARK = b"marker-that-must-not-stay"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
_RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_WORD = '<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{}</w:body></w:document>'
Case = tuple[str, bytes, str]  # (name, content, code of the refusal)


# pictures


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (32, 24), mode: str = "RGB", **options: object
) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(made, kind, **options)
    return made.getvalue()


def telling_jpeg() -> bytes:
    """A photograph that says where it was taken, with a comment, turned by its camera, and something behind it."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = MARK.decode(), 6
    exif.get_ifd(0x8825)[2] = (39.0, 46.0, 12.0)
    return picture(exif=exif, comment=MARK) + MARK


def telling_png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", MARK.decode())
    words.add_itxt("Author", MARK.decode())
    return picture("PNG", pnginfo=words) + b"PK\x03\x04" + MARK


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0" * 100) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height, 8, 2, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + body + png_chunk(b"IEND", b"")


def _moving(kind: str) -> bytes:
    made, frames = io.BytesIO(), [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    frames[0].save(made, kind, save_all=True, append_images=frames[1:], duration=40)
    return made.getvalue()


def _wide_jpeg() -> bytes:
    data = bytearray(picture())
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


def _wide_bmp() -> bytes:
    data = bytearray(picture("BMP"))
    data[18:26] = struct.pack("<ii", 50_000, 50_000)
    return bytes(data)


def _pictures() -> dict[str, Case]:
    jpeg, flat, moving = picture(), picture("PNG"), _moving("PNG")
    bomb = zlib.compress(b"\0" * 80_000_000)
    return {
        "JPEG of 3,600 megapixels": ("a.jpg", _wide_jpeg(), "F108"),
        "PNG of 2,500 megapixels": ("a.png", png(50_000, 50_000), "F108"),
        "BMP of 2,500 megapixels": ("a.bmp", _wide_bmp(), "F108"),
        "moving PNG": ("a.png", moving, "F108"),
        "moving WebP": ("a.webp", _moving("WEBP"), "F108"),
        "PNG with too few pixels": ("a.png", png(4_000, 4_000), "F103"),
        "PNG without width": ("a.png", png(0, 10), "F103"),
        "PNG of negative width": ("a.png", png(-1, 1), "F108"),
        "PNG whose words unpack to 80 MB": ("a.png", png(4, 4, png_chunk(b"zTXt", b"a\0\0" + bomb)), "F103"),
        "PNG with a wrong sum": ("a.png", flat[:20] + b"\xff" + flat[21:], "F103"),
        "PNG cut off": ("a.png", flat[:-40], "F103"),
        "PNG of a head alone": ("a.png", flat[:8], "F103"),
        "JPEG cut off": ("a.jpg", jpeg[: len(jpeg) // 2], "F103"),
        "JPEG of a head alone": ("a.jpg", b"\xff\xd8\xff\xe0", "F103"),
        "JPEG with a broken table": ("a.jpg", jpeg.replace(b"\xff\xdb", b"\xff\xdc"), "F103"),
        "WebP cut off": ("a.webp", picture("WEBP")[:40], "F103"),
        "BMP cut off": ("a.bmp", picture("BMP")[:60], "F103"),
        "JPEG named PNG": ("a.png", jpeg, "F107"),
        "PNG named JPEG": ("a.jpg", flat, "F107"),
        "PNG named PDF": ("a.pdf", flat, "F107"),
        "PNG without an ending": ("png", flat, "F107"),
        "PNG named as a program": ("a.png.exe", flat, "F107"),
        "PNG named with a dot behind": ("a.png.", flat, "F107"),
        "GIF": ("a.gif", picture("GIF"), "F101"),
        "GIF named JPEG": ("a.jpg", picture("GIF"), "F101"),
        "TIFF": ("a.tif", picture("TIFF"), "F101"),
        "icon": ("a.ico", picture("ICO"), "F101"),
        "PostScript named JPEG": ("a.jpg", picture("EPS"), "F101"),
        "drawing with a script": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "F101"),
        "drawing named PNG": ("a.png", b"<?xml version='1.0'?><svg/>", "F101"),
        "page of a server named JPEG": ("a.jpg", b"<?php system($_GET['c']); ?>", "F101"),
        "web page named PNG": ("a.png", b"<!DOCTYPE html><script>alert(1)</script>", "F101"),
    }  # fmt: skip


# PDF


def pdf(change: Callable[[PdfWriter], None] | None = None, pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if change:
        change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def paper(word: str) -> bytes:
    """A sound PDF unlike that of any other word."""
    return pdf(lambda writer: writer.add_metadata({"/Title": word}))


def _dict(**items: object) -> DictionaryObject:
    def wrapped(value: object) -> object:
        if isinstance(value, str):
            return NameObject(value) if value.startswith("/") else TextStringObject(value)
        return NumberObject(value) if isinstance(value, int) else value

    return DictionaryObject({NameObject(f"/{key}"): wrapped(value) for key, value in items.items()})


def _on_root(key: str, value: object) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        writer._root_object[NameObject(key)] = value  # type: ignore[assignment]

    return change


def _on_page(key: str, value: object) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject(key)] = value  # type: ignore[assignment]

    return change


def _annotation(**items: object) -> Callable[[PdfWriter], None]:
    rect = ArrayObject([NumberObject(0)] * 4)
    return _on_page("/Annots", ArrayObject([_dict(Type="/Annot", Rect=rect, **items)]))


def _in_object_stream(inner: bytes, *, packed: bool = True) -> Callable[[PdfWriter], None]:
    """An object stream that no table of objects names."""

    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        content = b"90 0 " + inner
        stream._data = zlib.compress(content) if packed else content
        stream.update(_dict(Type="/ObjStm", N=1, First=5))
        if packed:
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer._add_object(stream)

    return change


def _attached(writer: PdfWriter) -> None:
    writer.add_attachment("a.exe", b"MZ")


def _encrypted(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


def _nested(depth: int) -> DecodedStreamObject:
    value: object = NumberObject(1)
    for _ in range(depth):
        value = ArrayObject([value])
    return value  # type: ignore[return-value]


def _looping_tree(writer: PdfWriter) -> None:
    pages = writer._root_object["/Pages"].get_object()
    pages[NameObject("/Kids")] = ArrayObject([writer._root_object.raw_get("/Pages")])  # type: ignore[index]


def _no_pages(writer: PdfWriter) -> None:
    writer._root_object["/Pages"].get_object()[NameObject("/Kids")] = ArrayObject()  # type: ignore[index]
    writer._root_object["/Pages"].get_object()[NameObject("/Count")] = NumberObject(0)  # type: ignore[index]


def _pdfs() -> dict[str, Case]:
    plain = pdf()
    script = _dict(S="/JavaScript", JS="app.alert(1)")
    opening = pdf(_on_root("/OpenAction", script))
    rewritten = plain[:-6] + b"\n70 0 obj <</S /JavaScript /JS (x)>> endobj\n%%EOF\n"
    media = _dict(S="/Rendition", OP=0)
    changes: dict[str, tuple[bytes, str]] = {
        "script on opening": (opening, "F106"),
        "script with an escaped name": (opening.replace(b"/JavaScript", b"/J#61v#61Script"), "F106"),
        "short name of a script escaped": (pdf(_on_page("/X", _dict(JS="x"))).replace(b"/JS", b"/J#53"), "F106"),
        "script in the tree of names": (pdf(_on_root("/Names", _dict(JavaScript=_dict(Names=ArrayObject())))), "F106"),
        "program on opening": (pdf(_on_root("/OpenAction", _dict(S="/Launch", F="cmd.exe"))), "F106"),
        "program behind a link": (pdf(_annotation(Subtype="/Link", A=_dict(S="/Launch", F="cmd.exe"))), "F106"),
        "action of another document": (pdf(_on_root("/OpenAction", _dict(S="/Named", N="/Print"))), "F106"),
        "automatic actions of a page": (pdf(_on_page("/AA", _dict(O=_dict(S="/Named", N="/Print")))), "F106"),
        "automatic actions of the document": (pdf(_on_root("/AA", _dict(WC=script))), "F106"),
        "attached program": (pdf(_attached), "F106"),
        "file behind a mark": (pdf(_annotation(Subtype="/FileAttachment", FS=_dict(F="a"))), "F106"),
        "embedded file alone": (pdf(_on_page("/X", _dict(Type="/Filespec", EF=_dict(F=1)))), "F106"),
        "rich media": (pdf(_annotation(Subtype="/RichMedia")), "F106"),
        "model in three dimensions": (pdf(_annotation(Subtype="/3D")), "F106"),
        "film": (pdf(_annotation(Subtype="/Movie")), "F106"),
        "screen": (pdf(_annotation(Subtype="/Screen", A=media)), "F106"),
        "sound": (pdf(_annotation(Subtype="/Link", A=_dict(S="/Sound"))), "F106"),
        "dynamic form": (pdf(_on_root("/AcroForm", _dict(XFA=ArrayObject()))), "F106"),
        "form that sends itself": (pdf(_annotation(Subtype="/Widget", A=_dict(S="/SubmitForm", F="http://x/"))), "F106"),
        "form that reads data": (pdf(_annotation(Subtype="/Widget", A=_dict(S="/ImportData", F="a.fdf"))), "F106"),
        "link into another file": (pdf(_annotation(Subtype="/Link", A=_dict(S="/GoToR", F="//host/a.pdf"))), "F106"),
        "link into an embedded file": (pdf(_annotation(Subtype="/Link", A=_dict(S="/GoToE"))), "F106"),
        "link that is a script": (pdf(_annotation(Subtype="/Link", A=_dict(S="/URI", URI="javascript:alert(1)"))), "F106"),
        "link to a local file": (pdf(_annotation(Subtype="/Link", A=_dict(S="/URI", URI="file:///etc/passwd"))), "F106"),
        "script in an object stream": (pdf(_in_object_stream(b"<</S /JavaScript>>")), "F106"),
        "escaped script in an object stream": (pdf(_in_object_stream(b"<</S /#4aavaScript>>")), "F106"),
        "script that no table names": (rewritten, "F106"),
        "password": (pdf(_encrypted), "F102"),
        "cut off": (plain[: len(plain) // 2], "F103"),
        "no end": (plain.replace(b"%%EOF", b"%%EO"), "F103"),
        "head alone": (b"%PDF-1.7\n%%EOF", "F103"),
        "no pages": (pdf(_no_pages), "F103"),
        "pages that hold themselves": (pdf(_looping_tree), "F103"),
        "lists in lists": (pdf(_on_root("/X", _nested(100))), "F103"),
        "too many pages": (pdf(pages=2_001), "F108"),
        "archive behind the end": (plain + b"PK\x03\x04" + b"x" * 4_000, "F105"),
        "something before the beginning": (b"x" * 100 + plain, "F107"),
    }  # fmt: skip
    cases = {f"PDF: {what}": ("a.pdf", data, code) for what, (data, code) in changes.items()}
    return cases | {"PDF named JPEG": ("a.jpg", plain, "F107"), "PDF named docx": ("a.docx", plain, "F107")}


# docx and xlsx


def office(kind: str = "docx", more: dict[str, bytes | str] | None = None, **parts: str) -> bytes:
    """A small docx or xlsx; more: further parts, or others in the place of its own."""
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    content: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES.format(parts.get("types", "")),
        "_rels/.rels": _RELATIONS.format(_relation("officeDocument", main)),
        main: _WORD.format(parts.get("body", "正文")),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (content | (more or {})).items():
            archive.writestr(name, data)
    return made.getvalue()


def _relation(kind: str, target: str, *, external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="r1" Type="{_REL}/{kind}" Target="{target}"{mode}/>'


def _linking(kind: str, target: str = "http://elsewhere.example/x", *, external: bool = True) -> bytes:
    return office(
        more={"word/_rels/document.xml.rels": _RELATIONS.format(_relation(kind, target, external=external))}
    )


def hyperlinked() -> bytes:
    """A text with a link, which is harmless."""
    return _linking("hyperlink")


def _twice(first: str, second: str) -> bytes:
    made = io.BytesIO(office())
    with zipfile.ZipFile(made, "a") as archive:
        for name in (first, "word/" + "x" * (len(second) - 5)):
            archive.writestr(name, "<x/>")
    return made.getvalue().replace(("word/" + "x" * (len(second) - 5)).encode(), second.encode())


def _edited(data: bytes, signature: bytes, place: int, form: str, value: int) -> bytes:
    """A field of the last header with this signature set to a value."""
    changed, start = bytearray(data), data.rindex(signature) + place
    changed[start : start + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(changed)


def _lying() -> bytes:
    """A part that unpacks to more than both of its headers say."""
    data = office(more={"word/big.xml": "<x>" + "a" * 100_000 + "</x>"})
    return _edited(_edited(data, b"PK\x01\x02", 24, "<I", 10), b"PK\x03\x04", 22, "<I", 10)


def _overlapping() -> bytes:
    """Two entries of the directory that lead to the same bytes."""
    data = office(more={"word/one.xml": "<x/>" * 50, "word/two.xml": "<x/>" * 50})
    entries = data.split(b"PK\x01\x02")
    target = entries[-2][38:42]
    return data[: -len(entries[-1])] + entries[-1][:38] + target + entries[-1][42:]


def _field(words: str) -> str:
    return f"<w:r><w:instrText xml:space='preserve'>{words}</w:instrText></w:r>"


def _offices() -> dict[str, Case]:
    doctype = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
    sound, zeros = office(), b"\0" * 60_000_000
    settings = "word/_rels/settings.xml.rels"
    docx: dict[str, tuple[bytes, str]] = {
        "macros": (office(more={"word/vbaProject.bin": b"x"}), "F106"),
        "macros under another name": (office(more={"word/vbaProject1.BIN": b"x"}), "F106"),
        "macros by its type": (office(types='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'), "F106"),
        "template from elsewhere": (office(more={settings: _RELATIONS.format(_relation("attachedTemplate", "http://elsewhere.example/t.dotm", external=True))}), "F106"),
        "object from elsewhere": (_linking("oleObject"), "F106"),
        "frame from elsewhere": (_linking("frame"), "F106"),
        "document from elsewhere": (_linking("subDocument"), "F106"),
        "picture from elsewhere": (_linking("image"), "F106"),
        "other text taken in": (_linking("aFChunk", "a.html", external=False), "F106"),
        "embedded object": (office(more={"word/embeddings/oleObject1.bin": b"MZ"}), "F106"),
        "embedded program": (office(more={"word/media/a.exe": b"MZ"}), "F106"),
        "embedded web page": (office(more={"word/a.html": b"<script>"}), "F106"),
        "embedded archive": (office(more={"word/media/a.zip": b"PK"}), "F106"),
        "control": (office(more={"word/activeX/activeX1.xml": "<x/>"}), "F106"),
        "own ribbon": (office(more={"customUI/customUI14.xml": "<x/>"}), "F106"),
        "declared entity": (office(more={"word/styles.xml": doctype}), "F106"),
        "entities in entities": (office(more={"word/styles.xml": laughs}), "F106"),
        "entity in the links": (office(more={settings: doctype}), "F106"),
        "unusual encoding": (office(more={"word/styles.xml": doctype.encode("utf-16")}), "F106"),
        "data exchange": (office(body=_field('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"')), "F106"),
        "data exchange in pieces": (office(body=_field(" DD") + _field("E cmd")), "F106"),
        "data exchange in a field": (office(body='<w:fldSimple w:instr=" DDE cmd "/>'), "F106"),
        "absolute name": (office(more={"/etc/cron.d/x.xml": "<x/>"}), "F105"),
        "escaping name": (office(more={"word/../../x.xml": "<x/>"}), "F105"),
        "name of a drive": (office(more={"C:x.xml": "<x/>"}), "F105"),
        "name twice": (_twice("word/twice.xml", "word/twice.xml"), "F105"),
        "name twice in capitals": (_twice("word/twice.xml", "word/TWICE.xml"), "F105"),
        "overlapping parts": (_overlapping(), "F105"),
        "part larger than declared": (_lying(), "F103"),
        "too many parts": (office(more={f"word/{number}.xml": "" for number in range(2_001)}), "F105"),
        "bomb": (office(more={"word/a.xml": zeros}), "F105"),
        "bomb of several parts": (office(more={f"word/{number}.xml": zeros for number in range(4)}), "F104"),
        "huge part": (office(more={"word/a.xml": b"\0" * 110_000_000}), "F104"),
        "something before the beginning": (b"PK\x03\x04" + b"x" * 200 + sound, "F105"),
        "password of a part": (_edited(_edited(sound, b"PK\x01\x02", 8, "<H", 1), b"PK\x03\x04", 6, "<H", 1), "F102"),
        "cut off": (sound[:-100], "F103"),
        "broken directory": (sound.replace(b"PK\x01\x02", b"PK\x01\x03"), "F103"),
        "broken part": (sound[:60] + b"\xff" * 40 + sound[100:], "F103"),
        "links that cannot be read": (office(more={settings: "<Relationships"}), "F103"),
        "another archive": (_archive("a.txt"), "F101"),
        "program of Java": (_archive("META-INF/MANIFEST.MF", "a.class"), "F101"),
        "no types": (_archive("word/document.xml"), "F101"),
        "text and table at once": (office(more={"xl/workbook.xml": "<x/>"}), "F101"),
        "old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "F101"),
        "old and protected": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "F102"),
    }  # fmt: skip
    xlsx: dict[str, tuple[bytes, str]] = {
        "macros": (office("xlsx", {"xl/vbaProject.bin": b"x"}), "F106"),
        "old macros": (office("xlsx", {"xl/macrosheets/sheet1.xml": "<x/>"}), "F106"),
        "connections": (office("xlsx", {"xl/connections.xml": "<x/>"}), "F106"),
        "data exchange": (office("xlsx", {"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink/></externalLink>"}), "F106"),
        "bomb": (office("xlsx", {"xl/worksheets/sheet1.xml": zeros}), "F105"),
    }  # fmt: skip
    cases = {f"docx: {what}": ("a.docx", data, code) for what, (data, code) in docx.items()}
    cases |= {f"xlsx: {what}": ("a.xlsx", data, code) for what, (data, code) in xlsx.items()}
    return cases | {
        "docx named docm": ("a.docm", sound, "F107"),
        "docx named xlsx": ("a.xlsx", sound, "F107"),
        "xlsx named docx": ("a.docx", office("xlsx"), "F107"),
    }


def _archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


# text and everything else


def _others() -> dict[str, Case]:
    return {
        "web page named text": ("a.txt", b"<html><script>alert(1)</script>", "F101"),
        "web page after blanks": ("a.txt", b"\xef\xbb\xbf \r\n\t<HTML>", "F101"),
        "web page in UTF-16": ("a.csv", "<html>".encode("utf-16"), "F101"),
        "XML named table": ("a.csv", b"<?xml version='1.0'?><x/>", "F101"),
        "rich text": ("a.txt", b"{\\rtf1 x}", "F101"),
        "script of a shell": ("a.txt", b"#!/bin/sh\nrm -rf /\n", "F101"),
        "letter": ("a.txt", b"From: a@b\nMIME-Version: 1.0\n", "F101"),
        "zero bytes": ("a.txt", b"a\0b", "F101"),
        "commands to a terminal": ("a.txt", b"\x1b]0;x\x07", "F101"),
        "bytes of no encoding": ("a.txt", b"\xff\xfe\x00\xd8\x00", "F101"),
        "program of Windows": ("a.txt", b"MZ\x90\0\x03\0", "F101"),
        "program of Linux": ("a.csv", b"\x7fELF\x02\x01\x01", "F101"),
        "archive of 7-Zip": ("a.txt", b"7z\xbc\xaf\x27\x1c", "F101"),
        "archive of RAR": ("a.pdf", b"Rar!\x1a\x07\x01\0", "F101"),
        "archive of gzip": ("a.docx", zlib.compress(b"x" * 100, wbits=31), "F101"),
        "nothing": ("a.pdf", b"", "F103"),
        "blanks": ("a.txt", b" \r\n\t\0", "F103"),
        "text named program": ("a.bat", "正文".encode(), "F107"),
        "text named web page": ("a.html", "正文".encode(), "F107"),
        "text named picture": ("a.jpg", "正文".encode(), "F107"),
    }


@cache
def hostile() -> dict[str, Case]:
    return _pictures() | _pdfs() | _offices() | _others()


def checked_here(source: Path, target: Path, name: str, limits: FileLimits) -> Found:
    """As ``check_confined``, without the process of its own that takes a good part of a second."""
    checked = check_file(source.read_bytes(), name, limits)
    remade = checked.kind in IMAGES
    if remade:
        target.write_bytes(checked.data)
    return Found(checked.kind, remade, checked.width, checked.height, checked.pages)
