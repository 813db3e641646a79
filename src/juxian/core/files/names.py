"""The name that a file came with, as text that harms nothing (原文件名)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 200
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_BLANKS = re.compile(r"\s+")


def safe_name(original: str, ending: str) -> str:
    """At most 200 characters, no path, control or bidirectional characters, with the ending of its content.

    ending: without the dot, e.g. ``pdf``.
    """
    normal = unicodedata.normalize("NFC", original.encode("utf-8", "ignore").decode("utf-8"))
    last = normal.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    stem = PurePosixPath(_BLANKS.sub(" ", _UNSAFE.sub("_", shown)).strip(" .")).stem.strip(" .")
    return f"{(stem or '附件')[: LONGEST_NAME - 1 - len(ending)]}.{ending}"
