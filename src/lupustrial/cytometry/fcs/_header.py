"""HEADER: the first 58 bytes of a data set (FCS 3.1 §3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lupustrial.cytometry.fcs._bytes import Source

VERSIONS = ("2.0", "3.0", "3.1", "3.2")
LENGTH = 58
_NUMBER = re.compile(rb" *([0-9]{1,8}) *")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Where the segments lie, in bytes from the start of the data set; both ends included; 0 = not stated."""

    start: int
    version: str
    text: tuple[int, int]
    data: tuple[int, int]
    analysis: tuple[int, int]


def read_header(source: Source, start: int) -> Header:
    """Read the HEADER of the data set that begins at byte `start`.

    Raises:
        CytometryError: CYTO-011 these bytes are no HEADER of FCS 2.0 to 3.2, or TEXT begins inside it.
    """
    head = source.data[start : start + LENGTH]
    if not head.startswith(b"FCS"):
        source.refuse("CYTO-011", "this is not an FCS file", start, "an FCS file begins with the letters FCS")
    if len(head) < LENGTH:
        message = f"the HEADER has {len(head)} of {LENGTH} bytes"
        source.refuse("CYTO-011", message, start + len(head), "the file is truncated: copy it again")
    version = head[3:6].decode("latin-1")
    if version not in VERSIONS:
        hint = f"FCS {', '.join(VERSIONS)} are read"
        source.refuse("CYTO-011", f"FCS version {version!r} is not known", start + 3, hint)
    ends = [_number(source, start, at) for at in range(10, LENGTH, 8)]
    if ends[0] < LENGTH:
        hint = "the file is damaged or was edited: export it again"
        source.refuse("CYTO-011", f"TEXT cannot begin at byte {ends[0]}, inside HEADER", start + 10, hint)
    return Header(
        start=start, version=version,
        text=(ends[0], ends[1]), data=(ends[2], ends[3]), analysis=(ends[4], ends[5]),
    )  # fmt: skip


def _number(source: Source, start: int, at: int) -> int:
    raw = source.data[start + at : start + at + 8]
    if not raw.strip(b" "):
        return 0
    found = _NUMBER.fullmatch(raw)
    if found is None:
        # Offsets of ANALYSIS are used by nobody; old instruments write anything there.
        if at >= 42:  # noqa: PLR2004 - the byte of FCS 3.1 table 1
            return 0
        message = f"an offset of the HEADER is no number: {raw.decode('latin-1')!r}"
        source.refuse("CYTO-011", message, start + at, "the file is damaged or was edited: export it again")
    return int(found[1])
