"""What must hold for every pair of proportions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from lupustrial import stats
from lupustrial.errors import StatisticsError

TESTS = {
    "pearson": stats.pearson,
    "n_minus_1": stats.n_minus_1,
    "yates": stats.yates,
    "likelihood_ratio": stats.likelihood_ratio,
    "fisher": stats.fisher,
    "fisher_midp": stats.fisher_midp,
    "fisher_midp_doubled": lambda **counts: stats.fisher_midp(**counts, two_sided="doubled"),
    "barnard": stats.barnard,
    "boschloo": stats.boschloo,
    "unconditional_score": stats.unconditional_score,
}
ESTIMATING = {
    "wald_difference": stats.wald_difference,
    "logit_wald": stats.logit_wald,
    "t_pooled": stats.t_test_binary,
    "t_welch": lambda **counts: stats.t_test_binary(**counts, variances="welch"),
    "mann_whitney": stats.mann_whitney_binary,
}
INTERVALS = {
    "newcombe": stats.newcombe,
    "miettinen_nurminen": stats.miettinen_nurminen,
    "mee": lambda **counts: stats.miettinen_nurminen(**counts, variance_correction=False),
    "wald": stats.wald_interval,
}


@st.composite
def tables(draw: st.DrawFn, largest: int = 25) -> dict[str, int]:
    n1, n2 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return {"x1": draw(st.integers(0, n1)), "n1": n1, "x2": draw(st.integers(0, n2)), "n2": n2}


def swapped(table: dict[str, int]) -> dict[str, int]:
    return {"x1": table["x2"], "n1": table["n2"], "x2": table["x1"], "n2": table["n1"]}


def complement(table: dict[str, int]) -> dict[str, int]:
    return {**table, "x1": table["n1"] - table["x1"], "x2": table["n2"] - table["x2"]}


@pytest.mark.parametrize("name", TESTS)
@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_p_is_a_probability_and_does_not_depend_on_the_naming_of_groups_or_outcomes(
    name: str, table: dict[str, int]
) -> None:
    p_value = TESTS[name](**table).p_value
    assert 0 < p_value <= 1
    assert TESTS[name](**swapped(table)).p_value == pytest.approx(p_value, rel=1e-8)
    assert TESTS[name](**complement(table)).p_value == pytest.approx(p_value, rel=1e-8)


@pytest.mark.parametrize("name", ESTIMATING)
@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_tests_that_estimate_their_error_give_a_probability_or_a_named_error(
    name: str, table: dict[str, int]
) -> None:
    try:
        p_value = ESTIMATING[name](**table).p_value
    except StatisticsError as error:
        fault = error.faults[0].id
        with pytest.raises(StatisticsError, match=r"STAT-00[345]") as raised:
            ESTIMATING[name](**swapped(table))
        event(f"{name}: {fault}")
        if raised.value.faults[0].id != fault:
            pytest.fail("the refusal depends on the naming of the groups")
    else:
        assert 0 <= p_value <= 1
        assert ESTIMATING[name](**swapped(table)).p_value == pytest.approx(p_value, rel=1e-9)
        assert ESTIMATING[name](**complement(table)).p_value == pytest.approx(p_value, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_one_sided_p_values_overlap_in_the_table_seen(table: dict[str, int]) -> None:
    greater = stats.fisher(**table, alternative="greater").p_value
    less = stats.fisher(**table, alternative="less").p_value
    seen = 2 * (greater - stats.fisher_midp(**table, alternative="greater").p_value)
    assert greater + less == pytest.approx(1 + seen, rel=1e-9)
    assert stats.fisher_midp(**table).p_value < stats.fisher(**table).p_value


@settings(max_examples=40, deadline=None)
@given(table=tables(15))
def test_boschloo_is_never_above_fisher(table: dict[str, int]) -> None:
    for side in ("greater", "less"):
        one = stats.boschloo(**table, alternative=side).p_value
        assert one <= stats.fisher(**table, alternative=side).p_value * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(table=tables(9))
def test_barnard_is_the_largest_probability_over_a_fine_grid(table: dict[str, int]) -> None:
    """Sum the tables one by one, with z squared as a fraction, at 2,001 common proportions."""

    def square(x1: int, x2: int) -> Fraction:
        n1, n2, s = table["n1"], table["n2"], x1 + x2
        if s in {0, n1 + n2}:
            return Fraction(0)
        return Fraction((x1 * n2 - x2 * n1) ** 2, s * (n1 + n2 - s))

    seen = square(table["x1"], table["x2"])
    pi = np.linspace(0, 1, 2001)
    total = np.zeros_like(pi)
    for x1 in range(table["n1"] + 1):
        for x2 in range(table["n2"] + 1):
            if square(x1, x2) >= seen:
                ways = math.comb(table["n1"], x1) * math.comb(table["n2"], x2)
                total += ways * pi ** (x1 + x2) * (1 - pi) ** (table["n1"] + table["n2"] - x1 - x2)
    p_value = stats.barnard(**table).p_value
    assert p_value >= total.max() * (1 - 1e-9)
    assert p_value <= total.max() * (1 + 1e-3)  # the grid is coarse near 0 and 1


@pytest.mark.parametrize("name", INTERVALS)
@settings(max_examples=80, deadline=None)
@given(table=tables(40), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_contain_their_estimate_and_turn_with_the_groups(
    name: str, table: dict[str, int], level: float
) -> None:
    interval = INTERVALS[name](**table, confidence_level=level)
    assert interval.lower <= interval.estimate <= interval.upper
    turned = INTERVALS[name](**swapped(table), confidence_level=level)
    assert (-turned.upper, -turned.lower) == pytest.approx((interval.lower, interval.upper), abs=1e-9)
    if name != "wald":
        assert interval.lower >= -1 - 1e-12
        assert interval.upper <= 1 + 1e-12
    wider = INTERVALS[name](**table, confidence_level=(1 + level) / 2)
    assert wider.lower <= interval.lower + 1e-12
    assert wider.upper >= interval.upper - 1e-12


@settings(max_examples=150, deadline=None)
@given(table=tables(40), measure=st.sampled_from(["risk difference", "risk ratio", "odds ratio"]))
def test_score_interval_and_score_test_agree(table: dict[str, int], measure: str) -> None:
    """No difference is outside exactly when the test is significant: (N-1) with MN, Pearson with Mee."""
    assume(table["x1"] + table["x2"] not in {0, table["n1"] + table["n2"]})
    null = 0.0 if measure == "risk difference" else 1.0
    for test, correction in ((stats.n_minus_1, True), (stats.pearson, False)):
        p_value = test(**table).p_value
        assume(abs(p_value - 0.05) > 1e-6)
        interval = stats.miettinen_nurminen(**table, measure=measure, variance_correction=correction)
        assert (p_value < 0.05) == (not interval.lower <= null <= interval.upper)


@settings(max_examples=80, deadline=None)
@given(table=tables(30), measure=st.sampled_from(["risk ratio", "odds ratio"]))
def test_ratio_intervals_turn_over_with_the_groups(table: dict[str, int], measure: str) -> None:
    above, below = (table["x1"], table["x2"])
    if measure == "odds ratio":
        none1, none2 = table["n1"] - above, table["n2"] - below
        above, below = above * none2, below * none1
    if above == below == 0:
        with pytest.raises(StatisticsError, match="STAT-005"):
            stats.miettinen_nurminen(**table, measure=measure)
        return
    interval = stats.miettinen_nurminen(**table, measure=measure)
    assert 0 <= interval.lower <= interval.estimate <= interval.upper
    turned = stats.miettinen_nurminen(**swapped(table), measure=measure)
    expected = 1 / interval.lower if interval.lower else math.inf
    assert turned.upper == pytest.approx(expected, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 200), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_exact_interval_contains_wilsons_estimate_and_mirrors(n: int, share: float, level: float) -> None:
    x = round(share * n)
    for function in (stats.wilson, stats.clopper_pearson):
        interval = function(x=x, n=n, confidence_level=level)
        assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1
        mirror = function(x=n - x, n=n, confidence_level=level)
        assert mirror.lower == pytest.approx(1 - interval.upper, abs=1e-12)


@pytest.mark.parametrize("test", ["pearson", "n_minus_1", "yates", "fisher"])
@settings(max_examples=25, deadline=None)
@given(n1=st.integers(1, 14), n2=st.integers(1, 14))
def test_all_tables_at_once_agree_with_each_alone(test: str, n1: int, n2: int) -> None:
    every = stats.enumerate_p_values(n1=n1, n2=n2, test=test)
    alone = [
        [TESTS[test](x1=x1, n1=n1, x2=x2, n2=n2).p_value for x2 in range(n2 + 1)] for x1 in range(n1 + 1)
    ]
    assert every == pytest.approx(np.array(alone), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 30), p=st.floats(0.02, 0.98), q=st.floats(0.02, 0.98))
def test_power_is_a_probability_grows_with_alpha_and_is_symmetric(n: int, p: float, q: float) -> None:
    sizes = {"n1": n, "n2": n + 3}
    power = stats.power_two_proportions(p1=p, p2=q, **sizes)
    assert 0 <= power <= 1
    assert stats.power_two_proportions(p1=p, p2=q, **sizes, alpha=0.1) >= power
    turned = stats.power_two_proportions(p1=q, p2=p, n1=n + 3, n2=n)
    assert turned == pytest.approx(power, rel=1e-10, abs=1e-14)


@settings(max_examples=30, deadline=None)
@given(p=st.floats(0.3, 0.95), n=st.integers(10, 200))
def test_detectable_rate_inverts_the_sample_size(p: float, n: int) -> None:
    rate = stats.detectable_rate(p1=p, n=n)
    assume(rate is not None)
    assert rate is not None
    assert stats.sample_size_two_proportions(p1=p, p2=rate).n2_unrounded == pytest.approx(n, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(lost=st.integers(0, 60), gained=st.integers(0, 60))
def test_mcnemar_does_not_depend_on_the_direction(lost: int, gained: int) -> None:
    for form in ("exact", "chi_square", "chi_square_corrected"):
        p_value = stats.mcnemar(lost=lost, gained=gained, form=form).p_value
        assert 0 < p_value <= 1
        assert stats.mcnemar(lost=gained, gained=lost, form=form).p_value == p_value
