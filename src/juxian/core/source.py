"""Positions in texts, and how a mistake of an author is told (出错位置与提示).

All problems of a text are collected and told together, each with a stable code, a position, the
quoted line and a way out; nothing is half accepted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from juxian.core.text import Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Source:
    """A text with a name: a file of a pack, or what somebody typed into a page."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path, name: str | None = None) -> Source:
        """Read a UTF-8 file; raises ``UnicodeDecodeError`` or ``OSError``."""
        return cls(name or str(path), path.read_text(encoding="utf-8-sig"))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def line(self, number: int) -> str:
        """Line ``number`` (from 1); empty past the end."""
        return self.lines[number - 1].rstrip("\r") if 0 < number <= len(self.lines) else ""

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column), both from 1, of a character offset."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source: line and column from 1, length in characters."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake of an author (错误或提醒), with its position and a way out."""

    code: str
    message: Text
    path: str = ""
    span: Span | None = None
    quoted: str = ""
    hint: Text | None = None
    severity: Severity = "error"

    def where(self) -> str:
        return f"{self.path}:{self.span.line}:{self.span.column}" if self.span else self.path

    def render(self, language: str = "zh") -> str:
        """The problem as the command line shows it: position, sentence, quoted line, mark, hint."""
        head = ": ".join(part for part in (self.where(), self.message.in_language(language)) if part)
        rows = [f"{head} [{self.code}]"]
        if self.quoted and self.span:
            lead = _columns(self.quoted[: self.span.column - 1])
            marked = self.quoted[self.span.column - 1 : self.span.column - 1 + self.span.length]
            rows += [f"    {self.quoted}", "    " + " " * lead + "^" * max(1, _columns(marked))]
        if self.hint:
            rows.append(f"    {'提示' if language != 'en' else 'hint'}: {self.hint.in_language(language)}")
        return "\n".join(rows)

    def as_dict(self, language: str = "zh") -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity,
            "path": self.path,
            "line": self.span.line if self.span else None,
            "column": self.span.column if self.span else None,
            "message": self.message.in_language(language),
            "quoted": self.quoted,
            "hint": self.hint.in_language(language) if self.hint else "",
        }


def problem_at(
    source: Source,
    span: Span,
    code: str,
    message: Text,
    hint: Text | None = None,
    severity: Severity = "error",
) -> Problem:
    """A problem that quotes the line it stands on."""
    return Problem(code, message, source.name, span, source.line(span.line), hint, severity)


@dataclass
class Rejected(Exception):
    """A text could not be accepted; carries every problem found (全部问题)."""

    problems: Sequence[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(problem.render() for problem in self.problems)


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Only what stops acceptance; warnings do not."""
    return [problem for problem in problems if problem.severity == "error"]


def _columns(text: str) -> int:
    """Width on a terminal: a Han character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
