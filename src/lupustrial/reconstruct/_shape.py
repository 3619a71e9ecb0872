"""A plausible sample behind printed figures: what is aimed at where nothing is printed."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

from scipy import stats

from lupustrial.reconstruct._printed import QUANTILES
from lupustrial.reconstruct._schema import Ends, Grid
from lupustrial.reconstruct._targets import Target

_STEEP = 4.0  # ratio of neighbouring quantiles above which values lie evenly on a logarithmic scale
_PROBABILITY = {**{name: float(p) for name, p in QUANTILES.items()}, "min": 0.0, "max": 1.0}


def grid_values(grid: Grid, scale: int) -> list[int]:
    """All values of a grid in whole units (1/scale), ascending."""
    if grid.values:
        return sorted(int(value * scale) for value in grid.values)
    if grid.low is None or grid.high is None or grid.step is None:
        return []
    return list(range(int(grid.low * scale), int(grid.high * scale) + 1, int(grid.step * scale)))


def assumed_points(ends: Sequence[Ends], arm: str, week: int) -> dict[float, float]:
    """Quantiles assumed for an arm at a week; later entries win."""
    points: dict[float, float] = {}
    for entry in ends:
        if (not entry.arms or arm in entry.arms) and (not entry.weeks or week in entry.weeks):
            points.update({float(p): float(value) for p, value in entry.points.items()})
    return points


def sample(targets: Sequence[Target], size: int, points: dict[float, float], *, skew: bool) -> list[float]:
    """`size` sorted values with about the printed mean and SD, or the printed and assumed quantiles."""
    middles = [(place + 0.5) / size for place in range(size)]
    printed = {target.statistic: float(target.printed) for target in targets}
    if "mean" in printed and "sd" in printed:
        mean, sd = printed["mean"], printed["sd"]
        if sd == 0:
            return [mean] * size
        if skew and mean > 0:
            shape = (mean / sd) ** 2
            return [float(stats.gamma.ppf(p, shape, scale=mean / shape)) for p in middles]
        return [float(stats.norm.ppf(p, mean, sd)) for p in middles]
    known = {
        **points,
        **{_PROBABILITY[name]: value for name, value in printed.items() if name in _PROBABILITY},
    }
    return [_interpolated(known, p) for p in middles]


def _interpolated(points: dict[float, float], probability: float) -> float:
    places = sorted(points)
    low = max((p for p in places if p <= probability), default=places[0])
    high = min((p for p in places if p >= probability), default=places[-1])
    if low >= high:
        return points[low]
    share = (probability - low) / (high - low)
    start, end = points[low], points[high]
    if start > 0 and end / start > _STEEP:
        return math.exp(math.log(start) + share * (math.log(end) - math.log(start)))
    return start + share * (end - start)


def snapped(values: Sequence[float], allowed: Sequence[int], scale: int) -> list[int]:
    """Each value as the nearest one of a grid, in whole units."""
    found = []
    for value in values:
        wanted = value * scale
        place = bisect.bisect_left(allowed, wanted)
        near = allowed[max(0, place - 1) : place + 1]
        found.append(min(near, key=lambda each: abs(each - wanted)))
    return found
