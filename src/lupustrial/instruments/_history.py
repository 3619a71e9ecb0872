"""What a participant's earlier rows say, for consistency checks on an ordered frame."""

from __future__ import annotations

import polars as pl


def highest_before(column: pl.Expr) -> pl.Expr:
    """Return the highest value of the participant's earlier rows; null where there is none."""
    return column.cum_max().forward_fill().shift(1).over("USUBJID")


def lost(code: str) -> pl.Expr:
    """Return where an item is below the highest value of the participant's earlier rows."""
    fallen: pl.Expr = pl.col(code) < highest_before(pl.col(code))
    return fallen
