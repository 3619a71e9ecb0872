"""Invariants of sample size and power."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial import stats
from lupustrial.stats.power._regions import TESTS

SIZES = st.integers(1, 14)
RATE = st.floats(0.02, 0.98)
WANTED = st.sampled_from([0.7, 0.8, 0.9])
TEST = st.sampled_from(TESTS)
SIDE = st.sampled_from(["two-sided", "greater", "less"])
OPPOSITE = {"two-sided": "two-sided", "greater": "less", "less": "greater"}
EXACT = ("fisher", "barnard", "unconditional_score", "boschloo")


@given(n1=SIZES, n2=SIZES, p1=RATE, p2=RATE, test=TEST, side=SIDE)
@settings(max_examples=120)
def test_groups_change_places_and_events_become_their_absence(
    n1: int, n2: int, p1: float, p2: float, test: str, side: str
) -> None:
    power = stats.power_two_proportions(p1=p1, p2=p2, n1=n1, n2=n2, test=test, alternative=side)
    turned: dict[str, Any] = {"test": test, "alternative": OPPOSITE[side]}
    assert 0 <= power <= 1
    assert stats.power_two_proportions(p1=p2, p2=p1, n1=n2, n2=n1, **turned) == pytest.approx(
        power, abs=1e-12
    )
    absent = stats.power_two_proportions(p1=1 - p1, p2=1 - p2, n1=n1, n2=n2, **turned)
    assert absent == pytest.approx(power, abs=1e-12)


@given(n1=SIZES, n2=SIZES, test=st.sampled_from(EXACT), side=SIDE, alpha=st.sampled_from([0.01, 0.05, 0.2]))
@settings(max_examples=80)
def test_exact_tests_never_exceed_their_level(n1: int, n2: int, test: str, side: str, alpha: float) -> None:
    level = stats.exact_level_two_proportions(n1=n1, n2=n2, test=test, alternative=side, alpha=alpha)
    assert 0 <= level.level < alpha


@given(n1=SIZES, n2=SIZES, test=TEST, side=SIDE, rate=st.floats(0, 1))
@settings(max_examples=80)
def test_no_rate_has_a_larger_type_one_error_than_the_worst(
    n1: int, n2: int, test: str, side: str, rate: float
) -> None:
    options: dict[str, Any] = {"n1": n1, "n2": n2, "test": test, "alternative": side}
    worst = stats.exact_level_two_proportions(**options)
    assert stats.power_two_proportions(p1=rate, p2=rate, **options) <= worst.level + 1e-9
    at_worst = stats.power_two_proportions(p1=worst.rate, p2=worst.rate, **options)
    assert at_worst == pytest.approx(worst.level, abs=1e-9)


@given(n=st.integers(2, 14), margin=st.floats(-0.4, 0.4), rate=RATE)
@settings(max_examples=60)
def test_no_rate_at_the_margin_has_a_larger_error_than_the_worst(n: int, margin: float, rate: float) -> None:
    options: dict[str, Any] = {"n1": n, "n2": n + 1, "test": "farrington_manning", "alternative": "greater"}
    worst = stats.exact_level_two_proportions(margin=margin, **options)
    p2 = max(0.0, -margin) + rate * (1 - abs(margin))
    at = stats.power_two_proportions(p1=min(1.0, p2 + margin), p2=p2, margin=margin, **options)
    assert at <= worst.level + 1e-9


@given(n1=SIZES, n2=SIZES, side=SIDE)
def test_farrington_and_manning_without_a_margin_is_pearson(n1: int, n2: int, side: str) -> None:
    powers = [
        stats.power_two_proportions(p1=0.7, p2=0.2, n1=n1, n2=n2, test=test, alternative=side)
        for test in ("pearson", "farrington_manning")
    ]
    assert powers[0] == pytest.approx(powers[1], abs=1e-12)


@given(n1=SIZES, n2=SIZES, p1=RATE, p2=RATE)
def test_boschloo_has_the_power_of_fisher_at_least(n1: int, n2: int, p1: float, p2: float) -> None:
    options: dict[str, Any] = {"p1": p1, "p2": p2, "n1": n1, "n2": n2, "alternative": "greater"}
    boschloo = stats.power_two_proportions(test="boschloo", **options)
    assert boschloo >= stats.power_two_proportions(test="fisher", **options) - 1e-12


@given(n1=SIZES, n2=SIZES, test=st.sampled_from(["pearson", "yates", "fisher"]))
def test_one_sided_p_is_half_of_the_two_sided_or_its_complement(n1: int, n2: int, test: str) -> None:
    two = stats.enumerate_p_values(n1=n1, n2=n2, test=test)
    up = stats.enumerate_p_values(n1=n1, n2=n2, test=test, alternative="greater")
    down = stats.enumerate_p_values(n1=n1, n2=n2, test=test, alternative="less")
    if test == "fisher":
        single = getattr(stats, test)
        for x1, x2 in ((0, n2), (n1, 0), (n1 // 2, n2 // 2)):
            args = {"x1": x1, "n1": n1, "x2": x2, "n2": n2}
            assert up[x1, x2] == single(**args, alternative="greater").p_value
            assert down[x1, x2] == single(**args, alternative="less").p_value
    else:
        assert np.allclose(two, 2 * np.minimum(up, down), atol=1e-12)


@given(p1=RATE, p2=RATE, power=WANTED, ratio=st.sampled_from([1, 2, 5]), continuity=st.booleans())
def test_normal_power_reaches_what_was_asked_at_the_size_and_not_before(
    p1: float, p2: float, power: float, ratio: int, *, continuity: bool
) -> None:
    if abs(p1 - p2) < 0.02:
        return
    for variance in ("pooled", "unpooled", "farrington_manning"):
        options: dict[str, Any] = {"p1": p1, "p2": p2, "variance": variance, "continuity": continuity}
        n2 = stats.sample_size_two_proportions(power=power, ratio=ratio, **options).n2
        found = stats.approximate_power_two_proportions(n1=ratio * n2, n2=n2, **options)
        assert found >= power - 1e-9
        if n2 > 1:
            less = stats.approximate_power_two_proportions(n1=ratio * (n2 - 1), n2=n2 - 1, **options)
            assert less < power


@given(n=st.integers(1, 10_000), dropout=st.floats(0, 0.9))
def test_enough_enter_that_enough_are_expected_to_stay(n: int, dropout: float) -> None:
    entered = stats.inflate_for_dropout(n=n, dropout=dropout)
    assert entered * (1 - dropout) >= n - 1e-6
    assert (entered - 1) * (1 - dropout) < n


@given(p1=RATE, p2=RATE, power=WANTED)
def test_equal_groups_do_not_care_which_is_first(p1: float, p2: float, power: float) -> None:
    if abs(p1 - p2) < 0.02:
        return
    for variance in ("pooled", "unpooled", "farrington_manning"):
        one = stats.sample_size_two_proportions(p1=p1, p2=p2, power=power, ratio=2, variance=variance)
        two = stats.sample_size_two_proportions(p1=p2, p2=p1, power=power, ratio=0.5, variance=variance)
        assert one.n1_unrounded == pytest.approx(two.n2_unrounded, rel=1e-9)


@given(
    p1=st.floats(0.05, 0.95),
    p2=st.floats(0.05, 0.95),
    power=WANTED,
    ratio=st.sampled_from([0.5, 1, 1.5, 3]),
    test=st.sampled_from(["pearson", "fisher", "unpooled", "yates"]),
)
@settings(max_examples=30, deadline=None)
def test_exact_sizes_are_the_smallest_and_the_lasting_one(
    p1: float, p2: float, power: float, ratio: float, test: str
) -> None:
    if abs(p1 - p2) < 0.35:
        return
    found = stats.exact_sample_size_two_proportions(p1=p1, p2=p2, power=power, ratio=ratio, test=test)
    smaller = min(found.smallest.n1, found.smallest.n2)
    lasting = min(found.lasting.n1, found.lasting.n2)
    last = min(found.searched_to.n1, found.searched_to.n2)
    assert smaller <= lasting <= last - 12

    def reaches(k: int) -> bool:
        n1, n2 = (math.ceil(k * ratio), k) if ratio >= 1 else (k, math.ceil(k / ratio))
        return stats.power_two_proportions(p1=p1, p2=p2, n1=n1, n2=n2, test=test) >= power

    assert not any(reaches(k) for k in range(1, smaller))
    assert all(reaches(k) for k in range(lasting, last + 1))
    assert lasting == smaller or not reaches(lasting - 1)


def test_exact_power_is_a_saw_and_both_sizes_are_named() -> None:
    found = stats.sample_size_one_proportion(p=0.4, null=0.2, power=0.9)
    assert found.smallest.n1 < found.lasting.n1
    between = [
        stats.power_one_proportion(p=0.4, null=0.2, n=n) for n in range(found.smallest.n1, found.lasting.n1)
    ]
    assert between[0] >= 0.9 > min(between)


@given(
    difference=st.floats(0.2, 3),
    ratio=st.floats(0.3, 3),
    power=WANTED,
    side=st.sampled_from(["two-sided", "greater"]),
)
@settings(max_examples=50)
def test_the_size_of_means_has_the_power_and_one_less_has_not(
    difference: float, ratio: float, power: float, side: str
) -> None:
    options: dict[str, Any] = {"difference": difference, "sd": 1.0, "alternative": side}
    size = stats.sample_size_two_means(power=power, ratio=ratio, **options)
    assert stats.power_two_means(n1=size.n1, n2=size.n2, **options) >= power - 1e-9
    welch = stats.sample_size_two_means(power=power, ratio=1.0, sd2=1.0, **options)
    equal = stats.sample_size_two_means(power=power, ratio=1.0, **options)
    assert welch.n1_unrounded == pytest.approx(equal.n1_unrounded, rel=1e-9)
    if equal.n1 > 2:
        less = stats.power_two_means(n1=equal.n1 - 1, n2=equal.n1 - 1, **options)
        assert less < power or equal.n1_unrounded > equal.n1 - 1 - 1e-6


@given(correlation=st.floats(-0.9, 0.9), n=st.integers(5, 60))
def test_a_baseline_that_tells_more_gives_more_power(correlation: float, n: int) -> None:
    options: dict[str, Any] = {"difference": 0.6, "sd": 1.0, "n1": n, "n2": n}
    power = stats.power_ancova(correlation=correlation, **options)
    assert power == pytest.approx(stats.power_ancova(correlation=-correlation, **options), rel=1e-9)
    assert stats.power_ancova(correlation=min(0.95, abs(correlation) + 0.05), **options) > power
    # a useless baseline costs one degree of freedom and the chance imbalance, and no more
    without = stats.power_two_means(difference=0.6, sd=1.0, n1=n, n2=n)
    useless = stats.power_ancova(correlation=0.0, **options)
    assert without - 0.06 < useless < without


@given(win=st.floats(0.55, 0.95), ratio=st.floats(0.3, 3), power=WANTED, ties=st.floats(0, 0.5))
def test_the_size_of_ranks_has_the_power(win: float, ratio: float, power: float, ties: float) -> None:
    size = stats.sample_size_ranks(win_probability=win, power=power, ratio=ratio, ties=ties)
    assert stats.power_ranks(win_probability=win, n1=size.n1, n2=size.n2, ties=ties) >= power - 1e-9
    other = stats.sample_size_ranks(win_probability=1 - win, power=power, ratio=ratio, ties=ties)
    assert other.n1_unrounded == pytest.approx(size.n1_unrounded, rel=1e-9)


def test_categories_without_ties_and_in_two_classes() -> None:
    fine = np.full(1000, 1 / 1000)
    shift = stats.shift_of_categories(fine, fine)
    assert (shift.win_probability, shift.ties) == pytest.approx((0.5, 1e-6), rel=1e-9)
    two = stats.shift_of_categories([0.3, 0.7], [0.6, 0.4], ratio=1)
    assert two.win_probability == pytest.approx(0.5 + (0.7 - 0.4) / 2)
    # Noether with ties is then the unpooled null of two proportions: 3 p q takes the place of the variance
    size = stats.sample_size_ranks(win_probability=two.win_probability, ties=two.ties, power=0.8)
    plain = stats.sample_size_two_proportions(p1=0.7, p2=0.4)
    assert size.n1_unrounded == pytest.approx(plain.n1_unrounded, rel=0.05)


@given(
    n=st.integers(1, 60), p=st.floats(0, 1), null=RATE, side=SIDE, test=st.sampled_from(["exact", "score"])
)
def test_one_proportion_turned_round(n: int, p: float, null: float, side: str, test: str) -> None:
    power = stats.power_one_proportion(p=p, null=null, n=n, alternative=side, test=test, alpha=0.0499)
    turned = stats.power_one_proportion(
        p=1 - p, null=1 - null, n=n, alternative=OPPOSITE[side], test=test, alpha=0.0499
    )
    assert power == pytest.approx(turned, abs=1e-9)
    if test == "exact":
        level = stats.power_one_proportion(p=null, null=null, n=n, alternative=side)
        assert level < 0.05
