"""Whether a logistic regression has finite estimates, by linear programming; adjustment.md, eq. 4, 5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import Floats

_FEASIBLE = 1e-9
_SEPARATED = 1e-6  # of a margin of order 1, well above what the programme tolerates


@dataclass(frozen=True, slots=True)
class Separation:
    """A separated data set.

    Attributes:
        complete: Whether a combination of columns tells every event from every other row.
        columns: Places of the columns in that combination, whose coefficients have no finite estimate.
    """

    complete: bool
    columns: tuple[int, ...]


def separation(x: Floats, y: Floats) -> Separation | None:
    """Return how the events are separated from the others, or ``None`` if all estimates are finite.

    With the margins (2y - 1) x'b of a combination b in a box, one programme asks for the greatest least
    margin (eq. 4), which is above 0 if the separation is complete; the other for the greatest mean of margins
    of which none is negative (eq. 5), which is above 0 if the likelihood grows without end along b. They run
    over orthogonal columns, so that near ones do no harm.
    """
    n, p = x.shape
    sign = 2 * y - 1
    signed = sign[:, None] * np.linalg.qr(x).Q * np.sqrt(n)
    b = _best(np.append(np.zeros(p), 1.0), np.column_stack([-signed, np.ones(n)]), np.zeros(n))[:-1]
    complete = bool((signed @ b).min() > _SEPARATED)
    if not complete:
        b = _best(signed.mean(axis=0), -signed, np.zeros(n))
        if (signed @ b).max() <= _SEPARATED:
            return None
    return Separation(complete, _columns(sign[:, None] * x, complete=complete))


def _columns(signed: Floats, *, complete: bool) -> tuple[int, ...]:
    """Return the columns of the separating combination with the least sum of coefficients."""
    size = np.abs(signed).max(axis=0)
    scaled = signed / size
    limits = np.full(len(scaled), -1.0 if complete else 0.0)
    if not complete:
        scaled, limits = np.vstack([scaled, scaled.mean(axis=0)]), np.append(limits, -1.0)
    both = _best(np.full(2 * len(size), -1.0), np.hstack([-scaled, scaled]), limits, bounds=(0, None))
    b = np.abs(both[: len(size)] - both[len(size) :])
    return tuple(int(place) for place in np.flatnonzero(b > _SEPARATED * b.max()))


def _best(
    gain: Floats, above: Floats, limits: Floats, bounds: tuple[float, float | None] = (-1, 1)
) -> Floats:
    """Maximise ``gain`` times b over b within bounds with ``above`` times b at most ``limits``."""
    options = {"primal_feasibility_tolerance": _FEASIBLE, "dual_feasibility_tolerance": _FEASIBLE}
    found = optimize.linprog(-gain, A_ub=above, b_ub=limits, bounds=bounds, options=options)
    best: Floats = found.x
    return best
