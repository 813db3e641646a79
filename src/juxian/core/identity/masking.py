"""What is shown of sensitive values by default (掩码)."""

from __future__ import annotations


def mask_phone(number: str) -> str:
    """``138****0000``; fixed lines keep the last two digits."""
    return (
        mask_middle(number, 3, 4)
        if len(number) == 11 and number.startswith("1")
        else mask_middle(number, 0, 2)
    )


def mask_name(name: str) -> str:
    """``张*``: the first character and one star, whatever the length, as in public lists."""
    return name[:1] + "*" if name else ""


def mask_middle(text: str, head: int, tail: int) -> str:
    """Stars for all but ``head`` characters at the beginning and ``tail`` at the end."""
    hidden = max(0, len(text) - head - tail)
    return text[:head] + "*" * hidden + text[len(text) - tail :] if tail else text[:head] + "*" * hidden
