"""Exact inference on a common odds ratio, given all margins (docs/methods/stratified.md, eq. 8-11).

The ways to each total of events in the first group are counted in whole numbers, so ties are exact. The
counts of two strata are convolved as one product of very long numbers, in which each count has a field that
is wide enough for any sum; Python multiplies long decimals far faster than long integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import MAX_EMAX, Context, Decimal, Inexact
from functools import lru_cache

import numpy as np
from scipy import optimize, special

from lupustrial.stats._arguments import ALTERNATIVES, Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._fisher import hypergeometric
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._strata import Counts, Strata, checked_strata, joined

LARGEST = 5000
ONE_TABLE = "the margins leave one table only; no difference can be shown"
WIDEST = 700.0
Ways = tuple[int, ...]


def _packed(ways: Ways, width: int) -> Decimal:
    return Decimal("".join(str(way).rjust(width, "0") for way in ways))


def _product(first: Ways, second: Ways = (1,)) -> Ways:
    """Convolve two lists of counts by one multiplication of long decimals, each count a field of digits."""
    if second == (1,):
        return first
    width = len(str(sum(first) * sum(second)))
    digits = width * (len(first) + len(second) - 1)
    exact = Context(prec=digits, Emax=MAX_EMAX, traps=[Inexact])
    product = exact.multiply(_packed(first, width), _packed(second, width))
    text = str(product).rjust(digits, "0")
    return tuple(int(text[at : at + width]) for at in range(0, digits, width))


@lru_cache(maxsize=64)
def _totals(margins: tuple[tuple[int, int, int], ...]) -> tuple[int, Ways]:
    """Return the least total of events in the first group, and the ways to it and each following."""
    parts = [hypergeometric(n1, n2, events) for n1, n2, events in margins] or [(0, (1,))]
    low, ways = sum(least for least, _ in parts), [here for _, here in parts]
    while len(ways) > 1:
        # two by two, so that only the last products are long
        ways = [_product(*ways[at : at + 2]) for at in range(0, len(ways), 2)]
    return low, ways[0]


def _distribution(strata: Strata) -> tuple[int, int, Ways]:
    """Return the observed total, the least possible one and the ways (eq. 8)."""
    if strata.n > LARGEST:
        message = f"{strata.n} participants; the exact test is offered up to {LARGEST}"
        raise refuse("STAT-008", message, "n1 + n2", "use cmh and mantel_haenszel_odds_ratio at this size")
    used = strata.kept(strata.varied, "")
    rows = zip(used.n1, used.n2, used.events, strict=True)
    low, ways = _totals(tuple((int(n1), int(n2), int(events)) for n1, n2, events in rows))
    return int(used.x1.sum()), low, ways


def cmh_exact(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    alternative: str = "two-sided",
    mid_p: bool = False,
) -> HypothesisTest:
    """Test whether two groups differ in any stratum, exactly, given all margins (stratified.md, eq. 8-9).

    With one stratum it is Fisher's test.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        alternative: ``"two-sided"`` sums all totals that are no likelier than the one seen (as R does);
            ``"greater"`` is the tail in which the first group has more events, ``"less"`` the other.
        mid_p: Give half the weight to the total seen.

    Returns:
        The p value; 1 with a note where the margins leave one table only.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), unknown alternative (STAT-006), above 5000 participants (STAT-008).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    seen, low, ways = _distribution(strata)
    at = seen - low
    extreme = {
        "two-sided": sum(way for way in ways if way <= ways[at]),
        "greater": sum(ways[at:]),
        "less": sum(ways[: at + 1]),
    }[alternative]
    doubled = 2 * extreme - (ways[at] if mid_p else 0)
    return HypothesisTest(
        method="cmh_exact_midp" if mid_p else "cmh_exact",
        p_value=doubled / (2 * sum(ways)),
        alternative=alternative,
        note=joined(strata.note, ONE_TABLE if len(ways) == 1 else ""),
    )


def _root(function: Callable[[float], float]) -> float:
    """Find the log odds ratio at which a rising function is 0."""
    reach = 1.0
    while reach < WIDEST and not function(-reach) < 0 < function(reach):
        reach *= 2
    return math.exp(float(optimize.brentq(function, -reach, reach, xtol=1e-14)))


def _tails(log_ways: Floats, log_odds: float) -> Floats:
    """Return the probabilities of all totals at a log odds ratio (eq. 10)."""
    return np.asarray(special.softmax(log_ways + np.arange(log_ways.size) * log_odds))


def _solve(seen: int, ways: Ways, tail: float, half: float) -> tuple[float, float, float]:
    """Return the conditional estimate and limits; ``half`` is the share of the total seen in its own tail."""
    logs = np.array([math.log(way) for way in ways])
    totals = np.arange(logs.size)
    last = logs.size - 1

    def mean(log_odds: float) -> float:
        return float(_tails(logs, log_odds) @ totals) - seen

    def above(log_odds: float) -> float:
        p = _tails(logs, log_odds)
        return float(p[seen + 1 :].sum() + half * p[seen]) - tail

    def below(log_odds: float) -> float:
        p = _tails(logs, log_odds)
        return tail - float(p[:seen].sum() + half * p[seen])

    estimate = 0.0 if seen == 0 else math.inf if seen == last else _root(mean)
    lower = 0.0 if seen == 0 else _root(above)
    upper = math.inf if seen == last else _root(below)
    return estimate, lower, upper


def conditional_odds_ratio(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    confidence_level: float = 0.95,
    mid_p: bool = False,
) -> StratifiedEstimate:
    """Estimate a common odds ratio by conditional maximum likelihood, with exact limits (eq. 10-11).

    Arguments are as for `cmh_exact`; ``mid_p`` gives the shorter mid-p limits, which may cover slightly less
    than ``confidence_level``.

    Returns:
        Estimate and limits; 0 or ``math.inf`` where the total seen is the least or the greatest possible.

    Raises:
        StatisticsError: As for `cmh_exact`; margins that leave one table only (STAT-005); level outside
            (0, 1) (STAT-007).
    """
    check_probabilities(confidence_level=confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    seen, low, ways = _distribution(strata)
    if len(ways) == 1:
        raise refuse("STAT-005", f"the odds ratio is 0/0: {ONE_TABLE}", "x1, x2", "report the counts")
    tail = (1 - confidence_level) / 2
    estimate, lower, upper = _solve(seen - low, ways, tail, 0.5 if mid_p else 1.0)
    return StratifiedEstimate(
        method="conditional_midp" if mid_p else "conditional",
        measure="odds ratio",
        weighting="conditional likelihood",
        weights=(),
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        strata=int(strata.varied.sum()),
        n=int(strata.total[strata.varied].sum()),
        note=strata.kept(strata.varied, "all have the same outcome").note,
    )
