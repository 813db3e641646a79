"""What is shown of sensitive values by default (掩码)."""

from __future__ import annotations

import re

# what stands before the sign begins where no such character stands before it, so that a long text is read once
_MAIL = re.compile(r"(?<![A-Za-z0-9_.%+-])([A-Za-z0-9_.%+-]{1,64})@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")


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


def mask_mail(text: str) -> str:
    """The text with the names of e-mail addresses masked (``l***@example.org``); who carries the mail stays."""
    return _MAIL.sub(lambda found: f"{mask_middle(found[1], 1, 0)}@{found[2]}", text)


def mask_address(address: str) -> str:
    """``z***n``: of an address, enough to know one's own."""
    return mask_middle(address, 1, 1) if len(address) > 3 else "*" * len(address)


def without_address(text: str, address: str) -> str:
    """The text with ``address`` masked wherever it stands, and every e-mail address."""
    hidden = re.sub(re.escape(address), mask_address(address), text, flags=re.IGNORECASE) if address else text
    return mask_mail(hidden)


def mask_middle(text: str, head: int, tail: int) -> str:
    """Stars for all but ``head`` characters at the beginning and ``tail`` at the end."""
    hidden = max(0, len(text) - head - tail)
    return text[:head] + "*" * hidden + text[len(text) - tail :] if tail else text[:head] + "*" * hidden
