"""Review of gates: contact sheets sorted by doubt, control charts, MIFlowCyt, and the material for readers.

`review_tube` takes of a gated tube what a reader may see, one tube at a time; `write_review` lays all tubes
out as pages and packs them for the web application. Nothing here tells a participant, a visit or an arm.

A run over many files keeps ``part_of(review_tube(gated, findings, jitter=…, keywords=file.keywords))`` of
each, then calls ``write_review(out / "review", [tube_of(part, batch=…, control=…) for part in parts])``.
"""

from __future__ import annotations

from lupustrial.cytometry.review._batches import Apart, apart_of
from lupustrial.cytometry.review._charts import charts_of
from lupustrial.cytometry.review._decisions import Decisions, GateDecision, decided_strategy, read_decisions
from lupustrial.cytometry.review._doubt import Doubted, doubted, populations_of
from lupustrial.cytometry.review._draw import Axes, axes_of, draw_view
from lupustrial.cytometry.review._edit import Handle, handles_of, with_handles
from lupustrial.cytometry.review._given import read_given
from lupustrial.cytometry.review._make import instrument_of, part_of, review_tube, tube_of
from lupustrial.cytometry.review._material import Material, pack, unpack
from lupustrial.cytometry.review._miflowcyt import FIELDS, Heading, Part, miflowcyt
from lupustrial.cytometry.review._miflowcyt_told import Reagent, reagents_of
from lupustrial.cytometry.review._model import GateReview, TubeReview, code_of
from lupustrial.cytometry.review._plain import digest_of_gate, digest_of_placed, tube_from, tube_plain
from lupustrial.cytometry.review._sheets import Sheet, sheets_of
from lupustrial.cytometry.review._view import View, estimate
from lupustrial.cytometry.review._westgard import ControlChart, ControlPoint, Judged, control_chart
from lupustrial.cytometry.review._write import MATERIAL, review_files, write_review

__all__ = [
    "FIELDS", "MATERIAL", "Apart", "Axes", "ControlChart", "ControlPoint", "Decisions", "Doubted",
    "GateDecision", "GateReview", "Handle", "Heading", "Judged", "Material", "Part", "Reagent", "Sheet",
    "TubeReview", "View", "apart_of", "axes_of", "charts_of", "code_of", "control_chart",
    "decided_strategy", "digest_of_gate", "digest_of_placed", "doubted", "draw_view", "estimate",
    "handles_of", "instrument_of", "miflowcyt", "pack", "part_of", "populations_of", "read_decisions",
    "read_given", "reagents_of", "review_files", "review_tube", "sheets_of", "tube_from",
    "tube_of", "tube_plain", "unpack", "with_handles", "write_review",
]  # fmt: skip
