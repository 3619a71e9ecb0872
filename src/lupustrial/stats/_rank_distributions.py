"""Exact null distributions of rank sums, with ties, by counting (docs/methods/means-and-ranks.md, eq. 8, 12).

Midranks are doubled to whole numbers; counts are kept as probabilities in double precision (relative error
below 1e-12 for the sizes offered).
"""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats, refuse

LARGEST_EXACT = 200
_ROUNDING = 1e-9


def midranks(values: Floats) -> Floats:
    """Return ranks from 1, ties sharing their mean rank."""
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[position], dtype=np.float64)


def pairs_won(x: Floats, y: Floats) -> float:
    """Return in how many pairs the value of x is the larger, ties counted a half: U of x."""
    ranks = midranks(np.concatenate((x, y)))
    return float(ranks[: x.size].sum()) - x.size * (x.size + 1) / 2


def tie_sizes(values: Floats) -> Floats:
    """Return how often each distinct value occurs."""
    return np.unique(values, return_counts=True)[1].astype(np.float64)


def check_exact_size(n: int, place: str) -> None:
    """Refuse exact distributions that would take long (STAT-008)."""
    if n > LARGEST_EXACT:
        message = f"{n} values; exact rank distributions are offered up to {LARGEST_EXACT}"
        raise refuse("STAT-008", message, place, "use method='asymptotic' at this size")


def rank_sum_distribution(ranks: Floats, size: int) -> Floats:
    """Return P(twice the rank sum = k), k = 0, 1, ..., of ``size`` ranks drawn from ``ranks``."""
    doubled = np.rint(2 * ranks).astype(np.int64)
    counts = np.zeros((size + 1, int(doubled.sum()) + 1))
    counts[0, 0] = 1.0
    for rank in doubled:
        for drawn in range(size, 0, -1):
            counts[drawn, rank:] += counts[drawn - 1, : counts.shape[1] - rank]
    return np.asarray(counts[size] / counts[size].sum())


def signed_rank_distribution(ranks: Floats) -> Floats:
    """Return P(twice the sum of positive ranks = k), k = 0, 1, ..., when each sign is a coin toss."""
    doubled = np.rint(2 * ranks).astype(np.int64)
    chances = np.zeros(int(doubled.sum()) + 1)
    chances[0] = 1.0
    for rank in doubled:
        moved = np.zeros_like(chances)
        moved[rank:] = chances[: chances.size - rank]
        chances = (chances + moved) / 2
    return chances


def exact_p(chances: Floats, doubled_sum: int, *, alternative: str, two_sided: str) -> float:
    """Return p at the value seen: one tail, twice the smaller (eq. 8), or all as far off (eq. 39)."""
    lower = min(1.0, float(chances[: doubled_sum + 1].sum()))
    upper = min(1.0, float(chances[doubled_sum:].sum()))
    if alternative != "two-sided":
        return upper if alternative == "greater" else lower
    if two_sided == "doubled":
        return min(1.0, 2 * min(lower, upper))
    places = np.arange(chances.size, dtype=np.float64)
    away = np.abs(places - float(chances @ places))
    return min(1.0, float(chances[away >= away[doubled_sum] - _ROUNDING * chances.size].sum()))
