"""What must hold for exact unconditional tests and intervals, and what their bounds rest on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from lupustrial import stats
from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Table
from lupustrial.stats._score_functions import CONSTRAINED, MEASURES, SCORES
from lupustrial.stats.unconditional._problem import Box, Problem
from lupustrial.stats.unconditional._regions import region
from lupustrial.stats.unconditional._search import _Scale
from lupustrial.stats.unconditional._supremum import supremum

Counts = dict[str, int]
LEVELS = st.sampled_from([0.8, 0.95, 0.99])
SIDES = st.sampled_from(["central", "square"])


@st.composite
def tables(draw: st.DrawFn, largest: int = 9) -> Counts:
    n1, n2 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return {"x1": draw(st.integers(0, n1)), "n1": n1, "x2": draw(st.integers(0, n2)), "n2": n2}


def swapped(table: Counts) -> Counts:
    return {"x1": table["x2"], "n1": table["n2"], "x2": table["x1"], "n2": table["n1"]}


def complement(table: Counts) -> Counts:
    return {**table, "x1": table["n1"] - table["x1"], "x2": table["n2"] - table["x2"]}


def interval(table: Counts, **options: Any) -> stats.Estimate:
    assume(_sample(Table(**table), options["measure"]) is not None)
    return stats.exact_unconditional_interval(**table, **options)


def values_of(measure: str) -> st.SearchStrategy[float]:
    if measure == "risk difference":
        return st.floats(-0.95, 0.95)
    return st.floats(math.log(0.02), math.log(50)).map(math.exp)


# ---------------------------------------------------------------- what the exact method rests on


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_scores_fall_and_constrained_proportions_move_one_way_as_the_value_grows(
    measure: str, data: st.DataObject
) -> None:
    table = Table(**data.draw(tables(40)))
    values = np.sort(data.draw(st.lists(values_of(measure), min_size=2, max_size=6, unique=True)))
    counts = [np.full(values.shape, float(count)) for count in (table.x1, table.n1, table.x2, table.n2)]
    scores = SCORES[measure](*counts, values)
    assert (np.diff(scores) <= 1e-6 * (1 + np.abs(scores[:-1]))).all()
    p1, p2 = CONSTRAINED[measure](*counts, values)
    assert (np.diff(p1) >= -2e-8).all()
    assert (np.diff(p2) <= 2e-8).all()


@pytest.mark.parametrize("measure", ["risk difference", "risk ratio"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_scores_rise_with_x1_and_fall_with_x2(measure: str, data: st.DataObject) -> None:
    """Barnard's convexity: closing a region under these moves adds no table (for odds ratios it can)."""
    n1, n2 = data.draw(st.integers(1, 25)), data.draw(st.integers(1, 25))
    value = data.draw(values_of(measure))
    every = np.arange(n1 + 1.0)[:, None], np.array([n1]), np.arange(n2 + 1.0)[None, :], np.array([n2])
    scores = SCORES[measure](*every, np.array([value]))
    assert (np.diff(scores, axis=0) >= -1e-6).all()
    assert (np.diff(scores, axis=1) <= 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(data=st.data(), square=st.booleans(), measure=st.sampled_from(MEASURES))
def test_a_region_over_a_range_holds_the_region_at_every_value_within(
    *, data: st.DataObject, square: bool, measure: str
) -> None:
    table = Table(**data.draw(tables(14)))
    problem = Problem(table, measure, square=square)
    seen = _sample(table, measure)
    assume(seen is not None)
    assert seen is not None
    low, middle, high = sorted(data.draw(st.tuples(*[values_of(measure)] * 3)))
    assume(high < seen - 1e-6)
    over, at = region(problem, low, high), region(problem, middle, middle)
    assert (over.upper >= at.upper).all()
    if square:
        assert over.lower is not None
        assert at.lower is not None
        assert (over.lower <= at.lower).all()


def _sample(table: Table, measure: str) -> float | None:
    if measure == "risk difference":
        return table.p1 - table.p2
    above, below = table.x1 * table.n2, table.x2 * table.n1
    if measure == "odds ratio":
        above, below = table.x1 * (table.n2 - table.x2), table.x2 * (table.n1 - table.x1)
    return above / below if below else math.inf if above else None


def _brute_force(
    problem: Problem, inside: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None], value: float
) -> float:
    """Sum the region at 4,001 nuisance proportions, with SciPy's binomial probabilities."""
    table, box = problem.table, problem.box
    p2 = np.concatenate([np.linspace(0, 1, 2001), 1 / (1 + np.exp(-np.linspace(-20, 20, 2000)))])
    if problem.measure == "risk difference":
        p2 = np.concatenate([p2, [max(0.0, -value), min(1.0, 1 - value)]])
        p1 = p2 + value
    elif problem.measure == "risk ratio":
        p2 = np.concatenate([p2, [min(1.0, 1 / value)]])
        p1 = p2 * value
    else:
        p1 = p2 * value / (1 - p2 + p2 * value)
    kept = (p1 >= box.low1) & (p1 <= box.high1) & (p2 >= box.low2) & (p2 <= box.high2)
    if not kept.any():
        return 0.0
    first = binom.pmf(np.arange(table.n1 + 1), table.n1, np.clip(p1[kept], 0, 1)[:, None])
    second = binom.pmf(np.arange(table.n2 + 1), table.n2, p2[kept][:, None])
    upper, lower = inside
    across = np.arange(table.n2 + 1)
    chosen = across[None, :] < upper[:, None]
    if lower is not None:
        chosen |= across[None, :] >= lower[:, None]
    return float(np.einsum("gi,ij,gj->g", first, chosen.astype(float), second).max())


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    measure=st.sampled_from(MEASURES),
    square=st.booleans(),
    cuts=st.tuples(*[st.floats(0, 1)] * 4),
    boxed=st.booleans(),
)
def test_the_supremum_lies_between_its_bounds(
    *, data: st.DataObject, measure: str, square: bool, cuts: tuple[float, ...], boxed: bool
) -> None:
    table = Table(**data.draw(tables(20)))
    value = data.draw(values_of(measure))
    (low1, high1), (low2, high2) = sorted(cuts[:2]), sorted(cuts[2:])
    box = Box(low1, high1, low2, high2) if boxed else Box()
    problem = Problem(table, measure, square=square, box=box)
    seen = region(problem, value, value)
    bounds = supremum(problem, seen, value, value)
    assert 0 <= bounds.low <= bounds.high <= 1
    assert bounds.high - bounds.low <= 1e-8 * bounds.high
    assert _brute_force(problem, (seen.upper, seen.lower), value) <= bounds.high * (1 + 1e-9)
    # the grid of the brute force is coarse, and coarser where a box leaves little of it
    if not boxed:
        assert _brute_force(problem, (seen.upper, seen.lower), value) >= bounds.low * (1 - 2e-2)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), measure=st.sampled_from(MEASURES), square=st.booleans())
def test_the_bound_over_a_range_holds_at_every_value_within(
    *, data: st.DataObject, measure: str, square: bool
) -> None:
    table = Table(**data.draw(tables(12)))
    none = 0.0 if measure == "risk difference" else 1.0
    seen = _sample(table, measure)
    assume(seen not in {None, -1.0 if measure == "risk difference" else 0.0})
    assert seen is not None
    parts = sorted(data.draw(st.tuples(*[st.floats(0.001, 0.999)] * 3)))
    if measure == "risk difference":
        low, middle, high = (-1 + part * (1 + seen) for part in parts)
    else:
        low, middle, high = (part * min(seen, 100.0) for part in parts)
    assume(not low < none < high)
    problem = Problem(table, measure, square=square)
    over = supremum(problem, region(problem, low, high), low, high)
    at = supremum(problem, region(problem, middle, middle), middle, middle)
    assert over.high >= at.low * (1 - 1e-8)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), measure=st.sampled_from(MEASURES), level=st.sampled_from([0.01, 0.05, 0.5, 0.99]))
def test_below_the_first_point_of_the_search_p_is_at_most_half_the_level(
    data: st.DataObject, measure: str, level: float
) -> None:
    """The search starts where no table on the other side counts and the upper side is that unlikely."""
    n1, n2 = data.draw(st.sampled_from([(3, 4), (1, 300), (300, 1), (20, 20), (1, 1), (40, 5)]))
    table = Table(data.draw(st.integers(0, n1)), n1, data.draw(st.integers(0, n2)), n2)
    assume(_sample(table, measure) is not None)
    problem = Problem(table, measure, square=True)
    scale = _Scale(problem, level)
    assume(scale.first < scale.last)
    value = scale.value(scale.first)
    seen = region(problem, value, value)
    assert seen.lower is not None
    assert (seen.lower > n2).all()
    assert supremum(problem, seen, value, value).high <= level / 2 * (1 + 1e-8)


# ---------------------------------------------------------------- exact intervals


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=5, deadline=None)
@given(table=tables(6), level=LEVELS, two_sided=SIDES)
def test_exact_intervals_hold_their_estimate_and_turn_with_the_groups(
    measure: str, table: Counts, level: float, two_sided: str
) -> None:
    options: dict[str, Any] = {"measure": measure, "two_sided": two_sided, "confidence_level": level}
    found = interval(table, **options)
    assert found.lower <= found.estimate <= found.upper
    turned = interval(swapped(table), **options)
    if measure == "risk difference":
        assert (-turned.upper, -turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-12)
        other = interval(complement(table), **options)
        assert (-other.upper, -other.lower) == pytest.approx((found.lower, found.upper), abs=4e-7)
    else:
        expected = 1 / found.lower if found.lower else math.inf
        assert turned.upper == pytest.approx(expected, rel=1e-12)
    wider = interval(table, **{**options, "confidence_level": (1 + level) / 2})
    assert wider.lower <= found.lower * (1 + 2e-7) + 2e-7
    assert wider.upper >= found.upper * (1 - 2e-7) - 2e-7


@settings(max_examples=20, deadline=None)
@given(
    table=tables(),
    measure=st.sampled_from(MEASURES),
    two_sided=SIDES,
    berger_boos=st.sampled_from([0.0, 1e-3]),
    distance=st.floats(1e-5, 0.5),
)
def test_values_outside_are_rejected_and_the_limit_is_not(
    table: Counts, measure: str, two_sided: str, berger_boos: float, distance: float
) -> None:
    options: dict[str, Any] = {"measure": measure, "two_sided": two_sided, "berger_boos": berger_boos}
    found = interval(table, **options)
    difference = measure == "risk difference"
    for limit, sign in ((found.lower, -1), (found.upper, 1)):
        outside = limit + sign * distance if difference else limit * math.exp(sign * distance)
        inside = limit - sign * 3e-6 if difference else limit * math.exp(-sign * 3e-6)
        if difference and not -1 < outside < 1:
            continue
        if not difference and not 0 < limit < math.inf:
            continue
        assert stats.exact_unconditional_test(**table, **options, null=outside).p_value <= 0.05 * (1 + 1e-6)
        # where p jumps the limit may lie up to about 1e-6 further out
        assert stats.exact_unconditional_test(**table, **options, null=inside).p_value > 0.05 * (1 - 1e-4)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("two_sided", "berger_boos"), [("central", 0.0), ("square", 0.0), ("central", 1e-3)])
def test_coverage_is_nowhere_below_nominal(measure: str, two_sided: str, berger_boos: float) -> None:
    n1, n2, level = 3, 2, 0.9
    limits = {}
    for x1 in range(n1 + 1):
        for x2 in range(n2 + 1):
            try:
                found = stats.exact_unconditional_interval(
                    x1=x1,
                    n1=n1,
                    x2=x2,
                    n2=n2,
                    measure=measure,
                    two_sided=two_sided,
                    berger_boos=berger_boos,
                    confidence_level=level,
                )
                limits[x1, x2] = found.lower, found.upper
            except StatisticsError:
                limits[x1, x2] = -1.0, math.inf  # a ratio that is 0/0 excludes nothing
    for p1, p2 in np.random.default_rng(4).uniform(0.001, 0.999, (400, 2)):
        value = {
            "risk difference": p1 - p2,
            "risk ratio": p1 / p2,
            "odds ratio": p1 * (1 - p2) / (p2 * (1 - p1)),
        }[measure]
        covered = sum(
            binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2)
            for (x1, x2), (low, high) in limits.items()
            if low <= value <= high
        )
        assert covered >= level - 1e-9


@settings(max_examples=40, deadline=None)
@given(table=tables(15), two_sided=SIDES, measure=st.sampled_from(MEASURES))
def test_at_no_difference_the_test_is_that_in_whole_numbers(
    table: Counts, two_sided: str, measure: str
) -> None:
    """The general way, with scores as floating numbers, gives the p of Barnard's test at no difference."""
    null = 0.0 if measure == "risk difference" else 1.0
    problem = Problem(Table(**table), measure, square=two_sided == "square")
    sides = [problem] if two_sided == "square" else [problem, problem.turned]
    p_values = [supremum(side, region(side, null, null), null, null).high for side in sides]
    whole = stats.exact_unconditional_test(**table, measure=measure, two_sided=two_sided)
    expected = min(p_values) * (1 if two_sided == "square" else 2)
    assert whole.p_value == pytest.approx(min(1.0, expected), rel=1e-7)


@settings(max_examples=40, deadline=None)
@given(table=tables(12), null=st.floats(-0.9, 0.9), statistic=st.sampled_from(["score", "unstandardised"]))
def test_the_central_p_doubles_the_smaller_one_sided_p(table: Counts, null: float, statistic: str) -> None:
    options: dict[str, Any] = {"null": null, "statistic": statistic}
    greater, less, both = (
        stats.exact_unconditional_test(**table, **options, alternative=side).p_value
        for side in ("greater", "less", "two-sided")
    )
    assert both == pytest.approx(min(1.0, 2 * min(greater, less)), rel=1e-9)
    restricted = stats.exact_unconditional_test(**table, **options, berger_boos=1e-3).p_value
    assert restricted <= both + 2e-3 + 1e-9
