"""Score intervals of Miettinen and Nurminen (1985) for two proportions (docs/methods/intervals.md, eq. 7-10).

Each measure has a *constrained estimate*: the pair of proportions that is most likely when the difference
(ratio, odds ratio) is held at a value. The score of that value falls steadily as the value grows, so each
limit is found by bisection where the score meets the normal quantile.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lupustrial.stats._arguments import Table, check_choice, checked_table, refuse
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._results import Estimate

HALVINGS = 80
TINY = 1e-300
Score = Callable[[Table, float], float]


def _constrained_difference(table: Table, difference: float) -> tuple[float, float]:
    """Solve the cubic of Miettinen and Nurminen for p1 = p2 + difference (eq. 7)."""
    n = table.n
    l3 = float(n)
    l2 = (table.n1 + 2 * table.n2) * difference - n - table.events
    l1 = (table.n2 * difference - n - 2 * table.x2) * difference + table.events
    l0 = table.x2 * difference * (1 - difference)
    q = l2**3 / (27 * l3**3) - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    root = math.sqrt(max(0.0, l2**2 / (9 * l3**2) - l1 / (3 * l3)))
    p = math.copysign(root, q)
    angle = (math.pi + math.acos(max(-1.0, min(1.0, q / p**3)))) / 3 if p else 0.0
    p2 = 2 * p * math.cos(angle) - l2 / (3 * l3)
    p2 = min(max(p2, 0.0, -difference), 1.0, 1.0 - difference)
    return p2 + difference, p2


def _score_difference(table: Table, difference: float) -> float:
    p1, p2 = _constrained_difference(table, difference)
    variance = p1 * (1 - p1) / table.n1 + p2 * (1 - p2) / table.n2
    return _over(table.p1 - table.p2 - difference, variance)


def _score_ratio(table: Table, ratio: float) -> float:
    """Score of a risk ratio (eq. 8): the constrained estimate solves a quadratic."""
    a = table.n * ratio
    b = -(table.n1 * ratio + table.x1 + table.n2 + table.x2 * ratio)
    p2 = 2 * table.events / (-b + math.sqrt(max(0.0, b * b - 4 * a * table.events)))
    p1 = min(1.0, p2 * ratio)
    variance = p1 * (1 - p1) / table.n1 + ratio**2 * p2 * (1 - p2) / table.n2
    return _over(table.p1 - ratio * table.p2, variance)


def _score_odds(table: Table, odds: float) -> float:
    """Score of an odds ratio (eq. 9): the constrained estimate solves a quadratic."""
    a = table.n2 * (odds - 1)
    b = table.n1 * odds + table.n2 - table.events * (odds - 1)
    p2 = 2 * table.events / (b + math.sqrt(b * b + 4 * a * table.events))
    p1 = p2 * odds / (1 + p2 * (odds - 1))
    weights = 1 / (table.n1 * p1 * (1 - p1)) + 1 / (table.n2 * p2 * (1 - p2))
    return table.n1 * (table.p1 - p1) * math.sqrt(weights)


def _over(excess: float, variance: float) -> float:
    """Divide by the standard error; where it is 0 (edges of the square) the score is huge, or 0 for 0."""
    return excess / math.sqrt(max(variance, TINY))


SCORES: dict[str, Score] = {
    "risk difference": _score_difference,
    "risk ratio": _score_ratio,
    "odds ratio": _score_odds,
}


def _limit(table: Table, score: Score, target: float, *, low: float, high: float, ratio: bool) -> float:
    """Bisect for the value whose score is ``target``; ratios are searched as v / (1 + v) in [0, 1]."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        value = middle / (1 - middle) if ratio else middle
        if score(table, value) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _estimate(table: Table, measure: str) -> float:
    if measure == "risk difference":
        return table.p1 - table.p2
    above, below = table.x1 * table.n2, table.x2 * table.n1
    if measure == "odds ratio":
        above, below = table.x1 * (table.n2 - table.x2), table.x2 * (table.n1 - table.x1)
    if above == below == 0:
        message = f"{table}: the {measure} is 0/0"
        raise refuse("STAT-005", message, "x1, x2", "report the risk difference")
    return above / below if below else math.inf


def miettinen_nurminen(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    confidence_level: float = 0.95,
    variance_correction: bool = True,
) -> Estimate:
    """Estimate a difference, ratio or odds ratio with the score interval of Miettinen and Nurminen.

    The interval agrees with the score test: it excludes no difference exactly when the (N-1) chi-square
    (Pearson's, without ``variance_correction``) is significant at 1 - ``confidence_level``. Equations 7-10 of
    intervals.md.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        confidence_level: Nominal coverage.
        variance_correction: Multiply the variance by N/(N-1), as Miettinen and Nurminen do; without it the
            interval is Mee's (differences) or Koopman's (ratios).

    Returns:
        Estimate and limits; a ratio's upper limit is ``math.inf`` when the second group has no event.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), a ratio that is 0/0 (STAT-005), unknown measure
            (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("measure", measure, tuple(SCORES))
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    z = normal_quantile(confidence_level)
    if variance_correction:
        z *= math.sqrt(table.n / (table.n - 1))
    estimate = _estimate(table, measure)
    score = SCORES[measure]
    ratio = measure != "risk difference"
    first, last = (0.0, 1.0) if ratio else (-1.0, 1.0)
    at = estimate if not ratio else 1.0 if math.isinf(estimate) else estimate / (1 + estimate)
    low = first if at == first else _limit(table, score, z, low=first, high=at, ratio=ratio)
    high = last if at == last else _limit(table, score, -z, low=at, high=last, ratio=ratio)
    if ratio:
        low, high = low / (1 - low), math.inf if high == 1 else high / (1 - high)
    return Estimate(
        method="miettinen_nurminen" if variance_correction else "mee",
        measure=measure,
        estimate=estimate,
        lower=low,
        upper=high,
        confidence_level=confidence_level,
    )
