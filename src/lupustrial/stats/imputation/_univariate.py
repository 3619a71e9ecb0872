"""Draws of one variable given others: linear, logistic, mean matching (imputation.md, eq. 27-31)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.imputation._arrays import Flags

#: How one variable is imputed given the others.
KINDS = ("normal", "logistic", "pmm")
DONORS = 5
_STEPS = 1000
_RANK_TOLERANCE = 1e-9
_LARGEST_LOG_ODDS = 30.0


def draw_variable(
    kind: str, y: Floats, x: Floats, gap: Flags, *, generator: np.random.Generator, place: str
) -> Floats:
    """Return draws for the missing values of ``y``.

    Args:
        kind: One of `KINDS`.
        y: Shape (participants,); what stands in missing places does not matter.
        x: Complete predictors with the intercept, shape (participants, predictors).
        gap: Where ``y`` is missing.
        generator: Random numbers.
        place: Name of the variable, for errors.
    """
    known, wanted = x[~gap], x[gap]
    rotated = _rotated(known)
    if (rank := int(rotated[3].sum())) >= len(known):
        message = f"{len(known)} observed values for {rank} predictors that do not depend on each other"
        raise refuse("STAT-003", message, place, "use fewer predictors or groups")
    if kind == "logistic":
        beta = draw_logistic(y[~gap], known, generator=generator)
        chance = probability(wanted @ beta)
        return (generator.random(len(wanted)) < chance).astype(np.float64)
    estimate, beta, spread = _draw_linear(y[~gap], rotated, generator=generator)
    if kind == "normal":
        return wanted @ beta + spread * generator.standard_normal(len(wanted))
    return _match(y[~gap], known @ estimate, wanted @ beta, generator=generator)


_Rotated = tuple[Floats, Floats, Floats, Flags]


def _rotated(x: Floats) -> _Rotated:
    """Return the singular value decomposition and which directions are not noise."""
    left, size, right = np.linalg.svd(x, full_matrices=False)
    return left, size, right, size > _RANK_TOLERANCE * size[0]


def _draw_linear(
    y: Floats, rotated: _Rotated, *, generator: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """Return least squares, a draw of the coefficients and a draw of the residual deviation (eq. 27, 28).

    Columns that depend on others get the solution of least length, so that constant or repeated predictors,
    usual among the items of a composite, do no harm.
    """
    left, size, right, keep = rotated
    df = len(y) - int(keep.sum())
    coordinates = left[:, keep].T @ y
    estimate = right[keep].T @ (coordinates / size[keep])
    residual = y - left[:, keep] @ coordinates
    spread = float(np.sqrt(residual @ residual / generator.chisquare(df)))
    noise = generator.standard_normal(int(keep.sum()))
    beta = estimate + spread * (right[keep].T @ (noise / size[keep]))
    return estimate, beta, spread


def _match(y: Floats, known: Floats, wanted: Floats, *, generator: np.random.Generator) -> Floats:
    """Take the value of one of the nearest donors (eq. 29); donors at the same distance in random order."""
    order = generator.permutation(len(y))
    near = np.abs(wanted[:, None] - known[order])
    nearest = np.argsort(near, axis=1, kind="stable")[:, :DONORS]
    pick = generator.integers(0, nearest.shape[1], size=len(wanted))
    return y[order[nearest[np.arange(len(wanted)), pick]]]


def probability(log_odds: Floats) -> Floats:
    """Return the probability of log odds, infinite ones included (eq. 30)."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-log_odds))


def draw_logistic(y: Floats, x: Floats, *, generator: np.random.Generator) -> Floats:
    """Draw logistic coefficients: normal around the mode under Jeffreys' prior (eq. 31)."""
    left, size, right, keep = _rotated(x)
    z = left[:, keep]
    mode, information = logistic_mode(y, z)
    root = np.linalg.cholesky(information)
    gamma = mode + np.linalg.solve(root.T, generator.standard_normal(len(mode)))
    return right[keep].T @ (gamma / size[keep])


def logistic_mode(y: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Return mode and information under Jeffreys' prior (Firth); finite also under separation.

    Raises:
        StatisticsError: The scoring steps did not come to rest (STAT-013).
    """
    beta = np.zeros(z.shape[1])
    for _ in range(_STEPS):
        chance = probability(np.clip(z @ beta, -_LARGEST_LOG_ODDS, _LARGEST_LOG_ODDS))
        weight = chance * (1 - chance)
        information = (z * weight[:, None]).T @ z
        leverage = weight * np.einsum("ij,ji->i", z, np.linalg.solve(information, z.T))
        score = z.T @ (y - chance + leverage * (0.5 - chance))
        # the penalty weighs like one observation more for its leverage; without it steps overshoot
        step = np.linalg.solve((z * (weight * (1 + leverage))[:, None]).T @ z, score)
        if np.abs(z @ step).max() < 1e-8:  # noqa: PLR2004 - change of a log odds, far below what a draw can show
            return beta + step, information
        beta = beta + step
    raise refuse("STAT-013", "the logistic model did not converge", "y", "use fewer predictors")
