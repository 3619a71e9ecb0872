"""The bandwidth of a density of binned events.

It is that of Botev, Grotowski and Kroese, Annals of Statistics 38 (2010) 2916, which assumes no shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.optimize import brentq

Line = NDArray[np.float64]


def bandwidth_of(counts: Line) -> float:
    """Return the bandwidth in bins (Botev 2010, algorithm 1).

    It is at least a third of Silverman's rule of thumb and one bin: values that an instrument wrote with few
    digits repeat, and would be taken for fine structure. Where the equation has no root it is half of that
    rule, which is made for one peak.
    """
    events = float(counts.sum())
    squares = np.arange(1, len(counts), dtype=np.float64) ** 2
    power = (dct(counts / events, type=2)[1:] / 2) ** 2
    rule = _rule_of_thumb(counts)

    def equation(time: float) -> float:
        value = _functional(squares, power, 7, time)
        for order in range(6, 1, -1):
            odd = float(np.prod(np.arange(1, 2 * order, 2))) / np.sqrt(2 * np.pi)
            constant = (1 + 0.5 ** (order + 0.5)) / 3
            next_time = (2 * constant * odd / (events * value)) ** (2 / (3 + 2 * order))
            value = _functional(squares, power, order, next_time)
        return float(time - (2 * events * np.sqrt(np.pi) * value) ** -0.4)

    try:
        found = float(np.sqrt(brentq(equation, 1e-9, 0.01))) * len(counts)
    except (ValueError, ZeroDivisionError):
        found = rule / 2  # the rule is made for one peak
    return max(found, rule / 3, 1.0)


def _functional(squares: Line, power: Line, order: int, time: float) -> float:
    weights = squares**order * power * np.exp(-squares * np.pi**2 * time)
    return float(2 * np.pi ** (2 * order) * weights.sum())


def _rule_of_thumb(counts: Line) -> float:
    """Return Silverman's bandwidth in bins: 0.9 of the smaller of SD and IQR / 1.34, times n^(-1/5)."""
    events = float(counts.sum())
    at = np.arange(len(counts), dtype=np.float64)
    mean = float((counts * at).sum()) / events
    deviation = float(np.sqrt((counts * (at - mean) ** 2).sum() / events))
    quartiles = np.searchsorted(np.cumsum(counts) / events, [0.25, 0.75])
    between = max(float(quartiles[1] - quartiles[0]), 1.0) / 1.34
    return float(0.9 * min(deviation, between) * events**-0.2)
