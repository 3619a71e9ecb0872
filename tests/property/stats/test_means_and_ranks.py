"""What must hold for every sample."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lupustrial import stats

NUMBERS = st.integers(-40, 40).map(float)
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=12)


@settings(max_examples=80, deadline=None)
@given(x=SAMPLES, y=SAMPLES)
def test_t_tests_turn_with_the_groups_and_agree_with_their_interval(x: list[float], y: list[float]) -> None:
    assume(len(set(x)) > 1 or len(set(y)) > 1)
    for variances in ("pooled", "welch"):
        result = stats.t_test(x, y, variances=variances)
        turned = stats.t_test(y, x, variances=variances)
        assert 0 <= result.p_value <= 1
        assert turned.p_value == pytest.approx(result.p_value, rel=1e-9)
        assert (-turned.upper, -turned.lower) == pytest.approx((result.lower, result.upper), abs=1e-9)
        assert result.lower <= result.estimate <= result.upper
        if abs(result.p_value - 0.05) > 1e-9:
            assert (result.p_value < 0.05) == (not result.lower <= 0 <= result.upper)


@settings(max_examples=80, deadline=None)
@given(x=SAMPLES, y=SAMPLES, shift=st.integers(-9, 9), scale=st.sampled_from([0.5, 2.0, 8.0]))
def test_rank_tests_see_order_only(x: list[float], y: list[float], shift: int, scale: float) -> None:
    for options in ({}, {"continuity": False}, {"method": "exact"}):
        result = stats.mann_whitney(x, y, **options)
        moved = stats.mann_whitney([scale * v + shift for v in x], [scale * v + shift for v in y], **options)
        assert 0 < result.p_value <= 1
        assert moved == result
        turned = stats.mann_whitney(y, x, **options)
        assert turned.p_value == pytest.approx(result.p_value, rel=1e-9)
        assert turned.statistic == pytest.approx(len(x) * len(y) - (result.statistic or 0))


@settings(max_examples=40, deadline=None)
@given(x=st.lists(NUMBERS, min_size=1, max_size=5), y=st.lists(NUMBERS, min_size=1, max_size=4))
def test_exact_rank_sum_is_the_count_over_all_allocations(x: list[float], y: list[float]) -> None:
    together = np.array(x + y)
    greater = (together[:, None] > together).sum(axis=1)
    ranks = greater + ((together[:, None] == together).sum(axis=1) + 1) / 2
    sums = [sum(choice) for choice in itertools.combinations(ranks, len(x))]
    seen = ranks[: len(x)].sum()
    tails = (sum(s <= seen for s in sums), sum(s >= seen for s in sums))
    expected = min(1.0, 2 * min(tails) / len(sums))
    assert stats.mann_whitney(x, y, method="exact").p_value == pytest.approx(expected, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(NUMBERS, min_size=1, max_size=9))
def test_exact_signed_rank_is_the_count_over_all_signs(changes: list[float]) -> None:
    sizes = np.abs([c for c in changes if c])
    assume(sizes.size)
    ranks = (sizes[:, None] > sizes).sum(axis=1) + ((sizes[:, None] == sizes).sum(axis=1) + 1) / 2
    sums = [sum(r for r, s in zip(ranks, signs, strict=True) if s) for signs in _signs(len(ranks))]
    seen = sum(r for r, c in zip(ranks, [c for c in changes if c], strict=True) if c > 0)
    tails = (sum(s <= seen for s in sums), sum(s >= seen for s in sums))
    expected = min(1.0, 2 * min(tails) / len(sums))
    result = stats.wilcoxon_signed_rank(changes, method="exact")
    assert (result.statistic, result.p_value) == (seen, pytest.approx(expected, rel=1e-12))
    mirrored = stats.wilcoxon_signed_rank([-c for c in changes])
    assert mirrored.p_value == pytest.approx(stats.wilcoxon_signed_rank(changes).p_value, rel=1e-12)


def _signs(n: int) -> itertools.product[tuple[bool, ...]]:
    return itertools.product((False, True), repeat=n)


@settings(max_examples=60, deadline=None)
@given(x=SAMPLES, y=SAMPLES, shift=st.integers(-30, 30))
def test_hodges_lehmann_moves_with_the_data(x: list[float], y: list[float], shift: int) -> None:
    for interval in ("moses", "exact"):
        here = stats.hodges_lehmann(x, y, interval=interval)
        moved = stats.hodges_lehmann([v + shift for v in x], y, interval=interval)
        assert here.lower <= here.estimate <= here.upper
        assert (moved.estimate, moved.lower, moved.upper) == pytest.approx(
            (here.estimate + shift, here.lower + shift, here.upper + shift)
        )
        centre = stats.hodges_lehmann_paired(x, interval=interval)
        turned = stats.hodges_lehmann_paired([-v for v in x], interval=interval)
        assert (-turned.estimate, -turned.upper, -turned.lower) == pytest.approx(
            (centre.estimate, centre.lower, centre.upper)
        )


@settings(max_examples=60, deadline=None)
@given(x=st.lists(st.integers(0, 10**6), min_size=6, max_size=12, unique=True), seed=st.integers(0, 99))
def test_exact_interval_agrees_with_the_exact_test(x: list[int], seed: int) -> None:
    """Without ties a shift is outside the exact interval exactly when the exact test refuses it."""
    y = np.random.default_rng(seed).permutation(len(x)) * 1000.7 + 0.123
    interval = stats.hodges_lehmann(x, y, interval="exact")
    for shift, inside in ((interval.lower - 0.011, False), (interval.lower + 0.011, True)):
        p_value = stats.mann_whitney(np.array(x) - shift, y, method="exact").p_value
        assert (p_value > 0.05) == inside


@settings(max_examples=80, deadline=None)
@given(x=st.lists(NUMBERS, min_size=1, max_size=30), p=st.floats(0, 1), q=st.floats(0, 1))
def test_quantiles_grow_and_lie_within_the_data(x: list[float], p: float, q: float) -> None:
    low, high = sorted((p, q))
    for definition in ("hf6", "hf7"):
        first = stats.quantile(x, low, definition=definition)
        second = stats.quantile(x, high, definition=definition)
        assert min(x) <= first <= second + 1e-9
        assert second <= max(x)
        assert stats.quantile(x, 0.5, definition=definition) == pytest.approx(np.median(x))
    assert stats.quantile(x, p, definition="hf7") == pytest.approx(np.quantile(x, p), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(x=SAMPLES, y=SAMPLES)
def test_win_probabilities_of_both_groups_add_to_one(x: list[float], y: list[float]) -> None:
    assert stats.win_probability(x, y) + stats.win_probability(y, x) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(n1=st.integers(2, 20), n2=st.integers(2, 20), data=st.data())
def test_binary_shortcuts_equal_the_tests_on_the_0_1_data(n1: int, n2: int, data: st.DataObject) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    assume(0 < x1 < n1)
    x, y = [1.0] * x1 + [0.0] * (n1 - x1), [1.0] * x2 + [0.0] * (n2 - x2)
    counts = {"x1": x1, "n1": n1, "x2": x2, "n2": n2}
    for variances in ("pooled", "welch"):
        short = stats.t_test_binary(**counts, variances=variances)
        whole = stats.t_test(x, y, variances=variances)
        assert short.p_value == pytest.approx(whole.p_value, rel=1e-9)
    for continuity in (True, False):
        short_rank = stats.mann_whitney_binary(**counts, continuity=continuity)
        whole_rank = stats.mann_whitney(x, y, continuity=continuity)
        assert short_rank.p_value == pytest.approx(whole_rank.p_value, rel=1e-9)
    assert stats.mann_whitney_binary(**counts, continuity=False).p_value == pytest.approx(
        stats.n_minus_1(**counts).p_value, rel=1e-9
    )
