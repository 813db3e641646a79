"""Lying bars: a ranking, and the parts of one whole (条形图)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from juxian.web.kit import formats
from juxian.web.kit.charts.drawing import (
    Chart,
    Mark,
    canvas,
    cut_to,
    element,
    mark,
    words_px,
)

ROW = 30
BAR = 12
CATEGORIES = 6


def ranking(
    title: str, marks: Sequence[Mark], finding: str, *, width: int = 344, whole: int | None = None
) -> Chart:
    """One bar for each mark in the order given; value and share of ``whole`` (default: their sum) at the end."""
    most = max((item.value for item in marks), default=0) or 1
    whole = sum(item.value for item in marks) if whole is None else whole
    label_px = min(width * 0.4, max((words_px(item.label) for item in marks), default=0.0) + 4)
    value_px = max((words_px(formats.count(item.value)) for item in marks), default=0.0) + 10
    share_px = 44
    room = width - label_px - value_px - share_px - 8
    parts = []
    for at, item in enumerate(marks):
        y = ROW * at
        drawn = [
            element(
                "rect",
                x=0,
                y=y,
                width=width,
                height=ROW,
                fill="none",
                pointer_events="all",
            ),
            element("text", cut_to(item.label, label_px), x=0, y=y + 19),
            element(
                "rect",
                class_="f-rest",
                x=label_px + 8,
                y=y + 9,
                width=room,
                height=BAR,
                rx=3,
            ),
            element(
                "rect",
                class_="f-c1",
                x=label_px + 8,
                y=y + 9,
                width=room * item.value / most,
                height=BAR,
                rx=3,
            ),
            element(
                "text",
                formats.count(item.value),
                class_="value",
                x=width - share_px,
                y=y + 19,
                text_anchor="end",
            ),
            element(
                "text",
                formats.rate(item.value, whole),
                class_="axis",
                x=width,
                y=y + 19,
                text_anchor="end",
            ),
        ]
        parts.append(mark(_words(item, whole), drawn, item.href))
    linked = any(item.href for item in marks)
    drawing = canvas(width, max(ROW, ROW * len(marks)), parts, finding=finding, linked=linked)
    return _chart(title, drawing, marks, whole)


def stacked(title: str, marks: Sequence[Mark], finding: str, *, width: int = 344) -> Chart:
    """The parts of one whole as one bar over its legend; at most six parts, in the order given."""
    if len(marks) > CATEGORIES:
        raise ValueError(f"a stacked bar shows at most {CATEGORIES} parts, not {len(marks)}")
    whole = sum(item.value for item in marks)
    parts, x = [], 0.0
    for at, item in enumerate(marks):
        size, y = width * item.value / (whole or 1), 34 + 28 * at
        drawn = [
            element(
                "rect",
                x=0,
                y=y - 4,
                width=width,
                height=28,
                fill="none",
                pointer_events="all",
            ),
            element(
                "rect",
                class_=f"f-s{at}",
                x=x,
                y=0,
                width=max(0.0, size - 2),
                height=16,
                rx=2,
            ),
            element("rect", class_=f"f-s{at}", x=0, y=y + 5, width=10, height=10, rx=2),
            element("text", cut_to(item.label, width - 130), x=18, y=y + 14),
            element(
                "text",
                formats.count(item.value),
                class_="value",
                x=width - 56,
                y=y + 14,
                text_anchor="end",
            ),
            element(
                "text",
                formats.rate(item.value, whole),
                class_="axis",
                x=width,
                y=y + 14,
                text_anchor="end",
            ),
        ]
        parts.append(mark(_words(item, whole), drawn, item.href))
        x += size
    linked = any(item.href for item in marks)
    drawing = canvas(width, 34 + 28 * len(marks), parts, finding=finding, linked=linked)
    return _chart(title, drawing, marks, whole)


def _chart(title: str, drawing: SafeString, marks: Sequence[Mark], whole: int) -> Chart:
    rows = [[item.label, formats.count(item.value), formats.rate(item.value, whole)] for item in marks]
    return Chart(title, drawing, [title, _("人数"), _("占比")], rows)


def _words(item: Mark, whole: int) -> str:
    return _("%(label)s：%(value)s 人，占 %(share)s") % {
        "label": item.label,
        "value": formats.count(item.value),
        "share": formats.rate(item.value, whole),
    }
