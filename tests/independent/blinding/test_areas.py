"""Areas, held-out scores and limits against SciPy, against fitting anew, and against loops over pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, norm

from lupustrial.blinding._cross_validation import draw_folds, held_out
from lupustrial.blinding._evaluate import _limits
from lupustrial.blinding._learners import few_learner, ridge_learner, standardised
from lupustrial.blinding._single import single_areas

Floats = NDArray[np.float64]


def table(seed: int, people: int = 23, columns: int = 9) -> Floats:
    """Return numbers, counts with ties, and a column with holes."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(people, columns))
    values[:, 1] = rng.integers(0, 3, people)
    values[rng.random(people) < 0.3, 2] = np.nan
    return values


def arms(seed: int, people: int = 23, count: int = 2) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    return np.vstack([rng.permutation(np.arange(people) % count) for _ in range(4)]).astype(np.int64)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_of_a_column_is_mann_whitney_u_by_the_pairs(seed: int) -> None:
    values, codes = table(seed), arms(seed)
    found = single_areas(values, codes, 1)
    for column in range(values.shape[1]):
        ones = values[codes[0] == 0, column]
        others = values[codes[0] == 1, column]
        ones, others = ones[~np.isnan(ones)], others[~np.isnan(others)]
        told = mannwhitneyu(ones, others, method="asymptotic", use_continuity=False)
        assert found.auc[0, column] == pytest.approx(told.statistic / (ones.size * others.size), abs=1e-12)
        assert 2 * norm.sf(abs(found.score[0, column])) == pytest.approx(told.pvalue, abs=1e-12)


def test_the_largest_score_of_each_labelling_is_that_of_its_columns_one_by_one() -> None:
    values, codes = table(7), arms(7, count=3)
    found = single_areas(values, codes, 3)
    for place, labelling in enumerate(codes):
        alone = [single_areas(values, labelling[None, :], 3).score for _ in range(1)]
        assert found.largest[place] == pytest.approx(np.abs(alone[0]).max(), abs=1e-12)


def test_a_column_that_one_arm_does_not_have_tells_nothing_by_its_values() -> None:
    values = np.array([[1.0], [2.0], [np.nan], [np.nan]])
    found = single_areas(values, np.array([[0, 0, 1, 1]]), 1)
    assert found.auc[0, 0] == 0.5
    assert found.score[0, 0] == 0


def fitted_anew(columns: Floats, truth: Floats, left_out: list[int], penalty: float) -> Floats:
    """Ridge with a free intercept, by the normal equations of those who were not left out."""
    n = columns.shape[0]
    unit = math.sqrt((n - 1) / (columns**2).sum())
    learnt = [place for place in range(n) if place not in left_out]
    design = np.column_stack([np.ones(n), columns * unit])
    weights = np.diag([0.0] + [penalty] * columns.shape[1])
    x = design[learnt]
    return np.asarray(design[left_out] @ np.linalg.solve(x.T @ x + weights, x.T @ truth[learnt]))


@pytest.mark.parametrize("penalty", [0.1, 3.0])
def test_ridge_scores_are_those_of_fitting_anew_without_the_fold(penalty: float) -> None:
    columns, codes = standardised(table(3)), arms(3, count=3)
    learner = ridge_learner(columns, penalty=penalty, targets=3)
    members = np.array([[0, 5, 6, 19]] * 4)
    scores = learner(codes, members)
    for target in range(3):
        for place, labelling in enumerate(codes):
            anew = fitted_anew(columns, (labelling == target).astype(float), [0, 5, 6, 19], penalty)
            assert scores[target, place] == pytest.approx(anew, abs=1e-9)


@pytest.mark.parametrize("most", [3, 9, 20])
def test_few_columns_are_chosen_and_weighed_without_the_fold(most: int) -> None:
    columns, codes = standardised(table(4)), arms(4)
    members = np.array([[2, 3, 11]] * 4)
    scores = few_learner(columns, most=most, targets=1)(codes, members)
    learnt = [place for place in range(23) if place not in (2, 3, 11)]
    for place, labelling in enumerate(codes):
        own, mine = labelling[learnt], columns[learnt]
        apart = mine[own == 0].mean(axis=0) - mine[own == 1].mean(axis=0)
        ordered = sorted(np.abs(apart), reverse=True)
        threshold = ordered[most] if most < len(ordered) else 0.0
        # Tibshirani et al. 2002: what a difference has beyond the threshold, with its sign
        shrunk = [math.copysign(max(abs(one) - threshold, 0.0), one) for one in apart]
        assert scores[0, place] == pytest.approx(columns[[2, 3, 11]] @ shrunk, abs=1e-12)


@pytest.mark.parametrize("count", [2, 3])
def test_the_cross_validated_area_is_the_share_of_ordered_pairs_within_folds(count: int) -> None:
    columns, codes = standardised(table(5, people=20)), arms(5, people=20, count=count)
    targets, folds = (1 if count == 2 else count), 4
    rng = np.random.default_rng(1)
    orders = [draw_folds(codes, rng) for _ in range(3)]
    learner = ridge_learner(columns, penalty=0.1, targets=targets)
    found = held_out(learner, codes, orders, folds=folds, targets=targets, columns=9)
    for place, labelling in enumerate(codes):
        for target in range(targets):
            won = met = 0.0
            for order in orders:
                for fold in range(folds):
                    members = list(order[place, fold::folds])
                    truth = (labelling == target).astype(float)
                    score = dict(zip(members, fitted_anew(columns, truth, members, 0.1), strict=True))
                    for one in members:
                        for other in members:
                            if labelling[one] == target != labelling[other]:
                                met += 1
                                won += score[one] > score[other]
            assert found.auc[place, target] == pytest.approx(won / met, abs=1e-12)


def test_small_batches_give_what_one_batch_gives() -> None:
    columns, codes = standardised(table(6, people=20)), arms(6, people=20)
    orders = [draw_folds(codes, np.random.default_rng(2))]
    learner = few_learner(columns, most=2, targets=1)
    one, many = (
        held_out(learner, codes, orders, folds=4, targets=1, columns=width) for width in (1, 4_000_000)
    )
    assert np.array_equal(one.auc, many.auc)
    assert np.array_equal(one.placements, many.placements)


def test_every_fold_has_its_share_of_each_arm() -> None:
    codes = arms(8, people=26)
    order = draw_folds(codes, np.random.default_rng(3))
    for labelling, dealt in zip(codes, order, strict=True):
        assert sorted(dealt) == list(range(26))
        shares = [np.bincount(labelling[dealt[fold::5]], minlength=2) for fold in range(5)]
        assert np.ptp(shares, axis=0).max() <= 1


def test_limits_are_delongs_on_the_logit_scale() -> None:
    ones, others = np.array([3.0, 2.0, 5.0, 1.0]), np.array([0.0, 2.0, 1.0, 4.0, -1.0])
    pairs = (ones[:, None] > others) + 0.5 * (ones[:, None] == others)
    auc = pairs.mean()
    # DeLong, DeLong and Clarke-Pearson 1988: structural components of each arm
    variance = pairs.mean(axis=1).var(ddof=1) / 4 + pairs.mean(axis=0).var(ddof=1) / 5
    half = 1.959963984540054 * math.sqrt(variance) / (auc * (1 - auc))
    logit = math.log(auc / (1 - auc))
    expected = [1 / (1 + math.exp(-(logit - half))), 1 / (1 + math.exp(-(logit + half)))]
    placements = np.concatenate([pairs.mean(axis=1), pairs.mean(axis=0)])
    found = _limits(float(auc), placements, np.arange(9) < 4)
    assert found == pytest.approx(expected, abs=1e-12)


def test_where_every_pair_is_in_order_the_limit_is_that_of_the_smaller_arm_always_in_order() -> None:
    lower, upper = _limits(1.0, np.ones(12), np.arange(12) < 4)
    assert (lower**4, upper) == (pytest.approx(0.025), 1.0)
    lower, upper = _limits(0.0, np.zeros(12), np.arange(12) < 4)
    assert (lower, (1 - upper) ** 4) == (0.0, pytest.approx(0.025))
