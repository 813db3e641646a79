"""Identity numbers of which digits are lost or hidden (残缺号码): never guessed, only what is certain is compared."""

from __future__ import annotations

import re
import unicodedata

UNKNOWN_DIGIT = "_"
_MASK = re.compile(r"[*＊●xX#?？_]{2,}")
_SCIENTIFIC = re.compile(r"([1-9])\.([0-9]+)E\+?1[47]", re.IGNORECASE)
_TAIL = re.compile(r"(?:尾号|后四位|末四位)\D{0,3}([0-9]{3}[0-9X])", re.IGNORECASE)


def read_partial_number(text: str) -> str:
    """18 characters, ``_`` where the digit is unknown; empty when nothing certain is left.

    ``4.30102E+17`` keeps six digits, a number of 18 digits that ends in 000 fifteen (a spreadsheet keeps no more),
    ``4301**********2417`` its two ends, 尾号2417 the last four. A whole number is taken as it is, a wrong check
    digit included: it is somebody's slip, and no part of it is certain.
    """
    plain = re.sub(r"[\s'’`-]+", "", unicodedata.normalize("NFKC", text)).upper()
    if found := _SCIENTIFIC.fullmatch(plain):
        digits = found.group(1) + found.group(2)
        return digits[:15].ljust(18, UNKNOWN_DIGIT) if plain.endswith("17") else ""
    if found := _TAIL.search(plain):
        return found.group(1).rjust(18, UNKNOWN_DIGIT)
    if re.fullmatch(r"[1-9][0-9]{14}000", plain):
        return plain[:15] + UNKNOWN_DIGIT * 3
    return _between_masks(plain)


def _between_masks(plain: str) -> str:
    """The two ends around one hidden part; the hidden part fills what is missing of 18."""
    parts = _MASK.split(plain)
    if len(parts) != 2 or len(plain) > 22:
        return ""
    head, tail = parts
    if not re.fullmatch(r"[0-9]{0,16}", head) or not re.fullmatch(r"[0-9]{0,15}[0-9X]?", tail):
        return ""
    hidden = 18 - len(head) - len(tail)
    return head + UNKNOWN_DIGIT * hidden + tail if hidden >= 2 and (head or tail) else ""
