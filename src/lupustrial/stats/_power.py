"""Power and sample size for two proportions; equations in docs/methods/power.md."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._fisher import hypergeometric
from lupustrial.stats._results import SampleSize

TESTS = ("pearson", "n_minus_1", "yates", "fisher")
LARGEST_FISHER = 400
LARGEST_TABLES = 4_000_000


def _chi_square_p(n1: int, n2: int, test: str) -> Floats:
    x1 = np.arange(n1 + 1.0)[:, None]
    x2 = np.arange(n2 + 1.0)[None, :]
    n, events = n1 + n2, x1 + x2
    cross = np.abs(x1 * n2 - x2 * n1)
    if test == "yates":
        cross = np.maximum(0.0, cross - n / 2)
    margins = n1 * n2 * events * (n - events)
    inside = margins > 0
    statistic = np.where(inside, n * cross**2 / np.where(inside, margins, 1.0), 0.0)
    if test == "n_minus_1":
        statistic = statistic * (n - 1) / n
    return np.asarray(special.chdtrc(1.0, statistic))


def _fisher_p(n1: int, n2: int) -> Floats:
    if n1 + n2 > LARGEST_FISHER:
        message = f"{n1 + n2} participants; Fisher is enumerated up to {LARGEST_FISHER}"
        raise refuse("STAT-008", message, "n1 + n2", "use test='pearson' at this size")
    p_values = np.ones((n1 + 1, n2 + 1))
    for events in range(n1 + n2 + 1):
        low, ways = hypergeometric(n1, n2, events)
        order = sorted(range(len(ways)), key=ways.__getitem__)
        total, below, k = sum(ways), 0, 0
        while k < len(order):
            tied = [i for i in order[k:] if ways[i] == ways[order[k]]]
            below += sum(ways[i] for i in tied)
            for i in tied:
                p_values[low + i, events - low - i] = below / total
            k += len(tied)
    return p_values


@lru_cache(maxsize=32)
def _p_table(n1: int, n2: int, test: str) -> Floats:
    table = _fisher_p(n1, n2) if test == "fisher" else _chi_square_p(n1, n2, test)
    table.setflags(write=False)
    return table


def enumerate_p_values(*, n1: int, n2: int, test: str = "pearson") -> Floats:
    """Return the two-sided p of every possible table.

    Args:
        n1: Participants in the first group, at least 1.
        n2: Participants in the second group, at least 1.
        test: ``"pearson"``, ``"n_minus_1"``, ``"yates"`` or ``"fisher"``.

    Returns:
        Read-only array of shape (n1 + 1, n2 + 1): p at [x1, x2].

    Raises:
        StatisticsError: A size below 1 (STAT-001), unknown test (STAT-006), more than 400 participants for
            Fisher or 4 million tables (STAT-008).
    """
    check_choice("test", test, TESTS)
    hint = "give at least 1 participant"
    faults = [
        Fault(id="STAT-001", message=f"a group of {n!r}", place=name, hint=hint)
        for name, n in (("n1", n1), ("n2", n2))
        if n < 1
    ]
    if faults:
        raise StatisticsError(faults)
    if n1 * n2 > LARGEST_TABLES:
        message = f"{n1} x {n2} tables; at most {LARGEST_TABLES} are enumerated"
        raise refuse("STAT-008", message, "n1, n2", "use sample_size_two_proportions at this size")
    return _p_table(n1, n2, test)


def _binomial(n: int, p: float) -> Floats:
    x = np.arange(n + 1.0)
    log_ways = special.gammaln(n + 1.0) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.asarray(np.exp(log_ways + special.xlogy(x, p) + special.xlog1py(n - x, -p)))


def power_two_proportions(
    *, p1: float, p2: float, n1: int, n2: int, alpha: float = 0.05, test: str = "pearson"
) -> float:
    """Return the exact power of a two-sided test by enumerating every table (power.md, eq. 1).

    With ``p1 == p2`` it is the exact type I error at that rate.

    Args:
        p1: True rate in the first group, 0 to 1.
        p2: True rate in the second group, 0 to 1.
        n1: Participants in the first group.
        n2: Participants in the second group.
        alpha: Two-sided level; a table counts when p < alpha.
        test: As for `enumerate_p_values`.

    Raises:
        StatisticsError: As for `enumerate_p_values`; rates outside [0, 1] or alpha outside (0, 1) (STAT-007).
    """
    check_probabilities(alpha=alpha)
    hint = "give a rate between 0 and 1"
    faults = [
        Fault(id="STAT-007", message=f"{p!r} is not a rate", place=name, hint=hint)
        for name, p in (("p1", p1), ("p2", p2))
        if not 0 <= p <= 1
    ]
    if faults:
        raise StatisticsError(faults)
    rejects = enumerate_p_values(n1=n1, n2=n2, test=test) < alpha
    return min(1.0, float(_binomial(n1, p1) @ rejects @ _binomial(n2, p2)))


def sample_size_two_proportions(
    *, p1: float, p2: float, power: float = 0.8, alpha: float = 0.05, ratio: float = 1.0
) -> SampleSize:
    """Return the size for Pearson's test by the normal approximation (power.md, eq. 2).

    The variance under the null hypothesis is pooled, as in nQuery, rpact, gsDesign and R's power.prop.test.

    Args:
        p1: Assumed rate in the first group.
        p2: Assumed rate in the second group, different from p1.
        power: Power wanted.
        alpha: Two-sided level.
        ratio: Participants in the first group for each in the second.

    Returns:
        Sizes rounded up and as they come.

    Raises:
        StatisticsError: A rate, power or alpha outside (0, 1), equal rates or a ratio not above 0 (STAT-007).
    """
    check_probabilities(p1=p1, p2=p2, power=power, alpha=alpha)
    if p1 == p2:
        raise refuse("STAT-007", f"both rates are {p1}", "p1, p2", "no size can show a difference of zero")
    if not 0 < ratio < math.inf:
        raise refuse("STAT-007", f"a ratio of {ratio!r}", "ratio", "participants of group 1 per one of 2")
    pooled = (ratio * p1 + p2) / (ratio + 1)
    null = float(special.ndtri(1 - alpha / 2)) * math.sqrt((1 + ratio) * pooled * (1 - pooled))
    alternative = float(special.ndtri(power)) * math.sqrt(p1 * (1 - p1) + ratio * p2 * (1 - p2))
    n2 = (null + alternative) ** 2 / (ratio * (p1 - p2) ** 2)
    return SampleSize(
        method="normal_pooled_null",
        n1=math.ceil(ratio * n2),
        n2=math.ceil(n2),
        n1_unrounded=ratio * n2,
        n2_unrounded=n2,
        power=power,
        alpha=alpha,
    )


def detectable_rate(*, p1: float, n: int, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """Return the highest rate below ``p1`` that ``n`` per group can tell from it (power.md, eq. 3).

    The inverse of `sample_size_two_proportions` in p2; used to find what a published sample size assumed.

    Args:
        p1: Rate in the first group.
        n: Participants per group.
        power: Power wanted.
        alpha: Two-sided level.

    Returns:
        The rate, or ``None`` when even a rate next to 0 needs more than ``n`` per group.

    Raises:
        StatisticsError: A size below 1 (STAT-001), a value outside (0, 1) (STAT-007).
    """
    check_probabilities(p1=p1, power=power, alpha=alpha)
    if n < 1:
        raise refuse("STAT-001", f"a group of {n!r}", "n", "give at least 1 participant")
    low, high = p1 * 1e-9, p1 * (1 - 1e-9)

    def needed(p2: float) -> float:
        return sample_size_two_proportions(p1=p1, p2=p2, power=power, alpha=alpha).n2_unrounded

    if needed(low) > n:
        return None
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) <= n else (low, middle)
    return low
