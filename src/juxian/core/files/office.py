"""docx and xlsx files (Office 文件检查): the parts of the archive are checked before anything reads them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from juxian.core.files.limits import MEGABYTE, FileLimits, damaged, encrypted, forbidden, refusal
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
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    OSError,
)


def check_office(data: bytes, name: str, limits: FileLimits) -> None:
    """Raises ``Rejected`` when the archive is out of order or holds something that acts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, data, name, limits)
            for entry in entries:
                _check_part(archive, entry, name)
    except _FAULTS as error:
        raise damaged(name) from error


def _check_entries(entries: list[zipfile.ZipInfo], data: bytes, name: str, limits: FileLimits) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > limits.parts:
        message = Text(f"内部文件超过 {limits.parts} 个", f"it has more than {limits.parts} parts")
        raise refusal("F105", name, message)
    if len({part.lower() for part in names}) < len(names) or any(map(_escapes, names)):
        raise refusal("F105", name, Text("内部文件名不正常", "the names of its parts are not in order"))
    if any(entry.flag_bits & 1 for entry in entries):
        raise encrypted(name)
    _check_sizes(entries, len(data), name, limits)
    _check_places(entries, data, name)
    _check_names(names, name)


def _escapes(part: str) -> bool:
    path = part.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path or "\0" in path or path != part


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int, name: str, limits: FileLimits) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes or any(entry.file_size > limits.part_bytes for entry in entries):
        most = limits.unpacked_bytes // MEGABYTE
        raise refusal("F104", name, Text(f"解压后超过 {most} MB", f"unpacked it is larger than {most} MB"))
    if total > 10 * MEGABYTE and total > limits.ratio * packed:
        message = Text(f"压缩比超过 {limits.ratio} 倍", f"it unpacks to more than {limits.ratio} times")
        raise refusal("F105", name, message)


def _check_places(entries: list[zipfile.ZipInfo], data: bytes, name: str) -> None:
    """The archive begins with its first part, and no part lies over another."""
    places = sorted(
        (entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries
    )
    begins = [begin for begin, _end in places]
    overlap = any(end > begin for (_begin, end), begin in zip(places, begins[1:], strict=False))
    if begins[:1] != [0] or overlap or not data.startswith(b"PK\x03\x04"):
        raise refusal("F105", name, Text("内部文件互相重叠", "its parts lie over one another"))


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
