"""A mistake inside a condition, by offsets, and how it becomes a positioned problem (条件中的错误)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, Source, Span, problem_at
from juxian.core.text import Text


@dataclass
class Mistake(Exception):
    """What is wrong with the author's text from ``start`` to ``end``."""

    start: int
    end: int
    code: str
    message: Text
    hint: Text | None = None


@dataclass(frozen=True)
class Origin:
    """Where a condition stands: its source, and how offsets in it become positions there."""

    source: Source
    locate: Callable[[int, int], Span]

    def problem(self, mistake: Mistake) -> Problem:
        span = self.locate(mistake.start, max(1, mistake.end - mistake.start))
        return problem_at(self.source, span, mistake.code, mistake.message, mistake.hint)


def typed_text(text: str, name: str = "") -> Origin:
    """A text of its own, e.g. typed into a page."""
    source = Source(name, text)
    return Origin(source, lambda start, length: Span(*source.position(start), length))


def value_in(document: Document, path: Path) -> Origin:
    """A text value of a YAML document."""
    return Origin(document.source, lambda start, length: document.span_within(path, start, length))
