"""How an amount is paid (发放方式): instalments, shares, days."""

from __future__ import annotations

import re

from juxian.core.policy.document import MONTHS_OF, Pay
from juxian.core.policy.reading.scheduling import SCHEDULE_KEYS, with_schedule
from juxian.core.policy.reading.values import Values, is_day
from juxian.core.positioned import Path
from juxian.core.text import Text

INSTALMENTS_LIMIT = 600


class Payments(Values):
    def pay(self, path: Path) -> Pay:
        if self.get(path) is None or not self.mapping(
            path, ("instalments", "every", "each_if", "ratio", "on", "first", *SCHEDULE_KEYS)
        ):
            return Pay()
        shares = self.shares(path)
        every = self.choice((*path, "every"), list(MONTHS_OF), "year" if len(shares) > 1 else "once")
        days = self.pay_days((*path, "on"))
        first = self.choice((*path, "first"), ("at_once", "on_day"), "on_day")
        if days and self.get((*path, "every")) is not None:
            self.wrong(
                (*path, "every"), "P315", Text("发放日已写在 on", "the days stand at on"), Text("去掉 every", "leave out every"), key=True,
            )  # fmt: skip
        if self.get((*path, "first")) is not None and self.get((*path, "on")) is None:
            self.wrong(
                (*path, "first"), "P315", Text("没有写发放日", "it names no day"), Text("on: 12-31", "on: 12-31"), key=True,
            )  # fmt: skip
        if every == "once" and len(shares) > 1:
            self.wrong(
                (*path, "every"),
                "P315",
                Text("分期发放需要间隔", "several payments need an interval"),
                Text("every: year", "every: year"),
            )
        pay = Pay(shares, every, self.condition((*path, "each_if")), days, first == "at_once")
        return with_schedule(self, path, pay)

    def pay_days(self, path: Path) -> tuple[tuple[int, int], ...]:
        """``12-31``, or a list of such."""
        value = self.get(path)
        if value is None:
            return ()
        found: list[tuple[int, int]] = []
        for item in self.items(path) if isinstance(value, list) else [path]:
            day = _day_of_year(self.text(item))
            if day is None or _in_a_common_year(day) in map(_in_a_common_year, found):
                self.wrong(
                    item, "P315", Text("这里需要每年的月日，各不相同", "a day of each year is needed here, each another"),
                    Text("写成 6-30 或 [6-30, 12-31]", "write 6-30, or [6-30, 12-31]"),
                )  # fmt: skip
            else:
                found.append(day)
        return tuple(sorted(found))

    def shares(self, path: Path) -> tuple[int, ...]:
        count = self.integer((*path, "instalments"), 1, INSTALMENTS_LIMIT)
        if self.get((*path, "ratio")) is None:
            return (1,) * max(1, count)
        shares = tuple(self.integer(item, 1, 10_000, 1) for item in self.items((*path, "ratio")))
        if count and len(shares) != count:
            self.wrong(
                (*path, "ratio"), "P315",
                Text(f"比例有 {len(shares)} 份，期数是 {count}", f"{len(shares)} shares for {count} payments"),
            )  # fmt: skip
        return shares or (1,)


def _in_a_common_year(day: tuple[int, int]) -> tuple[int, int]:
    """29 February stands for the 28th then, so that the two are one day."""
    return (2, 28) if day == (2, 29) else day


def _day_of_year(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    pair = (int(found[1]), int(found[2])) if found else (0, 0)
    return pair if is_day(*pair) else None
