"""Charts: what is drawn, and what it says to those who cannot see it."""

import re

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from juxian.web.kit.charts import Band, Mark, histogram, months, pyramid, ranking, spark, stacked
from juxian.web.kit.charts.drawing import MOST_GRID_LINES, axis, cut_to, words_px

MARKS = [Mark("硕士", 95), Mark("本科", 117)]
YEAR = [3, 0, 5, 1, None, None, None, None, None, None, None, None]
BEFORE = [1] * 12


def every_chart(marks=tuple(MARKS)):
    return [
        ranking("学历", marks, "本科最多"),
        stacked("学历", marks, "本科最多"),
        histogram("学历", marks, "本科最多"),
        months("月度", 2022, YEAR, BEFORE, "本科最多"),
        pyramid("年龄", [Band("31–40", 3, 4)], "本科最多"),
    ]


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.title)
def test_a_chart_is_a_picture_that_says_its_finding(chart):
    for drawing in drawings(chart):
        assert drawing.get("role") == "img"
        assert drawing.get("aria-label") == "本科最多"
        assert drawing.findall(".//title")


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.title)
def test_colours_are_classes(chart):
    assert re.findall(r"style=|#[0-9a-f]{3,6}|rgb", chart.drawing) == []


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.title)
def test_the_figures_stand_in_a_table_too(chart):
    assert all(len(row) == len(chart.heads) for row in chart.rows)


def test_months_to_come_stand_at_last_years_height():
    chart = months("月度", 2022, YEAR, BEFORE, "三月最多")

    wide, narrow = drawings(chart)
    assert len(wide.findall(".//rect[@class='f-ghost']")) == 8
    assert len(narrow.findall(".//rect[@class='f-c1']")) == 4


def test_marks_with_an_address_are_links_and_the_chart_a_group():
    chart = ranking("学历", [Mark("硕士", 95, "/board/persons/?degree=master&on=today")], "硕士最多")

    (drawing,) = drawings(chart)
    assert drawing.get("role") == "group"
    assert drawing.find("a").get("href") == "/board/persons/?degree=master&on=today"
    assert drawing.find("a").get("aria-label") == "硕士：95 人，占 100.0%"


def test_words_are_escaped():
    chart = ranking("学历", [Mark("<script>", 1)], '"')

    assert "<script>" not in chart.drawing


def test_a_stacked_bar_refuses_more_parts_than_colours():
    with pytest.raises(ValueError, match="at most 6 parts"):
        stacked("学历", [Mark(str(n), n) for n in range(7)], "太多")


@pytest.mark.parametrize("marks", [(), (Mark("硕士", 0),)])
def test_nothing_to_show_is_drawn_without_fault(marks):
    assert all(drawings(chart) for chart in every_chart(marks))


def test_a_trend_needs_two_values():
    assert spark([4]) == ""
    assert "polyline" in spark([4, 4])


@given(st.integers(0, 10**9))
def test_grid_lines_reach_over_the_greatest_value_and_are_few(most):
    lines = axis(most)

    assert lines[0] == 0
    assert lines[-1] >= most
    assert len(lines) <= MOST_GRID_LINES


@given(st.text(max_size=40), st.integers(12, 400))
def test_cut_words_fit(words, width):
    assert words_px(cut_to(words, width)) <= max(width, 12)


def drawings(chart):
    """The ``<svg>`` elements of a chart."""
    return list(ElementTree.fromstring(f"<div>{chart.drawing}</div>"))
