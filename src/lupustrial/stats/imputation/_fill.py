"""Missing values from the conditional normal distribution (imputation.md, eq. 19-20)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.imputation._arrays import Integers
from lupustrial.stats.imputation._conditional_normal import given_others
from lupustrial.stats.imputation._longitudinal import STRATEGIES, LongitudinalData
from lupustrial.stats.imputation._strategies import strategy_distribution


def groups_alike(data: LongitudinalData) -> Iterator[tuple[Integers, int, int, int]]:
    """Yield the participants with something missing who share arm, strategy, event and pattern.

    Yields:
        Their rows, the arm, the index of the strategy and the number of visits before the event.
    """
    missing = data.missing
    rows = np.flatnonzero(missing.any(axis=1))
    keys = np.column_stack([data.arm, data.strategy, data.before, missing])[rows]
    distinct, member = np.unique(keys, axis=0, return_inverse=True)
    for index, key in enumerate(distinct):
        yield rows[member.ravel() == index], int(key[0]), int(key[1]), int(key[2])


def fill_missing(
    data: LongitudinalData, beta: Floats, covariances: Floats, *, noise: Floats | None = None
) -> Floats:
    """Return the values of the missing cells for each set of parameters (eq. 19, 20).

    Args:
        data: Outcome with its design and strategies.
        beta: Shape (sets, coefficients).
        covariances: Shape (sets, arms, visits, visits).
        noise: Standard normal numbers, shape (sets, missing cells); left out: the conditional mean.

    Returns:
        Shape (sets, missing cells), cells in the order of rows, then visits.
    """
    missing = data.missing
    place = np.full(missing.shape, -1, dtype=np.intp)
    place[missing] = np.arange(int(missing.sum()))
    filled = np.empty((len(beta), int(missing.sum())))
    for rows, arm, strategy, before in groups_alike(data):
        gap = missing[rows[0]]
        mean, covariance = _distribution(data, beta, covariances, (rows, arm, strategy, before))
        slope, inner = given_others(covariance, gap)
        value = mean[..., gap] + (data.outcome[rows][:, ~gap] - mean[..., ~gap]) @ slope
        cells = place[rows][:, gap]
        if noise is not None:
            value = value + noise[:, cells] @ np.swapaxes(np.linalg.cholesky(inner), -1, -2)
        filled[:, cells] = value
    return filled


def _distribution(
    data: LongitudinalData, beta: Floats, covariances: Floats, group: tuple[Integers, int, int, int]
) -> tuple[Floats, Floats]:
    """Return the means (sets, participants, visits) and covariance (sets, visits, visits) of a group."""
    rows, arm, strategy, before = group
    other = int(data.reference[arm])
    shape = (len(beta), len(rows), data.outcome.shape[1])
    flat = data.design[rows].reshape(-1, beta.shape[1]).T
    flat_reference = data.reference_design[rows].reshape(-1, beta.shape[1]).T
    # set by set, so that a set's numbers do not depend on how many are filled at once
    mean = (beta[:, None] @ flat).reshape(shape)
    mean_reference = (beta[:, None] @ flat_reference).reshape(shape)
    own = covariances[:, arm]
    return strategy_distribution(
        STRATEGIES[strategy],
        mean=mean,
        covariance=own,
        mean_reference=mean_reference,
        covariance_reference=own if other == arm else covariances[:, other],
        before=before,
    )


def completed(data: LongitudinalData, cells: Floats) -> Floats:
    """Return the outcome with one set of imputed cells in place, shape (participants, visits)."""
    outcome = data.outcome.copy()
    outcome[data.missing] = cells
    return outcome
