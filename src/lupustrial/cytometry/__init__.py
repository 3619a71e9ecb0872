"""From files of events (FCS) to the percentages of cell subsets, with every gate on record.

A file is read (`fcs`), laid beside its panel (`panel`) and made a `Tube`; `quality` says whether it may be
used; a `strategy` gates it with the methods of `gates` and `transfer`; `results` counts. No part of it knows
a study, a participant, an arm or a visit.
"""

from __future__ import annotations

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gate, Gated, Placed, Setting
from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region, region_from
from lupustrial.cytometry._tube import Tube

__all__ = [
    "Ellipse", "Every", "Finding", "Gate", "Gated", "Interval", "Placed", "Polygon", "Region", "Setting",
    "Tube", "region_from",
]  # fmt: skip
