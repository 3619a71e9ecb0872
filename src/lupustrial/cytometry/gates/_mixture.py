"""The cut between two Gaussians of one column, where there is no valley; no random start."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry.gates._density import Density, Line

_ROUNDS = 200
_SAME = 1e-6  # change of a probability at which the fit rests
_EVEN = 0.5


def cut_of_two(density: Density, share: tuple[float, float]) -> tuple[float, float]:
    """Return the cut between two Gaussians of one column, and their overlap (0 apart, 1 the same).

    The start is the split of Otsu (1979): the largest variance between both sides, with the share above the
    cut inside `share`. The cut lies where both Gaussians, times their weights, are equal between the means.
    """
    x = np.arange(len(density.counts), dtype=np.float64)
    weights = density.counts / density.counts.sum()
    upper = _responsibility_of_split(x, _split(x, weights, share))
    means = scales = parts = np.zeros(2)
    for _ in range(_ROUNDS):
        parts, means, scales = _moments(x, weights, upper)
        before, upper = upper, _posterior(x, parts, means, scales)
        if float(np.abs(upper - before).max()) < _SAME:
            break
    inside = (x >= means[0]) & (x <= means[1])
    if not inside.any():
        cut = float(means.mean())
    else:
        crossing = np.flatnonzero(inside & (upper >= _EVEN))
        cut = float(crossing[0]) - 0.5 if len(crossing) else float(means.mean())
    apart = abs(float(means[1] - means[0])) / float(scales.sum())
    return density.at(cut), float(np.exp(-(apart**2) / 2))


def _split(x: Line, weights: Line, share: tuple[float, float]) -> int:
    below = np.cumsum(weights)
    first = np.cumsum(weights * x)
    allowed = (1 - below >= share[0]) & (1 - below <= share[1]) & (below > 0) & (below < 1)
    if not allowed.any():
        allowed = (below > 0) & (below < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (first[-1] * below - first) ** 2 / (below * (1 - below))
    return int(np.argmax(np.where(allowed, between, -1.0)))


def _responsibility_of_split(x: Line, split: int) -> Line:
    return np.where(x > split, 1.0, 0.0)


def _moments(x: Line, weights: Line, upper: Line) -> tuple[Line, Line, Line]:
    each = np.stack([weights * (1 - upper), weights * upper])
    parts = np.maximum(each.sum(axis=1), 1e-9)
    means = (each * x).sum(axis=1) / parts
    spread = (each * (x - means[:, None]) ** 2).sum(axis=1) / parts
    return parts, means, np.sqrt(np.maximum(spread, 1.0))


def _posterior(x: Line, parts: Line, means: Line, scales: Line) -> Line:
    logs = np.log(parts / scales)[:, None] - 0.5 * ((x - means[:, None]) / scales[:, None]) ** 2
    return np.asarray(1 / (1 + np.exp(np.clip(logs[0] - logs[1], -700, 700))))
