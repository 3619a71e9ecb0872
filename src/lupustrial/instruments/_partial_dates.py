"""Dates of medication of which the day or the month is missing."""

from __future__ import annotations

import polars as pl

_YEAR, _MONTH, _DAY = 4, 7, 10


def earliest_date(text: pl.Expr) -> pl.Expr:
    """Return the first day that an ISO 8601 date may mean: ``2015-03`` is 1 March 2015."""
    text = text.cast(pl.String)
    size = text.str.len_bytes()
    filled = (
        pl.when(size == _YEAR)
        .then(text + "-01-01")
        .when(size == _MONTH)
        .then(text + "-01")
        .otherwise(text.str.slice(0, _DAY))
    )
    return filled.str.to_date("%Y-%m-%d", strict=False)


def latest_date(text: pl.Expr) -> pl.Expr:
    """Return the last day that an ISO 8601 date may mean: ``2015-02`` is 28 February 2015."""
    text = text.cast(pl.String)
    size = text.str.len_bytes()
    first = earliest_date(text)
    return (
        pl.when(size == _YEAR)
        .then(first.dt.offset_by("1y").dt.offset_by("-1d"))
        .when(size == _MONTH)
        .then(first.dt.month_end())
        .otherwise(first)
    )
