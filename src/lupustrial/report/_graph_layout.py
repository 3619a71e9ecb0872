"""Where the nodes, edges and labels of a graph of hypotheses lie; inches, y upwards. Draws nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

RADIUS = 0.42
_GAP = 0.03  # between the end of an edge and its node
_CHORD = 1.75  # between neighbours on the circle
_BEND = 0.13  # how far two edges of a pair bow apart
_RISE = 1.0  # height of the control points of an arc over nodes in a line, growing with its span
_LABEL_HEIGHT = 0.15
_LABEL_CHARACTER = 0.068
_CLEAR = 0.03
#: Edges above which two alike, there and back, are drawn as one.
MANY = 12
# Places of a label along its edge in the order of liking.
_PARTS = (0.36, 0.30, 0.42, 0.24, 0.48, 0.54, 0.60, 0.18, 0.66, 0.72)
_SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.4, 2.8)

Points = NDArray[np.float64]
Owners = NDArray[np.intp]
Numbers = Sequence[float]
Texts = Mapping[tuple[int, int], str]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An edge from its node to the other as a line of points.

    ``label`` is the centre of its text; ``both`` says that it stands for the edge back, too.
    """

    start: int
    end: int
    value: float
    points: Points
    text: str
    label: tuple[float, float] = (0.0, 0.0)
    both: bool = False

    @property
    def box(self) -> tuple[float, float]:
        """Width and height of the label."""
        return len(self.text) * _LABEL_CHARACTER + 0.05, _LABEL_HEIGHT


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Centres of the nodes and the edges.

    ``collisions`` counts the labels that found no free place.
    """

    centres: Points
    edges: tuple[Edge, ...]
    collisions: int


def levels_of(weights: Numbers, transitions: Sequence[Numbers]) -> list[list[int]]:
    """Return the hypotheses by how many rejections it takes before they get weight; the last never do."""
    left = set(range(len(weights)))
    level = [index for index in sorted(left) if weights[index] > 0]
    found = []
    while level:
        found.append(level)
        left -= set(level)
        level = sorted({end for end in left if any(transitions[start][end] > 0 for start in level)})
    return [*found, sorted(left)] if left else found


def _in_a_line(levels: list[list[int]], transitions: Sequence[Numbers]) -> list[int] | None:
    """Return the order of a chain, or ``None`` where the graph is none."""
    flat = [index for level in levels for index in level]
    chained = all(transitions[one][two] > 0 for one, two in itertools.pairwise(flat))
    links = sum(value > 0 for row in transitions for value in row)
    return flat if chained and links <= len(flat) and len(flat) != 2 else None  # noqa: PLR2004 - a pair


def _around(levels: list[list[int]]) -> list[int]:
    """Order the levels clockwise: the first above, the last below, those between on both sides."""
    first, *rest = levels
    if not rest:
        return first
    *middle, last = rest
    right = [index for level in middle for index in level[(len(level)) // 2 :]]
    left = [index for level in middle for index in level[: (len(level)) // 2]]
    return [*first, *right, *reversed(last), *reversed(left)]


def _centres(
    weights: Numbers, transitions: Sequence[Numbers], scale: float
) -> tuple[Points, list[int] | None]:
    levels = levels_of(weights, transitions)
    count = len(weights)
    centres = np.zeros((count, 2))
    line = _in_a_line(levels, transitions)
    if line is not None or count == 1:
        order = line or [0]
        for place, index in enumerate(order):
            centres[index] = (place * _CHORD * scale, 0.0)
        return centres, order
    order = _around(levels)
    radius = scale * _CHORD / (2 * math.sin(math.pi / count))
    top = 0.0 if len(levels) == 1 else (len(levels[0]) - 1) / 2
    for place, index in enumerate(order):
        angle = math.pi / 2 - 2 * math.pi * (place - top) / count
        if count == 2:  # noqa: PLR2004 - two stand side by side
            angle = math.pi * (1 - place)
        centres[index] = (radius * math.cos(angle), radius * math.sin(angle))
    return centres, None


def _curve(points: Sequence[Points]) -> Points:
    """Return a cubic Bézier curve as 81 points."""
    t = np.linspace(0, 1, 81)[:, None]
    a, b, c, d = points
    return np.asarray((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def _path(start: Points, end: Points, *, bend: float, rise: float) -> Points:
    """Return the line between the rims of two nodes: straight, bent to its left, or rising over others."""
    along = end - start
    left = np.array([-along[1], along[0]]) / float(np.hypot(*along))
    if rise:
        up = np.array([0.0, rise])
        raw = _curve((start, start + up, end + up, end))
    else:
        shift = left * bend * 4 / 3
        raw = _curve((start, start + along / 3 + shift, start + 2 * along / 3 + shift, end))
    outside = (np.hypot(*(raw - start).T) > RADIUS + _GAP) & (np.hypot(*(raw - end).T) > RADIUS + _GAP)
    return np.asarray(raw[outside])


def _edges(
    centres: Points, transitions: Sequence[Numbers], line: list[int] | None, texts: Texts
) -> list[Edge]:
    """Return the edges without places for their labels; of many, two alike there and back are one line."""
    found = []
    for (start, end), text in texts.items():
        both = len(texts) > MANY and texts.get((end, start)) == text
        if both and start > end:
            continue
        span = abs(line.index(end) - line.index(start)) if line else 1
        forward = line is None or line.index(end) > line.index(start)
        rise = 0.0 if span == 1 else (1 if forward else -1) * (_RISE + 0.1 * span)
        bend = _BEND if (end, start) in texts and span == 1 and not both else 0.0
        points = _path(centres[start], centres[end], bend=bend, rise=rise)
        value = transitions[start][end]
        found.append(Edge(start=start, end=end, value=value, points=points, text=text, both=both))
    return found


def _overlap(one: tuple[float, float], box: tuple[float, float], other: Edge) -> bool:
    wide, tall = (box[0] + other.box[0]) / 2 + _CLEAR, (box[1] + other.box[1]) / 2 + _CLEAR
    return abs(one[0] - other.label[0]) < wide and abs(one[1] - other.label[1]) < tall


def _on_node(place: tuple[float, float], box: tuple[float, float], centres: Points) -> bool:
    apart = np.maximum(np.abs(centres - place) - np.array(box) / 2, 0)
    return bool((np.hypot(*apart.T) < RADIUS + _CLEAR).any())


def _crossed(place: tuple[float, float], box: tuple[float, float], others: Points, owners: Owners) -> int:
    """Count the other edges that run under a label; ``owners`` says which edge each point is of."""
    half = np.array(box) / 2 + _CLEAR
    under = (np.abs(others - place) < half).all(axis=1)
    return len(np.unique(owners[under]))


def _labelled(edges: Sequence[Edge], centres: Points) -> tuple[tuple[Edge, ...], int]:
    """Place each label on its edge where it hides least: no node, no other label, few other edges."""
    placed: list[Edge] = []
    collisions = 0
    for edge in edges:
        others = [other.points[::2] for other in edges if other is not edge] or [np.empty((0, 2))]
        owners = np.repeat(np.arange(len(others)), [len(points) for points in others])
        crowd = np.concatenate(others)
        tried: list[tuple[bool, int, int, tuple[float, float]]] = []
        for part in _PARTS if edge.text else ():
            place = _place(edge.points, part)
            hidden = _on_node(place, edge.box, centres) or any(
                _overlap(place, edge.box, other) for other in placed
            )
            tried.append((hidden, _crossed(place, edge.box, crowd, owners), len(tried), place))
        if tried:
            hidden, _, _, place = min(tried)
            placed.append(replace(edge, label=place))
            collisions += hidden
    return (*placed, *(edge for edge in edges if not edge.text)), collisions


def _place(points: Points, part: float) -> tuple[float, float]:
    x, y = points[round(part * (len(points) - 1))].tolist()
    return x, y


def lay_out(weights: Numbers, transitions: Sequence[Numbers], texts: Texts) -> Layout:
    """Place a graph; it grows until no label lies on a node or on another label.

    Args:
        weights: Weight of each hypothesis.
        transitions: What each passes on, row by row.
        texts: Label of each edge, empty for none.
    """
    tried = []
    for scale in _SCALES:
        centres, line = _centres(weights, transitions, scale)
        edges, collisions = _labelled(_edges(centres, transitions, line, texts), centres)
        tried.append(Layout(centres=centres, edges=edges, collisions=collisions))
        if not collisions:
            break
    return min(tried, key=lambda layout: layout.collisions)
