"""One text for one content (规范字节): what is hashed must have a single spelling.

Canonical JSON: UTF-8, NFC, keys sorted, no spaces, whole numbers below 2^53, no null; a browser writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from itertools import chain
from typing import Any

INTEGER_LIMIT = 2**53  # exact in every language that reads JSON numbers as doubles


class NotCanonical(ValueError):
    """A value has no single spelling (float, null, text that is not NFC, number out of range)."""


def canonical_bytes(data: Any) -> bytes:
    """The only bytes of ``data`` (dict with text keys, list or tuple, str, int, bool). Raises ``NotCanonical``."""
    _check(data, "")
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def canonical_sha256(data: Any) -> str:
    """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(data)).hexdigest()


def is_plain_text(text: str) -> bool:
    """NFC, and nothing that UTF-8 cannot carry (a lone surrogate)."""
    return text.isascii() or (
        unicodedata.is_normalized("NFC", text) and not any("\ud800" <= char <= "\udfff" for char in text)
    )


def _check(data: Any, path: str) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            if not isinstance(key, str) or not is_plain_text(key):
                raise NotCanonical(f"{path or 'the top'} has the key {key!r}")
            _check(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list | tuple):
        _check_items(data, path)
    elif isinstance(data, str):
        if not is_plain_text(data):
            raise NotCanonical(f"{path} is not NFC text")
    elif not isinstance(data, int) or abs(data) >= INTEGER_LIMIT:
        raise NotCanonical(f"{path} is {data!r}")


def _check_items(items: list[Any] | tuple[Any, ...], path: str) -> None:
    """Long lists of one type are looked at in one go; a line break cannot join two characters."""
    kinds = set(map(type, items))
    if kinds == {str} and is_plain_text("\n".join(items)):
        return
    if kinds == {int} and min(items) > -INTEGER_LIMIT and max(items) < INTEGER_LIMIT:
        return
    if len(items) > 1 and all(issubclass(kind, list | tuple) for kind in kinds):
        inner = list(chain.from_iterable(items))
        if set(map(type, inner)) == {str} and is_plain_text("\n".join(inner)):
            return
    for index, item in enumerate(items):
        _check(item, f"{path}[{index}]")
