"""Is the stimulated tube more positive than the unstimulated one? Two tests, both one-sided.

Counting alone: Fisher's exact test, conditional on the positive events of both tubes. It keeps its level too
where the cut was placed at a quantile of the unstimulated tube itself. That u of its events lie above the cut
is then no chance, but the chance of s or more stimulated events above the (u + 1)-th highest unstimulated one
is the same hypergeometric tail: that at least s of the s + u highest events of both tubes are stimulated.

Counting and tubes: replicate tubes of one sample differ more than counts do. With `tube_cv`, the coefficient
of variation of the true share between replicate tubes, both counts are beta-binomial with mean p and variance
n p (1 - p) + n (n - 1) (tube_cv p)^2. The p value is the chance, at the pooled p, of a standardised
difference at least as large (the E test of Krishnamoorthy and Thomson, J Stat Plan Inference 2004;119:23,
with beta-binomial instead of Poisson counts, as in MIMOSA: Finak et al., Biostatistics 2014;15:87).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lupustrial.cytometry.functional._tally import Tally

#: Standard deviations around the mean over which counts are summed.
_REACH = 9
_MOST_SHARES = 1 - 1e-9


def exact_p(stimulated: Tally, unstimulated: Tally) -> float | None:
    """Return Fisher's one-sided p value; None where a parent is empty."""
    if not (stimulated.parent and unstimulated.parent):
        return None
    drawn = stimulated.positive + unstimulated.positive
    whole = stimulated.parent + unstimulated.parent
    from scipy import stats

    tail = stats.hypergeom.sf(stimulated.positive - 1, whole, stimulated.parent, drawn)
    return float(min(1.0, tail))


def beta_binomial_p(stimulated: Tally, unstimulated: Tally, tube_cv: float) -> float | None:
    """Return the one-sided p value of the beta-binomial E test; None where a parent is empty.

    Args:
        stimulated: Counts of the stimulated tube.
        unstimulated: Counts of its unstimulated twin.
        tube_cv: Coefficient of variation of the true share between replicate tubes (:func:`tube_cv_of`).
    """
    n, m = stimulated.parent, unstimulated.parent
    if not (n and m):
        return None
    pooled = min((stimulated.positive + unstimulated.positive) / (n + m), _MOST_SHARES)
    if pooled == 0:
        return 1.0
    s, s_chance = _counts(n, pooled, tube_cv)
    u, u_chance = _counts(m, pooled, tube_cv)
    seen = float(_standardised(stimulated.positive, unstimulated.positive, n, m, tube_cv))
    grid = _standardised(s[:, None], u[None, :], n, m, tube_cv)
    return float(min(1.0, (s_chance[:, None] * u_chance[None, :])[grid >= seen - 1e-12].sum()))


def tube_cv_of(replicates: Sequence[Tally]) -> float | None:
    """Return the coefficient of variation of the true share between replicate tubes of one sample.

    By moments: the variance of the shares less what counting explains, never below 0. None with fewer than
    two tubes that hold events, or where no event is positive.
    """
    tubes = [tube for tube in replicates if tube.parent]
    shares = np.asarray([tube.positive / tube.parent for tube in tubes])
    if len(tubes) < 2 or not shares.any():  # noqa: PLR2004 - a variance takes two
        return None
    mean = float(shares.mean())
    counting = float(np.mean([mean * (1 - mean) / tube.parent for tube in tubes]))
    return math.sqrt(max(0.0, float(shares.var(ddof=1)) - counting)) / mean


def _counts(total: int, mean: float, tube_cv: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the counts within reach and their chances: binomial, or beta-binomial with `tube_cv`."""
    variance = float(_variance(np.float64(mean), total, tube_cv))
    reach = _REACH * math.sqrt(variance) + _REACH
    low, high = max(0, math.floor(total * mean - reach)), min(total, math.ceil(total * mean + reach))
    counts = np.arange(low, high + 1, dtype=np.float64)
    if tube_cv == 0:
        from scipy import stats

        return counts, np.asarray(stats.binom.pmf(counts, total, mean))
    weight = (1 - mean) / (mean * tube_cv * tube_cv) - 1
    a, b = max(weight, 1e-6) * mean, max(weight, 1e-6) * (1 - mean)
    chosen = special.gammaln(total + 1) - special.gammaln(counts + 1) - special.gammaln(total - counts + 1)
    return counts, np.exp(chosen + special.betaln(counts + a, total - counts + b) - special.betaln(a, b))


def _variance(share: NDArray[np.float64] | np.float64, total: int, tube_cv: float) -> NDArray[np.float64]:
    return np.asarray(total * share * (1 - share) + total * (total - 1) * (tube_cv * share) ** 2)


def _standardised(
    s: NDArray[np.float64] | int, u: NDArray[np.float64] | int, n: int, m: int, tube_cv: float
) -> NDArray[np.float64]:
    """Return the difference of the shares over its standard error under the pooled share; 0 at no event."""
    pooled = np.asarray((np.asarray(s) + np.asarray(u)) / (n + m))
    squared = _variance(pooled, n, tube_cv) / n**2 + _variance(pooled, m, tube_cv) / m**2
    difference = np.asarray(s) / n - np.asarray(u) / m
    return np.where(squared > 0, difference / np.sqrt(np.where(squared > 0, squared, 1)), 0.0)
