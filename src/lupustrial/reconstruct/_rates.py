"""How many respond at visits whose counts are not published, from what is printed about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from scipy import stats

from lupustrial.reconstruct._schema import RateSpec
from lupustrial.reconstruct._solve import new_model, solve

_FAR = 10  # a unit of distance from the straight line between published counts
_BEND = 1  # a unit of change of slope


def responders_by_week(
    rates: Sequence[RateSpec],
    sizes: Mapping[str, int],
    known: Mapping[str, Mapping[int, int]],
    limits: Mapping[str, Mapping[int, tuple[int, int]]],
) -> dict[str, dict[int, int]] | None:
    """Choose counts of responders by arm and week.

    Args:
        rates: Printed comparisons (significant or not) of weeks without counts.
        sizes: Participants counted in each arm (two arms).
        known: Counts at weeks where they are published; week 0 is 0.
        limits: Least and greatest count at each other week.

    Returns:
        Counts at all weeks near the straight line between the known ones, that do not fall where those rise
        and agree with every printed comparison; ``None`` where there are none.
    """
    arms = list(sizes)
    weeks = sorted({week for by_week in limits.values() for week in by_week} | set(known[arms[0]]))
    model = new_model()
    counts = {
        (arm, week): model.new_int_var(0, sizes[arm], f"{arm}@{week}") for arm in arms for week in weeks
    }
    costs: list[Any] = []
    for arm in arms:
        costs.extend(_course(model, {week: counts[arm, week] for week in weeks}, known[arm], limits[arm]))
    for rate in rates:
        for week in rate.weeks:
            if week not in known[arms[0]]:
                pairs = _agreeing(rate, arms, sizes)
                model.add_allowed_assignments([counts[arm, week] for arm in arms], pairs)
    model.minimize(sum(costs))
    solver = solve(model, effort=2.0)
    if solver is None:
        return None
    return {arm: {week: int(solver.value(counts[arm, week])) for week in weeks} for arm in arms}


def _course(
    model: Any, counts: Mapping[int, Any], known: Mapping[int, int], limits: Mapping[int, tuple[int, int]]
) -> list[Any]:
    """Keep an arm's counts to what is known; return what it costs to leave the line, and to bend."""
    costs = []
    for week, variable in counts.items():
        if week in known:
            model.add(variable == known[week])
            continue
        model.add(variable >= limits[week][0])
        model.add(variable <= limits[week][1])
        costs.append(_FAR * _distance(model, variable, _line(known, week)))
    for one, two in pairwise(counts):
        if _rising(known, one, two):
            model.add(counts[two] >= counts[one])
    for one, two, three in zip(counts, list(counts)[1:], list(counts)[2:], strict=False):
        costs.append(_BEND * _distance(model, counts[one] + counts[three] - 2 * counts[two], 0))
    return costs


def _line(known: Mapping[int, int], week: int) -> int:
    before, after = max(w for w in known if w < week), min(w for w in known if w > week)
    return round(known[before] + (known[after] - known[before]) * (week - before) / (after - before))


def _rising(known: Mapping[int, int], one: int, two: int) -> bool:
    before, after = max(w for w in known if w <= one), min((w for w in known if w >= two), default=None)
    return after is not None and known[before] <= known[after]


def _distance(model: Any, expression: Any, wanted: int) -> Any:
    distance = model.new_int_var(0, 1000, "")
    model.add(distance >= expression - wanted)
    model.add(distance >= wanted - expression)
    return distance


def _agreeing(rate: RateSpec, arms: Sequence[str], sizes: Mapping[str, int]) -> list[tuple[int, ...]]:
    """All pairs of counts of which Pearson's chi-square says what is printed."""
    one, two = arms
    found: list[tuple[int, ...]] = []
    for pair in product(range(sizes[one] + 1), range(sizes[two] + 1)):
        share = {arm: count / sizes[arm] for arm, count in zip(arms, pair, strict=True)}
        direction = rate.higher is None or all(
            share[rate.higher] > share[arm] for arm in arms if arm != rate.higher
        )
        significant = pearson(pair[0], sizes[one], pair[1], sizes[two]) < float(rate.alpha)
        if significant == rate.significant and (direction or not significant):
            found.append(pair)
    return found


def pearson(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided p of Pearson's chi-square without correction; 1 where a margin is empty."""
    total, present = n1 + n2, x1 + x2
    if present in {0, total}:
        return 1.0
    statistic = total * (x1 * (n2 - x2) - x2 * (n1 - x1)) ** 2 / (n1 * n2 * present * (total - present))
    return float(stats.chi2.sf(statistic, 1))
