"""How large an attached file may be, and how one is refused (附件上限与拒收).

F101 not an accepted kind · F102 encrypted · F103 damaged · F104 too large · F105 packed suspiciously · F106 forbidden
content · F107 name and content differ · F108 too many pixels, frames or pages · F109 took too long.
"""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.source import Problem, Rejected
from juxian.core.text import Text

MEGABYTE = 1024 * 1024
MEGAPIXEL = 1_000_000


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Checked in this order, the cheap ones first; each refusal names the limit that was met.

    ratio: unpacked to packed, of an office file. seconds and memory_bytes: of the process that checks (``confined``).
    """

    file_bytes: int = 30 * MEGABYTE
    pixels: int = 40 * MEGAPIXEL
    parts: int = 2_000
    part_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    ratio: int = 250
    pages: int = 2_000
    objects: int = 300_000  # of a PDF
    seconds: float = 10
    memory_bytes: int = 500 * MEGABYTE


DEFAULT_LIMITS = FileLimits()


def refusal(code: str, name: str, message: Text, hint: Text | None = None) -> Rejected:
    """A whole file is refused: F1xx."""
    return Rejected([Problem(code, message, path=name, hint=hint)])


def damaged(name: str) -> Rejected:
    message = Text("文件损坏或不完整", "the file is damaged or incomplete")
    return refusal(
        "F103", name, message, Text("请打开确认后重新保存再上传", "open it, save it again and retry")
    )


def encrypted(name: str) -> Rejected:
    message = Text("文件加了密码", "the file is protected by a password")
    return refusal(
        "F102", name, message, Text("取消密码后再上传", "remove the password and hand it in again")
    )


def forbidden(name: str, zh: str, en: str, hint: Text | None = None) -> Rejected:
    return refusal("F106", name, Text(f"文件含有{zh}", f"the file contains {en}"), hint)


def too_heavy(name: str) -> Rejected:
    message = Text(
        "检查这个文件需要的时间或内存超过上限", "checking this file takes more time or memory than is allowed"
    )
    return refusal("F109", name, message, Text("请缩小后再上传", "make it smaller and hand it in again"))
