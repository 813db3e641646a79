"""ZIP archives: what holds of each before anything in it is read (压缩包检查), and packs of papers (成包的材料)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

from juxian.core.files.limits import DEFAULT_LIMITS, MEGABYTE, FileLimits, damaged, encrypted, refusal
from juxian.core.text import Text

UTF8 = 0x800
ENCRYPTED = 0x1
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ADDED = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")  # what systems put in by themselves
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    OSError,
)


class Pack:
    """A ZIP of papers. names: of its files, in their order; folders and what a system added are left out.

    Raises ``Rejected`` when it leads out of itself, is a bomb, is encrypted, damaged, or holds more than ``most`` files.
    Nothing is unpacked until ``read``, and then no more than the entry declares.
    """

    def __init__(self, data: bytes, name: str, *, most: int, limits: FileLimits = DEFAULT_LIMITS) -> None:
        self.name, self.limits = name, limits
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            entries = self._archive.infolist()
        except FAULTS as error:
            raise damaged(name) from error
        told = [name_of(entry) for entry in entries]
        check_entries(entries, told, data, name, limits)
        if any(entry.compress_type not in PLAIN for entry in entries):
            hint = Text("请用系统自带的压缩功能重新打包", "pack it again with what the system offers")
            raise refusal("F105", name, Text("压缩方式不常见", "it is packed in an unusual way"), hint)
        self._entries = [
            (path, entry)
            for path, entry in zip(told, entries, strict=True)
            if not path.endswith("/") and not _is_added(path)
        ]
        if len(self._entries) > most:
            message = Text(f"压缩包里超过 {most} 个文件", f"there are more than {most} files in it")
            raise refusal("F105", name, message, Text("请分成几个压缩包", "split it"))
        if not self._entries:
            raise refusal("F103", name, Text("压缩包里没有文件", "there is no file in it"))

    @property
    def names(self) -> list[str]:
        """Names without their folders."""
        return [path.rpartition("/")[2] for path, _entry in self._entries]

    def read(self, place: int) -> bytes:
        """The file at ``place`` of ``names``; raises ``Rejected``."""
        path, entry = self._entries[place]
        name = path.rpartition("/")[2]
        if entry.file_size > self.limits.file_bytes:
            most = self.limits.file_bytes // MEGABYTE
            raise refusal(
                "F104", name, Text(f"文件超过 {most} MB 的上限", f"the file is larger than {most} MB")
            )
        try:
            with self._archive.open(entry) as part:
                data = part.read(entry.file_size + 1)
        except FAULTS as error:
            raise damaged(name) from error
        if len(data) != entry.file_size:
            raise refusal(
                "F105", name, Text("内部文件与声明的大小不符", "a part is not as large as it declares")
            )
        if data.startswith(ZIP_MAGIC) and not name.lower().endswith((".docx", ".xlsx")):
            message = Text("压缩包里不能再有压缩包", "a packed file inside a packed file is not accepted")
            raise refusal("F105", name, message, Text("请直接放入材料文件", "put the papers in themselves"))
        return data


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; Chinese Windows writes GBK and does not say so."""
    if entry.flag_bits & UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def check_entries(
    entries: Sequence[zipfile.ZipInfo], names: Sequence[str], data: bytes, name: str, limits: FileLimits
) -> None:
    """Number, names, passwords, sizes and places of the parts of an archive. Raises ``Rejected``."""
    if len(entries) > limits.parts:
        message = Text(f"内部文件超过 {limits.parts} 个", f"it has more than {limits.parts} parts")
        raise refusal("F105", name, message)
    if len({part.lower() for part in names}) < len(names) or any(map(escapes, names)):
        raise refusal("F105", name, Text("内部文件名不正常", "the names of its parts are not in order"))
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise encrypted(name)
    _check_sizes(entries, len(data), name, limits)
    _check_places(entries, data, name)


def escapes(part: str) -> bool:
    """Whether the name of a part leads out of the archive, or says another path than it seems to."""
    path = part.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or ":" in path or "\0" in path or path != part


def _check_sizes(entries: Sequence[zipfile.ZipInfo], packed: int, name: str, limits: FileLimits) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes or any(entry.file_size > limits.part_bytes for entry in entries):
        most = limits.unpacked_bytes // MEGABYTE
        raise refusal("F104", name, Text(f"解压后超过 {most} MB", f"unpacked it is larger than {most} MB"))
    if total > 10 * MEGABYTE and total > limits.ratio * packed:
        message = Text(f"压缩比超过 {limits.ratio} 倍", f"it unpacks to more than {limits.ratio} times")
        raise refusal("F105", name, message)


def _check_places(entries: Sequence[zipfile.ZipInfo], data: bytes, name: str) -> None:
    """The archive begins with its first part, and no part lies over another."""
    places = sorted(
        (entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries
    )
    begins = [begin for begin, _end in places]
    overlap = any(end > begin for (_begin, end), begin in zip(places, begins[1:], strict=False))
    if begins[:1] != [0] or overlap or not data.startswith(b"PK\x03\x04"):
        raise refusal("F105", name, Text("内部文件互相重叠", "its parts lie over one another"))


def _is_added(path: str) -> bool:
    lower = path.lower()
    return lower.startswith(ADDED[0]) or lower.rpartition("/")[2] in ADDED[1:]
