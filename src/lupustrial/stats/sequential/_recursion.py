"""The distribution of a statistic looked at several times, by recursive integration (eq. 1-4).

Armitage, McPherson and Rowe (1969), Jennison and Turnbull (2000, chapter 19). The density of Z among trials
that go on is kept at the nodes of Gauss-Legendre panels, narrow where the next look is near, and around
earlier bounds, where a look that followed soon has left a steep edge; a step loses less than 1e-12.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats

#: Beyond this many standard deviations from its mean a statistic is not followed: the mass there is 1e-15.
REACH = 8.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
#: Widest panel, in standard deviations of Z, of the step to the next look, and of what an edge is smeared by.
_WIDEST, _KERNELS, _EDGES = 3.0, 4.0, 4.0
Edge = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Going:
    """Trials that go on after a look.

    Attributes:
        z: Nodes of Z.
        mass: Density times weight at each.
        time: Information at the look.
        edges: Places where the density was cut at this and earlier looks, and the variance by which later
            steps smeared each cut; both in the scale of Z times root time.
    """

    z: Floats
    mass: Floats
    time: float
    edges: tuple[Edge, ...]


def _panels(low: float, high: float, widest: float, edges: Sequence[Edge]) -> tuple[Floats, Floats]:
    """Return nodes and weights from ``low`` to ``high``; panels are narrower around each (place, width)."""
    near = [(place - REACH * width, place + REACH * width, _EDGES * width) for place, width in edges]
    breaks = sorted({low, high, *(min(max(at, low), high) for part in near for at in part[:2])})
    cuts = [np.array([low])]
    for left, right in itertools.pairwise(breaks):
        middle = (left + right) / 2
        width = min([widest, *(part[2] for part in near if part[0] < middle < part[1])])
        cuts.append(np.linspace(left, right, math.ceil((right - left) / width) + 1)[1:])
    ends = np.concatenate(cuts)
    half = (ends[1:] - ends[:-1]) / 2
    nodes = (ends[:-1] + half)[:, None] + half[:, None] * _NODES
    return nodes.ravel(), (half[:, None] * _WEIGHTS).ravel()


def _nodes(
    bounds: tuple[float, float], mean: float, time: float, step: float, edges: Sequence[Edge]
) -> tuple[Floats, Floats]:
    """Return nodes and weights over the region in which trials go on."""
    lower, upper = bounds
    low, high = max(lower, mean - REACH), min(upper, mean + REACH)
    if low >= high:  # the region lies where no mass is
        low, high = (lower, lower + 1.0) if lower > mean else (upper - 1.0, upper)
    root = math.sqrt(time)
    smeared = [(place / root, math.sqrt(variance) / root) for place, variance in edges]
    widest = min(_WIDEST, _KERNELS * math.sqrt(step / time))
    return _panels(low, high, widest, [edge for edge in smeared if _EDGES * edge[1] < widest])


def _cut(edges: Sequence[Edge], bounds: tuple[float, float], time: float) -> tuple[Edge, ...]:
    """Return the edges with the cuts of this look."""
    return (*edges, *((bound * math.sqrt(time), 0.0) for bound in bounds if math.isfinite(bound)))


def start(time: float, step: float, drift: float, *, lower: float, upper: float) -> Going:
    """Return the trials that go on after the first look (eq. 2)."""
    mean = drift * math.sqrt(time)
    z, weights = _nodes((lower, upper), mean, time, step, ())
    density = np.exp(-((z - mean) ** 2) / 2) / math.sqrt(2 * math.pi)
    return Going(z, weights * density, time, _cut((), (lower, upper), time))


def go_on(before: Going, time: float, step: float, drift: float, *, lower: float, upper: float) -> Going:
    """Return the trials that go on after the next look (eq. 3)."""
    gone = time - before.time
    edges = [(place + drift * gone, variance + gone) for place, variance in before.edges]
    z, weights = _nodes((lower, upper), drift * math.sqrt(time), time, step, edges)
    spread = math.sqrt(gone)
    moved = before.z * math.sqrt(before.time) + drift * gone
    away = (z[:, None] * math.sqrt(time) - moved) / spread
    density = np.exp(away * away / -2) @ before.mass * (math.sqrt(time / (2 * math.pi)) / spread)
    return Going(z, weights * density, time, _cut(edges, (lower, upper), time))


def chance_above(before: Going | None, time: float, drift: float, z: float) -> float:
    """Return the chance to reach this look and lie above ``z`` there (eq. 4)."""
    if before is None:
        return float(special.ndtr(drift * math.sqrt(time) - z))
    return float(before.mass @ special.ndtr(-_away(before, time, drift, z)))


def chance_below(before: Going | None, time: float, drift: float, z: float) -> float:
    """Return the chance to reach this look and lie below ``z`` there (eq. 4)."""
    if before is None:
        return float(special.ndtr(z - drift * math.sqrt(time)))
    return float(before.mass @ special.ndtr(_away(before, time, drift, z)))


def _away(before: Going, time: float, drift: float, z: float) -> Floats:
    moved = before.z * math.sqrt(before.time) + drift * (time - before.time)
    return np.asarray((z * math.sqrt(time) - moved) / math.sqrt(time - before.time))


def stopping(
    times: tuple[float, ...], uppers: tuple[float, ...], lowers: tuple[float, ...], drift: float
) -> tuple[Floats, Floats]:
    """Return, by look, the chance to stop above and the chance to stop below."""
    above, below = np.zeros(len(times)), np.zeros(len(times))
    going: Going | None = None
    for k, (time, upper, lower) in enumerate(zip(times, uppers, lowers, strict=True)):
        above[k] = chance_above(going, time, drift, upper)
        below[k] = chance_below(going, time, drift, lower)
        if k + 1 < len(times):
            going = after(going, time, times[k + 1] - time, drift, lower=lower, upper=upper)
    return above, below


def after(
    before: Going | None, time: float, step: float, drift: float, *, lower: float, upper: float
) -> Going:
    """Return the trials that go on after a look, the first or a later one."""
    if before is None:
        return start(time, step, drift, lower=lower, upper=upper)
    return go_on(before, time, step, drift, lower=lower, upper=upper)
