"""Roots of many monotone functions at once, each in its own bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats

MOST_STEPS = 200
LEAST_WIDTH = 1e-300
STEEPEST = 1e3
RESOLUTION = 4e-16

#: Given the places of the elements still sought and a point for each, the function there.
Family = Callable[[NDArray[np.intp], Floats], Floats]


def falling_roots(function: Family, low: Floats, high: Floats) -> Floats:
    """Return for each element where a function that falls from ``low`` to ``high`` crosses zero.

    Chandrupatla's method (Advances in Engineering Software 28:145): inverse quadratic steps where three
    points permit, otherwise halving. Elements do not see each other, so one alone and among others gives the
    same.

    Args:
        function: Called with the places of the elements that are still sought and a point for each.
        low: Left ends, where the function counts as positive without being asked.
        high: Right ends, where it counts as negative.

    Returns:
        The roots, to the last digits of a number near 1.
    """
    roots = np.empty(low.shape)
    places = np.arange(low.size)
    a, b, c = low.astype(float), high.astype(float), high.astype(float)
    fa, fb, fc = np.full(a.shape, STEEPEST), np.full(a.shape, -STEEPEST), np.full(a.shape, -STEEPEST)
    share = np.full(a.shape, 0.5)
    for _ in range(MOST_STEPS):
        x = a + share * (b - a)
        fx = np.clip(function(places, x), -STEEPEST, STEEPEST)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        least = RESOLUTION * (0.5 + np.abs(best)) / np.maximum(np.abs(b - a), LEAST_WIDTH)
        done = (least > 0.5) | (fa == 0)  # noqa: PLR2004 - half the bracket is below the resolution
        if done.any():
            roots[places[done]] = np.where(fa == 0, a, best)[done]
            keep = ~done
            if not keep.any():
                return roots
            places, a, b, c, fa, fb, fc, least = (
                values[keep] for values in (places, a, b, c, fa, fb, fc, least)
            )
        share = np.clip(_share(a, b, c, fa, fb, fc), least, 1 - least)
    roots[places] = (a + b) / 2
    return roots


def _share(a: Floats, b: Floats, c: Floats, fa: Floats, fb: Floats, fc: Floats) -> Floats:
    """Return where in the bracket to look next: by inverse quadratic interpolation if safe, else half."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (phi * phi < xi) & ((1 - phi) ** 2 < 1 - xi)
        step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(safe & np.isfinite(step), step, 0.5)
