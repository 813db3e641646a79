"""A careful reader over one YAML file: every part has a place, every mistake is told there (逐项读取与检查).

K101 wrong shape · K102 unknown key · K103 missing key · K104 not one of the words · K105 not a code · K106 not a date ·
K107 number · K108 empty text · K109 twice the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar

from juxian.core.facts.values import Refusal, parse_day
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem
from juxian.core.text import Text

Item = TypeVar("Item")
_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SHOWN_WORDS = 12


@dataclass(frozen=True)
class Part:
    """One part of a document. Reading a part that is absent gives an empty value; ``keys`` tells what must be there.

    problems: shared by all parts of a check; nothing is raised.
    """

    document: Document
    path: Path
    problems: list[Problem]
    value: Any

    @classmethod
    def whole(cls, document: Document, problems: list[Problem]) -> Part:
        return cls(document, (), problems, document.data)

    def refuse(
        self,
        code: str,
        zh: str,
        en: str,
        hint: Text | None = None,
        *,
        key: bool = False,
    ) -> None:
        """Tell a problem at this part (at its key with ``key``)."""
        self.problems.append(self.document.problem(self.path, code, Text(zh, en), hint, key=key))

    @property
    def present(self) -> bool:
        return self.value is not None

    def get(self, key: str | int) -> Part:
        """The part below; an absent one when there is none."""
        value = self.value
        if isinstance(value, dict):
            found = value.get(key)
        else:
            found = value[key] if isinstance(value, list) and isinstance(key, int) else None
        return Part(self.document, (*self.path, key), self.problems, found)

    def keys(self, required: Collection[str], optional: Collection[str] = ()) -> bool:
        """Tell unknown and missing keys; False when this is no mapping at all."""
        if not isinstance(self.value, dict):
            self.refuse(
                "K101",
                "此处应为对照（键: 值）",
                "a mapping (key: value) is expected here",
            )
            return False
        allowed = [*required, *optional]
        for key in self.value:
            if key not in allowed:
                self.get(key).refuse(
                    "K102",
                    f"不认识的键“{key}”",
                    f"unknown key “{key}”",
                    one_of(key, allowed),
                    key=True,
                )
        for key in required:
            if self.value.get(key) is None:
                hint = Text(f"补上“{key}: …”", f"add “{key}: …”")
                self.refuse("K103", f"缺少“{key}”", f"“{key}” is missing", hint)
        return True

    def items(self) -> list[Part]:
        """The parts of a list; none when absent."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.refuse("K101", "此处应为列表", "a list is expected here")
            return []
        return [self.get(index) for index in range(len(self.value))]

    def entries(self) -> Iterator[tuple[str, Part]]:
        """Key and part of each entry of a mapping; none when absent."""
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            self.refuse(
                "K101",
                "此处应为对照（键: 值）",
                "a mapping (key: value) is expected here",
            )
            return
        for key in self.value:
            yield key, self.get(key)

    def text(self, default: str = "") -> str:
        """One text; a whole number is read as text too (批次: 1)."""
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, str | int):
            self.refuse("K101", "此处应为文字", "text is expected here")
            return default
        found = str(self.value).strip()
        if not found:
            self.refuse("K108", "文字为空", "the text is empty")
        return found

    def title(self) -> Text:
        """``{zh: …, en: …}``; Chinese is required. Empty when absent."""
        if self.value is None:
            return Text("")
        if isinstance(self.value, str):
            return Text(self.text())
        if not self.keys(("zh",), ("en",)):
            return Text("")
        return Text(self.get("zh").text(), self.get("en").text())

    def words(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(word for item in self.items() if (word := item.text()))

    def boolean(self, default: bool = False) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.refuse(
                "K101",
                f"应为 true 或 false，不是“{self.value}”",
                f"true or false is expected, not “{self.value}”",
            )
            return default
        return self.value

    def integer(self, low: int, high: int) -> int | None:
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse(
                "K107",
                f"“{self.value}”不是整数",
                f"“{self.value}” is not a whole number",
            )
            return None
        if not low <= self.value <= high:
            self.refuse(
                "K107",
                f"{self.value} 不在 {low} 至 {high} 之间",
                f"{self.value} is not between {low} and {high}",
            )
            return None
        return self.value

    def day(self) -> date | None:
        if self.value is None:
            return None
        found = parse_day(str(self.value))
        if isinstance(found, Refusal):
            self.refuse("K106", found.reason.zh, found.reason.in_language("en"))
            return None
        return found

    def one_of(self, words: Collection[str], default: str = "") -> str:
        """One word of a closed list."""
        found = self.text(default)
        if found and found not in words:
            self.refuse(
                "K104",
                f"“{found}”不可用于此处",
                f"“{found}” is not allowed here",
                one_of(found, words),
            )
            return default
        return found

    def code(self) -> str:
        """A code: lower-case letters and digits in words joined by hyphens or underscores."""
        return self.matching(
            _CODE,
            "小写字母、数字和连字符，如 first-hospital",
            "lower-case letters, digits and hyphens, e.g. first-hospital",
        )

    def matching(self, pattern: re.Pattern[str], zh: str, en: str) -> str:
        found = self.text()
        if found and not pattern.fullmatch(found):
            hint = Text(f"应为{zh}", f"write {en}")
            self.refuse(
                "K105",
                f"“{found}”的写法不对",
                f"“{found}” is not written rightly",
                hint,
            )
            return ""
        return found


def unique(parts: Sequence[tuple[Part, Item]], name: Callable[[Item], str]) -> dict[str, Item]:
    """The items by name; a name that comes twice is told at its second place."""
    found: dict[str, Item] = {}
    for part, item in parts:
        if name(item) in found:
            part.refuse("K109", f"“{name(item)}”出现两次", f"“{name(item)}” is written twice")
        else:
            found[name(item)] = item
    return found


def one_of(word: str, allowed: Collection[str]) -> Text | None:
    """A hint that names the nearest allowed word, else the first of them; None when nothing is allowed."""
    if not allowed:
        return None
    near = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    if near:
        return Text(f"是否指“{near[0]}”？", f"did you mean “{near[0]}”?")
    shown = list(allowed)[:_SHOWN_WORDS]
    more_zh, more_en = (" 等", ", …") if len(allowed) > _SHOWN_WORDS else ("", "")
    return Text(f"可用：{'、'.join(shown)}{more_zh}", f"allowed: {', '.join(shown)}{more_en}")
