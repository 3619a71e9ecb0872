"""Quality control of one tube: may it be used, and do its labels tell the truth?

:func:`check_tube` looks at events, time, flow, range, compensation, stains, gain and labels, a finding each;
:func:`clean_time` tells the events acquired while signal and flow were stable; the plots are SVG text. Labels
are tried against what is known of the markers (`tables/expectations.csv`, the panel's own `expected`) and,
where there are some, against earlier good tubes of the same panel. Formulas: docs/cytometry/quality.md.
"""

from __future__ import annotations

from lupustrial.cytometry.quality._check import check_tube
from lupustrial.cytometry.quality._expectation import Expectation, expectation_from, expectations_of
from lupustrial.cytometry.quality._labels import Evidence, evidence_of
from lupustrial.cytometry.quality._page import plots_of
from lupustrial.cytometry.quality._plots import draw_flow, draw_labels, draw_spill, draw_time
from lupustrial.cytometry.quality._reference import Reference, reference_of
from lupustrial.cytometry.quality._time import clean_time

__all__ = [
    "Evidence", "Expectation", "Reference", "check_tube", "clean_time", "draw_flow", "draw_labels",
    "draw_spill", "draw_time", "evidence_of", "expectation_from", "expectations_of", "plots_of",
    "reference_of",
]  # fmt: skip
