"""What must hold for permutation, sign-flip and re-randomisation tests."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from allocation_fixtures import complete, permuted_blocks, random_allocation, stratified_blocks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lupustrial import stats

NUMBERS = st.integers(-9, 9).map(float)
SIDES = ("two-sided", "greater", "less")


@settings(max_examples=40, deadline=None)
@given(values=st.lists(NUMBERS, min_size=3, max_size=9), data=st.data())
def test_exact_mean_test_is_the_count_over_all_choices(values: list[float], data: st.DataObject) -> None:
    n, m = len(values), data.draw(st.integers(1, len(values) - 1))
    sums = [sum(choice) for choice in itertools.combinations(values, m)]
    total = sum(values)
    # m n (difference of means) = N sum - m total, in whole numbers
    scaled = [round(n * s - m * total) for s in sums]
    seen = scaled[0]
    counts = {
        "two-sided": sum(abs(s) >= abs(seen) for s in scaled),
        "greater": sum(s >= seen for s in scaled),
        "less": sum(s <= seen for s in scaled),
    }
    first = [i < m for i in range(n)]
    for alternative in SIDES:
        result = stats.permutation_test(values, first, alternative=alternative)
        assert result.method == "permutation_exact"
        assert (result.allocations, result.as_extreme) == (math.comb(n, m), counts[alternative])
        assert result.p_value == counts[alternative] / math.comb(n, m) == result.lower == result.upper
        assert result.statistic == pytest.approx(seen / (m * (n - m)), abs=1e-12)
    doubled = stats.permutation_test(values, first, two_sided="doubled")
    assert doubled.p_value == min(1.0, 2 * min(counts["greater"], counts["less"]) / math.comb(n, m))


@settings(max_examples=40, deadline=None)
@given(x=st.lists(NUMBERS, min_size=1, max_size=5), y=st.lists(NUMBERS, min_size=1, max_size=5))
def test_permuted_rank_sum_is_the_exact_rank_sum_test(x: list[float], y: list[float]) -> None:
    first = [True] * len(x) + [False] * len(y)
    for alternative, two_sided, other in (
        ("two-sided", "absolute", "distance"),
        ("two-sided", "doubled", "doubled"),
        ("greater", "absolute", "doubled"),
        ("less", "absolute", "doubled"),
    ):
        options = {"alternative": alternative, "two_sided": two_sided}
        permuted = stats.permutation_test(x + y, first, statistic="rank_sum", **options)
        exact = stats.mann_whitney(x, y, method="exact", alternative=alternative, two_sided=other)
        assert permuted.p_value == pytest.approx(exact.p_value, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, st.booleans(), st.sampled_from("ab")), min_size=3, max_size=9),
)
def test_within_strata_it_is_the_exact_block_test(rows: list[tuple[float, bool, str]]) -> None:
    values, first, strata = map(list, zip(*rows, strict=True))
    usable = [{m for _, m, s in rows if s == one} == {True, False} for one in "ab"]
    assume(all(usable))

    def rank_sum(data: NDArray[np.float64], marks: NDArray[np.generic]) -> float:
        ranks = (data[:, None] > data).sum(axis=1) + (data[:, None] == data).sum(axis=1) / 2
        return float(ranks[marks.astype(bool)].sum())

    permuted = stats.permutation_test(values, first, strata=strata, statistic=rank_sum, two_sided="doubled")
    exact = stats.blocked_wilcoxon(values, first, strata, method="exact")
    assert permuted.p_value == pytest.approx(exact.p_value, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(changes=st.lists(NUMBERS, min_size=1, max_size=9))
def test_sign_flips_are_the_count_over_all_signs(changes: list[float]) -> None:
    sums = [sum(s * c for s, c in zip(signs, changes, strict=True)) for signs in _signs(len(changes))]
    expected = {
        "two-sided": sum(abs(s) >= abs(sum(changes)) for s in sums),
        "greater": sum(s >= sum(changes) for s in sums),
        "less": sum(s <= sum(changes) for s in sums),
    }
    for alternative in SIDES:
        result = stats.sign_flip_test(changes, alternative=alternative)
        assert (result.as_extreme, result.allocations) == (expected[alternative], 2 ** len(changes))
    own = stats.sign_flip_test(changes, statistic=lambda d: float(d.sum()))
    assert own.p_value == stats.sign_flip_test(changes).p_value
    assume(any(changes))
    ranks = stats.sign_flip_test(changes, statistic="signed_rank")
    pratt = stats.wilcoxon_signed_rank(changes, method="exact", zeros="pratt")
    assert ranks.p_value == pytest.approx(pratt.p_value, rel=1e-9)


def _signs(n: int) -> itertools.product[tuple[int, ...]]:
    return itertools.product((1, -1), repeat=n)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), m=st.integers(2, 6))
def test_named_statistics_are_those_of_their_own_tests(seed: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    values, first = np.rint(rng.normal(0, 3, m + 5)), np.arange(m + 5) < m
    x, y = values[first], values[~first]
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    welch = stats.permutation_test(values, first, statistic="welch_t")
    assert welch.statistic == pytest.approx(stats.t_test(x, y).statistic, abs=1e-9)
    assume(0 < stats.win_probability(x, y) < 1)
    brunner = stats.permutation_test(values, first, statistic="brunner_munzel")
    assert brunner.statistic == pytest.approx(stats.brunner_munzel(x, y).statistic, abs=1e-9)


def test_groups_apart_are_the_most_extreme_and_the_statistic_says_infinite() -> None:
    values, first = [5, 6, 7, 1, 2, 3], [1, 1, 1, 0, 0, 0]
    result = stats.permutation_test(values, first, statistic="brunner_munzel")
    assert (result.statistic, result.as_extreme, result.allocations) == (math.inf, 2, 20)
    constant = stats.permutation_test([0.1] * 3 + [0.3] * 3, first, statistic="welch_t")
    assert (constant.statistic, constant.p_value) == (-math.inf, 0.1)
    equal = stats.permutation_test([0.1] * 6, first, statistic="welch_t")
    assert (equal.statistic, equal.p_value) == (0.0, 1.0)


def test_draws_come_near_the_count_and_the_interval_holds_it() -> None:
    values = np.random.default_rng(4).normal(size=14)
    first = np.arange(14) < 6
    exact = stats.permutation_test(values, first)
    inside = 0
    for seed in range(40):
        drawn = stats.permutation_test(values, first, method="monte_carlo", draws=499, seed=seed)
        assert (drawn.method, drawn.allocations, drawn.seed) == ("permutation_monte_carlo", 499, seed)
        assert drawn.p_value == (drawn.as_extreme + 1) / 500
        inside += drawn.lower <= exact.p_value <= drawn.upper
    assert inside >= 34  # 95 % of 40 is 38; fewer than 34 has a chance below 0.02
    again = stats.permutation_test(values, first, method="monte_carlo", draws=499, seed=3)
    assert again == stats.permutation_test(values, first, method="monte_carlo", draws=499, seed=3)
    halves = stats.permutation_test(
        values, first, method="monte_carlo", draws=499, seed=3, two_sided="doubled"
    )
    assert halves.p_value == min(1.0, 2 * (halves.as_extreme + 1) / 500)


def test_many_participants_are_drawn_in_several_parts() -> None:
    values, first = np.arange(3000.0), np.arange(3000) % 2 == 0
    result = stats.permutation_test(values, first, draws=999, seed=1)
    assert (result.method, result.allocations) == ("permutation_monte_carlo", 999)
    assert result.p_value > 0.5
    flips = stats.sign_flip_test(values - 1499.5, draws=999, seed=1)
    assert (flips.method, flips.allocations) == ("sign_flip_monte_carlo", 999)


def test_rerandomisation_by_random_allocation_is_the_permutation_test() -> None:
    values = np.random.default_rng(8).normal(size=16)
    first = np.arange(16) < 8
    exact = stats.permutation_test(values, first).p_value
    drawn = stats.rerandomisation_test(values, first, random_allocation(16, 8), seed=11, draws=4999)
    assert drawn.lower - 0.005 <= exact <= drawn.upper + 0.005
    assert (drawn.method, drawn.p_value) == ("rerandomisation", (drawn.as_extreme + 1) / 5000)


def test_rerandomisation_by_stratified_blocks_counts_what_blocks_allow() -> None:
    """With blocks of two in a stratum there are 2^pairs allocations: counted here, drawn there."""
    strata = [1, 1, 2, 2, 1, 1, 2, 2]
    values = np.array([3.0, 1.0, 7.0, 2.0, 4.5, 1.5, 6.0, 2.5])
    first = np.array([1, 0, 1, 0, 1, 0, 1, 0])
    pairs = [values[i] - values[i + 1] for i in (0, 2, 4, 6)]
    exact = stats.sign_flip_test(pairs).p_value  # mean difference = mean of the signed pair differences
    drawn = stats.rerandomisation_test(values, first, stratified_blocks(strata, 2), seed=5, draws=4999)
    assert drawn.lower <= exact <= drawn.upper
    wide = stats.permutation_test(values, first, strata=strata).p_value
    assert wide != exact


def test_rerandomisation_holds_its_level_where_blocks_and_drift_break_the_permutation_test() -> None:
    """Under a strong time trend, blocks make plain permutation conservative; the trial's own way is not."""
    trend, generate = np.linspace(0, 6, 24), permuted_blocks(24, 2)
    plain = own = 0
    rng = np.random.default_rng(2)
    for trial in range(120):
        values, first = trend + rng.normal(0, 1, 24), generate(rng)
        plain += stats.permutation_test(values, first, draws=199, seed=trial).p_value <= 0.1
        own += stats.rerandomisation_test(values, first, generate, draws=199, seed=trial).p_value <= 0.1
    assert plain <= 2
    assert 4 <= own <= 22  # 12 expected, binomial limits at 0.5 %


def test_empty_groups_of_a_coin_count_as_extreme_and_are_told() -> None:
    values, first = [1.0, 4.0, 2.0], [True, False, False]
    result = stats.rerandomisation_test(values, first, complete(3), seed=1, draws=400)
    assert "allocations without a value of the statistic count as extreme" in result.note
    assert result.as_extreme >= int(result.note.split()[0])
    welch = stats.rerandomisation_test(
        [1.0, 4.0, 2.0, 3.0], [1, 1, 0, 0], complete(4), seed=1, draws=400, statistic="welch_t"
    )
    assert welch.note


def test_own_statistic_sees_the_labels_of_any_number_of_arms() -> None:
    values, arms = [1, 2, 9, 8, 4, 5], np.array(["low", "low", "high", "high", "mid", "mid"])

    def spread(data: NDArray[np.float64], labels: NDArray[np.generic]) -> float:
        means = [float(data[labels == arm].mean()) for arm in ("low", "mid", "high")]
        return max(means) - min(means)

    exact = stats.permutation_test(values, arms, statistic=spread, alternative="greater")
    assert (exact.statistic_name, exact.statistic, exact.allocations) == ("own", 7.0, 90)
    assert (exact.as_extreme, exact.two_sided) == (6, "")
    drawn = stats.rerandomisation_test(
        values,
        arms,
        lambda rng: rng.permutation(arms),
        seed=3,
        draws=2999,
        statistic=spread,
        alternative="greater",
    )
    assert drawn.lower <= exact.p_value <= drawn.upper
