"""Dates of drugs and events, where a part may be missing."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments import earliest_date as earliest
from lupustrial.instruments import latest_date as latest

__all__ = ["began_on_treatment", "complete", "earliest", "latest"]

_DAY = 10


def complete(text: pl.Expr) -> pl.Expr:
    """Return a date only where year, month and day are known."""
    return text.cast(pl.String).str.slice(0, _DAY).str.to_date("%Y-%m-%d", strict=False)


def began_on_treatment(start: pl.Expr, first_dose: pl.Expr) -> pl.Expr:
    """Return whether an event began on or after the first dose; a date that leaves it open counts as yes."""
    return (latest(start) >= first_dose).fill_null(first_dose.is_not_null())
