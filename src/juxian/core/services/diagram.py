"""Where the states of a service stand in a drawing, layer by layer (流程图布局). Coordinates only; drawn by the pages.

Layers follow the longest way from the first step; ways back are left out of that and drawn beside the boxes. Within a
layer, states stand by the mean place of what leads to them (Sugiyama's barycentre rule). The same service gives the same
drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from juxian.core.services.definition import Service
from juxian.core.services.phrases import action_title
from juxian.core.text import Text

BOX_WIDTH, BOX_HEIGHT = 168, 56  # the units of an SVG
BRANCH_HEIGHT = 22  # of each branch inside a parallel step
LANE_WIDTH = 16  # of the passage of a long arrow through a layer
GAP_X, GAP_Y, MARGIN = 40, 56, 24
_SWEEPS = 6
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A state. ``kind``: of the step, or ``end``. ``inside``: titles of parallel branches."""

    id: str
    title: Text
    kind: str
    layer: int
    x: int
    y: int
    width: int
    height: int
    inside: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two states by one or more actions. ``points``: of a line from box to box; ``back``: against the layers."""

    start: str
    end: str
    titles: tuple[Text, ...]
    points: tuple[Point, ...]
    back: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def layout(service: Service) -> Diagram:
    """The drawing of a checked service. Withdrawal and supplement are not drawn: they would touch every step."""
    ways = _ways(service)
    backward = _backward(service, ways)
    layers = _layers(service, [way for way in ways if way not in backward])
    rows = _with_passages(layers, [way for way in ways if way not in backward])
    _order(rows)
    lefts = _lefts(rows, layers)
    boxes = _boxes(service, rows, layers, lefts)
    arrows = _arrows(ways, backward, _passage_points(rows, boxes, lefts), boxes)
    width = max((x for arrow in arrows for x, _ in arrow.points), default=0)
    width = max(width, *(box.x + box.width for box in boxes.values())) + MARGIN
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    return Diagram(width, height, tuple(boxes.values()), arrows)


Way = tuple[str, str]


def _ways(service: Service) -> dict[Way, tuple[Text, ...]]:
    """(state, state) → titles of the actions that lead there."""
    found: dict[Way, list[Text]] = {}
    for step in service.steps.values():
        for move in step.moves.values():
            for route in move.routes:
                titles = found.setdefault((step.id, route.to), [])
                title = move.title if move.title.zh else action_title(move.action)
                if title not in titles:
                    titles.append(title)
    return {way: tuple(titles) for way, titles in found.items()}


def _backward(service: Service, ways: Mapping[Way, object]) -> set[Way]:
    """Ways that close a ring, found by walking in depth from the first step."""
    ahead: dict[str, list[str]] = {}
    for start, end in ways:
        ahead.setdefault(start, []).append(end)
    found: set[Way] = set()
    done: set[str] = set()
    path: list[str] = []

    def walk(state: str) -> None:
        path.append(state)
        for target in ahead.get(state, ()):
            if target in path:
                found.add((state, target))
            elif target not in done:
                walk(target)
        path.pop()
        done.add(state)

    walk(service.first.id)
    return found


def _layers(service: Service, forward: Sequence[Way]) -> dict[str, int]:
    """State → layer: one below the lowest state that leads to it."""
    layers = {service.first.id: 0}
    for _ in service.steps:
        for start, end in forward:
            if start in layers:
                layers[end] = max(layers.get(end, 0), layers[start] + 1)
    return layers


@dataclass
class _Spot:
    """A place in a layer: a state, or the passage of a long arrow through it. ``above``, ``below``: names of neighbours."""

    name: str
    layer: int
    above: list[str]
    below: list[str]
    place: int = 0


def _with_passages(layers: Mapping[str, int], forward: Sequence[Way]) -> list[list[_Spot]]:
    """The spots of each layer. An arrow over several layers passes through one in each; arrows to one state share it."""
    spots = {state: _Spot(state, layer, [], []) for state, layer in layers.items()}
    for start, end in forward:
        chain = [start, *(_passage(end, layer) for layer in range(layers[start] + 1, layers[end])), end]
        for offset, name in enumerate(chain[1:-1], start=1):
            spots.setdefault(name, _Spot(name, layers[start] + offset, [], []))
        for upper, lower in pairwise(chain):
            spots[upper].below.append(lower)
            spots[lower].above.append(upper)
    rows: list[list[_Spot]] = [[] for _ in range(max(layers.values()) + 1)]
    for spot in spots.values():
        rows[spot.layer].append(spot)
    return rows


def _passage(end: str, layer: int) -> str:
    """Name of the spot through which arrows to ``end`` pass ``layer``; no code of a state holds an @."""
    return f"{end}@{layer}"


def _order(rows: list[list[_Spot]]) -> None:
    """Sort each layer by its neighbours, down and up in turn, until the sweeps are over."""
    spots = {spot.name: spot for row in rows for spot in row}
    for row in rows:
        _number(row)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            means = {spot.name: _mean(spot, spot.above if down else spot.below, spots) for spot in row}
            row.sort(key=lambda spot: means[spot.name])
            _number(row)


def _number(row: Sequence[_Spot]) -> None:
    for place, spot in enumerate(row):
        spot.place = place


def _mean(spot: _Spot, neighbours: Sequence[str], spots: Mapping[str, _Spot]) -> float:
    places = [spots[name].place for name in neighbours]
    return sum(places) / len(places) if places else spot.place


def _lefts(rows: Sequence[Sequence[_Spot]], layers: Mapping[str, int]) -> dict[str, int]:
    """Left edge of each spot; every layer stands in the middle of the widest."""
    widths = [
        [
            BOX_WIDTH if spot.name in layers else LANE_WIDTH
            for spot in sorted(row, key=lambda spot: spot.place)
        ]
        for row in rows
    ]
    totals = [sum(row) + GAP_X * (len(row) - 1) for row in widths]
    found: dict[str, int] = {}
    for row, wide, total in zip(rows, widths, totals, strict=True):
        x = MARGIN + (max(totals) - total) // 2
        for spot, width in zip(sorted(row, key=lambda spot: spot.place), wide, strict=True):
            found[spot.name] = x
            x += width + GAP_X
    return found


def _boxes(
    service: Service, rows: Sequence[Sequence[_Spot]], layers: Mapping[str, int], lefts: Mapping[str, int]
) -> dict[str, Box]:
    found: dict[str, Box] = {}
    y = MARGIN
    for row in rows:
        lowest = y
        for state in (spot.name for spot in row if spot.name in layers):
            box = _box(service, state, layers[state], lefts[state], y)
            found[state] = box
            lowest = max(lowest, y + box.height)
        y = lowest + GAP_Y
    return found


def _box(service: Service, state: str, layer: int, x: int, y: int) -> Box:
    step = service.steps.get(state)
    inside = tuple(post.title for post in step.posts) if step and len(step.posts) > 1 else ()
    kind = str(step.kind) if step else "end"
    height = BOX_HEIGHT + BRANCH_HEIGHT * len(inside)
    return Box(state, service.title_of(state), kind, layer, x, y, BOX_WIDTH, height, inside)


def _arrows(
    ways: Mapping[Way, tuple[Text, ...]],
    backward: set[Way],
    passages: Mapping[str, tuple[Point, Point]],
    boxes: Mapping[str, Box],
) -> tuple[Arrow, ...]:
    right = max(box.x + box.width for box in boxes.values())
    found = []
    for number, ((start, end), titles) in enumerate(ways.items()):
        from_box, to_box = boxes[start], boxes[end]
        if (start, end) in backward:
            lane = right + GAP_X // 2 + 8 * (number % 4)
            points = (
                (from_box.x + from_box.width, _middle(from_box)), (lane, _middle(from_box)),
                (lane, _middle(to_box)), (to_box.x + to_box.width, _middle(to_box)),
            )  # fmt: skip
            found.append(Arrow(start, end, titles, points, back=True))
            continue
        between = (
            point
            for layer in range(from_box.layer + 1, to_box.layer)
            for point in passages[_passage(end, layer)]
        )
        top = (from_box.x + from_box.width // 2, from_box.y + from_box.height)
        found.append(Arrow(start, end, titles, (top, *between, (to_box.x + to_box.width // 2, to_box.y))))
    return tuple(found)


def _passage_points(
    rows: Sequence[Sequence[_Spot]], boxes: Mapping[str, Box], lefts: Mapping[str, int]
) -> dict[str, tuple[Point, Point]]:
    """Where a long arrow enters and leaves each layer that it passes."""
    found: dict[str, tuple[Point, Point]] = {}
    for row in rows:
        here = [boxes[spot.name] for spot in row if spot.name in boxes]
        for spot in row:
            if spot.name not in boxes:
                x = lefts[spot.name] + LANE_WIDTH // 2
                found[spot.name] = ((x, here[0].y), (x, max(box.y + box.height for box in here)))
    return found


def _middle(box: Box) -> int:
    return box.y + box.height // 2
