"""ISO 8601 texts as dates: complete dates only, since a partial date has no study day."""

from __future__ import annotations

import polars as pl


def to_date(text: pl.Expr) -> pl.Expr:
    """Return the date part of an ISO 8601 text; null where day or month are missing."""
    return text.cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def study_day(day: pl.Expr, reference: pl.Expr) -> pl.Expr:
    """Return the SDTM study day of a date: 1 on the reference date, -1 on the day before, never 0."""
    difference = (day - reference).dt.total_days()
    return difference + (difference >= 0).cast(pl.Int64)


def completed_years(birth: pl.Expr, at: pl.Expr) -> pl.Expr:
    """Return age in completed years at a date (a birthday on 29 February is reached on 1 March)."""
    months = at.dt.month().cast(pl.Int64) - birth.dt.month().cast(pl.Int64)
    days = at.dt.day().cast(pl.Int64) - birth.dt.day().cast(pl.Int64)
    not_yet = (months < 0) | ((months == 0) & (days < 0))
    return at.dt.year().cast(pl.Int64) - birth.dt.year().cast(pl.Int64) - not_yet.cast(pl.Int64)
