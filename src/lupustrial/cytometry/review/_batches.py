r"""What the tubes of a batch have in common: median place and percent of a gate, blind to whose they are.

With $m$ the median of a batch and $s = 1.4826 \cdot \mathrm{MAD}$ its robust spread, a gate lies
$|v - m| / \max(s, f)$ from its batch; $f$ is a floor, so that a batch of nearly equal gates does not call a
shift of no consequence one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.cytometry._regions import Ellipse, Interval, Polygon, Region
from lupustrial.cytometry.review._model import GateReview, TubeReview
from lupustrial.cytometry.review._view import leaves_of

#: Tubes of which a batch consists at least, else nothing is said of it.
LEAST = 8

_MAD = 1.4826
_FLOOR_PLACE = 0.02  # of the length of an axis
_FLOOR_LOGIT = 0.2


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How far a gate is from its batch, in robust standard deviations.

    Attributes:
        place: Of the edge, or coordinate of the middle, that is farthest off.
        percent: Of the logit of the percent of the parent.
        batch_percent: The median percent of the batch.
    """

    place: float
    percent: float
    batch_percent: float

    @property
    def most(self) -> float:
        """The larger of the two."""
        return max(self.place, self.percent)


def apart_of(tubes: Sequence[TubeReview], population: str) -> dict[str, Apart]:
    """Return by code how far the gate of a population is from the median of the tube's batch.

    Technical controls count for no median and are not compared. A tube is absent where its batch has fewer
    than 8 tubes with the gate, where its parent is empty, or where the gate's shape is not that of most
    others.
    """
    batches: dict[str, list[tuple[TubeReview, GateReview]]] = {}
    for tube in tubes:
        gate = tube.gate(population)
        if gate is not None and gate.parent_count and not tube.control:
            batches.setdefault(tube.batch, []).append((tube, gate))
    found: dict[str, Apart] = {}
    for members in batches.values():
        found |= _within(members)
    return found


def _within(members: Sequence[tuple[TubeReview, GateReview]]) -> dict[str, Apart]:
    lengths = [len(_edges(gate)) for _, gate in members]
    usual = max(sorted(set(lengths)), key=lengths.count)
    members = [one for one, length in zip(members, lengths, strict=True) if length == usual]
    if len(members) < LEAST:
        return {}
    edges = np.array([_edges(gate) for _, gate in members], dtype=float)
    logits = np.array([_logit(gate) for _, gate in members])
    place = _distance(edges, _FLOOR_PLACE).max(axis=1) if usual else np.zeros(len(members))
    percent = _distance(logits[:, None], _FLOOR_LOGIT)[:, 0]
    middle = float(np.median([gate.percent for _, gate in members if gate.percent is not None]))
    return {
        tube.code: Apart(place=round(float(a), 4), percent=round(float(b), 4), batch_percent=middle)
        for (tube, _), a, b in zip(members, place, percent, strict=True)
    }


def _distance(values: np.ndarray, floor: float) -> np.ndarray:
    off = np.abs(values - np.median(values, axis=0))
    return np.asarray(off / np.maximum(_MAD * np.median(off, axis=0), floor))


def _logit(gate: GateReview) -> float:
    """Return the logit of the percent; half an event is added on both sides, so that 0 % has one."""
    return math.log((gate.count + 0.5) / (gate.parent_count - gate.count + 0.5))


def _edges(gate: GateReview) -> list[float]:
    """Return where a gate lies, as parts of its axes: edges of intervals, middles of other shapes."""
    length = {name: high - low for view in gate.views
              for name, low, high in zip(view.columns, view.low, view.high, strict=True)}  # fmt: skip
    return [
        value / length.get(column, 1.0) for leaf, _ in leaves_of(gate.region) for column, value in _of(leaf)
    ]


def _of(region: Region) -> list[tuple[str, float]]:
    if isinstance(region, Interval):
        return [(region.column, edge) for edge in (region.low, region.high) if edge is not None]
    if isinstance(region, Polygon):
        x, y = np.mean(np.asarray(region.vertices, dtype=float), axis=0)
        return [(region.x, float(x)), (region.y, float(y))]
    if isinstance(region, Ellipse):
        return [(region.x, region.centre[0]), (region.y, region.centre[1])]
    return []
