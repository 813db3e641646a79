"""Lying bars: a ranking, and the parts of one whole (条形图)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from juxian.web.kit import formats
from juxian.web.kit.charts.drawing import Chart, Mark, canvas, cut_to, element, mark, words_px

ROW, TALL_ROW, BAR = 30, 44, 12
GAP = 8
LABEL_SHARE = 0.4  # of the width; longer labels go above their bars
SHARE_PX = 48
CATEGORIES = 6


def ranking(
    title: str, marks: Sequence[Mark], finding: str, *, width: int = 344, whole: int | None = None
) -> Chart:
    """One bar for each mark in the order given; value and share of ``whole`` (default: their sum) at the end.

    Long labels stand above their bars, short ones beside them.
    """
    most = max((item.value for item in marks), default=0) or 1
    whole = sum(item.value for item in marks) if whole is None else whole
    widest = max((words_px(item.label) for item in marks), default=0.0) + GAP
    above = widest > width * LABEL_SHARE
    row, left = (TALL_ROW, 0.0) if above else (ROW, widest)
    value_px = max((words_px(formats.count(item.value)) for item in marks), default=0.0) + GAP
    room = width - left - value_px - SHARE_PX - GAP
    parts = []
    for at, item in enumerate(marks):
        foot = row * (at + 1)
        label = cut_to(item.label, width if above else left)
        drawn = [
            _hit(row * at, width, row),
            element("text", label, x=0, y=foot - (26 if above else 11)),
            element("rect", class_="f-rest", x=left, y=foot - 21, width=room, height=BAR, rx=3),
            element(
                "rect", class_="f-c1", x=left, y=foot - 21, width=room * item.value / most, height=BAR, rx=3
            ),
            *_numbers(item, whole, width, foot - 11),
        ]
        parts.append(mark(_words(item, whole), drawn, item.href))
    linked = any(item.href for item in marks)
    drawing = canvas(width, max(row, row * len(marks)), parts, finding=finding, linked=linked)
    return _chart(title, drawing, marks, whole, finding)


def stacked(title: str, marks: Sequence[Mark], finding: str, *, width: int = 344) -> Chart:
    """The parts of one whole as one bar over its legend; at most six parts, in the order given."""
    if len(marks) > CATEGORIES:
        raise ValueError(f"a stacked bar shows at most {CATEGORIES} parts, not {len(marks)}")
    whole = sum(item.value for item in marks)
    parts, x = [], 0.0
    for at, item in enumerate(marks):
        size, y = width * item.value / (whole or 1), 34 + 28 * at
        drawn = [
            _hit(y - 4, width, 28),
            element("rect", class_=f"f-s{at}", x=x, y=0, width=max(0.0, size - 2), height=16, rx=2),
            element("rect", class_=f"f-s{at}", x=0, y=y + 5, width=10, height=10, rx=2),
            element("text", cut_to(item.label, width - 130), x=18, y=y + 14),
            *_numbers(item, whole, width, y + 14),
        ]
        parts.append(mark(_words(item, whole), drawn, item.href))
        x += size
    linked = any(item.href for item in marks)
    drawing = canvas(width, 34 + 28 * len(marks), parts, finding=finding, linked=linked)
    return _chart(title, drawing, marks, whole, finding)


def _chart(title: str, drawing: SafeString, marks: Sequence[Mark], whole: int, finding: str) -> Chart:
    rows = [[item.label, formats.count(item.value), formats.rate(item.value, whole)] for item in marks]
    return Chart(title, drawing, [title, _("人数"), _("占比")], rows, finding)


def _hit(y: float, width: int, height: int) -> SafeString:
    """An unseen area, so that the whole row can be touched."""
    return element("rect", x=0, y=y, width=width, height=height, fill="none", pointer_events="all")


def _numbers(item: Mark, whole: int, width: int, y: float) -> list[SafeString]:
    value, share = formats.count(item.value), formats.rate(item.value, whole)
    return [
        element("text", value, class_="value", x=width - SHARE_PX, y=y, text_anchor="end"),
        element("text", share, class_="axis", x=width, y=y, text_anchor="end"),
    ]


def _words(item: Mark, whole: int) -> str:
    return _("%(label)s：%(value)s 人，占 %(share)s") % {
        "label": item.label,
        "value": formats.count(item.value),
        "share": formats.rate(item.value, whole),
    }
