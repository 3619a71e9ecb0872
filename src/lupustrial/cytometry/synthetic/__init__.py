"""Synthetic blood: FCS files whose every event is known, for tests, for the demo and for power.

Cells, dyes and detectors are data (`cells.yaml`, `dyes.yaml`, `panels/`). The signal is made as an instrument
makes it: antigens with their spread, dyes that spill into other detectors, autofluorescence, photons that
are counted, electronic noise, gain and range. No claim about real blood may rest on it alone.
"""

from __future__ import annotations

from lupustrial.cytometry.synthetic._catalogue import Catalogue, catalogue
from lupustrial.cytometry.synthetic._controls import make_fmo, make_pair
from lupustrial.cytometry.synthetic._detection import batch_gain
from lupustrial.cytometry.synthetic._events import SyntheticEvents, make_events
from lupustrial.cytometry.synthetic._faults import FAULTS, with_faults
from lupustrial.cytometry.synthetic._file import labels_of, make_file, write_events
from lupustrial.cytometry.synthetic._fractions import donor_fractions, shares_of
from lupustrial.cytometry.synthetic._in_memory import as_file
from lupustrial.cytometry.synthetic._panel import PANELS, SyntheticPanel, panel_text, synthetic_panel

__all__ = [
    "FAULTS", "PANELS", "Catalogue", "SyntheticEvents", "SyntheticPanel", "as_file", "batch_gain",
    "catalogue", "donor_fractions", "labels_of", "make_events", "make_file", "make_fmo", "make_pair",
    "panel_text", "shares_of", "synthetic_panel", "with_faults", "write_events",
]  # fmt: skip
