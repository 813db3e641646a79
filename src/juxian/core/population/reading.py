"""Reading ``population.yaml`` with every mistake told at its place (逐项检查、定位报错).

G101 wrong shape · G102 unknown key · G103 missing key · G104 id of a cohort · G105 cohort named in ``of`` ·
G106 number out of bounds · G107 value not accepted · G108 unknown kind or field · G109 employers ·
G110 range · G111 date · G112 way of drawing · G113 key that does not go with ``of`` · G114 counts that do not add up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from juxian.core.facts.schema import Kind, Schema, ValueType
from juxian.core.facts.values import Refusal, parse_day, parse_value
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem
from juxian.core.text import Text

Shape = TypeVar("Shape", dict[str, Any], list[Any], str, int)

_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SHAPES = {
    dict: Text("对照（键: 值）", "a mapping (key: value)"),
    list: Text("列表", "a list"),
    str: Text("文字", "text"),
    int: Text("整数", "a whole number"),
}


class OrganisationLike(Protocol):
    """What a recipe needs to know of an organisation of the pack; employers have an ``employer_kind``."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def employer_kind(self) -> str: ...


@dataclass
class Reader:
    """One pass over a document; what is wrong is collected in ``problems``, nothing is raised.

    Every method takes the path of a part; a part that is wrong gives None, so that reading goes on.
    """

    document: Document
    schema: Schema
    organisations: Sequence[OrganisationLike]
    as_of: date | None = None
    problems: list[Problem] = field(default_factory=list)

    def tell(
        self, path: Path, code: str, message: Text, hint: Text | None = None, *, key: bool = False
    ) -> None:
        self.problems.append(self.document.problem(path, code, message, hint, key=key))

    def told(self) -> list[Problem]:
        """All problems in the order of the text."""
        return sorted(
            self.problems, key=lambda told: (told.span.line, told.span.column) if told.span else (0, 0)
        )

    def shaped(self, path: Path, shape: type[Shape]) -> Shape | None:
        found = self.document.at(path)
        if isinstance(found, shape) and not isinstance(found, bool):
            return found
        wanted = _SHAPES[shape]
        self.tell(path, "G101", Text(f"此处应为{wanted.zh}", f"{wanted.en} is expected here"))
        return None

    def mapping(self, path: Path, known: Collection[str], required: Collection[str] = ()) -> dict[str, Any]:
        """The known keys of the mapping at ``path``; unknown and missing keys are told."""
        found = self.shaped(path, dict)
        if found is None:
            return {}
        for key in found:
            if key not in known:
                message = Text(f"不认识的键“{key}”", f"unknown key “{key}”")
                self.tell((*path, key), "G102", message, one_of(key, known), key=True)
        for key in required:
            if found.get(key) is None:
                hint = Text(f"补上“{key}: …”", f"add “{key}: …”")
                self.tell(path, "G103", Text(f"缺少“{key}”", f"“{key}” is missing"), hint)
        return {key: value for key, value in found.items() if key in known and value is not None}

    def number(self, path: Path, low: int, high: int) -> int | None:
        found = self.shaped(path, int)
        if found is None or low <= found <= high:
            return found
        message = Text(f"{found} 不在 {low} 至 {high} 之间", f"{found} is not between {low} and {high}")
        self.tell(path, "G106", message)
        return None

    def code(self, path: Path) -> str | None:
        found = self.shaped(path, str)
        if found is None or _CODE.fullmatch(found):
            return found
        hint = Text(
            "用小写字母、数字和连字符，如 introduced-masters", "use lower-case letters, digits and hyphens"
        )
        self.tell(path, "G104", Text(f"“{found}”不是代码", f"“{found}” is not a code"), hint)
        return None

    def value(self, path: Path, raw: object, type_: ValueType) -> Any:
        """The canonical form of ``raw``, which stands at ``path``; None when it is refused."""
        if type_.kind is Kind.LEVELS and raw in ("none", []):
            return []
        found = parse_value(raw, type_, self.schema)
        if isinstance(found, Refusal):
            self.tell(path, "G107", found.reason, self._levels_hint(type_))
            return None
        if type_.kind is Kind.ORGANISATION and found not in {entry.code for entry in self.organisations}:
            self.no_organisation(path, found)
            return None
        return found

    def no_organisation(self, path: Path, code: object) -> None:
        message = Text(f"没有代码为“{code}”的机构", f"there is no organisation with the code “{code}”")
        self.tell(path, "G109", message, one_of(str(code), [entry.code for entry in self.organisations]))

    def day(self, path: Path, raw: str) -> date | None:
        found = parse_day(raw)
        if isinstance(found, Refusal):
            self.tell(path, "G111", found.reason)
            return None
        return found

    def number_range(self, path: Path, low: int, high: int) -> tuple[int, int] | None:
        """``25..38`` or one number, both ends inclusive and within bounds."""
        raw = str(self.document.at(path))
        first, _, last = raw.partition("..")
        ends = [part.strip() for part in (first, last or first)]
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in ends):
            hint = Text("写如 25..38", "write e.g. 25..38")
            self.tell(path, "G110", Text(f"“{raw}”不是数字范围", f"“{raw}” is not a range of numbers"), hint)
            return None
        start, end = int(ends[0]), int(ends[1])
        if low <= start <= end <= high:
            return start, end
        message = Text(
            f"范围“{raw}”应从小到大，并在 {low} 至 {high} 之间",
            f"the range “{raw}” must rise and lie between {low} and {high}",
        )
        self.tell(path, "G110", message)
        return None

    def day_range(self, path: Path) -> tuple[date, date] | None:
        """``2016-01-01..2022-11-30`` or one day, both ends inclusive."""
        raw = self.shaped(path, str)
        if raw is None:
            return None
        first, _, last = raw.partition("..")
        start = self.day(path, first.strip())
        end = self.day(path, last.strip()) if last else start
        if start and end and start > end:
            self.tell(path, "G110", Text(f"“{raw}”的起日晚于止日", f"“{raw}” ends before it begins"))
            return None
        if start and self.as_of and start > self.as_of:
            message = Text(
                f"“{raw}”晚于数据截至日 {self.as_of}", f"“{raw}” lies after the pack's last day, {self.as_of}"
            )
            self.tell(path, "G111", message)
            return None
        return (start, end) if start and end else None

    def per_cent_by_word(self, path: Path, words: Collection[str]) -> dict[str, int]:
        found = {word: self.number((*path, word), 0, 100) for word in self.mapping(path, words)}
        return {word: share for word, share in found.items() if share is not None}

    def _levels_hint(self, type_: ValueType) -> Text | None:
        if not type_.scale:
            return None
        levels = list(self.schema.scale_of(type_).levels.values())[:12]
        zh = "、".join(f"{level.code}（{level.title.zh}）" for level in levels)
        en = ", ".join(f"{level.code} ({level.title.in_language('en')})" for level in levels)
        return Text(f"可写：{zh}", f"write one of: {en}")


def one_of(word: str, words: Collection[str]) -> Text:
    """A hint that names the nearest of ``words``, else all of them (at most 20)."""
    near = get_close_matches(word, list(words), n=3, cutoff=0.6) or sorted(words)[:20]
    return Text(f"可写：{'、'.join(near)}", f"write one of: {', '.join(near)}")
