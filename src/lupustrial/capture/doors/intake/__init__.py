"""Imports: a file is read, looked through, held against the trial, and brought in whole or not at all."""

from lupustrial.capture.doors.intake._confirm import bring_in, refuse_on_ledger, token_of
from lupustrial.capture.doors.intake._examine import examine
from lupustrial.capture.doors.intake._map import LabMap, maps_of, read_map
from lupustrial.capture.doors.intake._options import CHOICES, Options, options_of
from lupustrial.capture.doors.intake._report import Difference, Report
from lupustrial.capture.doors.intake._rights import importable, may_import
from lupustrial.capture.doors.intake._table import BYTES, shown

__all__ = [
    "BYTES",
    "CHOICES",
    "Difference",
    "LabMap",
    "Options",
    "Report",
    "bring_in",
    "examine",
    "importable",
    "maps_of",
    "may_import",
    "options_of",
    "read_map",
    "refuse_on_ledger",
    "shown",
    "token_of",
]
