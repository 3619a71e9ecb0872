"""Where nothing tells the arm, p keeps its level and areas lie around one half."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from blinding_trials import halves, names
from scipy.stats import binom

from lupustrial.blinding._evaluate import evaluate, sum_up
from lupustrial.blinding._features import Features
from lupustrial.blinding._labels import Labels, labels_of

TRIALS, PEOPLE = 400, 24


def chance_labels(seed: int) -> Labels:
    arms = halves(PEOPLE, np.random.default_rng(seed))
    allocation = pl.DataFrame({"participant": names(PEOPLE), "arm": arms})
    return labels_of(allocation, allocation, permutations=19, folds=4, repeats=2, seed=seed)


@pytest.fixture(scope="module")
def found() -> list[tuple[float, float, float, float]]:
    """Return p, the best single item's p, and the areas by both learners, of trials of noise with holes."""
    results = []
    for seed in range(TRIALS):
        rng = np.random.default_rng([1, seed])
        values = rng.normal(size=(PEOPLE, 30))
        values[:, :10] = rng.poisson(0.4, size=(PEOPLE, 10))
        values[rng.random(values.shape) < 0.1] = np.nan
        values = values[:, [np.unique(one[~np.isnan(one)]).size > 1 for one in values.T]]
        places = tuple(f"lab.X{place}" for place in range(values.shape[1]))
        features = Features(values=values, items=places, wheres=places)
        labels = chance_labels(seed)
        view = evaluate(features, labels, at=None)
        assert view is not None
        told = sum_up([view], labels, dict.fromkeys(places, ""))
        assert told is not None
        areas = [float(held.auc[0, 0]) for held in view.held.values()]
        results.append((told.p_value, told.singles[0].p_value, areas[0], areas[1]))
    return results


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("level", [0.05, 0.1, 0.25, 0.5])
def test_p_is_as_small_as_a_level_no_more_often_than_the_level(
    found: list[tuple[float, ...]], which: int, level: float
) -> None:
    count = sum(one[which] <= level + 1e-9 for one in found)
    low, high = binom.ppf([0.001, 0.999], TRIALS, level)
    assert low <= count <= high


@pytest.mark.parametrize("learner", [2, 3])
def test_held_out_areas_lie_around_one_half(found: list[tuple[float, ...]], learner: int) -> None:
    areas = np.array([one[learner] for one in found])
    assert abs(areas.mean() - 0.5) < 4 * areas.std() / np.sqrt(TRIALS)
