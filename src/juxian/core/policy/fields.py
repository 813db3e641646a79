"""Reading a YAML document field by field; every mistake at its position (逐项读取).

Problems: P301 wrong shape · P302 unknown key · P303 missing key · P304 not one of the choices · P305 no date ·
P306 no amount · P307 number out of range · P308 not a code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from juxian.core.facts.values import Refusal, parse_day
from juxian.core.policy.names import close_words
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, Severity, problem_at
from juxian.core.text import Text

_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Fields:
    """Typed access to the parts of ``document``; what is wrong goes to ``problems`` and reads as None."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def in_order(self) -> list[Problem]:
        """The problems as they stand in the file."""
        places = {id(p): (p.span.line, p.span.column) if p.span else (0, 0) for p in self.problems}
        return sorted(self.problems, key=lambda problem: places[id(problem)])

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
        span = self.document.key_span(path) if key else self.document.span(path)
        self.problems.append(problem_at(self.document.source, span, code, message, hint, severity))

    def get(self, path: Path) -> Any:
        """The raw value at ``path``; None when there is none."""
        found = self.document.data
        for part in path:
            if isinstance(found, dict):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def mapping(self, path: Path, known: Collection[str], required: Sequence[str] = ()) -> bool:
        """Whether ``path`` is a mapping; unknown and missing keys are told."""
        value = self.get(path)
        if not isinstance(value, dict):
            self.wrong(path, "P301", Text("这里需要若干“键: 值”", "“key: value” pairs are needed here"))
            return False
        for key in value:
            if key not in known:
                close = close_words(key, known) or sorted(known)
                self.wrong(
                    (*path, key), "P302", Text(f"没有名为“{key}”的键", f"there is no key “{key}” here"),
                    Text("可用：" + "、".join(close), "known: " + ", ".join(close)), key=True,
                )  # fmt: skip
        for key in required:
            if value.get(key) is None:
                self.missing(path, key)
        return True

    def missing(self, path: Path, key: str) -> None:
        self.wrong(path, "P303", Text(f"缺少“{key}”", f"“{key}” is missing"), key=bool(path))

    def items(self, path: Path) -> list[Path]:
        """Paths of the items of a list that must not be empty."""
        value = self.get(path)
        if not isinstance(value, list) or not value:
            self.wrong(
                path,
                "P301",
                Text("这里需要一个列表", "a list is needed here"),
                Text("每项以“- ”开头", "begin each item with “- ”"),
            )
            return []
        return [(*path, index) for index in range(len(value))]

    def text(self, path: Path, otherwise: str = "") -> str:
        value = self.get(path)
        if value is None:
            return otherwise
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.wrong(path, "P301", Text("这里需要文字", "text is needed here"))
        return otherwise

    def title(self, path: Path) -> Text | None:
        """``{zh, en}`` or one text."""
        value = self.get(path)
        if value is None or isinstance(value, str):
            return Text(value) if value else None
        if not self.mapping(path, ("zh", "en"), ("zh",)):
            return None
        return Text(self.text((*path, "zh")), self.text((*path, "en")))

    def flag(self, path: Path) -> bool:
        value = self.get(path)
        if value is not None and not isinstance(value, bool):
            self.wrong(path, "P301", Text("这里写 true 或 false", "write true or false"))
        return value is True

    def choice(self, path: Path, choices: Sequence[str], otherwise: str = "") -> str:
        value = self.get(path)
        if value is None:
            return otherwise
        if value in choices:
            return str(value)
        self.wrong(
            path, "P304", Text(f"“{value}”不在可选项中", f"“{value}” is not one of the choices"),
            Text("可写：" + "、".join(choices), "write one of " + ", ".join(choices)),
        )  # fmt: skip
        return otherwise

    def day(self, path: Path) -> date | None:
        value = self.get(path)
        if value is None:
            return None
        found = (
            parse_day(value)
            if isinstance(value, str)
            else Refusal(Text("这里需要日期", "a date is needed here"))
        )
        if isinstance(found, Refusal):
            self.wrong(path, "P305", found.reason, Text("写成 2022-01-31", "write 2022-01-31"))
            return None
        return found

    def integer(self, path: Path, low: int, high: int, otherwise: int = 0) -> int:
        value = self.get(path)
        if value is None:
            return otherwise
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.wrong(
            path,
            "P307",
            Text(f"这里需要 {low} 到 {high} 的整数", f"a whole number from {low} to {high} is needed here"),
        )
        return otherwise

    def code(self, path: Path) -> str:
        value = self.text(path)
        if value and not _CODE.fullmatch(value):
            self.wrong(
                path, "P308", Text(f"“{value}”不是代码", f"“{value}” is not a code"),
                Text("用小写字母、数字和连字符，如 settlement-allowance", "use lower-case letters, digits and hyphens, such as settlement-allowance"),
            )  # fmt: skip
        return value
