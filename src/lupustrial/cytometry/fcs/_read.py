"""One data set of an FCS file."""

from __future__ import annotations

from pathlib import Path

from lupustrial.cytometry.fcs._bytes import Source, read_source
from lupustrial.cytometry.fcs._channels import Shape, read_shape
from lupustrial.cytometry.fcs._events import decode
from lupustrial.cytometry.fcs._extent import OFFSETS, Offsets, find_extent
from lupustrial.cytometry.fcs._header import Header, read_header
from lupustrial.cytometry.fcs._keywords import Keywords, as_number
from lupustrial.cytometry.fcs._model import FcsFile
from lupustrial.cytometry.fcs._spill import read_spill
from lupustrial.cytometry.fcs._text import Text, read_segment

#: Data sets of one file; a Coulter LMD has two.
MOST_DATA_SETS = 64
_LONGEST_TICK = 1e6  # seconds


def read_fcs(
    path: str | Path, *, data_set: int = 0, offsets: Offsets = "strict", empty_values: bool = False
) -> FcsFile:
    """Read one data set of an FCS 2.0, 3.0, 3.1 or 3.2 file.

    Nothing is believed before it is checked: a file that contradicts itself is refused, with the byte, unless
    an option says which of its statements holds.

    Args:
        path: The file.
        data_set: Which data set, from 0; a Coulter LMD holds the same events twice.
        offsets: ``strict``, or what to believe of a file whose statements on DATA contradict each
            other: ``header``, ``text``, or ``count`` ($TOT events from the beginning).
        empty_values: Whether a doubled delimiter in TEXT is an empty value, as some software writes it
            against the standard, rather than the delimiter itself.

    Returns:
        The data set: (events, channels) linear values, not compensated.

    Raises:
        CytometryError: CYTO-010 to CYTO-019, each with file, byte and remedy.
    """
    if offsets not in OFFSETS:
        raise ValueError(f"offsets must be one of {', '.join(OFFSETS)}, not {offsets!r}")
    source = read_source(Path(path))
    parts = _data_sets(source, empty_values=empty_values)
    if not 0 <= data_set < len(parts):
        hint = f"give a number from 0 to {len(parts) - 1}"
        source.refuse("CYTO-017", f"there is no data set {data_set}, the file has {len(parts)}", 0, hint)
    header, text = parts[data_set]
    keywords = Keywords(source, text, header.start)
    shape = read_shape(keywords, header.version)
    extent = find_extent(keywords, header, shape, offsets)
    if offsets != "strict":
        text.notes.append(f'read with offsets="{offsets}"')
    if empty_values:
        text.notes.append("read with empty_values=True")
    decoded = decode(source, shape, extent, _time_step(keywords, shape, text))
    spill, spill_fault = read_spill(keywords, shape.channels)
    return FcsFile(
        name=source.name, sha256=source.sha256, version=header.version, keywords=dict(text.values),
        channels=shape.channels, events=decoded.events, off_scale=decoded.off_scale, spill=spill,
        spill_fault=spill_fault, data_set=data_set, data_sets=len(parts), notes=tuple(text.notes),
    )  # fmt: skip


def _data_sets(source: Source, *, empty_values: bool) -> list[tuple[Header, Text]]:
    """Follow $NEXTDATA, forwards only, and return HEADER and TEXT of each data set."""
    found: list[tuple[Header, Text]] = []
    start = 0
    while True:
        header = read_header(source, start)
        text = Text(empty_values=empty_values)
        read_segment(source, start + header.text[0], start + header.text[1], text)
        found.append((header, text))
        keywords = Keywords(source, text, start)
        _supplement(keywords, header)
        step = keywords.integer("NEXTDATA", low=0, high=len(source.data), default=0)
        if step == 0:
            return found
        start += step
        if start >= len(source.data) or len(found) == MOST_DATA_SETS:
            where = f"data set {len(found)} would begin at byte {start} of {len(source.data)}"
            at = text.at["NEXTDATA"]
            source.refuse("CYTO-017", f"the chain of $NEXTDATA is broken: {where}", at, "copy the file again")


def _supplement(keywords: Keywords, header: Header) -> None:
    """Add supplemental TEXT ($BEGINSTEXT, $ENDSTEXT), unless it is none or TEXT itself."""
    top = len(keywords.source.data)
    first = keywords.integer("BEGINSTEXT", low=0, high=top, default=0)
    last = keywords.integer("ENDSTEXT", low=0, high=top, default=0)
    if last <= first or (first, last) == header.text:
        return
    start = header.start
    read_segment(keywords.source, start + first, start + last, keywords.text, what="supplemental TEXT")


def _time_step(keywords: Keywords, shape: Shape, text: Text) -> float:
    """$TIMESTEP in seconds; 1 where it is absent or no number, which is noted: time is then in ticks."""
    stated = keywords.get("TIMESTEP")
    if not any(channel.is_time for channel in shape.channels):
        return 1.0
    if stated is None:
        text.notes.append("$TIMESTEP is absent: time is in ticks of the clock")
        return 1.0
    step = as_number(stated)
    if step is None or not 0 < step < _LONGEST_TICK:
        text.notes.append(f"$TIMESTEP is {stated[:20]!r}, no number of seconds: time is in ticks")
        return 1.0
    return step
