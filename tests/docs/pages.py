"""Reading the documentation: pages, links, fenced blocks (文档页面)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LANGUAGES = ("en", "zh")
_FENCE = re.compile(r"^```([a-z]+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: its ``kind`` (yaml, console…), the file that it stands for, its text."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True)
class Run:
    """A command of a console block and what it prints, as the page says."""

    command: str
    output: str


def pages(language: str) -> set[str]:
    """Pages of one language, relative to its directory."""
    base = DOCS / language
    return {path.relative_to(base).as_posix() for path in base.rglob("*.md")}


def linked_files() -> list[Path]:
    """Every file whose links must lead somewhere."""
    return [
        *sorted(ROOT.glob("README*.md")),
        ROOT / "CONTRIBUTING.md",
        *sorted(DOCS.rglob("*.md")),
    ]


def links(path: Path) -> Iterator[str]:
    """Targets of the links of a page, outside code."""
    yield from _LINK.findall(_CODE.sub("", path.read_text(encoding="utf-8")))


def blocks(path: Path) -> list[Block]:
    return [Block(*found) for found in _FENCE.findall(path.read_text(encoding="utf-8"))]


def runs(text: str) -> Iterator[Run]:
    """Commands of a console block; a line that begins with ``$`` and a blank is one, the rest is what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Run(command, output)
