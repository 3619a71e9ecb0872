"""Values given for every row of the input, such as participants or strata, taken for the rows of a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from lupustrial.stats._arguments import refuse
from lupustrial.stats._design import Design


def of_kept_rows(
    values: Sequence[Any] | NDArray[Any], design: Design | None, n: int, place: str, *, what: str
) -> list[Any]:
    """Return the values of the ``n`` rows that the design kept (STAT-010); of all rows without a design."""
    cells = list(values)
    wanted = n if design is None else n + design.n_dropped
    if len(cells) != wanted:
        message = f"{len(cells)} {what} for {wanted} rows of the input"
        raise refuse("STAT-010", message, place, "give one for every row, dropped rows too")
    return cells if design is None else [cells[row] for row in design.rows.tolist()]


def any_missing(cells: list[Any]) -> bool:
    """Return whether a value is ``None``, NaN or an empty text."""
    return any(cell is None or cell == "" or cell != cell for cell in cells)  # noqa: PLR0124 - NaN
