"""Covariance structures of repeated visits and their derivatives (docs/methods/mmrm.md, eq. 6-10).

A structure is a map from its parameters (the ones that SAS prints: variances, covariances, correlations) to
the m x m matrix over the visits. Linear structures (us, cs, toep) are sums of fixed matrices; the others are
a scale (one variance, or one a visit) times a correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats

SHARED = ("us", "toep", "toeph", "ar1", "arh1", "cs", "csh", "ad", "adh")
SPATIAL = ("sp_exp", "sp_gau")
COVARIANCES = SHARED + SPATIAL
MOST_CORRELATION = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """One structure over m visits.

    Attributes:
        names: The parameters, named as SAS names them.
        matrix: theta (k,) to the covariance (m, m).
        slope: theta to the first derivatives (k, m, m).
        second: theta to the second derivatives (k, k, m, m); ``None`` where the structure is linear.
        start: An empirical covariance (m, m) to parameters near it.
    """

    names: tuple[str, ...]
    matrix: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    second: Callable[[Floats], Floats] | None
    start: Callable[[Floats], Floats]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correlation:
    """A correlation over m visits by r parameters: value (m, m), slopes (r, m, m), seconds (r, r, m, m)."""

    names: tuple[str, ...]
    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    second: Callable[[Floats], Floats]
    start: Callable[[Floats], Floats]


@lru_cache(maxsize=64)
def structure(covariance: str, m: int) -> Structure:
    """Return the structure of one of the `SHARED` names over ``m`` visits."""
    if covariance in LINEAR:
        return _linear(*LINEAR[covariance](m))
    heterogeneous = covariance.endswith("h") or covariance == "arh1"
    return _scaled(CORRELATIONS[covariance](m), m, heterogeneous=heterogeneous)


def _linear(names: tuple[str, ...], basis: Floats) -> Structure:
    flat = basis.reshape(len(basis), -1)
    project = np.linalg.pinv(flat.T)
    return Structure(
        names=names,
        matrix=lambda theta: (theta @ flat).reshape(basis.shape[1:]),
        slope=lambda _: basis,
        second=None,
        start=lambda s: project @ s.ravel(),
    )


def _lag(m: int) -> NDArray[np.intp]:
    visits = np.arange(m)
    lag: NDArray[np.intp] = np.abs(visits[:, None] - visits[None, :])
    return lag


def _unstructured(m: int) -> tuple[tuple[str, ...], Floats]:
    row, column = np.tril_indices(m)
    basis = np.zeros((len(row), m, m))
    at = np.arange(len(row))
    basis[at, row, column] = basis[at, column, row] = 1.0
    return tuple(f"UN({i + 1},{j + 1})" for i, j in zip(row, column, strict=True)), basis


def _compound(m: int) -> tuple[tuple[str, ...], Floats]:
    return ("CS", "Residual"), np.stack([np.ones((m, m)), np.eye(m)])


def _toeplitz(m: int) -> tuple[tuple[str, ...], Floats]:
    names = ("Residual", *(f"TOEP({k + 1})" for k in range(1, m)))
    return names, np.stack([(_lag(m) == k).astype(np.float64) for k in range(m)])


LINEAR: dict[str, Callable[[int], tuple[tuple[str, ...], Floats]]] = {
    "us": _unstructured,
    "cs": _compound,
    "toep": _toeplitz,
}


def _by_masks(names: tuple[str, ...], masks: Floats) -> Correlation:
    """Correlations that are parameters themselves, each at the places of its mask."""
    r, m = len(masks), masks.shape[-1]
    places = np.maximum(masks.sum((1, 2)), 1.0)
    return Correlation(
        names=names,
        value=lambda rho: np.eye(m) + np.tensordot(rho, masks, 1),
        slope=lambda _: masks,
        second=lambda _: np.zeros((r, r, m, m)),
        start=lambda c: (masks * c).sum((1, 2)) / places,
    )


def _equal(m: int) -> Correlation:
    return _by_masks(("CSH",), 1.0 - np.eye(m)[None])


def _banded(m: int) -> Correlation:
    masks = np.zeros((m - 1, m, m))
    for k in range(1, m):
        masks[k - 1] = _lag(m) == k
    return _by_masks(tuple(f"TOEPH({k})" for k in range(1, m)), masks)


def _autoregressive(name: str, m: int) -> Correlation:
    lag = _lag(m)
    down, twice = np.maximum(lag - 1, 0), np.maximum(lag - 2, 0)
    neighbours = lag == 1
    return Correlation(
        names=(name,),
        value=lambda rho: rho[0] ** lag,
        slope=lambda rho: (lag * rho[0] ** down)[None],
        second=lambda rho: (lag * (lag - 1) * rho[0] ** twice)[None, None],
        start=lambda c: np.array([c[neighbours].mean() if m > 1 else 0.0]),
    )


def _antedependent(m: int) -> Correlation:
    """Product of the neighbours' correlations between two visits; derivatives leave factors out."""
    visits, links = np.arange(m), np.arange(m - 1)
    low = np.minimum(visits[:, None], visits[None, :])[..., None]
    high = np.maximum(visits[:, None], visits[None, :])[..., None]
    between = (links >= low) & (links < high)
    inside = np.moveaxis(between, -1, 0)
    other = ~np.eye(m - 1, dtype=bool)

    def left(rho: Floats, keep: NDArray[np.bool_]) -> Floats:
        product: Floats = np.where(between & keep[..., None, None, :], rho, 1.0).prod(-1)
        return product

    return Correlation(
        names=tuple(f"Rho({k + 1})" for k in links),
        value=lambda rho: left(rho, np.ones(m - 1, dtype=bool)),
        slope=lambda rho: inside * left(rho, other),
        second=lambda rho: (
            inside[:, None] * inside[None] * other[:, :, None, None] * left(rho, other[:, None] & other[None])
        ),
        start=lambda c: c[links, links + 1],
    )


CORRELATIONS: dict[str, Callable[[int], Correlation]] = {
    "csh": _equal,
    "toeph": _banded,
    "ar1": lambda m: _autoregressive("AR(1)", m),
    "arh1": lambda m: _autoregressive("ARH(1)", m),
    "ad": _antedependent,
    "adh": _antedependent,
}


@dataclass(frozen=True, slots=True)
class _Scale:
    """The scale of element (a, b) is the product of variances to the powers ``power[:, a, b]`` (eq. 7)."""

    power: Floats

    def derivatives(self, v: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the scale (m, m), its slopes (s, m, m) and seconds (s, s, m, m)."""
        column = v[:, None, None]
        with np.errstate(
            invalid="ignore", divide="ignore"
        ):  # a step may try a variance below 0; it is refused
            scale = (column**self.power).prod(0)
            ratio = self.power / column
        twice = ratio[:, None] * ratio[None]
        at = np.arange(len(v))
        twice[at, at] -= ratio / column
        return scale, scale * ratio, scale * twice


def _scaled(correlation: Correlation, m: int, *, heterogeneous: bool) -> Structure:
    half = np.eye(m) / 2
    power = half[:, :, None] + half[:, None, :] if heterogeneous else np.ones((1, m, m))
    scale, s = _Scale(power), len(power)
    variances = tuple(f"Var({k + 1})" for k in range(m)) if heterogeneous else ("Residual",)

    def slope(theta: Floats) -> Floats:
        f, df, _ = scale.derivatives(theta[:s])
        return np.concatenate([df * correlation.value(theta[s:]), f * correlation.slope(theta[s:])])

    def second(theta: Floats) -> Floats:
        f, df, ddf = scale.derivatives(theta[:s])
        rho = theta[s:]
        k, slopes = len(theta), correlation.slope(rho)
        every = np.empty((k, k, m, m))
        every[:s, :s] = ddf * correlation.value(rho)
        every[:s, s:] = df[:, None] * slopes[None]
        every[s:, :s] = np.swapaxes(every[:s, s:], 0, 1)
        every[s:, s:] = f * correlation.second(rho)
        return every

    def start(cov: Floats) -> Floats:
        spread = np.sqrt(np.diag(cov))
        rho = correlation.start(cov / np.outer(spread, spread))
        v = np.diag(cov) if heterogeneous else np.array([np.diag(cov).mean()])
        return np.concatenate([v, np.clip(rho, -MOST_CORRELATION, MOST_CORRELATION)])

    return Structure(
        names=variances + correlation.names,
        matrix=lambda theta: scale.derivatives(theta[:s])[0] * correlation.value(theta[s:]),
        slope=slope,
        second=second,
        start=start,
    )
