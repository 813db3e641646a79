"""Values in the rule language (条件、金额、期限、日期字段)."""

from __future__ import annotations

import re
from calendar import monthrange

from juxian.core.facts.schema import Kind
from juxian.core.policy.conditional import ConditionalFields
from juxian.core.policy.language import Amount, read_amount
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import Name
from juxian.core.policy.nodes import Number
from juxian.core.positioned import Path
from juxian.core.text import Text

_WORD = re.compile(r"[^\W\d][\w·]*")
_DURATION = re.compile(r"([1-9][0-9]{0,2}) *(年|个月|月|years?|months?)")


def is_day(month: int, day: int) -> bool:
    """Whether some year has this day; 2-29 is one."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


class Values(ConditionalFields):
    def may_name(self, word: str) -> bool:
        """Whether something new of a version may be called so in conditions."""
        return bool(_WORD.fullmatch(word) and not self.names.find(word) and word not in self.names.lists)

    def amount(self, path: Path) -> Amount | None:
        value = self.get(path)
        if value is None:
            return None
        text = self.text(path)
        if not text:
            return None
        amount, problems = read_amount(text, self.names, value_in(self.document, path))
        self.problems += problems
        return amount

    def fixed_amount(self, path: Path) -> int | None:
        amount = self.amount(path)
        if amount is None:
            return None
        if not isinstance(amount.term, Number) or amount.term.value < 0:
            self.wrong(
                path,
                "P306",
                Text("这里需要固定金额", "a fixed amount is needed here"),
                Text("如 60万元", "such as 60万元"),
            )
            return None
        return amount.term.value

    def months(self, path: Path) -> int:
        value = self.text(path)
        if found := _DURATION.fullmatch(value):
            return int(found[1]) * (12 if found[2].startswith(("年", "y")) else 1)
        if value:
            self.wrong(
                path,
                "P307",
                Text("这里需要期限", "a duration is needed here"),
                Text("如 5年、36个月", "such as 5年, 36个月"),
            )
        return 0

    def date_field(self, path: Path) -> str:
        word = self.text(path)
        if not word:
            return ""
        name: Name | None = self.names.find(word)
        if name is not None and name.type.kind is Kind.DATE:
            return name.name
        dates = [item.title.zh for item in self.names.names if item.type.kind is Kind.DATE]
        self.wrong(
            path, "P312", Text(f"“{word}”不是日期字段", f"{word} is not a date field"),
            Text("可写：" + "、".join(dates), "write one of " + ", ".join(dates)),
        )  # fmt: skip
        return ""
