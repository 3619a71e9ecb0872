"""Panels: marker to channel, reagents, compensation and frozen scales, each file laid beside them."""

from __future__ import annotations

from lupustrial.cytometry.panel._check import check_panel
from lupustrial.cytometry.panel._model import Matrix, Panel, Reading, Stain
from lupustrial.cytometry.panel._read import read_panel
from lupustrial.cytometry.panel._signs import signs_of_compensation, spill_shown
from lupustrial.cytometry.panel._table import display
from lupustrial.cytometry.panel._transform import Asinh, Biex, Linear, Log, Logicle, Transform

__all__ = [
    "Asinh", "Biex", "Linear", "Log", "Logicle", "Matrix", "Panel", "Reading", "Stain", "Transform",
    "check_panel", "display", "read_panel", "signs_of_compensation", "spill_shown",
]  # fmt: skip
