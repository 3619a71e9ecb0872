"""Template transfer: the gate a reader drew in one reference tube of a batch, laid on each tube of it.

The gate is moved with the density of its parent population outside the gate (`align`), so that neither a
larger nor a brighter population draws it along. Registered as the method ``template``.
"""

from __future__ import annotations

from lupustrial.cytometry.gates import register
from lupustrial.cytometry.transfer._borrow import borrow
from lupustrial.cytometry.transfer._drawn import region_of_labels
from lupustrial.cytometry.transfer._fit import Fit, Prior
from lupustrial.cytometry.transfer._place import TemplateGate, align, place_template
from lupustrial.cytometry.transfer._template import (
    Template,
    make_template,
    read_template,
    template_of_gated,
    write_template,
)
from lupustrial.cytometry.transfer._warp import Warp, warped

register("template", TemplateGate, place_template)

__all__ = [
    "Fit", "Prior", "Template", "TemplateGate", "Warp", "align", "borrow", "make_template", "place_template",
    "read_template", "region_of_labels", "template_of_gated", "warped", "write_template",
]  # fmt: skip
