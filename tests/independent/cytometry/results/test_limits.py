"""Limits of detection against Currie 1968 and against Poisson counts; Wilson against `stats`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lupustrial.cytometry.results import Blank, limit_of_detection, limit_of_quantification, wilson
from lupustrial.stats import wilson as wilson_of_stats


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_the_statistics(counts: tuple[int, int]) -> None:
    x, n = counts
    expected = wilson_of_stats(x=x, n=n)
    assert wilson(x, n) == pytest.approx((expected.lower, expected.upper), rel=1e-12, abs=1e-15)


def test_wilson_of_nothing_is_nothing() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("background", [1, 4, 25, 100, 900])
def test_equal_tubes_give_the_working_formulas_of_currie(background: int) -> None:
    blank = Blank(positive=background, parent=20_000)
    # Currie 1968, paired observations: L_D = 2.71 + 4.65 sqrt(B), L_Q = 50 (1 + sqrt(1 + B / 12.5)).
    assert limit_of_detection(20_000, blank) == pytest.approx(2.71 + 4.65 * math.sqrt(background), rel=2e-3)
    expected = 50 * (1 + math.sqrt(1 + background / 12.5))
    assert limit_of_quantification(20_000, blank, 0.10) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("largest_cv", "events"), [(0.20, 25), (0.10, 100), (0.05, 400)])
def test_without_a_blank_the_limit_of_quantification_is_that_of_poisson(
    largest_cv: float, events: int
) -> None:
    # The coefficient of variation of a Poisson count n is 1 / sqrt(n).
    assert limit_of_quantification(1_000, None, largest_cv) == pytest.approx(events, rel=1e-12)


def test_without_a_blank_three_true_events_are_seen_with_95_percent() -> None:
    # P(0 events | L_D expected) must be near 5 %; the normal formula gives 2.71, exactly it is 3.00.
    assert math.exp(-limit_of_detection(1_000)) == pytest.approx(0.05, abs=0.02)


def test_a_blank_of_another_size_keeps_both_errors_at_5_percent() -> None:
    n, m, shown = 30_000, 10_000, 40
    background = shown * n / m
    limit = limit_of_detection(n, Blank(positive=shown, parent=m))
    decision = 1.645 * math.sqrt(background * (1 + n / m))
    # Chance that S - U n / m exceeds the decision limit, summed over both Poisson counts.
    for true, expected in ((0.0, 0.05), (limit, 0.95)):
        chance = sum(
            stats.poisson.pmf(u, shown)
            * stats.poisson.sf(math.floor(decision + u * n / m), background + true)
            for u in range(200)
        )
        assert chance == pytest.approx(expected, abs=0.01)
