"""Where the states of a service stand in a drawing (流程图布局)."""

from __future__ import annotations

from itertools import combinations

import pytest

from juxian.core.services.diagram import BOX_WIDTH, Box, layout
from tests.core.services.place import example, read

NAMES = ["settlement-claim", "talent-card"]


@pytest.mark.parametrize("name", NAMES)
def test_every_state_that_an_action_leads_to_stands_in_the_drawing(name):
    service = example(name)

    drawing = layout(service)

    led_to = {service.first.id, *(state for step in service.steps.values() for state in step.targets)}
    assert {box.id for box in drawing.boxes} == led_to
    ways = {(step.id, target) for step in service.steps.values() for target in step.targets}
    assert {(arrow.start, arrow.end) for arrow in drawing.arrows} == ways


@pytest.mark.parametrize("name", NAMES)
def test_boxes_do_not_touch_and_stay_inside(name):
    drawing = layout(example(name))

    assert [pair for pair in combinations(drawing.boxes, 2) if overlap(*pair)] == []
    assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + box.height <= drawing.height for box in drawing.boxes)
    assert all(
        0 <= x <= drawing.width and 0 <= y <= drawing.height
        for arrow in drawing.arrows
        for x, y in arrow.points
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_arrow_runs_through_a_box(name):
    drawing = layout(example(name))

    for arrow in drawing.arrows:
        for (x1, y1), (x2, y2) in zip(arrow.points[1:-1], arrow.points[2:-1], strict=False):
            for box in drawing.boxes:
                inside = box.x < min(x1, x2) <= max(x1, x2) < box.x + box.width
                assert not (inside and min(y1, y2) < box.y + box.height and max(y1, y2) > box.y), (arrow, box)


def test_layers_follow_the_longest_way_and_parallel_branches_are_named():
    boxes = {box.id: box for box in layout(example("settlement-claim")).boxes}

    assert [boxes[state].layer for state in ("apply", "endorse", "checks", "decide", "conference", "notice", "objection", "granted")] == list(range(8))  # fmt: skip
    assert [title.zh for title in boxes["checks"].inside] == ["人社审核", "财政审核", "住建审核"]
    assert boxes["granted"].kind == "end"


def test_a_way_back_goes_around_the_boxes():
    text = """\
service: ring
title: {zh: 环, en: Ring}
audience: [person]
steps:
  apply: {kind: apply, title: {zh: 申请, en: Apply}, who: {role: person}, goes: {submit: check}}
  check:
    kind: check
    title: {zh: 审核, en: Check}
    who: {role: office}
    goes: {pass: done, again: {to: apply, title: {zh: 重填, en: Fill in again}}}
ends:
  done: {title: {zh: 办结, en: Done}, result: closed, letter: done}
letters:
  done: {subject: {zh: 办结, en: Done}, body: {zh: 办结, en: Done}}
"""
    service, problems = read(text)
    assert problems == []

    drawing = layout(service)

    back = [arrow for arrow in drawing.arrows if arrow.back]
    assert [(arrow.start, arrow.end, arrow.titles[0].en) for arrow in back] == [
        ("check", "apply", "Fill in again")
    ]
    assert all(x >= BOX_WIDTH for x, _ in back[0].points)
    assert layout(service) == drawing


def overlap(one: Box, other: Box) -> bool:
    apart = (
        one.x + one.width <= other.x or other.x + other.width <= one.x
        or one.y + one.height <= other.y or other.y + other.height <= one.y
    )  # fmt: skip
    return not apart
