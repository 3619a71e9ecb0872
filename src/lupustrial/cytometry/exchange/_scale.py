"""Axes' scales: from a compensated linear value to the display scale, where 0..1 spans the axis.

Formulas: Gating-ML 2.0 section 6 (flin, flog, fasinh, logicle, hyperlog), as FlowKit computes them; FlowJo
10's `linear`, `log` and `biex`, as FlowKit ported them. A value that a scale does not map is not a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._extra import need

Array = NDArray[np.float64]

#: FlowJo's table of `biex` has this many steps; its `length` (256) is only the width of a plot.
_BIEX_STEPS = 4096.0

#: The logarithm of a panel: `flog`, and -1 for what lies M decades below the axis, or has no logarithm.
FLOORED_LOG = "floored log"

#: The parameters of each kind, in the order of its attributes.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "flin": ("T", "A"),
    "flog": ("T", "M"),
    "fasinh": ("T", "M", "A"),
    "logicle": ("T", "W", "M", "A"),
    "hyperlog": ("T", "W", "M", "A"),
    "linear": ("minRange", "maxRange"),
    "log": ("offset", "decades"),
    "biex": ("neg", "width", "pos", "maxRange"),
    FLOORED_LOG: ("T", "M"),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """A kind of :data:`PARAMETERS` with its parameters, in that order."""

    kind: str
    parameters: tuple[float, ...]

    def forward(self, values: Array) -> Array:
        """Return linear values in display scale."""
        with np.errstate(all="ignore"):
            return np.asarray(_functions(self)[0](np.asarray(values, np.float64)), np.float64)

    def inverse(self, values: Array) -> Array:
        """Return values of display scale as linear values."""
        with np.errstate(all="ignore"):
            return np.asarray(_functions(self)[1](np.asarray(values, np.float64)), np.float64)

    def place(self, value: float) -> float:
        """Return one linear value in display scale."""
        return float(self.forward(np.array([value]))[0])

    @property
    def straight(self) -> bool:
        """Whether it keeps straight lines straight."""
        return self.kind in {"flin", "linear"}


def scale_of(kind: str, parameters: Mapping[str, float]) -> Scale:
    """Return the scale of a kind; ValueError where it cannot be computed with these parameters."""
    if kind not in PARAMETERS:
        raise ValueError(f"the scale {kind!r} is not documented and cannot be reproduced")
    missing = [name for name in PARAMETERS[kind] if name not in parameters]
    if missing:
        raise ValueError(f"the scale {kind!r} lacks {', '.join(missing)}")
    numbers = tuple(float(parameters[name]) for name in PARAMETERS[kind])
    given = dict(zip(PARAMETERS[kind], numbers, strict=True))
    for why in _objections(kind, given):
        raise ValueError(f"the scale {kind!r} is not defined: {why}")
    return Scale(kind, numbers)


#: Beyond these no instrument has ever been; they keep powers of ten within what a double can hold.
_MOST = {"T": 1e12, "M": 20.0, "W": 20.0, "A": 20.0, "pos": 20.0, "neg": 20.0, "decades": 20.0}
_LARGEST = 1e12


def _objections(kind: str, p: Mapping[str, float]) -> list[str]:
    """Return why a kind is not defined for its parameters (Gating-ML 2.0 section 6; FlowJo's ranges)."""
    most = {**_MOST, "A": _LARGEST} if kind == "flin" else _MOST
    found = [f"{name} is not a number" for name, value in p.items() if not math.isfinite(value)]
    found += [f"{name} is too large" for name, value in p.items() if abs(value) > most.get(name, _LARGEST)]
    rules: dict[str, tuple[tuple[str, Callable[[Mapping[str, float]], bool]], ...]] = {
        "linear": (("maxRange must exceed minRange", lambda q: q["maxRange"] > q["minRange"]),),
        "log": (("offset and decades must be positive", lambda q: q["offset"] > 0 and q["decades"] > 0),),
        "biex": (
            ("width must be -1 or less", lambda q: q["width"] <= -1),
            ("maxRange and pos must be positive", lambda q: q["maxRange"] > 0 and q["pos"] > 0),
            ("neg must not be negative", lambda q: q["neg"] >= 0),
            ("pos is too small for the width", lambda q: q["pos"] > math.log10(max(-q["width"], 1)) / 2),
        ),
        "flin": (("T must be positive, A between 0 and T", lambda q: 0 <= q["A"] <= q["T"] > 0),),
        "flog": (("T and M must be positive", lambda q: q["T"] > 0 and q["M"] > 0),),
        "fasinh": (
            ("T and M must be positive", lambda q: q["T"] > 0 and q["M"] > 0),
            ("A must lie between 0 and M", lambda q: 0 <= q["A"] <= q["M"]),
        ),
        "logicle": _LOGICLE,
        "hyperlog": (*_LOGICLE, ("W must be positive", lambda q: q["W"] > 0)),
    }
    return found or [why for why, holds in rules[kind] if not holds(p)]


_LOGICLE: tuple[tuple[str, Callable[[Mapping[str, float]], bool]], ...] = (
    ("T and M must be positive", lambda q: q["T"] > 0 and q["M"] > 0),
    ("W must lie between 0 and M / 2", lambda q: 0 <= 2 * q["W"] <= q["M"]),
    ("A must lie between -W and M - 2 W", lambda q: -q["W"] <= q["A"] <= q["M"] - 2 * q["W"]),
)


@lru_cache(maxsize=512)
def _functions(scale: Scale) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    p = scale.parameters
    if scale.kind == "linear":
        low, high = p
        return (lambda x: (x - low) / (high - low)), (lambda y: low + y * (high - low))
    if scale.kind == "log":
        offset, decades = p
        return (
            lambda x: np.log10(np.maximum(x, offset) / offset) / decades,
            lambda y: offset * 10.0 ** (y * decades),
        )
    if scale.kind == FLOORED_LOG:
        top, decades = p
        lowest = top * 10.0 ** (-2 * decades)
        return (
            lambda x: np.log10(np.maximum(x, lowest) / top) / decades + 1,
            lambda y: top * 10.0 ** ((y - 1) * decades),
        )
    if scale.kind == "flin":
        top, below = p
        return (lambda x: (x + below) / (top + below)), (lambda y: y * (top + below) - below)
    if scale.kind == "biex":
        negative, width, positive, top = p
        made: Any = need("flowkit").transforms.WSPBiexTransform(
            negative=negative, width=width, positive=positive, max_value=top
        )
        return (lambda x: made.apply(x) / _BIEX_STEPS), (lambda y: made.inverse(y * _BIEX_STEPS))
    # flowutils and not FlowKit, which takes seconds to import.
    functions = need("flowutils.transforms")
    name = {"flog": "log", "fasinh": "asinh"}.get(scale.kind, scale.kind)
    there, back = getattr(functions, name), getattr(functions, f"{name}_inverse")
    named = {key.lower(): value for key, value in zip(PARAMETERS[scale.kind], p, strict=True)}
    return (lambda x: there(x, None, **named)), (lambda y: back(y, None, **named))
