"""Plain text in the encodings that offices use (文本编码)."""

from __future__ import annotations

import unicodedata

_ALLOWED = "\t\r\n\f"
_UNASSIGNED = ("Cc", "Cn", "Co", "Cs")


def decoded(data: bytes) -> str | None:
    """The text of ``data`` in UTF-8, UTF-16 with its mark, or GB18030; None when it is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        return text if _is_readable(text) else None
    return None


def _is_readable(text: str) -> bool:
    """No control, private or unassigned characters."""
    return not any(unicodedata.category(char) in _UNASSIGNED for char in set(text) - set(_ALLOWED))
