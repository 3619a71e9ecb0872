"""What must hold for stratified rank tests and their estimates, whatever the sample."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lupustrial import stats

WEIGHTS = ("locally_best", "design_free", "equal")
ROWS = st.lists(
    st.tuples(st.integers(-6, 6).map(float), st.booleans(), st.sampled_from("abc")), min_size=4, max_size=14
)
Rows = Sequence[tuple[float, bool, str]]


def _columns(rows: Rows) -> tuple[list[float], list[bool], list[str]]:
    values, first, strata = zip(*rows, strict=True)
    return list(values), list(first), list(strata)


def _comparable(rows: Rows) -> bool:
    return any({mark for _, mark, label in rows if label == one} == {True, False} for one in "abc")


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, shift=st.integers(-9, 9))
def test_only_order_within_strata_counts(rows: Rows, shift: int) -> None:
    assume(_comparable(rows))
    values, first, strata = _columns(rows)
    moved = [2 * v + shift * "abc".index(label) for v, label in zip(values, strata, strict=True)]
    other = [not mark for mark in first]
    for weights in WEIGHTS:
        here = stats.van_elteren(values, first, strata, weights=weights)
        assert stats.van_elteren(moved, first, strata, weights=weights) == here
        turned = stats.van_elteren(values, other, strata, weights=weights)
        assert turned.p_value == pytest.approx(here.p_value, rel=1e-9)
        if here.statistic is not None and turned.statistic is not None:
            assert turned.statistic == pytest.approx(-here.statistic, abs=1e-9)
        greater, less = (
            stats.van_elteren(values, first, strata, weights=weights, alternative=a).p_value
            for a in ("greater", "less")
        )
        if here.statistic is not None:
            assert greater + less == pytest.approx(1)
            assert 2 * min(greater, less) == pytest.approx(here.p_value)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_one_stratum_is_the_rank_sum_test(rows: Rows) -> None:
    values, first, _ = _columns(rows)
    assume(0 < sum(first) < len(first))
    x, y = ([v for v, m in zip(values, first, strict=True) if m is want] for want in (True, False))
    plain = stats.mann_whitney(x, y, continuity=False)
    exact = stats.mann_whitney(x, y, method="exact")
    ones = [1] * len(values)
    for function in (stats.van_elteren, stats.blocked_wilcoxon, stats.aligned_wilcoxon):
        assert function(values, first, ones).p_value == pytest.approx(plain.p_value, rel=1e-9)
        assert function(values, first, ones, method="exact").p_value == pytest.approx(exact.p_value, rel=1e-9)
    for weights in WEIGHTS:
        pooled = stats.hodges_lehmann_stratified(values, first, ones, weights=weights)
        single = stats.hodges_lehmann(x, y)
        assert (pooled.estimate, pooled.lower, pooled.upper, pooled.note) == (
            single.estimate,
            single.lower,
            single.upper,
            single.note,
        )


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(ROWS.map(lambda rows: rows[0]), min_size=4, max_size=9))
def test_exact_p_is_the_count_over_all_splits_of_every_stratum(rows: Rows) -> None:
    assume(_comparable(rows))
    values, first, strata = _columns(rows)
    for weights in WEIGHTS:
        result = stats.van_elteren(values, first, strata, weights=weights, method="exact")
        greater = stats.van_elteren(
            values, first, strata, weights=weights, method="exact", alternative="greater"
        )
        tails = _counted(values, first, strata, weights)
        assert result.p_value == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)
        assert greater.p_value == pytest.approx(tails[0], rel=1e-9)


def _counted(values: list[float], first: list[bool], strata: list[str], weights: str) -> tuple[float, float]:
    """Count by brute force, with fractions in whole numbers of a common denominator."""
    parts, seen = [], 0
    denominator = math.lcm(*(math.comb(20, 10) * k for k in range(1, 60)))
    for one in dict.fromkeys(strata):
        here = [i for i, label in enumerate(strata) if label == one]
        m, n = sum(first[i] for i in here), sum(not first[i] for i in here)
        if not m or not n:
            continue
        weight = {"locally_best": m + n + 1, "design_free": m * n, "equal": 1}[weights]
        doubled = [
            sum(values[j] < values[i] for j in here) * 2 + sum(values[j] == values[i] for j in here) + 1
            for i in here
        ]
        scores = [rank * denominator // weight for rank in doubled]
        parts.append([sum(choice) for choice in itertools.combinations(scores, m)])
        seen += sum(score for score, i in zip(scores, here, strict=True) if first[i])
    sums = [sum(choice) for choice in itertools.product(*parts)]
    return sum(s >= seen for s in sums) / len(sums), sum(s <= seen for s in sums) / len(sums)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), weights=st.sampled_from(WEIGHTS))
def test_interval_is_that_of_the_test_by_one_difference(seed: int, weights: str) -> None:
    """Beyond the limits every shift is refused; from the next difference inwards none is (Moses)."""
    rng = np.random.default_rng(seed)
    strata = rng.integers(0, 3, 36)
    first = np.arange(36) % 2 == 0
    values = rng.normal(size=36) + strata
    found = stats.hodges_lehmann_stratified(values, first, strata, weights=weights)
    pairs = [
        np.subtract.outer(values[first & (strata == h)], values[~first & (strata == h)]) for h in range(3)
    ]
    every = np.sort(np.concatenate([part.ravel() for part in pairs]))
    assert {found.lower, found.upper} <= set(every)
    next_above, next_below = every[every > found.lower][0], every[every < found.upper][-1]
    step = np.diff(every).min() / 4
    for shift, inside in (
        (found.lower - step, False),
        (next_above + step, True),
        (next_below - step, True),
        (found.upper + step, False),
    ):
        p_value = stats.van_elteren(values - shift * first, first, strata, weights=weights).p_value
        assert (p_value > 0.05) == inside, shift
    over = stats.van_elteren(values - (found.estimate + step) * first, first, strata, weights=weights)
    under = stats.van_elteren(values - (found.estimate - step) * first, first, strata, weights=weights)
    assert (over.statistic or 0) <= 1e-9
    assert (under.statistic or 0) >= -1e-9


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, move=st.sampled_from([0.1, 0.3, -7.7]))
def test_aligned_ranks_do_not_see_where_a_stratum_lies(rows: Rows, move: float) -> None:
    assume(_comparable(rows))
    values, first, strata = _columns(rows)
    moved = [v / 10 + move * "abc".index(label) for v, label in zip(values, strata, strict=True)]
    for centre in ("mean", "median", "hodges_lehmann"):
        here = stats.aligned_wilcoxon(values, first, strata, centre=centre)
        there = stats.aligned_wilcoxon(moved, first, strata, centre=centre)
        assert there.p_value == pytest.approx(here.p_value, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    x=st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=9),
    y=st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=9),
)
def test_win_intervals_mirror_hold_the_estimate_and_agree_with_the_test(
    x: list[float], y: list[float]
) -> None:
    win = stats.win_probability(x, y)
    for interval in ("newcombe", "brunner_munzel", "delong", "logit"):
        if (interval != "newcombe" and win in {0.0, 1.0}) or len(set(x + y)) == 1:
            continue
        here = stats.win_probability_interval(x, y, interval=interval)
        turned = stats.win_probability_interval(y, x, interval=interval)
        assert 0 <= here.lower <= here.estimate <= here.upper <= 1
        assert here.estimate == pytest.approx(win)
        assert (1 - turned.upper, 1 - turned.lower) == pytest.approx((here.lower, here.upper), abs=1e-9)
    if win in {0.0, 1.0} or len(set(x + y)) == 1:
        return
    test = stats.brunner_munzel(x, y)
    interval_bm = stats.win_probability_interval(x, y, interval="brunner_munzel", confidence_level=0.9)
    if abs(test.p_value - 0.1) > 1e-9 and not interval_bm.note:
        assert (test.p_value < 0.1) == (not interval_bm.lower <= 0.5 <= interval_bm.upper)
    greater, less = (stats.brunner_munzel(x, y, alternative=a).p_value for a in ("greater", "less"))
    assert greater + less == pytest.approx(1)
    assert 2 * min(greater, less) == pytest.approx(test.p_value)


@settings(max_examples=60, deadline=None)
@given(
    x=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=9),
    y=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=9),
)
def test_two_groups_by_several_are_the_rank_sum_test(x: list[float], y: list[float]) -> None:
    plain = stats.mann_whitney(x, y, continuity=False)
    assert stats.kruskal_wallis([x, y]).p_value == pytest.approx(plain.p_value, rel=1e-9)
    assert stats.jonckheere_terpstra([y, x]).p_value == pytest.approx(plain.p_value, rel=1e-9)
    assert stats.jonckheere_terpstra([y, x]).statistic == plain.statistic
    for alternative in ("greater", "less"):
        one = stats.mann_whitney(x, y, continuity=False, alternative=alternative)
        trend = stats.jonckheere_terpstra([y, x], alternative=alternative)
        assert trend.p_value == pytest.approx(one.p_value, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.sampled_from([(1, 1), (2, 3), (3, 3), (1, 4), (1, 2, 2), (2, 2, 2), (3, 1, 2), (1, 1, 1, 1)]),
    seed=st.integers(0, 999),
)
def test_exact_trend_is_the_count_over_all_arrangements(sizes: tuple[int, ...], seed: int) -> None:
    values = np.random.default_rng(seed).permutation(sum(sizes)).astype(float)
    ends = np.cumsum(sizes)[:-1]

    def j_of(order: Sequence[float]) -> int:
        groups = np.split(np.array(order), ends)
        return sum(int((b[:, None] > a).sum()) for a, b in itertools.combinations(groups, 2))

    every = [j_of(order) for order in itertools.permutations(values)]
    seen = j_of(values)
    less, greater = (sum(c) / len(every) for c in ([j <= seen for j in every], [j >= seen for j in every]))
    expected = {"less": less, "greater": greater, "two-sided": min(1.0, 2 * min(less, greater))}
    for alternative, p_value in expected.items():
        result = stats.jonckheere_terpstra(np.split(values, ends), method="exact", alternative=alternative)
        assert (result.statistic, result.p_value) == (seen, pytest.approx(p_value, rel=1e-9))


@settings(max_examples=40, deadline=None)
@given(table=st.lists(st.lists(st.integers(0, 4).map(float), min_size=3, max_size=3), min_size=1, max_size=8))
def test_friedman_of_two_conditions_is_the_sign_test_by_normal(table: list[list[float]]) -> None:
    pairs = [row[:2] for row in table]
    up, down = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    result = stats.friedman(pairs)
    if up + down == 0:
        assert (result.p_value, result.statistic) == (1.0, None)
        return
    assert result.statistic == pytest.approx((up - down) ** 2 / (up + down))
    whole = stats.friedman(table)
    turned = stats.friedman([[row[2], row[0], row[1]] for row in table])
    assert turned.p_value == pytest.approx(whole.p_value)


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=9))
def test_zero_rules_agree_without_zeros_and_exact_pratt_counts_signs(changes: list[float]) -> None:
    assume(any(changes))
    moved = [c for c in changes if c]
    for method in ("asymptotic", "exact"):
        both = [stats.wilcoxon_signed_rank(moved, method=method, zeros=z) for z in ("wilcoxon", "pratt")]
        assert (both[0].statistic, both[0].p_value) == (both[1].statistic, both[1].p_value)
    sizes = np.abs(changes)
    ranks = [(sizes < s).sum() + ((sizes == s).sum() + 1) / 2 for s in sizes]
    kept = [(rank, c) for rank, c in zip(ranks, changes, strict=True) if c]
    sums = [
        sum(rank for (rank, _), up in zip(kept, signs, strict=True) if up)
        for signs in itertools.product((False, True), repeat=len(kept))
    ]
    seen = sum(rank for rank, c in kept if c > 0)
    expected = sum(s >= seen for s in sums) / len(sums)
    result = stats.wilcoxon_signed_rank(changes, method="exact", zeros="pratt", alternative="greater")
    assert (result.statistic, result.p_value) == (seen, pytest.approx(expected))
