"""Methods that place a gate in one tube: each returns where it lies, how sure it is, and why.

`METHODS` holds them by the name that a strategy uses; :func:`register` adds one.
"""

from __future__ import annotations

from lupustrial.cytometry.gates._clusters import MixtureParameters, place_mixture
from lupustrial.cytometry.gates._control import InternalControlParameters, place_internal_control
from lupustrial.cytometry.gates._density import Density, Valley, density_of, peaks_of, valleys_of
from lupustrial.cytometry.gates._ellipse import EllipseParameters, place_ellipse
from lupustrial.cytometry.gates._quantile import QuantileParameters, place_quantile
from lupustrial.cytometry.gates._ratio import RatioParameters, place_ratio
from lupustrial.cytometry.gates._registry import (
    METHODS,
    OneColumn,
    Parameters,
    RegisteredMethod,
    Unplaced,
    register,
)
from lupustrial.cytometry.gates._static import StaticParameters, place_static
from lupustrial.cytometry.gates._tail import TailParameters, place_tail
from lupustrial.cytometry.gates._valley import ValleyParameters, place_valley

register("valley", ValleyParameters, place_valley)
register("tail", TailParameters, place_tail)
register("mixture", MixtureParameters, place_mixture)
register("internal_control", InternalControlParameters, place_internal_control)
register("backgated_ellipse", EllipseParameters, place_ellipse)
register("ratio_band", RatioParameters, place_ratio)
register("quantile_of_control", QuantileParameters, place_quantile)
register("static", StaticParameters, place_static)

__all__ = [
    "METHODS", "Density", "OneColumn", "Parameters", "RegisteredMethod", "Unplaced", "Valley", "density_of",
    "peaks_of", "register", "valleys_of",
]  # fmt: skip
