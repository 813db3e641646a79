"""The little area at the foot of a KPI card (趋势线)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from juxian.web.kit.charts.drawing import element, joined

WIDTH, HEIGHT, ROOF = 240, 34, 4


def spark(values: Sequence[int]) -> SafeString:
    """Decoration without words of its own; empty for fewer than two values."""
    if len(values) < 2:
        return SafeString()
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    room = HEIGHT - 2 * ROOF
    points = " ".join(
        f"{step * at:.1f},{HEIGHT - ROOF - room * (value - low) / span:.1f}"
        for at, value in enumerate(values)
    )
    area = element("polygon", class_="spark-area", points=f"0,{HEIGHT} {points} {WIDTH},{HEIGHT}")
    line = element("polyline", class_="spark-line", points=points)
    return element(
        "svg",
        joined([area, line]),
        class_="spark",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
