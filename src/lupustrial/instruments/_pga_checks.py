"""Consistency checks of the physician global assessment."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._check_limits import check_limit
from lupustrial.instruments._spec import Check

_DECIMALS = 2

#: The checks of ``pga``.
PGA_CHECKS: tuple[Check, ...] = (
    Check(
        id="PGA-Q01",
        item="PGA",
        when=(pl.col("PGA") - pl.col("PGA").shift(1).over("USUBJID")).abs()
        >= check_limit("pga_step", _DECIMALS),
        message="a step of half the scale or more since the previous visit: verify scale (0 to 3) and rater",
        shows=("PGA",),
        before=("PGA",),
    ),
)
