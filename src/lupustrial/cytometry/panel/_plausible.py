"""Whether a spillover matrix can be believed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.fcs import Spill
from lupustrial.errors import Fault

#: Above this condition number two dyes cannot be told apart: noise is multiplied by as much.
MOST_CONDITION = 1_000.0
#: Spillover above this is no dye's: a wrong matrix, or percentages.
MOST_SPILL = 5.0
_DIAGONAL = 1e-3
_LEAST = -0.5


def faults_of(spill: Spill, place: str) -> list[Fault]:
    """Return what is impossible in a matrix (CYTO-027): diagonal, size of entries, singularity."""
    matrix = spill.matrix
    told: list[tuple[str, str]] = []
    if not np.isfinite(matrix).all():
        told.append(("an entry is not a finite number", "calculate the compensation again"))
        return _faults(told, spill, place)
    diagonal = np.diag(matrix)
    if np.any(np.abs(diagonal - 1) > _DIAGONAL):
        at = int(np.argmax(np.abs(diagonal - 1)))
        percent = (
            "the matrix is in percent: divide by 100" if np.allclose(diagonal, 100) else "divide rows by it"
        )
        told.append((f"the diagonal of {spill.channels[at]} is {diagonal[at]:g}, not 1", percent))
    off = matrix - np.diag(diagonal)
    for wrong, entry in ((off.max() > MOST_SPILL, off.argmax()), (off.min() < _LEAST, off.argmin())):
        if wrong:
            row, column = divmod(int(entry), len(diagonal))
            pair = f"{spill.channels[row]} into {spill.channels[column]}"
            told.append((f"the spill of {pair} is {off[row, column]:g}", "calculate the compensation again"))
    condition = _condition(matrix)
    if condition > MOST_CONDITION:
        told.append(
            (f"the matrix is (nearly) singular, condition {condition:.3g}", "two dyes cannot be told apart")
        )
    return _faults(told, spill, place)


def _condition(matrix: NDArray[np.float64]) -> float:
    try:
        return float(np.linalg.cond(matrix))
    except np.linalg.LinAlgError:
        return float("inf")


def _faults(told: list[tuple[str, str]], spill: Spill, place: str) -> list[Fault]:
    source = spill.source or "the matrix"
    return [
        Fault(id="CYTO-027", message=f"{source}: {message}", place=place, hint=hint) for message, hint in told
    ]
