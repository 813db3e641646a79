"""One text for one content (规范字节): what is hashed must have a single spelling.

Canonical JSON: UTF-8, NFC, keys sorted, no spaces, whole numbers below 2^53, no null; a browser writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INTEGER_LIMIT = 2**53  # exact in every language that reads JSON numbers as doubles

_ESCAPED = bytes(range(32)) + b'"\\'


class NotCanonical(ValueError):
    """A value has no single spelling (float, null, text that is not NFC, number out of range)."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A part whose canonical text is known already."""

    text: str


def canonical_bytes(data: Any) -> bytes:
    """The only bytes of ``data`` (dict with text keys, list or tuple, str, int, bool). Raises ``NotCanonical``."""
    return canonical_text(data).encode("utf-8")


def canonical_text(data: Any) -> str:
    """The same before it is encoded; a part may be ``Spelled``."""
    return _spelled(data, "")


def canonical_sha256(data: Any) -> str:
    """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(data)).hexdigest()


def is_plain_text(text: str) -> bool:
    """NFC, and nothing that UTF-8 cannot carry (a lone surrogate)."""
    return text.isascii() or (
        unicodedata.is_normalized("NFC", text) and not any("\ud800" <= char <= "\udfff" for char in text)
    )


def _spelled(data: Any, path: str) -> str:
    """The canonical text of a part; ``path`` is where it stands."""
    if isinstance(data, dict):
        return "{" + ",".join(_pair(key, data[key], path) for key in sorted(data, key=str)) + "}"
    if isinstance(data, list | tuple):
        return _list(data, path)
    if isinstance(data, Spelled):
        return data.text
    if isinstance(data, str):
        if not is_plain_text(data):
            raise NotCanonical(f"{path} is not NFC text")
    elif not isinstance(data, int) or abs(data) >= INTEGER_LIMIT:
        raise NotCanonical(f"{path} is {data!r}")
    return _written(data)


def _pair(key: Any, value: Any, path: str) -> str:
    if not isinstance(key, str) or not is_plain_text(key):
        raise NotCanonical(f"{path or 'the top'} has the key {key!r}")
    return f"{_written(key)}:{_spelled(value, f'{path}.{key}' if path else key)}"


def _written(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _list(items: list[Any] | tuple[Any, ...], path: str) -> str:
    """Long lists of texts, of pairs of texts and of numbers are looked at and written in one go."""
    first = type(items[0]) if items else None
    plain: str | None = None
    if first is str:
        plain = _texts(items)
    elif first is int and set(map(type, items)) == {int}:
        plain = _written(items) if min(items) > -INTEGER_LIMIT and max(items) < INTEGER_LIMIT else None
    elif first in (list, tuple) and set(map(type, items)) <= {list, tuple} and set(map(len, items)) == {2}:
        plain = _pairs(items)
    if plain is not None:
        return plain
    return "[" + ",".join(_spelled(item, f"{path}[{index}]") for index, item in enumerate(items)) + "]"


def _texts(items: Sequence[Any]) -> str | None:
    """A list of texts; None when it has to be looked at one by one."""
    try:
        joined = '","'.join(items)
    except TypeError:
        return None
    if _needs_no_escape(joined, 2 * (len(items) - 1)):
        return f'["{joined}"]'
    return (
        _written(items) if is_plain_text("\n".join(items)) else None
    )  # a line break cannot join two characters


def _pairs(items: Sequence[Any]) -> str | None:
    try:
        joined = '"],["'.join(map('","'.join, items))
    except TypeError:
        return None
    return f'[["{joined}"]]' if _needs_no_escape(joined, 4 * len(items) - 2) else None


def _needs_no_escape(joined: str, marks: int) -> bool:
    """Texts joined by ``marks`` quotation marks are plain and are written as they are: none holds a mark, ``\\`` or a control."""
    if not is_plain_text(joined):
        return False
    spelled = joined.encode("utf-8")
    return len(spelled.translate(None, _ESCAPED)) == len(spelled) - marks
