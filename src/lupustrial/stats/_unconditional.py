"""Exact unconditional tests of a 2x2 table: Barnard, Boschloo, score (docs/methods/proportions.md, eq. 8-12).

For tables at least as extreme as the one seen, let w(s) be their conditional probability given s events in
all. The unconditional probability at a common proportion pi is then the Bernstein polynomial sum w(s) Bin(s;
N, pi) (eq. 8): the whole search over tables is done once, in whole numbers, and the nuisance parameter enters
only a polynomial in one variable. In theta, where pi = (1 - cos theta) / 2, it is a trigonometric polynomial
of degree N, so no maximum can hide between grid points spaced pi / (8 N) (eq. 9).
"""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import ALTERNATIVES, Floats, Table, check_choice, checked_table, refuse
from lupustrial.stats._fisher import hypergeometric
from lupustrial.stats._nuisance import common_rate_peaks
from lupustrial.stats._results import HypothesisTest

LARGEST = 2000
PRECISION = 2e-9
CERTAIN = 1 - 1e-12


def _supremum(weights: Floats) -> float:
    """Maximise eq. 8 over pi."""
    peaks = common_rate_peaks(weights)
    best = next(peak.value for peak in peaks if peak.value >= CERTAIN or peak.known_to(PRECISION))
    return 1.0 if best >= CERTAIN else best


def _checked(*, x1: int, n1: int, x2: int, n2: int, alternative: str) -> Table:
    check_choice("alternative", alternative, ALTERNATIVES)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    if table.n > LARGEST:
        message = f"{table.n} participants; exact unconditional tests are offered up to {LARGEST}"
        raise refuse("STAT-008", message, "n1 + n2", "use pearson or miettinen_nurminen at this size")
    return table


def _score_weights(table: Table, direction: str) -> Floats:
    """Return w(s) of eq. 8 for the pooled score statistic, compared in whole numbers.

    With a = x1 N - s n1, z has the sign of a and z^2 = a^2 / (s (N - s)) up to a constant.
    """
    n, scale_seen = table.n, table.events * (table.n - table.events)
    a_seen = table.x1 * n - table.events * table.n1
    weights = np.zeros(n + 1)
    for s in range(n + 1):
        low, ways = hypergeometric(table.n1, table.n2, s)
        scale = s * (n - s)
        if scale == 0:  # everybody alike: z counts as 0
            inside = sum(ways) if _reaches(0, a_seen, direction) else 0
        elif scale_seen == 0:  # the table seen has z = 0
            inside = sum(w for x, w in enumerate(ways, low) if _reaches(x * n - s * table.n1, 0, direction))
        else:
            # z >= z seen, both sides squared with their signs and freed of fractions
            limit = a_seen * abs(a_seen) * scale
            inside = sum(
                w
                for x, w in enumerate(ways, low)
                if _reaches((a := x * n - s * table.n1) * abs(a) * scale_seen, limit, direction)
            )
        weights[s] = inside / sum(ways)
    return weights


def _reaches(value: int, seen: int, direction: str) -> bool:
    """Whether a statistic is at least as extreme as the one seen, in the direction given."""
    if direction == "two-sided":
        return abs(value) >= abs(seen)
    return value >= seen if direction == "greater" else value <= seen


def barnard(*, x1: int, n1: int, x2: int, n2: int, alternative: str = "two-sided") -> HypothesisTest:
    """Test equal proportions by the exact unconditional test on the pooled z (proportions.md, eq. 8-10).

    This is what SAS (``EXACT BARNARD``) and SciPy's ``barnard_exact`` with the groups as columns compute.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        alternative: ``"two-sided"`` orders tables by the size of z; ``"greater"`` (first group higher) and
            ``"less"`` by z.

    Returns:
        Statistic z and the p value, the maximum over the common proportion, exact to about 1e-9 of itself.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown alternative (STAT-006), more than 2,000
            participants (STAT-008).
    """
    table = _checked(x1=x1, n1=n1, x2=x2, n2=n2, alternative=alternative)
    p_value = _supremum(_score_weights(table, alternative))
    return HypothesisTest(
        method="barnard", p_value=p_value, statistic=_pooled_z(table), alternative=alternative
    )


def unconditional_score(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by twice the smaller one-sided Barnard p (proportions.md, eq. 11).

    The "central" two-sided p of StatXact and exact2x2, which agrees with intervals that put alpha/2 on each
    side. Arguments and errors are as for `barnard`.
    """
    table = _checked(x1=x1, n1=n1, x2=x2, n2=n2, alternative="two-sided")
    sides = (_supremum(_score_weights(table, side)) for side in ("greater", "less"))
    p_value = min(1.0, 2 * min(sides))
    return HypothesisTest(method="unconditional_score", p_value=p_value, statistic=_pooled_z(table))


def _pooled_z(table: Table) -> float | None:
    if table.degenerate:
        return None
    pooled = table.events / table.n
    error = math.sqrt(pooled * (1 - pooled) * (1 / table.n1 + 1 / table.n2))
    return (table.p1 - table.p2) / error


def _boschloo_one_sided(table: Table, direction: str) -> float:
    """Return the sup of eq. 8 when tables are ordered by Fisher's one-sided p (eq. 12)."""
    low, ways = hypergeometric(table.n1, table.n2, table.events)
    at = table.x1 - low
    seen = sum(ways[at:]) if direction == "greater" else sum(ways[: at + 1])
    total_seen = sum(ways)
    weights = np.zeros(table.n + 1)
    for s in range(table.n + 1):
        _, margin = hypergeometric(table.n1, table.n2, s)
        total, tail = sum(margin), 0
        for w in reversed(margin) if direction == "greater" else margin:
            if (tail + w) * total_seen > seen * total:
                break
            tail += w
        weights[s] = tail / total
    return _supremum(weights)


def boschloo(*, x1: int, n1: int, x2: int, n2: int, alternative: str = "two-sided") -> HypothesisTest:
    """Test equal proportions by Boschloo's test: Fisher's p as the statistic (proportions.md, eq. 12).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        alternative: ``"two-sided"`` is twice the smaller one-sided p, at most 1 (as SciPy and exact2x2's
            central form); ``"greater"`` means the first group is higher.

    Returns:
        The p value, exact to about 1e-9 of itself; never above Fisher's one-sided p.

    Raises:
        StatisticsError: As for `barnard`.
    """
    table = _checked(x1=x1, n1=n1, x2=x2, n2=n2, alternative=alternative)
    if alternative == "two-sided":
        p_value = min(1.0, 2 * min(_boschloo_one_sided(table, side) for side in ("greater", "less")))
    else:
        p_value = _boschloo_one_sided(table, alternative)
    return HypothesisTest(method="boschloo", p_value=p_value, alternative=alternative)
