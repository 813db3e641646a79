"""Reading the parts that every piece of a service is made of: conditions, periods, types (逐项读取).

S101 wrong shape · S102 unknown key · S103 missing key · S104 not one of the choices · S107 number out of range ·
S108 not a code · S109 not a type · S110 not an hour · S111 written twice. Problems of a condition carry the codes of
the rule language (P…).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time

from juxian.core.facts.schema import Kind, Schema, ValueType
from juxian.core.policy import Names
from juxian.core.policy.conditional import ConditionalFields
from juxian.core.policy.names import close_words
from juxian.core.positioned import Document, Path
from juxian.core.source import Severity
from juxian.core.text import Text
from juxian.core.workdays import Period, Unit
from juxian.core.workdays.calendar import DAYS_LIMIT

_TYPE = re.compile(r"([a-z]+)(?:\(([a-z0-9_-]+)\))?")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_PLAIN_KINDS = ("text", "integer", "money", "months", "date", "boolean", "organisation")
_SCALE_KINDS = ("level", "levels")
PERIOD_KEYS = ("days", "unit", "counts_first_day", "rolls")


class PartReader(ConditionalFields):
    """Typed access to the parts of a service; ``names`` are the words of its conditions."""

    def __init__(self, document: Document, schema: Schema) -> None:
        super().__init__(document, Names((), schema))
        self.schema = schema

    def wrong(
        self,
        path: Path,
        code: str,
        message: Text,
        hint: Text | None = None,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        own = f"S1{code[2:]}" if code.startswith("P3") else code  # the reader below speaks for policies
        super().wrong(path, own, message, hint, key=key, severity=severity)

    def has(self, path: Path) -> bool:
        return self.get(path) is not None

    def wording(self, path: Path) -> Text:
        """A title; empty when there is none."""
        return self.title(path) or Text("")

    def both_languages(self, path: Path) -> Text:
        """A text for people that has to be there in Chinese and English."""
        found = self.wording(path)
        if found.zh and not found.en:
            hint = Text("写成 {zh: …, en: …}", "write {zh: …, en: …}")
            self.wrong(path, "S112", Text("缺少英文", "the English wording is missing"), hint)
        return found

    def known(self, path: Path, word: str, words: Iterable[str], code: str, what: Text) -> bool:
        """Whether ``word`` is one of ``words``; if not it is told, with the nearest of them. ``what``: 环节, step …"""
        choices = list(words)
        if word in choices:
            return True
        near = close_words(word, choices) or choices[:12]
        hint = Text("可写：" + "、".join(near), "write one of " + ", ".join(near)) if near else None
        message = Text(f"没有名为“{word}”的{what.zh}", f"there is no {what.en} “{word}”")
        self.wrong(path, code, message, hint)
        return False

    def texts(self, path: Path) -> tuple[str, ...]:
        """A list of texts, which may be empty, or one text; empty when absent."""
        value = self.get(path)
        if value is None or value == []:
            return ()
        if not isinstance(value, list):
            return (self.text(path),)
        return tuple(self.text(item) for item in self.items(path))

    def entries(self, path: Path) -> list[tuple[str, Path]]:
        """Key and place of each entry of a mapping; keys must be codes. Empty when absent."""
        value = self.get(path)
        if value is None:
            return []
        if not isinstance(value, dict):
            self.mapping(path, ())
            return []
        for key in value:
            if not _CODE.fullmatch(key):
                hint = Text("用小写字母、数字和连字符", "use lower-case letters, digits and hyphens")
                message = Text(f"“{key}”不是代码", f"“{key}” is not a code")
                self.wrong((*path, key), "S108", message, hint, key=True)
        return [(key, (*path, key)) for key in value]

    def type(self, path: Path) -> ValueType | None:
        """``text``, ``money``, ``level(degree)`` …"""
        text = self.text(path)
        if not text:
            return None
        found = _TYPE.fullmatch(text)
        kind, scale = found.groups() if found else ("", None)
        if kind in _PLAIN_KINDS and scale is None:
            return ValueType(Kind(kind))
        if kind in _SCALE_KINDS and scale is not None:
            what = Text("代码表", "scale")
            return (
                ValueType(Kind(kind), scale)
                if self.known(path, scale, self.schema.scales, "S109", what)
                else None
            )
        words = [*_PLAIN_KINDS, *(f"{word}(…)" for word in _SCALE_KINDS)]
        hint = Text("可写：" + "、".join(words), "write one of " + ", ".join(words))
        self.wrong(path, "S109", Text(f"“{text}”不是字段类型", f"“{text}” is not a type of field"), hint)
        return None

    def period(self, path: Path, more: Iterable[str] = ()) -> Period | None:
        """``5`` (working days), or a mapping with ``days``, ``unit`` …; ``more``: further keys of the mapping."""
        if not isinstance(self.get(path), dict):
            days = self.integer(path, 1, DAYS_LIMIT)
            return Period(days) if days else None
        if not self.mapping(path, (*PERIOD_KEYS, *more), ("days",)):
            return None
        days = self.integer((*path, "days"), 1, DAYS_LIMIT)
        unit = self.choice((*path, "unit"), list(Unit), Unit.WORKING)
        first, rolls = self.flag((*path, "counts_first_day")), self.flag((*path, "rolls"))
        return Period(days, Unit(unit), first, rolls) if days else None

    def hour(self, path: Path) -> time | None:
        """``17:30``."""
        text = self.text(path)
        if not text:
            return None
        found = _HOUR.fullmatch(text)
        if found:
            return time(int(found[1]), int(found[2]))
        hint = Text("写成 17:30", "write 17:30")
        self.wrong(path, "S110", Text(f"“{text}”不是钟点", f"“{text}” is not an hour"), hint)
        return None


_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
