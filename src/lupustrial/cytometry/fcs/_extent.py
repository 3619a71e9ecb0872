"""Where DATA lies and how many events it holds: HEADER, TEXT and the file compared (FCS 3.1 §3.1, §3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lupustrial.cytometry.fcs._channels import Shape
from lupustrial.cytometry.fcs._header import LENGTH, Header
from lupustrial.cytometry.fcs._keywords import Keywords

#: What to do about a file whose own statements on DATA contradict each other.
Offsets = Literal["strict", "header", "text", "count"]
OFFSETS: tuple[Offsets, ...] = ("strict", "header", "text", "count")
_HEADER_ENDS = 99_999_999
_HINTS = 'export it again; or read it with offsets="header", "text" or "count", and say so in the records'


@dataclass(frozen=True, kw_only=True)
class Extent:
    """First byte of DATA in the file, and the number of events."""

    first: int
    events: int


def find_extent(keywords: Keywords, header: Header, shape: Shape, offsets: Offsets) -> Extent:
    """Return where the events lie.

    Strictly, HEADER and TEXT agree (HEADER may hold zeros for a file beyond 99,999,999 bytes; FCS 2.0 has
    offsets in HEADER only), the length of DATA is exactly $TOT events, and the file has it. The options
    decide what is believed where that fails: ``header`` or ``text`` for both ends, ``count`` to take $TOT
    events from the beginning, whatever the end is said to be.

    Raises:
        CytometryError: CYTO-014 offsets contradict each other; CYTO-015 the length of DATA is not that of
            its events, or the file ends before them.
    """
    first, last = _ends(keywords, header, offsets)
    source, size = keywords.source, shape.event_bytes
    begin = header.start + first
    length = max(0, last - first + 1) if (first, last) != (0, 0) else 0
    stated = keywords.get("TOT")
    if stated is None and header.version != "2.0":
        keywords.need("TOT")
    events = keywords.integer("TOT", low=0, high=10**12, default=length // size)
    if events == 0:
        return Extent(first=0, events=0)
    if length != events * size and offsets != "count":
        message = f"DATA has {length} bytes, {events} events of {size} bytes make {events * size}"
        source.refuse("CYTO-015", message, begin, f"truncated or wrong offsets: {_HINTS}")
    if first < 1 or begin + events * size > len(source.data):
        whole = max(0, (len(source.data) - begin) // size)
        message = (
            f"{events} events end at byte {begin + events * size - 1}, the file at {len(source.data) - 1}: "
            f"{whole} whole events are there"
        )
        source.refuse(
            "CYTO-015", message, min(begin, len(source.data)), "the file is truncated: copy it again"
        )
    _apart(keywords, header, first, events * size)
    return Extent(first=begin, events=events)


def _ends(keywords: Keywords, header: Header, offsets: Offsets) -> tuple[int, int]:
    stated = keywords.get("BEGINDATA"), keywords.get("ENDDATA")
    if stated == (None, None) and (header.version == "2.0" or offsets in ("header", "count")):
        return header.data
    if offsets == "header":
        return header.data
    top = 10**15
    text = (keywords.integer("BEGINDATA", low=0, high=top), keywords.integer("ENDDATA", low=0, high=top))
    if offsets == "text" or text == header.data:
        return text
    if header.data == (0, 0) and text[1] > _HEADER_ENDS:
        return text
    if offsets == "count" and text[0] == header.data[0]:
        return text
    by_header, by_text = (f"from {first} to {last}" for first, last in (header.data, text))
    message = f"DATA runs {by_header} by the HEADER, {by_text} by TEXT"
    return keywords.source.refuse("CYTO-014", message, header.start + 26, _HINTS)


def _apart(keywords: Keywords, header: Header, first: int, length: int) -> None:
    """DATA overlaps neither HEADER nor TEXT, nor the next data set."""
    text_first, text_last = header.text
    after = keywords.integer("NEXTDATA", low=0, high=len(keywords.source.data), default=0)
    if first < LENGTH or (first <= text_last and first + length > text_first):
        what = "HEADER or TEXT"
    elif 0 < after < first + length:
        what = f"the next data set, which begins at byte {header.start + after}"
    else:
        return
    message = f"DATA from byte {header.start + first} to {header.start + first + length - 1} overlaps {what}"
    keywords.source.refuse("CYTO-014", message, header.start + first, _HINTS)
