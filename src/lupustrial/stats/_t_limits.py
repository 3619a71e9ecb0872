"""P values, quantiles and limits of t and F; docs/methods/models.md, eq. 15, 16.

Degrees of freedom that are infinite, or ``None``, stand for the normal distribution and chi-square.
"""

from __future__ import annotations

import math
from typing import TypeVar

from scipy import special

from lupustrial.stats._arguments import Floats

Numbers = TypeVar("Numbers", float, Floats)


def _is_normal(df: float | None) -> bool:
    return df is None or math.isinf(df)


def below(statistic: Numbers, df: float | None = None) -> Numbers:
    """Return P(T < statistic)."""
    chance: Numbers = special.ndtr(statistic) if _is_normal(df) else special.stdtr(df, statistic)
    return chance


def quantile(probability: Numbers, df: float | None = None) -> Numbers:
    """Return the value below which T lies with this probability."""
    value: Numbers = special.ndtri(probability) if _is_normal(df) else special.stdtrit(df, probability)
    return value


def t_p_value(statistic: float, df: float | None = None, alternative: str = "two-sided") -> float:
    """Return the p value in the direction asked for; ``"greater"`` is the upper tail."""
    signed = {"greater": -statistic, "less": statistic}.get(alternative, -abs(statistic))
    tail = float(below(signed, df))
    return 2 * tail if alternative == "two-sided" else tail


def t_limits(
    estimate: float, standard_error: float, df: float | None, confidence_level: float
) -> tuple[float, float]:
    """Return the limits of a two-sided confidence interval."""
    half = float(quantile((1 + confidence_level) / 2, df)) * standard_error
    return estimate - half, estimate + half


def f_p_value(statistic: float, numerator_df: int, df: float) -> float:
    """Return P(F > statistic)."""
    if _is_normal(df):
        return float(special.chdtrc(numerator_df, numerator_df * statistic))
    return float(special.fdtrc(numerator_df, df, statistic))


def satterthwaite_df(first: float, n1: float, second: float, n2: float) -> float:
    """Return the degrees of freedom of the sum of two estimated variances of means of n1 and n2 values."""
    return (first + second) ** 2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))
