"""Ages of women and men, back to back (年龄金字塔)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from juxian.web.kit import formats
from juxian.web.kit.charts.drawing import Chart, canvas, element, mark

ROW, BAR, MIDDLE = 26, 16, 56


@dataclass(frozen=True, slots=True)
class Band:
    """One range of ages; left women, right men."""

    label: str
    left: int
    right: int


def pyramid(title: str, bands: Sequence[Band], finding: str, *, width: int = 344) -> Chart:
    """Bands from the top down in the order given."""
    most = max((max(band.left, band.right) for band in bands), default=0) or 1
    room = (width - MIDDLE) / 2 - 34
    left, right = (width - MIDDLE) / 2, (width + MIDDLE) / 2
    parts = [
        element("text", _("女"), class_="axis", x=left, y=12, text_anchor="end"),
        element("text", _("男"), class_="axis", x=right, y=12),
    ]
    for at, band in enumerate(bands):
        y = 20 + ROW * at
        women, men = room * band.left / most, room * band.right / most
        drawn = [
            element("rect", class_="f-s5", x=left - women, y=y, width=women, height=BAR, rx=3),
            element("rect", class_="f-s0", x=right, y=y, width=men, height=BAR, rx=3),
            element("text", band.label, class_="axis", x=width / 2, y=y + 12, text_anchor="middle"),
            element("text", formats.count(band.left), x=left - women - 6, y=y + 12, text_anchor="end"),
            element("text", formats.count(band.right), x=right + men + 6, y=y + 12),
        ]
        parts.append(mark(_words(band), drawn))
    drawing = canvas(width, 20 + ROW * len(bands), parts, finding=finding, linked=False)
    rows = [[band.label, formats.count(band.left), formats.count(band.right)] for band in bands]
    return Chart(title, drawing, [_("年龄"), _("女"), _("男")], rows, finding)


def _words(band: Band) -> str:
    return _("%(label)s 岁：女 %(women)s 人，男 %(men)s 人") % {
        "label": band.label,
        "women": formats.count(band.left),
        "men": formats.count(band.right),
    }
