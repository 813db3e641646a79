"""Upright columns: months of a year against the year before, and ranges such as ages (柱形图)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from juxian.web.kit import formats
from juxian.web.kit.charts.drawing import Chart, Mark, axis, canvas, element, joined, mark

WIDEST_COLUMN = 26
RADIUS = 3
TOP, FLOOR = 12, 26  # room above the columns and for the words under them


def months(
    title: str,
    year: int,
    this_year: Sequence[int | None],
    last_year: Sequence[int],
    finding: str,
    hrefs: Sequence[str] = (),
) -> Chart:
    """Columns for ``year``, a line for the year before.

    this_year: 12 whole numbers, None for months to come. last_year: 12 whole numbers.
    hrefs: 12 addresses or none.
    """
    drawing = joined(
        [
            _months(728, 250, "wide-only", year, this_year, last_year, finding, hrefs),
            _months(336, 190, "narrow", year, this_year, last_year, finding, hrefs),
        ]
    )
    rows = [
        [_month(at), formats.count(this_year[at]), formats.count(last_year[at])]
        for at in range(len(last_year))
    ]
    return Chart(title, drawing, [_("月份"), _year(year), _year(year - 1)], rows, finding)


def histogram(
    title: str, marks: Sequence[Mark], finding: str, *, width: int = 344, height: int = 190
) -> Chart:
    """Columns side by side for ranges in their own order."""
    lines = axis(max((item.value for item in marks), default=0))
    slot = width / max(1, len(marks))
    body, top = height - FLOOR - TOP - 8, lines[-1]
    parts: list[SafeString] = []
    for at, item in enumerate(marks):
        size = body * item.value / top
        middle = slot * (at + 0.5)
        column = min(slot * 0.62, 40.0)
        drawn = [
            element("rect", x=slot * at, width=slot, y=0, height=height, fill="none", pointer_events="all"),
            _column(middle, column, height - FLOOR - size, size, "f-c1"),
            _text(formats.count(item.value), middle, height - FLOOR - size - 6, "value", "middle"),
            _text(item.label, middle, height - 8, "axis", "middle"),
        ]
        parts.append(mark(_words(item), drawn, item.href))
    drawing = canvas(width, height, parts, finding=finding, linked=any(item.href for item in marks))
    return Chart(
        title,
        drawing,
        [title, _("人数")],
        [[item.label, formats.count(item.value)] for item in marks],
        finding,
    )


def _months(
    width: int,
    height: int,
    class_: str,
    year: int,
    this_year: Sequence[int | None],
    last_year: Sequence[int],
    finding: str,
    hrefs: Sequence[str],
) -> SafeString:
    lines = axis(max([*(value or 0 for value in this_year), *last_year]))
    left = 14 + 7 * len(formats.count(lines[-1]))
    slot, body = (width - left) / 12, height - FLOOR - TOP
    floor, top = height - FLOOR, lines[-1]
    parts = [_grid_line(width, left, floor - body * value / top, value) for value in lines]
    for at, value in enumerate(this_year):
        size = body * (last_year[at] if value is None else value) / top
        middle, column = left + slot * (at + 0.5), min(slot * 0.55, WIDEST_COLUMN)
        drawn = [
            element(
                "rect", x=left + slot * at, width=slot, y=TOP, height=body, fill="none", pointer_events="all"
            ),
            _column(middle, column, floor - size, size, "f-ghost" if value is None else "f-c1"),
            _text(_month(at) if width > 400 else str(at + 1), middle, height - 8, "axis", "middle"),
        ]
        parts.append(mark(_month_words(at, year, value, last_year[at]), drawn, hrefs[at] if hrefs else ""))
    points = [(left + slot * (at + 0.5), floor - body * value / top) for at, value in enumerate(last_year)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(element("polyline", class_="l-c2", points=path, pointer_events="none"))
    parts += [element("circle", class_="dot-c2", cx=x, cy=y, r=3, pointer_events="none") for x, y in points]
    return canvas(width, height, parts, finding=finding, linked=bool(hrefs), class_=class_)


def _grid_line(width: int, left: int, y: float, value: int) -> SafeString:
    line = element("line", class_="grid-line", x1=left, x2=width, y1=y, y2=y)
    return joined([line, _text(formats.count(value), left - 10, y + 4, "axis", "end")])


def _column(middle: float, width: float, y: float, height: float, class_: str) -> SafeString:
    radius = min(RADIUS, height / 2)
    return element("rect", class_=class_, x=middle - width / 2, y=y, width=width, height=height, rx=radius)


def _text(words: str, x: float, y: float, class_: str, anchor: str) -> SafeString:
    return element("text", words, class_=class_, x=x, y=y, text_anchor=anchor)


def _words(item: Mark) -> str:
    return _("%(label)s：%(value)s 人") % {"label": item.label, "value": formats.count(item.value)}


def _month(at: int) -> str:
    return _("%(month)s月") % {"month": at + 1}


def _year(year: int) -> str:
    return _("%(year)s 年") % {"year": year}


def _month_words(at: int, year: int, now: int | None, before: int) -> str:
    return _("%(month)s月：%(year)s 年 %(now)s 人，%(last)s 年 %(before)s 人") % {
        "month": at + 1,
        "year": year,
        "now": formats.count(now),
        "last": year - 1,
        "before": formats.count(before),
    }
