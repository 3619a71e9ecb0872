"""The distribution of a statistic looked at several times, by recursive integration (eq. 1-4).

Armitage, McPherson and Rowe (1969), Jennison and Turnbull (2000, chapter 19). The density of Z among trials
that go on is kept at the nodes of Gauss-Legendre panels, narrow where the next look is near, so that a step
loses less than 1e-11.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats

#: Beyond this many standard deviations from its mean a statistic is not followed: the mass there is 1e-15.
REACH = 8.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_WIDEST, _KERNELS = 3.0, 4.0  # of a panel: in standard deviations, and in those of the step to the next look


@dataclass(frozen=True, slots=True)
class Going:
    """Trials that go on after a look: nodes of Z, and the mass at each (density times weight)."""

    z: Floats
    mass: Floats
    time: float


def _panels(low: float, high: float, time: float, step: float) -> tuple[Floats, Floats]:
    """Return nodes and weights from ``low`` to ``high`` for a next look ``step`` further on."""
    width = min(_WIDEST, _KERNELS * math.sqrt(step / time))
    edges = np.linspace(low, high, max(1, math.ceil((high - low) / width)) + 1)
    half = (edges[1:] - edges[:-1]) / 2
    nodes = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    return nodes.ravel(), (half[:, None] * _WEIGHTS).ravel()


def _nodes(lower: float, upper: float, mean: float, time: float, step: float) -> tuple[Floats, Floats]:
    low, high = max(lower, mean - REACH), min(upper, mean + REACH)
    if low >= high:  # the region lies where no mass is
        low, high = (lower, lower + 1.0) if lower > mean else (upper - 1.0, upper)
    return _panels(low, high, time, step)


def start(time: float, step: float, drift: float, *, lower: float, upper: float) -> Going:
    """Return the trials that go on after the first look (eq. 2)."""
    mean = drift * math.sqrt(time)
    z, weights = _nodes(lower, upper, mean, time, step)
    return Going(z, weights * np.exp(-((z - mean) ** 2) / 2) / math.sqrt(2 * math.pi), time)


def go_on(before: Going, time: float, step: float, drift: float, *, lower: float, upper: float) -> Going:
    """Return the trials that go on after the next look (eq. 3)."""
    z, weights = _nodes(lower, upper, drift * math.sqrt(time), time, step)
    spread = math.sqrt(time - before.time)
    moved = before.z * math.sqrt(before.time) + drift * (time - before.time)
    away = (z[:, None] * math.sqrt(time) - moved) / spread
    density = np.exp(away * away / -2) @ before.mass * (math.sqrt(time / (2 * math.pi)) / spread)
    return Going(z, weights * density, time)


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
