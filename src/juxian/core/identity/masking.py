"""What is shown of sensitive values by default (掩码)."""

from __future__ import annotations


def mask_document(kind: str, number: str) -> str:
    """18-character numbers keep four at each end, others one and two; very short ones nothing."""
    if len(number) >= 15:
        return _mask(number, 4, 4)
    return (
        _mask(number, 1, 2)
        if len(number) > 5 and kind != "other"
        else _mask(number, 0, min(2, len(number) // 3))
    )


def mask_phone(number: str) -> str:
    """``138****0000``; fixed lines keep the last two digits."""
    return _mask(number, 3, 4) if len(number) == 11 and number.startswith("1") else _mask(number, 0, 2)


def mask_name(name: str) -> str:
    """``张*``: the first character and one star, whatever the length, as in public lists."""
    return name[:1] + "*" if name else ""


def _mask(text: str, head: int, tail: int) -> str:
    hidden = max(0, len(text) - head - tail)
    return text[:head] + "*" * hidden + text[len(text) - tail :] if tail else text[:head] + "*" * hidden
