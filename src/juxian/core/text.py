"""Words for people in two languages (双语文字)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One piece of wording, Chinese first; ``en`` falls back to ``zh`` where a pack gives none."""

    zh: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """The wording for ``zh``, ``zh-hans``, ``en`` …; anything that is not English reads Chinese."""
        return self.en or self.zh if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh
