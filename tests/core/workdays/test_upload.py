"""The notice of a new year, typed or pasted as rows (上传放假安排)."""

from __future__ import annotations

from datetime import date

from juxian.core.source import Source, errors_in
from juxian.core.workdays import AnnouncedYear, DayKind, SpecialDay, from_chinesecalendar, read_year

NOTICE = """\
日期,类别,名称
# 元旦
2025-01-01,放假,元旦
2025-01-28..2025-02-04,放假,春节
2025-01-26,上班,春节
2025-02-08，上班，春节
2025年4月4日至2025年4月6日,放假,清明
2025-05-01..2025-05-05,放假,劳动节
2025-04-27,上班,劳动节
2025-05-31..2025-06-02,放假,端午
2025-10-01..2025-10-08,放假,国庆节、中秋
2025-09-28\t上班\t国庆节
2025-10-11,调休上班,国庆节
"""


def read(text: str, year: int = 2025) -> tuple[AnnouncedYear | None, list[str]]:
    notice, problems = read_year(Source("放假安排.csv", text), year)
    return notice, [f"{problem.code}@{problem.span.line}:{problem.span.column}" for problem in problems]


def test_the_notice_of_2025_as_published_gives_the_days_of_2025():
    notice, problems = read(NOTICE)

    assert problems == []
    known = {day.day: day.kind for day in from_chinesecalendar([2025]).days.values()}
    assert {day.day: day.kind for day in notice.days} == known


def test_a_new_year_settles_the_end_of_the_year_before():
    calendar = from_chinesecalendar([2024])
    assert not calendar.is_settled(date(2024, 12, 30))
    notice, _ = read(NOTICE)

    later = calendar.with_year(notice.year, notice.days)

    assert later.is_settled(date(2024, 12, 30))
    assert later.settled_until == date(2025, 12, 25)


def test_every_mistake_is_told_at_its_cell():
    text = """\
2025-01-01,放假
2025-13-01,放假,元旦
2025-01-01,休假,元旦
2024-11-01,放假,元旦
2025-01-06,上班,元旦
2025-01-01..2025-02-28,放假,春节
2025-04-06..2025-04-04,放假,清明
2025-05-01,放假,劳动节
2025-05-01,放假,劳动节
"""

    notice, problems = read(text)

    assert notice is None
    assert problems == [
        "W101@1:1", "W102@2:1", "W103@3:12", "W104@4:1", "W106@5:1", "W110@6:1", "W110@7:1", "W105@9:1", "W107@1:1",
    ]  # fmt: skip


def test_an_empty_notice_is_refused():
    assert read("日期,类别,名称\n\n") == (None, ["W109@1:1"])


def test_more_days_worked_than_taken_off_is_a_mistake():
    notice, problems = read(
        "2025-01-01,放假,元旦春节清明劳动端午中秋国庆\n2025-01-04,上班,元旦\n2025-01-05,上班,元旦\n"
    )

    assert notice is None
    assert problems == ["W108@1:1"]


def test_a_missing_festival_is_a_reminder_only():
    source = Source("", "2025-01-01,放假,元旦")

    notice, problems = read_year(source, 2025)

    assert notice == AnnouncedYear(
        2025, (SpecialDay(date(2025, 1, 1), DayKind.HOLIDAY, notice.days[0].name),)
    )
    assert errors_in(problems) == []
    assert problems[0].message.zh == "没有写到春节、清明、劳动、端午、中秋、国庆"


def test_days_of_the_december_before_belong_to_the_notice():
    notice, problems = read("2018-12-29,上班,元旦\n2018-12-30..2019-01-01,放假,元旦", 2019)

    assert [problem for problem in problems if not problem.startswith("W107")] == []
    assert notice.days[0].day == date(2018, 12, 29)
