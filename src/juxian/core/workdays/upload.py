"""The notice of a new year as rows: day, kind, name (上传放假安排); checked before anything is taken over.

W101 not three cells · W102 not a day · W103 neither 放假 nor 上班 · W104 not of this year · W105 a day twice ·
W106 a make-up day that is no Saturday or Sunday · W107 a festival is missing (a reminder) · W108 more days are worked
in exchange than were taken off · W109 no rows · W110 a stretch that runs backwards or is too long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from juxian.core.facts.values import Refusal, parse_day
from juxian.core.source import Problem, Severity, Source, Span, errors_in, problem_at
from juxian.core.text import Text
from juxian.core.workdays.calendar import DayKind, SpecialDay, notice_of

_KINDS = {
    "放假": DayKind.HOLIDAY, "holiday": DayKind.HOLIDAY, "休": DayKind.HOLIDAY,
    "上班": DayKind.WORKDAY, "调休上班": DayKind.WORKDAY, "workday": DayKind.WORKDAY, "班": DayKind.WORKDAY,
}  # fmt: skip
_HEADERS = {"日期", "day", "date"}
# the seven festivals of the State Council's rules on festivals and memorial days; 国庆 and 中秋 may share one row
_FESTIVALS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
_CELL = re.compile(r"[^,，\t]+")
_STRETCH = re.compile(r"\.\.|至|~|～")
_STRETCH_LIMIT = 15


@dataclass(frozen=True, slots=True)
class AnnouncedYear:
    """A checked notice, ready for ``Calendar.with_year(year, days)``."""

    year: int
    days: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    day: SpecialDay
    line: int


def read_year(source: Source, year: int) -> tuple[AnnouncedYear | None, list[Problem]]:
    """The notice of ``year``, None when it cannot be accepted, and every problem.

    One row a line, cells parted by commas or tabs: ``2027-01-01, 放假, 元旦`` or a stretch
    ``2027-02-05..2027-02-11, 放假, 春节``; ``2027-02-20, 上班, 春节`` for a make-up day. A row of headers, empty lines and
    lines that begin with ``#`` are skipped.
    """
    reader = _Reader(source, year)
    rows = reader.rows()
    reader.check(rows)
    if errors_in(reader.problems):
        return None, reader.problems
    return AnnouncedYear(
        year, tuple(sorted((row.day for row in rows), key=lambda day: day.day))
    ), reader.problems


class _Reader:
    def __init__(self, source: Source, year: int) -> None:
        self.source = source
        self.year = year
        self.problems: list[Problem] = []

    def wrong(
        self, span: Span, code: str, message: Text, hint: Text | None = None, severity: Severity = "error"
    ) -> None:
        self.problems.append(problem_at(self.source, span, code, message, hint, severity))

    def rows(self) -> list[_Row]:
        found: dict[date, _Row] = {}
        for number in range(1, len(self.source.lines) + 1):
            text = self.source.line(number)
            if not text.strip() or text.lstrip().startswith("#"):
                continue
            for day in self.days(number, text):
                if day.day in found:
                    first = found[day.day].line
                    message = Text(
                        f"{day.day} 已在第 {first} 行写过", f"{day.day} stands in line {first} already"
                    )
                    self.wrong(_whole(number, text), "W105", message)
                else:
                    found[day.day] = _Row(day, number)
        return list(found.values())

    def days(self, number: int, text: str) -> list[SpecialDay]:
        """The days of one line; none when it is wrong or a line of headers."""
        cells = [(match.start() + 1, match.group().strip()) for match in _CELL.finditer(text)]
        if cells[0][1].casefold() in _HEADERS:
            return []
        if len(cells) != 3:
            message = Text("每行应有日期、类别、名称三格", "a row has three cells: day, kind, name")
            hint = Text("如 2027-01-01,放假,元旦", "for instance 2027-01-01,放假,元旦")
            self.wrong(_whole(number, text), "W101", message, hint)
            return []
        (day_column, day_text), (kind_column, kind_text), (_, name) = cells
        kind = _KINDS.get(kind_text.casefold())
        if kind is None:
            message = Text(f"“{kind_text}”不是放假或上班", f"“{kind_text}” is neither 放假 nor 上班")
            hint = Text("写 放假 或 上班", "write 放假 (holiday) or 上班 (workday)")
            self.wrong(Span(number, kind_column, len(kind_text)), "W103", message, hint)
        span = Span(number, day_column, len(day_text))
        days = self.stretch(span, day_text)
        if kind is None:
            return []
        return [SpecialDay(day, kind, Text(name)) for day in days if self.fits(span, day, kind)]

    def stretch(self, span: Span, text: str) -> list[date]:
        """``day`` or ``day..day``."""
        ends: list[date] = []
        for part in _STRETCH.split(text):
            day = parse_day(part)
            if isinstance(day, Refusal):
                self.wrong(span, "W102", day.reason)
                return []
            ends.append(day)
        length = (ends[-1] - ends[0]).days + 1
        if len(ends) > 2 or not 1 <= length <= _STRETCH_LIMIT:
            message = Text(
                f"起止日期应由先到后，不超过 {_STRETCH_LIMIT} 天",
                f"a stretch runs forwards over at most {_STRETCH_LIMIT} days",
            )
            self.wrong(span, "W110", message)
            return []
        return [ends[0] + timedelta(days=step) for step in range(length)]

    def fits(self, span: Span, day: date, kind: DayKind) -> bool:
        if notice_of(day, {self.year}) != self.year:
            message = Text(
                f"{day} 不属于 {self.year} 年的安排", f"{day} is not part of the notice of {self.year}"
            )
            hint = Text(
                "上一年只可写十二月最后一周",
                "of the year before, only the last week of December may be named",
            )
            self.wrong(span, "W104", message, hint)
            return False
        if kind is DayKind.WORKDAY and day.weekday() < 5:
            message = Text(f"{day} 本来就是工作日", f"{day} is a weekday and worked anyway")
            hint = Text("调休上班只写周六、周日", "a make-up day is a Saturday or a Sunday")
            self.wrong(span, "W106", message, hint)
            return False
        return True

    def check(self, rows: Sequence[_Row]) -> None:
        """What can only be seen of the whole notice."""
        start = Span(1, 1)
        if not rows:
            if not self.problems:
                self.wrong(start, "W109", Text("没有任何一天", "there is no day at all"))
            return
        names = "".join(row.day.name.zh for row in rows if row.day.kind is DayKind.HOLIDAY)
        missing = [name for name in _FESTIVALS if name not in names]
        if missing:
            shown = "、".join(missing)
            message = Text(f"没有写到{shown}", f"these festivals are not named: {shown}")
            self.wrong(start, "W107", message, severity="warning")
        worked = sum(row.day.kind is DayKind.WORKDAY for row in rows)
        taken = sum(row.day.kind is DayKind.HOLIDAY and row.day.day.weekday() < 5 for row in rows)
        if worked > taken:
            message = Text(
                f"调休上班 {worked} 天，多于占用的工作日 {taken} 天",
                f"{worked} days are worked in exchange, yet only {taken} weekdays are taken off",
            )
            self.wrong(start, "W108", message)


def _whole(number: int, text: str) -> Span:
    return Span(number, 1, max(1, len(text)))
