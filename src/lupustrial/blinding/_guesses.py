"""James' and Bang's indices: what participants or staff guessed when they were asked for the arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import BlindingError, Fault

_SHAPE = (2, 3)


@dataclass(frozen=True, kw_only=True)
class GuessIndex:
    """An index with its standard error and normal limits (not cut off at the ends of the scale)."""

    estimate: float
    standard_error: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class GuessIndices:
    """Both indices.

    Attributes:
        james: 0 all guess right, 0.5 guess at random, 1 nobody knows; None where it has no value, since all
            who guessed had and named one arm.
        bang: Of each arm: 1 all guess right, 0 as many right as wrong, -1 all guess wrong.
    """

    james: GuessIndex | None
    bang: tuple[GuessIndex, GuessIndex]


def guess_indices(counts: Sequence[Sequence[int]], *, confidence: float = 0.95) -> GuessIndices:
    """Return the indices of James et al. (1996) and of Bang, Ni and Davis (2004), for two arms.

    Formulas: ``docs/allocation/blinding.md``, equations 11 and 12. The variance of James' index is that of
    the delta method for a multinomial table.

    Args:
        counts: Two rows, the arm that was given; three columns, the guess: first arm, second arm, does not
            know. Whoever was not asked, or did not answer, is not counted.
        confidence: Level of the limits.

    Raises:
        BlindingError: BLIND-006, the table is not two rows of three counts with someone in each row.
    """
    table = np.asarray(counts, dtype=float)
    sound = table.shape == _SHAPE and bool(np.isfinite(table).all()) and bool((table >= 0).all())
    if not sound or not (table.sum(axis=1) > 0).all():
        hint = "give two rows (arm given) of three counts (guessed first arm, second arm, does not know)"
        message = "the guesses are not two rows of three counts, with someone in each row"
        raise BlindingError(Fault(id="BLIND-006", message=message, place="guesses", hint=hint))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    right = (table[0, 0], table[1, 1])
    wrong = (table[0, 1], table[1, 0])
    first, second = (
        _bang(float(r), float(w), float(n), z)
        for r, w, n in zip(right, wrong, table.sum(axis=1), strict=True)
    )
    return GuessIndices(james=_james(table / table.sum(), float(table.sum()), z), bang=(first, second))


def _bang(right: float, wrong: float, n: float, z: float) -> GuessIndex:
    """Return the index of one arm (equation 12)."""
    estimate = (right - wrong) / n
    return _index(estimate, ((right + wrong) / n - estimate**2) / n, z)


def _james(shares: NDArray[np.float64], n: float, z: float) -> GuessIndex | None:
    """Return the index (equation 11), with the variance of its gradient."""
    guesses, unknowing = shares[:, :2], float(shares[:, 2].sum())
    guessed = float(guesses.sum())
    wrong = float(guesses[0, 1] + guesses[1, 0])
    rows, columns = guesses.sum(axis=1), guesses.sum(axis=0)
    expected = float(rows[0] * columns[1] + rows[1] * columns[0])
    if guessed == 0:
        return _index(1.0, 0.0, z)
    if expected == 0:
        return None
    estimate = unknowing + guessed**2 * wrong / (2 * expected)
    gradient = np.ones(_SHAPE)
    added = columns[::-1][:, None] + rows[::-1][None, :]  # to the expected, by a guess of each cell
    off = 1 - np.eye(2)
    gradient[:, :2] = (
        guessed * wrong / expected
        + guessed**2 / (2 * expected) * off
        - guessed**2 * wrong / (2 * expected**2) * added
    )
    variance = float((shares * gradient**2).sum() - (shares * gradient).sum() ** 2) / n
    return _index(estimate, variance, z)


def _index(estimate: float, variance: float, z: float) -> GuessIndex:
    error = float(np.sqrt(max(variance, 0.0)))
    return GuessIndex(
        estimate=estimate, standard_error=error, lower=estimate - z * error, upper=estimate + z * error
    )
