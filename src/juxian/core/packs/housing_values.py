"""Shares, areas, ranges and amounts as a pack writes them (比例、面积、范围、金额).

K841 unknown word of the file · K842 share, area or range · K847 amount.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from juxian.core.facts.values import Refusal, parse_amount
from juxian.core.packs.reading import Part, one_of
from juxian.core.text import Text

Item = TypeVar("Item")
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?%")
_AREA = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?")
_RANGE = re.compile(r"([0-9]{1,3})(?:\.\.([0-9]{1,3})?)?")


def read_all(parts: Iterable[Part], reader: Callable[[Part], Item | None]) -> list[tuple[Part, Item]]:
    """Each part with what was read of it; those that could not be read are left out (and were told)."""
    return [(part, found) for part in parts if (found := reader(part)) is not None]


def require_known(part: Part, names: Collection[str], zh: str, en: str) -> None:
    """Tell a word that is none of ``names``."""
    word = part.text()
    if word and word not in names:
        hint = one_of(word, sorted(names))
        part.refuse("K841", f"没有{zh}“{word}”", f"there is no {en} “{word}”", hint)


def share(part: Part) -> int:
    """``10%`` or ``12.5%`` in per mille."""
    found = _SHARE.fullmatch(part.text())
    if part.present and found is None:
        hint = Text("写如 30%", "write e.g. 30%")
        part.refuse("K842", f"“{part.value}”不是比例", f"“{part.value}” is no share", hint)
    return int(found[1]) * 10 + int(found[2] or 0) if found else 0


def area_dm2(part: Part) -> int | None:
    """``92`` or ``92.35`` m² in 0.01 m²."""
    found = _AREA.fullmatch(part.text())
    if part.present and found is None:
        hint = Text("写如 92 或 92.35", "write e.g. 92 or 92.35")
        part.refuse("K842", f"“{part.value}”不是面积", f"“{part.value}” is no area", hint)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def bounds(part: Part) -> tuple[int, int | None]:
    """``2``, ``1..3`` or ``3..`` (open); absent: from 1, open."""
    if not part.present:
        return 1, None
    found = _RANGE.fullmatch(part.text())
    if found is None:
        hint = Text("写如 2、1..3、3..", "write e.g. 2, 1..3, 3..")
        part.refuse("K842", f"“{part.value}”不是范围", f"“{part.value}” is no range", hint)
        return 1, None
    low = int(found[1])
    if ".." not in part.text():
        return low, low
    return low, int(found[2]) if found[2] else None


def amount_fen(part: Part) -> int | None:
    """``2000元`` or ``3060万元`` in whole fen; None when absent or refused."""
    if not part.present:
        return None
    found = parse_amount(part.text())
    if isinstance(found, Refusal):
        part.refuse("K847", found.reason.zh, found.reason.in_language("en"))
        return None
    return found
