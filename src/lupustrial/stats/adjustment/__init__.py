"""Adjustment of binary and repeated outcomes: logistic regression, standardised risks, GEE."""

from __future__ import annotations

from lupustrial.stats.adjustment._g_computation import GComputation, g_computation
from lupustrial.stats.adjustment._gee import GeeFit, gee
from lupustrial.stats.adjustment._logistic import LogisticFit, logistic_regression
from lupustrial.stats.adjustment._risk_contrasts import RiskContrast

__all__ = [
    "GComputation",
    "GeeFit",
    "LogisticFit",
    "RiskContrast",
    "g_computation",
    "gee",
    "logistic_regression",
]
