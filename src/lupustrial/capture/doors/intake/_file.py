"""The tables of a file, whichever kind it is."""

from __future__ import annotations

from lupustrial.capture.doors.intake._csv import read_csv
from lupustrial.capture.doors.intake._options import Options
from lupustrial.capture.doors.intake._table import BYTES, Faults, Table
from lupustrial.capture.doors.intake._xlsx import read_xlsx

#: Sheets of our own workbooks that hold no pages.
_APART = ("About", "Codebook")
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"


def tables_of(content: bytes, name: str, options: Options, faults: Faults) -> list[Table]:
    """Read a file (CAPT-067 to CAPT-070); what it is is told by its first bytes, not by its name."""
    if len(content) > BYTES:
        message = f"the file is too large: at most {BYTES // 1024 // 1024} MB are read"
        faults.add("CAPT-067", message, name, "bring it in in parts")
        return []
    if not content.strip():
        faults.add("CAPT-067", "the file is empty", name, "choose another")
        return []
    if content.startswith((_ZIP, _OLE)):
        return [table for table in read_xlsx(content, name, faults) if table.sheet not in _APART]
    return read_csv(content, name, options, faults)
