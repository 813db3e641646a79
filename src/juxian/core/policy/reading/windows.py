"""When a benefit may be applied for (申报期限)."""

from __future__ import annotations

import re

from juxian.core.policy.nodes import Season, Window
from juxian.core.policy.reading.values import Values, is_day
from juxian.core.positioned import Path
from juxian.core.text import Text

_SEASON = re.compile(r"(\d{1,2})-(\d{1,2}) *\.\. *(\d{1,2})-(\d{1,2})")
_KEYS = ("from", "to", "every", "of", "after", "within", "note")
_HINT = Text("写 from、to，every，或 of 与 within", "write from and to, every, or of and within")


class Windows(Values):
    def window(self, path: Path, delivery: str) -> Window | None:
        if self.get(path) is None or not self.mapping(path, _KEYS):
            return None
        if delivery == "no_application":
            self.wrong(
                path, "P321", Text("免申即享的待遇没有申报期限", "what is given without application has no window"),
                Text("去掉 window，或写 delivery: application", "leave out window, or write delivery: application"), key=True,
            )  # fmt: skip
        opens, closes = self.day((*path, "from")), self.day((*path, "to"))
        field = self.date_field((*path, "of"))
        after, within = self.months((*path, "after")), self.months((*path, "within"))
        found = Window(opens, closes, self.season((*path, "every")), field, after, within or None)
        for wrong, key, message, hint in (
            (
                opens and closes and closes < opens, "to",
                Text("截止日早于开始日", "it closes before it opens"), Text("两天都算在内", "both days count"),
            ),
            (
                within and within < after, "within",
                Text("截止早于开始", "it closes before it opens"), Text("within 不短于 after", "within is not shorter than after"),
            ),
            (
                bool(after or within) and self.get((*path, "of")) is None, "within" if within else "after",
                Text("没有写从哪一天算起", "it does not say from which day"), Text("of: 入职日期", "of: a date field"),
            ),
            (
                self.get((*path, "of")) is not None and not (after or within), "of",
                Text("没有写多少个月", "it does not say how many months"), Text("within: 12个月", "within: 12 months"),
            ),
        ):  # fmt: skip
            if wrong:
                self.wrong((*path, key), "P321", message, hint, key=True)
        if not {"from", "to", "every", "of", "after", "within"} & set(self.get(path)):
            self.wrong(path, "P321", Text("没有写期限", "it names no time"), _HINT)
        return found

    def season(self, path: Path) -> Season | None:
        """``9-1..9-30``."""
        text = self.text(path)
        if not text:
            return None
        found = _SEASON.fullmatch(text)
        numbers = [int(part) for part in found.groups()] if found else []
        pairs = [(numbers[0], numbers[1]), (numbers[2], numbers[3])] if numbers else []
        if not pairs or not all(is_day(*pair) for pair in pairs):
            self.wrong(
                path, "P321", Text("这里需要每年的起止月日", "two days of each year are needed here"),
                Text("写成 9-1..9-30", "write 9-1..9-30"),
            )  # fmt: skip
            return None
        return pairs[0], pairs[1]
