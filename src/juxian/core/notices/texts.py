"""Finding numbers of persons in a text (正文核查), without the readers of files."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.notices.numbers import sightings
from juxian.core.text import Text

MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """place: where in the notice or file, for people. kind: see ``numbers``. masked: safe to show."""

    place: Text
    kind: str
    masked: str


def scan_text(text: str, place: Text) -> list[Finding]:
    """place: what the text is, e.g. 正文; a line number is added where there are several lines."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        where = place if len(lines) < 2 else within(place, f"第 {number} 行", f"line {number}")
        found += [Finding(where, item.kind, item.masked) for item in sightings(line)]
    return found[:MOST_FINDINGS]


def within(place: Text, zh: str, en: str) -> Text:
    return Text(f"{place.zh}，{zh}", f"{place.en}, {en}")
