"""Results: what a gated tube says, with intervals, limits, flags and the hash of its gates."""

from __future__ import annotations

from lupustrial.cytometry.results._detection import Blank, limit_of_detection, limit_of_quantification
from lupustrial.cytometry.results._flags import lineage
from lupustrial.cytometry.results._intensities import intensities_of
from lupustrial.cytometry.results._jitter import jitter
from lupustrial.cytometry.results._results import LYMPHOCYTES, results_of
from lupustrial.cytometry.results._schema import Intensities, Results
from lupustrial.cytometry.results._wilson import wilson

__all__ = [
    "LYMPHOCYTES", "Blank", "Intensities", "Results", "intensities_of", "jitter", "limit_of_detection",
    "limit_of_quantification", "lineage", "results_of", "wilson",
]  # fmt: skip
