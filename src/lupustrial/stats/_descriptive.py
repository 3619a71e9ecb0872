"""Descriptive statistics; definitions in docs/methods/means-and-ranks.md, eq. 18-19."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats._results import Summary

DEFINITIONS = ("hf6", "hf7")


def _quantile(ordered: Floats, p: float, definition: str) -> float:
    n = ordered.size
    position = p * (n + 1) if definition == "hf6" else p * (n - 1) + 1
    position = min(max(position, 1.0), float(n))
    below = math.floor(position + 1e-12)
    share = max(0.0, position - below)
    low = float(ordered[below - 1])
    return low if share == 0 else low + share * (float(ordered[below]) - low)


def quantile(x: Values, p: float, *, definition: str = "hf6") -> float:
    """Return a quantile by a named definition of Hyndman and Fan (1996).

    Args:
        x: At least 1 value, none missing, in any order.
        p: Between 0 and 1, both allowed.
        definition: ``"hf6"`` places p at p(n+1) (SPSS, Minitab; eq. 18); ``"hf7"`` at p(n-1)+1 (R, NumPy,
            Excel; eq. 19).

    Raises:
        StatisticsError: Missing values (STAT-002), no values (STAT-003), unknown definition (STAT-006), p
            outside [0, 1] (STAT-007).
    """
    check_choice("definition", definition, DEFINITIONS)
    (array,) = checked_values(least=1, x=x)
    if not 0 <= p <= 1:
        raise refuse("STAT-007", f"{p!r} is not between 0 and 1", "p", "give a share such as 0.25")
    return _quantile(np.sort(array), p, definition)


def summarise(x: Values, *, definition: str = "hf6") -> Summary:
    """Summarise one group: n, mean, SD, median, quartiles, range.

    Args:
        x: Values, none missing; may be empty.
        definition: Definition of the quartiles, see `quantile`. The median is the same by both.

    Returns:
        The summary; statistics that the data are too few for are ``None``.

    Raises:
        StatisticsError: Missing values (STAT-002), unknown definition (STAT-006).
    """
    check_choice("definition", definition, DEFINITIONS)
    (array,) = checked_values(least=0, x=x)
    ordered = np.sort(array)
    some = ordered.size > 0
    return Summary(
        n=ordered.size,
        mean=float(ordered.mean()) if some else None,
        sd=float(ordered.std(ddof=1)) if ordered.size > 1 else None,
        median=_quantile(ordered, 0.5, definition) if some else None,
        q1=_quantile(ordered, 0.25, definition) if some else None,
        q3=_quantile(ordered, 0.75, definition) if some else None,
        minimum=float(ordered[0]) if some else None,
        maximum=float(ordered[-1]) if some else None,
        definition=definition,
    )
