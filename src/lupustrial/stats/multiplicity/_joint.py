"""The chance that one at least of several correlated statistics exceeds its limit (eq. 16-19).

Exact by quadrature where the correlations are products, ρ_ij = λ_i λ_j (exchangeable with ρ ≥ 0, Dunnett, any
two), also in independent blocks; else by lattice rules (`_lattice`).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats
from lupustrial.stats.multiplicity._lattice import lattice_union

_SAME = 1e-12
_Y_END = 12.0  # the normal density beyond is below 1e-31
_STEP = 0.7  # in widths of the integrand; the trapezoidal error is then below 1e-16
_DENSITY_END = 60.0  # minus the logarithm of the density of the scale at which it is cut
_CELLS = 1 << 20  # cells of one block of the double integral


def union_probability(
    tails: Floats, correlation: Floats, *, df: float | None = None, two_sided: bool = False
) -> tuple[float, float]:
    """Return P(some statistic is beyond its limit) and the estimated error of it.

    Args:
        tails: P value of each statistic at its limit, (k,).
        correlation: Correlations, (k, k), positive definite.
        df: Degrees of freedom of a multivariate t with a common scale; normal where ``None``.
        two_sided: Whether beyond means in either direction.
    """
    seen = tails > 0
    tails, correlation = tails[seen], correlation[np.ix_(seen, seen)]
    if tails.size == 0:
        return 0.0, 0.0
    if tails.size == 1 or tails.max() >= 1:
        return float(tails.max()), 0.0
    blocks = independent_blocks(correlation)
    loadings = [product_loadings(correlation[np.ix_(block, block)]) for block in blocks]
    if df is None:
        parts = [
            _normal_block(tails[block], correlation[np.ix_(block, block)], loading, two_sided=two_sided)
            for block, loading in zip(blocks, loadings, strict=True)
        ]
        error = max(error for _, error in parts)
        if any(value >= 1 for value, _ in parts):
            return 1.0, error
        return -math.expm1(sum(math.log1p(-value) for value, _ in parts)), error
    if any(loading is None for loading in loadings):
        return lattice_union(tails, correlation, df=df, two_sided=two_sided)
    flat = np.concatenate([loading for loading in loadings if loading is not None])
    position = np.concatenate(blocks)
    return _t_union(tails[position], flat, [len(block) for block in blocks], df=df, two_sided=two_sided), 0.0


def independent_blocks(correlation: Floats) -> list[list[int]]:
    """Return the sets of statistics that are correlated, directly or through others."""
    left = list(range(len(correlation)))
    blocks = []
    while left:
        block = [left.pop(0)]
        for member in block:  # grows while it is gone through
            near = [other for other in left if correlation[member, other] != 0]
            block += near
            left = [other for other in left if other not in near]
        blocks.append(sorted(block))
    return blocks


def product_loadings(correlation: Floats) -> Floats | None:
    """Return λ with ρ_ij = λ_i λ_j for all i ≠ j, or ``None`` where there is none inside (-1, 1)."""
    size = len(correlation)
    if size == 1:
        return np.zeros(1)
    off = np.where(np.eye(size, dtype=bool), 0.0, correlation)
    first, second = np.unravel_index(np.abs(off).argmax(), off.shape)
    square = abs(off[first, second])
    through = off[first] * off[second]
    third = int(np.abs(through).argmax())
    if through[third] != 0:
        square = off[first, second] * off[first, third] / off[second, third]
    if not 0 < square < 1:
        return None
    loadings = np.asarray(off[first] / math.sqrt(square))
    loadings[first] = math.sqrt(square)
    rebuilt = np.where(np.eye(size, dtype=bool), 0.0, np.outer(loadings, loadings))
    fits = np.abs(rebuilt - off).max() <= _SAME and np.abs(loadings).max() < 1
    return loadings if fits else None


def _normal_block(
    tails: Floats, correlation: Floats, loadings: Floats | None, *, two_sided: bool
) -> tuple[float, float]:
    if tails.size == 1:
        return float(tails[0]), 0.0
    if loadings is None:
        return lattice_union(tails, correlation, df=None, two_sided=two_sided)
    limits = -special.ndtri(tails / 2 if two_sided else tails)
    return float(-np.expm1(_log_inside(limits[None, :], loadings, two_sided=two_sided)[0])), 0.0


def _log_inside(limits: Floats, loadings: Floats, *, two_sided: bool) -> Floats:
    """Return log P(all within limits) for each row of limits, by the trapezoidal rule (eq. 17)."""
    rest = np.sqrt(1 - loadings**2)
    step = _STEP / math.sqrt(1 + float((loadings**2 / (1 - loadings**2)).sum()))
    half = math.ceil(_Y_END / step)
    y = step * np.arange(-half, half + 1)
    density = step * np.exp(-0.5 * y**2) / math.sqrt(2 * math.pi)
    union = np.empty(len(limits))
    rows = max(1, _CELLS // y.size)
    for start in range(0, len(limits), rows):
        block = limits[start : start + rows]
        inside = np.zeros((len(block), y.size))
        for column, (loading, scale) in enumerate(zip(loadings, rest, strict=True)):
            beyond = special.ndtr((loading * y - block[:, column, None]) / scale)
            if two_sided:
                beyond = beyond + special.ndtr((-loading * y - block[:, column, None]) / scale)
            with np.errstate(divide="ignore"):  # beyond its limit for certain: log 0
                inside += np.log1p(-np.minimum(beyond, 1.0))
        union[start : start + rows] = -np.expm1(inside) @ density
    with np.errstate(divide="ignore"):
        return np.log1p(-np.minimum(union, 1.0))


def log_scales(df: float, *, step: float, end: float) -> tuple[Floats, Floats]:
    """Return nodes of log s, s = sqrt(chi²/df), and the logarithm of its density there up to a constant.

    Args:
        df: Degrees of freedom.
        step: Between the nodes.
        end: Minus the logarithm of the density, against its top, at which it is cut.
    """
    low, high = end / df + math.sqrt(end / df), math.sqrt(end / df)
    v = np.asarray(step * np.arange(-math.ceil(low / step), math.ceil(high / step) + 1))
    return v, np.asarray(df * (v - 0.5 * np.expm1(2 * v)))


def _t_union(tails: Floats, loadings: Floats, sizes: list[int], *, df: float, two_sided: bool) -> float:
    """Integrate over the common scale s = sqrt(chi²/df), on the scale of log s (eq. 18)."""
    limits = -special.stdtrit(df, tails / 2 if two_sided else tails)
    step = min(0.15, _STEP / math.sqrt(2 * df))
    v, log_density = log_scales(df, step=step, end=_DENSITY_END)
    constant = math.log(2) + df / 2 * math.log(df / 2) - df / 2 - float(special.gammaln(df / 2))
    density = step * np.exp(constant + log_density)
    scaled = np.exp(v)[:, None] * limits[None, :]
    inside = np.zeros(v.size)
    start = 0
    for size in sizes:
        part = slice(start, start + size)
        inside += _log_inside(scaled[:, part], loadings[part], two_sided=two_sided)
        start += size
    return float(-np.expm1(inside) @ density)
