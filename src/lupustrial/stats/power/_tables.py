"""The p value of every possible 2x2 table, for tests whose p needs no search (power.md, eq. 1)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, Floats, check_choice, refuse
from lupustrial.stats._fisher import hypergeometric
from lupustrial.stats.power._checks import check_sizes
from lupustrial.stats.power._constrained import DIFFERENCE, constrained_rates

SIGNED = ("pearson", "n_minus_1", "yates", "unpooled")
CONDITIONAL = ("fisher", "fisher_midp")
DIRECT = (*SIGNED, *CONDITIONAL)
LARGEST_FISHER = 400
LARGEST_TABLES = 4_000_000
NEAR = 1e-9


def counts(n1: int, n2: int) -> tuple[Floats, Floats]:
    """Return the events of both groups as a column and a row, so that they span every table."""
    return np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)[None, :]


def signed_z(n1: int, n2: int, test: str) -> Floats:
    """Return z of every table, 0 where everybody has the same outcome."""
    x1, x2 = counts(n1, n2)
    n, events = n1 + n2, x1 + x2
    cross = x1 * n2 - x2 * n1
    if test == "unpooled":
        variance = x1 * (n1 - x1) / n1**3 + x2 * (n2 - x2) / n2**3
        # 0 of n against all of n has no variance of its own, and no doubt either
        z = np.divide(cross / (n1 * n2), np.sqrt(variance), out=np.zeros_like(cross), where=variance > 0)
        return np.where((variance == 0) & (cross != 0), np.copysign(np.inf, cross), z)
    if test == "yates":
        cross = np.sign(cross) * np.maximum(0.0, np.abs(cross) - n / 2)
    margins = n1 * n2 * events * (n - events)
    scale = n - 1 if test == "n_minus_1" else n
    squared = np.divide(scale * cross**2, margins, out=np.zeros_like(cross), where=margins > 0)
    return np.copysign(np.sqrt(squared), cross)


def _normal_p(z: Floats, alternative: str) -> Floats:
    if alternative == "two-sided":
        return np.asarray(special.chdtrc(1.0, z**2))
    return np.asarray(special.ndtr(-z if alternative == "greater" else z))


def significant(z: Floats, alternative: str, alpha: float) -> NDArray[np.bool_]:
    """Return where the normal p lies below alpha; p itself is computed only next to the critical value."""
    if alternative == "two-sided":
        strength, edge = z**2, float(special.chdtri(1.0, alpha))
    else:
        strength, edge = (z if alternative == "greater" else -z), -float(special.ndtri(alpha))
    inside = np.asarray(strength > edge)
    near = np.abs(strength - edge) <= NEAR * max(1.0, abs(edge))
    inside[near] = _normal_p(z[near], alternative) < alpha
    return inside


def _two_sided(ways: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return, for each table of a margin, the ways of all that are likelier by no more, and of those tied.

    The ways rise to their mode and fall again, so the least likely table is always at one of the ends.
    """
    found = [(0, 0)] * len(ways)
    left, right, below = 0, len(ways) - 1, 0
    while left <= right:
        least = min(ways[left], ways[right])
        tied = []
        while left <= right and ways[left] == least:
            tied.append(left)
            left += 1
        while left <= right and ways[right] == least:
            tied.append(right)
            right -= 1
        weight = least * len(tied)
        below += weight
        for i in tied:
            found[i] = (below, weight)
    return found


def _one_sided(ways: tuple[int, ...], *, greater: bool) -> list[tuple[int, int]]:
    """Return, for each table of a margin, the ways of its tail, and of itself."""
    found, tail = [], 0
    for w in reversed(ways) if greater else ways:
        tail += w
        found.append((tail, w))
    return found[::-1] if greater else found


def _conditional_p(n1: int, n2: int, test: str, alternative: str) -> Floats:
    p_values = np.ones((n1 + 1, n2 + 1))
    for events in range(n1 + n2 + 1):
        low, ways = hypergeometric(n1, n2, events)
        total = sum(ways)
        if alternative == "two-sided":
            tails = _two_sided(ways)
        else:
            tails = _one_sided(ways, greater=alternative == "greater")
        for x1, ((tail, _), own) in enumerate(zip(tails, ways, strict=True), low):
            # a ratio of whole numbers, rounded once: equal tables have equal p
            p = tail / total if test == "fisher" else (2 * tail - own) / (2 * total)
            p_values[x1, events - x1] = p
    return p_values


@lru_cache(maxsize=4)
def p_table(n1: int, n2: int, test: str, alternative: str) -> Floats:
    """Return p of every table; read-only, since it is kept for the next call."""
    if test in CONDITIONAL:
        table = _conditional_p(n1, n2, test, alternative)
    else:
        table = _normal_p(signed_z(n1, n2, test), alternative)
    table.setflags(write=False)
    return table


def margin_z(n1: int, n2: int, margin: float) -> Floats:
    """Return z of the score test of Farrington and Manning of every table, for a risk difference."""
    x1, x2 = counts(n1, n2)
    p1, p2 = x1 / n1, x2 / n2
    held = constrained_rates(p1, p2, ratio=n1 / n2, margin=margin, measure=DIFFERENCE)
    first, second = held[..., 0], held[..., 1]
    variance = np.maximum(0.0, first * (1 - first) / n1 + second * (1 - second) / n2)
    excess = p1 - p2 - margin
    z = np.divide(excess, np.sqrt(variance), out=np.zeros_like(excess), where=variance > 0)
    return np.where((variance == 0) & (excess != 0), np.copysign(np.inf, excess), z)


def check_enumerable(n1: int, n2: int, test: str) -> None:
    """Raise where there are too many tables (STAT-008), or a group of nobody (STAT-001)."""
    check_sizes(n1=n1, n2=n2)
    if test not in (*SIGNED, "farrington_manning") and n1 + n2 > LARGEST_FISHER:
        message = f"{n1 + n2} participants; {test} is enumerated up to {LARGEST_FISHER}"
        raise refuse("STAT-008", message, "n1 + n2", "use test='pearson' at this size")
    if n1 * n2 > LARGEST_TABLES:
        message = f"{n1} x {n2} tables; at most {LARGEST_TABLES} are enumerated"
        raise refuse("STAT-008", message, "n1, n2", "use sample_size_two_proportions at this size")


def enumerate_p_values(*, n1: int, n2: int, test: str = "pearson", alternative: str = "two-sided") -> Floats:
    """Return the p of every possible table.

    Args:
        n1: Participants in the first group, at least 1.
        n2: Participants in the second group, at least 1.
        test: ``"pearson"``, ``"n_minus_1"``, ``"yates"``, ``"unpooled"`` (Wald), ``"fisher"`` or
            ``"fisher_midp"``.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.

    Returns:
        Read-only array of shape (n1 + 1, n2 + 1): p at [x1, x2].

    Raises:
        StatisticsError: A size below 1 (STAT-001), unknown option (STAT-006), more than 400 participants for
            Fisher or 4 million tables (STAT-008).
    """
    check_choice("test", test, DIRECT)
    check_choice("alternative", alternative, ALTERNATIVES)
    check_enumerable(n1, n2, test)
    return p_table(int(n1), int(n2), test, alternative)
