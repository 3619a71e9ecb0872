"""The design report: what a way of allocating would do in this trial, by simulation, before go-live."""

from __future__ import annotations

from lupustrial.allocation.design._page import accrual_rows, render_html
from lupustrial.allocation.design._report import TRIALS, design_report
from lupustrial.allocation.design._result import (
    DesignReport,
    DesignResult,
    FactorShares,
    GroupBalance,
    LevelShare,
    PlaceGuess,
    Spread,
    Warn,
)

__all__ = [
    "TRIALS",
    "DesignReport",
    "DesignResult",
    "FactorShares",
    "GroupBalance",
    "LevelShare",
    "PlaceGuess",
    "Spread",
    "Warn",
    "accrual_rows",
    "design_report",
    "render_html",
]
