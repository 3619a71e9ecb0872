"""Truncated Holm, Hochberg and Hommel as local tests of intersections; multiplicity.md, eq. 7, 8, 14."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lupustrial.stats._arguments import Floats

#: Component → the critical constants, as parts of alpha, of the r-th smallest of k p values, r = 1 … k.
_SHARES: dict[str, Callable[[int], Floats]] = {
    "bonferroni": np.zeros,
    "holm": lambda k: np.full(k, 1 / k),
    "hochberg": lambda k: 1 / np.arange(k, 0, -1.0),
    "hommel": lambda k: np.arange(1.0, k + 1) / k,
}
COMPONENTS = tuple(name for name in _SHARES if name != "bonferroni")
FAMILY_METHODS = tuple(_SHARES)


def critical_parts(method: str, *, k: int, n: int, truncation: float) -> Floats:
    """Return the parts of alpha with which the k sorted p values of an intersection are compared (eq. 7).

    Args:
        method: A name in ``FAMILY_METHODS``; Bonferroni is any of them with truncation 0.
        k: Hypotheses of the family in the intersection, at least 1.
        n: Hypotheses of the family.
        truncation: γ.
    """
    gamma = 0.0 if method == "bonferroni" else truncation
    return np.asarray(gamma * _SHARES[method](k) + (1 - gamma) / n)


def local_p(sorted_p: Floats, method: str, *, n: int, truncation: float) -> float:
    """Return the p value of an intersection from the sorted p values of its hypotheses (eq. 7)."""
    parts = critical_parts(method, k=sorted_p.size, n=n, truncation=truncation)
    return float((sorted_p / parts).min())


def used_part(method: str, *, k: int, n: int, truncation: float) -> float:
    """Return the part of alpha that a family uses up when k of its n hypotheses are true (eq. 14)."""
    gamma = 0.0 if method == "bonferroni" else truncation
    return gamma + (1 - gamma) * k / n if k else 0.0


def adjusted_by_size(p: Floats, method: str, truncation: float) -> Floats:
    """Adjust p values by the closed test whose local tests are symmetric in the hypotheses (eq. 8).

    The local p value rises with each p value. Of all intersections of k hypotheses that hold a given one, the
    one with the k - 1 largest other p values has therefore the largest p, and m intersections do for 2^(m-1).
    """
    n = p.size
    order = np.argsort(p, kind="stable")
    ascending = p[order]
    worst = np.zeros(n)
    for k in range(1, n + 1):
        parts = critical_parts(method, k=k, n=n, truncation=truncation)
        ratios = ascending[n - k + 1 :] / parts[1:]
        tail = float(ratios.min()) if k > 1 else np.inf
        others = np.minimum(ascending[: n - k + 1] / parts[0], tail)
        worst[: n - k + 1] = np.maximum(worst[: n - k + 1], others)
        worst[n - k + 1 :] = np.maximum(worst[n - k + 1 :], others[-1])
    result = np.empty(n)
    result[order] = np.minimum(1.0, worst)
    return result
