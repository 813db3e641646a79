"""Whose paper a file is, by its name (材料对号): ``<行号、人才编号或姓名>_<材料>.pdf``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from juxian.core.services.definition import Material, Service
from juxian.core.text import Text

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_PART = re.compile(
    r"(?:(?<!\s)\s+)?(?:[_-]\s*\d{1,2}|\(\d{1,2}\))$"
)  # _2, -2, (2): one of several files of a paper
_SEPARATOR = re.compile(r"[_\-]")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Holder:
    """One row of a list, by what a name may call it."""

    line: int
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Whose paper a file is: the line of the row and the name of the material."""

    line: int
    material: str


def meant_by(file_name: str, holders: Sequence[Holder], service: Service) -> Meant | Text:
    """The row and the material that a file's name says, or why it says none."""
    stem = _ENDING.sub("", _plain(file_name))
    whom, separator, what = _parted(stem)
    if not separator:
        return Text(
            "文件名应为“行号、人才编号或姓名_材料名称”",
            "the name of the file has to be “row, talent number or name_paper”",
        )
    lines = _lines(whom, holders)
    if not lines:
        return Text(f"名单里没有“{whom}”", f"“{whom}” is not in the list")
    if len(lines) > 1:
        return Text(
            f"名单里有几位“{whom}”，请写行号", f"several in the list are called “{whom}”; write the row"
        )
    material = _material(what, service)
    if material is None:
        known = [item.title for item in service.materials.values()]
        return Text(
            f"没有“{what}”这种材料，应为：{'、'.join(title.zh for title in known)}",
            f"there is no paper “{what}”; known are: {', '.join(title.in_language('en') for title in known)}",
        )
    return Meant(lines[0], material)


def paper_refused(material: Material, kind: str, size: int) -> Text | None:
    """Why a checked file is none for this material: its kind or its size; None when it is. kind: ending without a dot."""
    if kind not in material.formats:
        formats = "、".join(item.upper() for item in material.formats)
        return Text(f"这份材料只收 {formats}", f"this paper is taken as {formats.replace('、', ', ')} only")
    if size > material.max_mb * MEGABYTE:
        return Text(
            f"这份材料不能超过 {material.max_mb} MB", f"this paper may have {material.max_mb} MB at most"
        )
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _parted(stem: str) -> tuple[str, str, str]:
    found = _SEPARATOR.search(stem)
    if found is None:
        return stem, "", ""
    whom, what = stem[: found.start()].strip(), stem[found.end() :].strip()
    return whom[:40], stem[found.start()] if whom and what else "", what[:80]


def _lines(whom: str, holders: Sequence[Holder]) -> list[int]:
    """By number of the person, else by row, else by name."""
    wanted = whom.casefold()
    numbered = [item.line for item in holders if item.number and item.number.casefold() == wanted]
    if numbered:
        return numbered
    if whom.isascii() and whom.isdigit():
        return [item.line for item in holders if item.line == int(whom)]
    return [item.line for item in holders if item.name and _plain(item.name).casefold() == wanted]


def _material(what: str, service: Service) -> str | None:
    for wanted in (what, _PART.sub("", what)):
        for name, material in service.materials.items():
            titles = (name, _plain(material.title.zh), _plain(material.title.in_language("en")))
            if wanted.casefold() in {title.casefold() for title in titles}:
                return name
    return None
