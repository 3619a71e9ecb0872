"""The analysis of completed data: ANCOVA at each visit, or the caller's own (imputation.md, eq. 25-26)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.imputation._arrays import Integers, covariate_matrix, labels

#: Values (participants, visits) of the rows named, and the rows; gives estimates and standard errors.
Function = Callable[[Floats, Integers], tuple[Floats, Floats]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """What is done with each completed data set.

    Attributes:
        names: One a quantity, in the order of the estimates.
        function: Takes the completed outcome of some participants, shape (rows, visits), and their rows in
            the data; returns estimates and standard errors, one a name. The jackknife ignores the latter.
        df_complete: Degrees of freedom without missing data, for Barnard and Rubin.
    """

    names: tuple[str, ...]
    function: Function
    df_complete: float


def ancova_by_visit(
    arm: Sequence[Any] | NDArray[Any],
    *,
    reference: Any,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    visits: Sequence[Any],
) -> Analysis:
    """Compare arms at each visit by ANCOVA with common slopes (imputation.md, eq. 25, 26).

    Args:
        arm: One label a participant.
        reference: The arm that the others are compared with.
        covariates: Shape (participants, covariates), complete.
        visits: Names of the visits, for the names of the quantities.

    Returns:
        An analysis with, for each visit, ``"difference A - R, visit V"`` for each other arm A and
        ``"mean A, visit V"``, the least-squares mean at the mean covariates, for each arm.

    Raises:
        StatisticsError: Incomplete covariates (STAT-002), unknown or missing arms (STAT-010). The analysis
            itself refuses arms without participants, dependent covariates and too few (STAT-011).
    """
    n = len(arm)
    arms, index = labels("arm", arm, n=n)
    if reference not in arms or len(arms) < 2:  # noqa: PLR2004 - a comparison
        hint = f"name one of {', '.join(map(str, arms))}; two arms or more are compared"
        raise refuse("STAT-010", f"{reference!r} is not an arm to compare with", "reference", hint)
    z = covariate_matrix(covariates, rows=n)
    base = arms.index(reference)
    others = [a for a in range(len(arms)) if a != base]
    contrasts = np.vstack([np.eye(len(arms))[others] - np.eye(len(arms))[base], np.eye(len(arms))])
    quantities = [f"difference {arms[a]} - {reference}" for a in others] + [f"mean {a}" for a in arms]

    def analyse(values: Floats, rows: Integers) -> tuple[Floats, Floats]:
        means = (index[rows, None] == np.arange(len(arms))).astype(np.float64)
        x = np.column_stack([means, z[rows] - z[rows].mean(axis=0)])
        return _least_squares(values, x, contrasts)

    return Analysis(
        names=tuple(f"{quantity}, visit {visit}" for visit in visits for quantity in quantities),
        function=analyse,
        df_complete=float(n - len(arms) - z.shape[1]),
    )


def _least_squares(values: Floats, x: Floats, contrasts: Floats) -> tuple[Floats, Floats]:
    """Return contrasts of the first coefficients and their standard errors, by visit then contrast."""
    orthogonal, upper = np.linalg.qr(x)
    size = np.abs(np.diag(upper))
    df = len(x) - x.shape[1]
    if df < 1 or (size <= 1e-10 * np.linalg.norm(x, axis=0).clip(min=1e-300)).any():
        message = f"{x.shape[1]} columns among {len(x)} participants, or columns that depend on each other"
        raise refuse("STAT-011", message, "covariates", "leave out covariates or empty arms")
    inverse = np.linalg.inv(upper)
    beta = inverse @ (orthogonal.T @ values)
    variance = ((values - x @ beta) ** 2).sum(axis=0) / df
    weights = contrasts @ inverse[: contrasts.shape[1]]
    errors = np.sqrt(np.outer(variance, (weights**2).sum(axis=1)))
    return (contrasts @ beta[: contrasts.shape[1]]).T.ravel(), errors.ravel()
