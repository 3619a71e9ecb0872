"""Files of the Flow Cytometry Standard, 2.0 to 3.2: read without trust, written whole."""

from __future__ import annotations

from lupustrial.cytometry.fcs._extent import OFFSETS, Offsets
from lupustrial.cytometry.fcs._model import Channel, FcsFile, Spill
from lupustrial.cytometry.fcs._read import read_fcs
from lupustrial.cytometry.fcs._write import write_fcs

__all__ = ["OFFSETS", "Channel", "FcsFile", "Offsets", "Spill", "read_fcs", "write_fcs"]
