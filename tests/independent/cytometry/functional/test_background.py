"""Responses against SciPy's Fisher test, R-free enumeration, and the level and power that theory promises."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from lupustrial.cytometry.functional import (
    Tally,
    background,
    beta_binomial_p,
    exact_p,
    responses_of,
    tube_cv_of,
)
from lupustrial.stats import newcombe

CD8 = 20_000


def tally(positive: int, parent: int = CD8) -> Tally:
    return Tally(positive=positive, parent=parent)


@pytest.mark.parametrize(
    ("stimulated", "unstimulated"),
    [((27, 46_017), (8, 56_008)), ((20, 20_000), (20, 20_000)), ((3, 900), (0, 1_100)), ((0, 50), (4, 60)),
     ((700, 1_000), (640, 1_000))],
)  # fmt: skip
def test_the_exact_test_is_fishers(stimulated: tuple[int, int], unstimulated: tuple[int, int]) -> None:
    (s, n), (u, m) = stimulated, unstimulated
    expected = stats.fisher_exact([[s, n - s], [u, m - u]], alternative="greater").pvalue
    assert exact_p(tally(s, n), tally(u, m)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("share", [0.0005, 0.001, 0.003])
def test_false_positives_of_the_exact_test_by_enumeration(share: float) -> None:
    # Every pair of counts that two tubes of 20,000 CD8 can show under one share, weighed by its chance.
    found = _chance_of_positive(share, share)
    assert 0.01 < found <= 0.05


def test_power_at_one_per_mille_over_background() -> None:
    # Two Poisson counts, 40 against 20: sqrt(2) (sqrt S - sqrt U) has variance 1.
    expected = stats.norm.sf(1.6449 - math.sqrt(2) * (math.sqrt(40) - math.sqrt(20)))
    assert _chance_of_positive(0.002, 0.001) == pytest.approx(expected, abs=0.06)


def _chance_of_positive(stimulated: float, unstimulated: float) -> float:
    chance = 0.0
    for u in range(150):
        of_u = stats.binom.pmf(u, CD8, unstimulated)
        if of_u < 1e-7:
            continue
        s = next(s for s in range(u, 400) if (exact_p(tally(s), tally(u)) or 0) <= 0.05)
        chance += of_u * stats.binom.sf(s - 1, CD8, stimulated)
    return chance


@pytest.mark.parametrize("tube_cv", [0.0, 0.3])
def test_the_beta_binomial_test_keeps_its_level_and_has_its_power(tube_cv: float) -> None:
    # 3,000 simulated pairs a line: a Monte Carlo error of 0.4 points at 5 %.
    random = np.random.default_rng(20261126)
    level = _simulated(random, 0.001, 0.001, tube_cv)
    power = _simulated(random, 0.0025, 0.001, tube_cv)
    sd = math.sqrt(_log_variance(0.0025, tube_cv) + _log_variance(0.001, tube_cv))
    assert level <= 0.05 + 3 * 0.004
    assert power == pytest.approx(stats.norm.sf(1.6449 - math.log(2.5) / sd), abs=0.08)


def _log_variance(share: float, tube_cv: float) -> float:
    return 1 / (CD8 * share) + tube_cv**2


def _simulated(random: np.random.Generator, stimulated: float, unstimulated: float, tube_cv: float) -> float:
    counts = [_draw(random, share, tube_cv, 3_000) for share in (stimulated, unstimulated)]
    pairs, times = np.unique(np.column_stack(counts), axis=0, return_counts=True)
    called = [
        (beta_binomial_p(tally(int(s)), tally(int(u)), tube_cv) or 0) <= 0.05 for s, u in pairs.tolist()
    ]
    return float(times[called].sum() / times.sum())


def _draw(random: np.random.Generator, share: float, tube_cv: float, size: int) -> np.ndarray:
    if tube_cv == 0:
        return random.binomial(CD8, share, size)
    weight = (1 - share) / (share * tube_cv**2) - 1
    return random.binomial(CD8, random.beta(weight * share, weight * (1 - share), size))


def test_counting_alone_is_too_sure_where_tubes_differ() -> None:
    # Why there is `tube_cv`: at 30 % between replicate tubes, Fisher calls twice as often as it may.
    random = np.random.default_rng(7)
    s, u = (_draw(random, 0.001, 0.3, 2_000) for _ in range(2))
    tail = stats.hypergeom.sf(s - 1, 2 * CD8, CD8, s + u)
    assert (tail <= 0.05).mean() > 0.10


def test_the_cut_at_a_quantile_of_the_twin_keeps_the_level() -> None:
    # One distribution for both tubes, the cut at the 99.9 % quantile of the unstimulated one.
    random = np.random.default_rng(11)
    called = 0
    for _ in range(1_500):
        twin, tube = random.normal(size=5_000), random.normal(size=5_000)
        cut = np.quantile(twin, 0.999)
        p = exact_p(tally(int((tube >= cut).sum()), 5_000), tally(int((twin >= cut).sum()), 5_000))
        called += p is not None and p <= 0.05
    assert called / 1_500 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1_500)


def test_the_interval_is_newcombes() -> None:
    response = background(tally(60), tally(22, 18_000))
    expected = newcombe(x1=60, n1=CD8, x2=22, n2=18_000)
    assert response.difference == pytest.approx(100 * (60 / CD8 - 22 / 18_000))
    assert (response.low, response.high) == pytest.approx((100 * expected.lower, 100 * expected.upper))
    assert response.positive


def test_a_twin_with_more_gives_a_negative_difference_and_no_response() -> None:
    response = background(tally(10), tally(30))
    assert response.difference == pytest.approx(-0.1)
    assert response.positive is False


def test_an_empty_parent_gives_nothing() -> None:
    response = background(tally(0, 0), tally(3))
    assert (response.difference, response.low, response.high, response.p, response.positive) == (None,) * 5


def test_no_positive_event_in_either_tube_is_no_response() -> None:
    assert exact_p(tally(0), tally(0)) == 1
    assert beta_binomial_p(tally(0), tally(0), 0.2) == 1


def test_replicates_give_back_the_coefficient_of_variation() -> None:
    random = np.random.default_rng(3)
    counts = _draw(random, 0.01, 0.25, 4_000)
    assert tube_cv_of([tally(int(count)) for count in counts]) == pytest.approx(0.25, rel=0.05)
    # Shares 1 % and 3 %: mean 2 %, variance 2e-4, of which counting explains 0.02 x 0.98 / 10,000.
    by_hand = math.sqrt(2e-4 - 0.02 * 0.98 / 10_000) / 0.02
    assert tube_cv_of([tally(100, 10_000), tally(300, 10_000)]) == pytest.approx(by_hand)
    assert tube_cv_of([tally(5)]) is None


def test_tables_pair_the_stimulated_file_with_its_twin() -> None:
    rows = {
        "file_sha256": ["s", "s", "u", "u", "other"],
        "population": ["CD8", "CD8 IFNg", "CD8", "CD8 IFNg", "CD8 IFNg"],
        "count": [20_000, 60, 18_000, 22, 5],
        "parent_count": [50_000, 20_000, 50_000, 18_000, 20_000],
    }
    found = responses_of(pl.DataFrame(rows), {"s": "u", "other": "absent"}, ["CD8 IFNg"])
    assert found.height == 1
    row = found.row(0, named=True)
    assert (row["unstimulated_sha256"], row["count"], row["unstimulated_count"]) == ("u", 60, 22)
    assert row["difference"] == pytest.approx(0.3 - 100 * 22 / 18_000)
