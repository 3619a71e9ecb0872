"""Exports: source records, tables by form as CSV or XLSX, with a codebook; cut to what a role sees."""

from lupustrial.capture.doors.export._codebook import annotation
from lupustrial.capture.doors.export._make import Made, make_export
from lupustrial.capture.doors.export._neutral import give_back, neutral
from lupustrial.capture.doors.export._selection import FORMATS, Format, Selection, exportable, select

__all__ = [
    "FORMATS",
    "Format",
    "Made",
    "Selection",
    "annotation",
    "exportable",
    "give_back",
    "make_export",
    "neutral",
    "select",
]
