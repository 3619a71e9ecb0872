"""Adjusted p values, critical values and power of the largest contrast (dose-finding.md, eq. 13-15, 24)."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, special

from lupustrial.stats._arguments import Floats
from lupustrial.stats._t_limits import below, quantile
from lupustrial.stats.multiplicity._joint import log_scales, union_probability

_ACCURACY = 1e-9  # of the logarithm of a tail
_END = 40.0  # minus the logarithm of the density of log s, against its top, at which it is cut
_NEGLIGIBLE = 1e-9  # share of a node that is left out
_STEP = 0.2  # of log s, and at most one standard deviation of it


def p_values_of(statistics: Floats, *, df: float | None, two_sided: bool) -> Floats:
    """Return the p value of each statistic alone."""
    return 2 * below(-np.abs(statistics), df) if two_sided else below(-statistics, df)


def adjusted_p(p_values: Floats, correlation: Floats, *, df: float | None, two_sided: bool) -> Floats:
    """Return P(the largest statistic is at least as large) for each statistic, given its p value alone."""
    values = [
        union_probability(np.full(p_values.size, tail), correlation, df=df, two_sided=two_sided)[0]
        for tail in p_values.tolist()
    ]
    return np.asarray(np.clip(np.array(values), p_values, 1.0))


def critical_value(correlation: Floats, *, alpha: float, df: float | None, two_sided: bool) -> float:
    """Return what the largest statistic exceeds with chance alpha."""
    size = len(correlation)

    def excess(log_tail: float) -> float:
        tails = np.full(size, math.exp(log_tail))
        return math.log(union_probability(tails, correlation, df=df, two_sided=two_sided)[0] / alpha)

    low, high = math.log(alpha / size) - 1e-6, math.log(alpha) + 1e-6
    tail = math.exp(optimize.brentq(excess, low, high, xtol=_ACCURACY)) if size > 1 else alpha
    return -float(quantile(tail / 2 if two_sided else tail, df))


def exceedance(
    limit: float, shift: Floats, correlation: Floats, *, df: float | None, two_sided: bool
) -> float:
    """Return P(some Z_i + shift_i exceeds limit * s), s² = chi²/df (1 where df is ``None``) (eq. 24)."""
    if df is None:
        return _normal_exceedance(limit, shift, correlation, two_sided=two_sided)
    step = min(_STEP, 1 / math.sqrt(2 * df))
    v, log_density = log_scales(df, step=step, end=_END)
    density = np.exp(log_density)
    density /= density.sum()
    seen = density > _NEGLIGIBLE
    values = [
        _normal_exceedance(limit * scale, shift, correlation, two_sided=two_sided)
        for scale in np.exp(v[seen]).tolist()
    ]
    return min(1.0, float(density[seen] @ np.array(values) / density[seen].sum()))


def _normal_exceedance(limit: float, shift: Floats, correlation: Floats, *, two_sided: bool) -> float:
    tails = special.ndtr(shift - limit)
    if not two_sided:
        return union_probability(tails, correlation)[0]
    both = np.concatenate((tails, special.ndtr(-shift - limit)))
    mirrored = np.block([[correlation, -correlation], [-correlation, correlation]])
    return union_probability(both, mirrored)[0]
