"""What must hold for exact, mid-p, skewness-corrected and paired intervals, whatever the counts."""

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
from lupustrial.stats.unconditional._supremum import supremum

Counts = dict[str, int]
LEVELS = st.sampled_from([0.8, 0.95, 0.99])
SIDES = st.sampled_from(["central", "square"])


@st.composite
def tables(draw: st.DrawFn, largest: int = 9) -> Counts:
    n1, n2 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return {"x1": draw(st.integers(0, n1)), "n1": n1, "x2": draw(st.integers(0, n2)), "n2": n2}


@st.composite
def pairs(draw: st.DrawFn, largest: int = 30) -> Counts:
    counts = {name: draw(st.integers(0, largest)) for name in ("both", "lost", "gained", "neither")}
    assume(sum(counts.values()) > 0)
    return counts


def swapped(table: Counts) -> Counts:
    return {"x1": table["x2"], "n1": table["n2"], "x2": table["x1"], "n2": table["n1"]}


def complement(table: Counts) -> Counts:
    return {**table, "x1": table["n1"] - table["x1"], "x2": table["n2"] - table["x2"]}


def interval(table: Counts, **options: Any) -> stats.Estimate:
    try:
        return stats.exact_unconditional_interval(**table, **options)
    except StatisticsError as error:
        assert [fault.id for fault in error.faults] == ["STAT-005"]
        assume(False)  # noqa: FBT003 - hypothesis leaves the example
        raise


def values_of(measure: str) -> st.SearchStrategy[float]:
    if measure == "risk difference":
        return st.floats(-0.95, 0.95)
    return st.floats(math.log(0.02), math.log(50)).map(math.exp)


# ---------------------------------------------------------------- what the exact method rests on


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=150, deadline=None)
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


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_scores_rise_with_x1_and_fall_with_x2(measure: str, data: st.DataObject) -> None:
    """Barnard's convexity, so that closing a region under these moves adds no table."""
    n1, n2 = data.draw(st.integers(1, 25)), data.draw(st.integers(1, 25))
    value = data.draw(values_of(measure))
    every = np.arange(n1 + 1.0)[:, None], np.array([n1]), np.arange(n2 + 1.0)[None, :], np.array([n2])
    scores = SCORES[measure](*every, np.array([value]))
    assert (np.diff(scores, axis=0) >= -1e-6).all()
    assert (np.diff(scores, axis=1) <= 1e-6).all()


@settings(max_examples=150, deadline=None)
@given(data=st.data(), square=st.booleans(), measure=st.sampled_from(MEASURES))
def test_a_region_over_a_range_holds_the_region_at_every_value_within(
    data: st.DataObject, square: bool, measure: str
) -> None:
    table = Table(**data.draw(tables(14)))
    problem = Problem(table, measure, square=square)
    seen = _sample(table, measure)
    assume(seen is not None)
    assert seen is not None
    low, middle, high = sorted(data.draw(st.tuples(*[values_of(measure)] * 3)))
    assume(high < seen)
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


@settings(max_examples=120, deadline=None)
@given(
    data=st.data(),
    measure=st.sampled_from(MEASURES),
    square=st.booleans(),
    cuts=st.tuples(*[st.floats(0, 1)] * 4),
    boxed=st.booleans(),
)
def test_the_supremum_lies_between_its_bounds(
    data: st.DataObject, measure: str, square: bool, cuts: tuple[float, ...], boxed: bool
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


@settings(max_examples=100, deadline=None)
@given(data=st.data(), measure=st.sampled_from(MEASURES), square=st.booleans())
def test_the_bound_over_a_range_holds_at_every_value_within(
    data: st.DataObject, measure: str, square: bool
) -> None:
    table = Table(**data.draw(tables(12)))
    low, middle, high = sorted(data.draw(st.tuples(*[values_of(measure)] * 3)))
    none = 0.0 if measure == "risk difference" else 1.0
    assume(not low < none < high)
    seen = _sample(table, measure)
    assume(seen is not None)
    assert seen is not None
    assume(high < seen)
    problem = Problem(table, measure, square=square)
    over = supremum(problem, region(problem, low, high), low, high)
    at = supremum(problem, region(problem, middle, middle), middle, middle)
    assert over.high >= at.low * (1 - 1e-8)


# ---------------------------------------------------------------- exact intervals


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=25, deadline=None)
@given(table=tables(), level=LEVELS, two_sided=SIDES)
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


@settings(max_examples=40, deadline=None)
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
        inside = limit - sign * 3e-7 if difference else limit * math.exp(-sign * 3e-7)
        if difference and not -1 < outside < 1:
            continue
        if not difference and not 0 < limit < math.inf:
            continue
        assert stats.exact_unconditional_test(**table, **options, null=outside).p_value <= 0.05 * (1 + 1e-6)
        # a limit may lie where p jumps, and then up to 1e-7 further out
        assert stats.exact_unconditional_test(**table, **options, null=inside).p_value > 0.05 * (1 - 1e-4)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("two_sided", ["central", "square"])
@pytest.mark.parametrize("berger_boos", [0.0, 1e-3])
def test_coverage_is_nowhere_below_nominal(measure: str, two_sided: str, berger_boos: float) -> None:
    n1, n2, level = 6, 4, 0.9
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


# ---------------------------------------------------------------- score intervals of many tables


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=30, deadline=None)
@given(many=st.lists(tables(60), min_size=1, max_size=20), corrected=st.booleans(), level=LEVELS)
def test_many_tables_at_once_are_each_the_table_alone(
    measure: str, many: list[Counts], corrected: bool, level: float
) -> None:
    many = [table for table in many if _sample(Table(**table), measure) is not None]
    assume(many)
    options: dict[str, Any] = {
        "measure": measure,
        "variance_correction": corrected,
        "confidence_level": level,
    }
    columns = {name: np.array([table[name] for table in many]) for name in ("x1", "n1", "x2", "n2")}
    together = stats.miettinen_nurminen_many(**columns, **options)
    for place, table in enumerate(many):
        alone = stats.miettinen_nurminen(**table, **options)
        ours = together.estimate[place], together.lower[place], together.upper[place]
        assert ours == (alone.estimate, alone.lower, alone.upper)
        assert (together.method, together.measure) == (alone.method, alone.measure)


def test_many_tables_keep_their_shape_and_broadcast() -> None:
    x1 = np.arange(12).reshape(3, 4)
    found = stats.miettinen_nurminen_many(x1=x1, n1=20, x2=[5, 6, 7, 8], n2=20)
    assert found.lower.shape == (3, 4)
    alone = stats.miettinen_nurminen(x1=6, n1=20, x2=7, n2=20)
    assert (found.lower[1, 2], found.upper[1, 2]) == (alone.lower, alone.upper)
    nothing = stats.miettinen_nurminen_many(x1=[], n1=[], x2=[], n2=[])
    assert nothing.estimate.shape == (0,)


# ---------------------------------------------------------------- other intervals of two groups


@pytest.mark.parametrize("function", [stats.skewness_corrected, stats.mover_jeffreys])
@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=40, deadline=None)
@given(table=tables(40), level=LEVELS)
def test_intervals_turn_with_the_groups_and_widen_with_the_level(
    function: Any, measure: str, table: Counts, level: float
) -> None:
    if function is stats.skewness_corrected:
        assume(_sample(Table(**table), measure) is not None)
    found = function(**table, measure=measure, confidence_level=level)
    assert found.lower <= found.estimate <= found.upper
    turned = function(**swapped(table), measure=measure, confidence_level=level)
    if measure == "risk difference":
        assert (-turned.upper, -turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-8)
    else:
        assert turned.upper == pytest.approx(1 / found.lower if found.lower else math.inf, rel=1e-5)
    wider = function(**table, measure=measure, confidence_level=(1 + level) / 2)
    assert wider.lower <= found.lower + 1e-9
    assert wider.upper >= found.upper * (1 - 1e-9) - 1e-9


@settings(max_examples=60, deadline=None)
@given(n=st.integers(2, 60), level=LEVELS)
def test_without_skewness_the_correction_changes_nothing_at_no_difference(n: int, level: float) -> None:
    """Equal groups with as many events as not: the score of no difference has no third moment."""
    x = n // 2
    table = {"x1": x, "n1": n, "x2": n - x, "n2": n}
    plain = stats.miettinen_nurminen(**table, confidence_level=level)
    corrected = stats.skewness_corrected(**table, confidence_level=level)
    assert corrected.lower == pytest.approx(plain.lower, abs=0.06)
    assert (corrected.lower <= 0 <= corrected.upper) == (plain.lower <= 0 <= plain.upper)


@settings(max_examples=80, deadline=None)
@given(table=tables(25))
def test_blakers_test_lies_between_one_tail_and_two(table: Counts) -> None:
    p_value = stats.fisher_blaker(**table).p_value
    tails = [stats.fisher(**table, alternative=side).p_value for side in ("greater", "less")]
    assert min(1.0, min(tails)) <= p_value <= min(1.0, 2 * min(tails)) * (1 + 1e-12)
    assert stats.fisher_blaker(**swapped(table)).p_value == p_value
    assert stats.fisher_blaker(**complement(table)).p_value == p_value


# ---------------------------------------------------------------- one proportion


@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 80), share=st.floats(0, 1), level=st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_blaker_and_midp_lie_inside_clopper_pearson(n: int, share: float, level: float) -> None:
    x = round(share * n)
    exact = stats.clopper_pearson(x=x, n=n, confidence_level=level)
    for function in (stats.blaker, stats.midp):
        found = function(x=x, n=n, confidence_level=level)
        assert exact.lower - 1e-9 <= found.lower <= found.estimate <= found.upper <= exact.upper + 1e-9
        mirror = function(x=n - x, n=n, confidence_level=level)
        assert mirror.lower == pytest.approx(1 - found.upper, abs=1e-9)
        wider = function(x=x, n=n, confidence_level=(1 + level) / 2)
        assert wider.lower <= found.lower + 1e-9
        assert wider.upper >= found.upper - 1e-9


@pytest.mark.parametrize("n", [5, 12, 20])
def test_blakers_interval_covers_everywhere(n: int) -> None:
    limits = [stats.blaker(x=x, n=n, confidence_level=0.9) for x in range(n + 1)]
    lower, upper = (np.array([getattr(found, side) for found in limits]) for side in ("lower", "upper"))
    for p in np.linspace(0.0005, 0.9995, 1501):
        inside = (lower <= p) & (p <= upper)
        assert binom.pmf(np.arange(n + 1), n, p)[inside].sum() >= 0.9 - 1e-12


# ---------------------------------------------------------------- pairs


@settings(max_examples=120, deadline=None)
@given(counts=pairs(), level=LEVELS)
def test_paired_score_intervals_agree_with_mcnemars_chi_square(counts: Counts, level: float) -> None:
    p_value = stats.mcnemar(lost=counts["lost"], gained=counts["gained"], form="chi_square").p_value
    assume(abs(p_value - (1 - level)) > 1e-6)
    difference = stats.paired_difference(**counts, confidence_level=level)
    assert (p_value < 1 - level) == (not difference.lower <= 0 <= difference.upper)
    assert -1 <= difference.lower <= difference.estimate <= difference.upper <= 1
    assume(counts["both"] + counts["lost"] + counts["gained"] > 0)
    ratio = stats.paired_risk_ratio(**counts, confidence_level=level)
    assert (p_value < 1 - level) == (not ratio.lower <= 1 <= ratio.upper)
    assert ratio.lower <= ratio.estimate <= ratio.upper


@settings(max_examples=80, deadline=None)
@given(counts=pairs(), name=st.sampled_from(["tango", "newcombe", "wald"]))
def test_paired_differences_change_sign_with_the_direction(counts: Counts, name: str) -> None:
    back = {**counts, "lost": counts["gained"], "gained": counts["lost"]}
    found, turned = (stats.paired_difference(**each, interval=name) for each in (counts, back))
    assert (-turned.upper, -turned.lower) == pytest.approx((found.lower, found.upper), abs=1e-9)
    other = {**counts, "both": counts["neither"], "neither": counts["both"]}
    same = stats.paired_difference(**other, interval=name)
    assert (same.lower, same.upper) == pytest.approx((found.lower, found.upper), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(counts=pairs(), name=st.sampled_from(["tang", "wald"]))
def test_paired_ratios_turn_over_with_the_direction(counts: Counts, name: str) -> None:
    assume(counts["both"] + counts["lost"] > 0 < counts["both"] + counts["gained"])
    back = {**counts, "lost": counts["gained"], "gained": counts["lost"]}
    found, turned = (stats.paired_risk_ratio(**each, interval=name) for each in (counts, back))
    assert turned.upper == pytest.approx(1 / found.lower if found.lower else math.inf, rel=1e-6)
    assert turned.lower == pytest.approx(1 / found.upper, rel=1e-6)


@pytest.mark.parametrize("form", ["exact", "midp"])
@settings(max_examples=100, deadline=None)
@given(lost=st.integers(0, 40), gained=st.integers(0, 40))
def test_paired_odds_ratio_and_mcnemar_of_one_form_agree(form: str, lost: int, gained: int) -> None:
    assume(lost + gained > 0)
    p_value = stats.mcnemar(lost=lost, gained=gained, form=form).p_value
    assume(abs(p_value - 0.05) > 1e-9)
    odds = stats.paired_odds_ratio(lost=lost, gained=gained, form=form)
    assert odds.lower <= odds.estimate <= odds.upper
    assert (p_value < 0.05) == (not odds.lower <= 1 <= odds.upper)
    turned = stats.paired_odds_ratio(lost=gained, gained=lost, form=form)
    assert turned.upper == pytest.approx(1 / odds.lower if odds.lower else math.inf, rel=1e-9)
    assert p_value == stats.mcnemar(lost=gained, gained=lost, form=form).p_value
