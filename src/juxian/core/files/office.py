"""docx and xlsx files (Office 文件检查): the parts of the archive are checked before anything reads them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from juxian.core.files.archives import FAULTS, check_entries
from juxian.core.files.limits import MEGABYTE, FileLimits, damaged, forbidden, refusal
from juxian.core.text import Text

_CHUNK = MEGABYTE
_OVERLAP = 256
_LARGEST_RELATIONS = 4 * MEGABYTE
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML = (".xml", ".rels", ".vml")
_MACRO = re.compile(r"(?:^|/)(?:vbaproject[^/]*\.bin|vbadata\.xml|macrosheets/|dialogsheets/)", re.IGNORECASE)
_ACTIVE = re.compile(r"(?:^|/)(?:activex/|customui/|connections\.xml$|attachedtoolbars\.bin$)", re.IGNORECASE)
_EMBEDDED = re.compile(r"(?:^|/)(?:embeddings/|afchunk|oleobject)", re.IGNORECASE)
_KNOWN_ENDINGS = frozenset(
    [
        "xml",
        "rels",
        "vml",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "bmp",
        "emf",
        "wmf",
        "tif",
        "tiff",
        "svg",
        "wdp",
        "bin",
        "odttf",
        "ttf",
        "fntdata",
        "dat",
    ]
)
_INSTRUCTION = re.compile(rb"<w:instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"")
_DDE = re.compile(rb"(?<![A-Za-z])DDE(?:AUTO)?(?![A-Za-z])", re.IGNORECASE)
_LINKED = re.compile(rb"<(?:\w+:)?(?:ddeLink|oleLink)\b")
_HARMLESS_EXTERNAL = (
    "/hyperlink",
    "/externallinkpath",
    "/xlpathmissing",
    "/xlexternallinkpath/xlpathmissing",
)


def check_office(data: bytes, name: str, limits: FileLimits) -> None:
    """Raises ``Rejected`` when the archive is out of order or holds something that acts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            check_entries(entries, names, data, name, limits)
            _check_names(names, name)
            for entry in entries:
                _check_part(archive, entry, name)
    except FAULTS as error:
        raise damaged(name) from error


def _check_names(names: list[str], name: str) -> None:
    for part in names:
        if _MACRO.search(part):
            raise forbidden(name, "宏", "macros", Text("请另存为不含宏的文件", "save it without macros"))
        if _ACTIVE.search(part):
            raise forbidden(name, "控件或外部数据连接", "controls or connections to other data")
        ending = part.rpartition(".")[2].lower()
        if _EMBEDDED.search(part) or (ending not in _KNOWN_ENDINGS and not part.endswith("/")):
            hint = Text("请把嵌入的对象粘贴为图片", "paste embedded objects as pictures")
            raise forbidden(name, "嵌入的文件", "an embedded file", hint)


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Read one part to its end: it is as large as it says, declares nothing and links to nothing that acts."""
    part, seen, instructions = entry.filename.lower(), 0, b""
    is_xml = part.endswith(_XML)
    for text, before in _pieces(archive, entry):
        seen += len(text) - before
        if not is_xml:
            continue
        if seen == len(text) and text[:4].count(0):
            raise refusal("F106", name, Text("内部编码不正常", "a part has an unusual encoding"))
        if _DECLARATION.search(text):
            raise forbidden(name, " DOCTYPE 或 ENTITY 声明", "a DOCTYPE or an ENTITY")
        if part.startswith("xl/externallinks/") and _LINKED.search(text):
            raise forbidden(name, "动态数据交换", "dynamic data exchange")
        if part.startswith("word/"):
            instructions += b"".join(first + second for first, second in _INSTRUCTION.findall(text[before:]))
    if seen != entry.file_size:
        raise refusal("F105", name, Text("内部文件与声明的大小不符", "a part is not as large as it declares"))
    if _DDE.search(instructions):
        raise forbidden(name, "动态数据交换", "dynamic data exchange")
    if part.endswith(".rels"):
        _check_relations(archive.read(entry), name)
    elif (
        part == "[content_types].xml" and b"macroenabled" in archive.read(entry)[:_LARGEST_RELATIONS].lower()
    ):
        raise forbidden(name, "宏", "macros")


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """(text, how much of it was in the piece before); never more than the part declares and one piece."""
    tail, seen = b"", 0
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            yield tail + chunk, len(tail)
            seen += len(chunk)
            if seen > entry.file_size:
                return
            tail = (tail + chunk)[-_OVERLAP:]


def _check_relations(data: bytes, name: str) -> None:
    if len(data) > _LARGEST_RELATIONS:
        raise refusal("F105", name, Text("内部链接太多", "it has too many links"))
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise damaged(name) from error
    for relation in root:
        kind = relation.get("Type", "").lower()
        if kind.endswith(
            ("/afchunk", "/oleobject", "/package", "/control", "/attachedtoolbars", "/vbaproject")
        ):
            raise forbidden(name, "嵌入的文件", "an embedded file")
        if relation.get("TargetMode", "").lower() == "external" and not kind.endswith(_HARMLESS_EXTERNAL):
            raise forbidden(name, "指向外部的模板或内容", "a template or content from elsewhere")
