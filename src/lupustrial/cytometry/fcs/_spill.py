"""The spillover matrix a file carries: $SPILLOVER, or the older SPILL (FCS 3.1 §3.2.22)."""

from __future__ import annotations

import re

import numpy as np

from lupustrial.cytometry.fcs._keywords import Keywords, as_number
from lupustrial.cytometry.fcs._model import Channel, Spill
from lupustrial.errors import CytometryError, Fault

_KEYWORDS = ("SPILLOVER", "SPILL", "COMP")
_HINT = "give the matrix as a CSV file in the panel"


def read_spill(keywords: Keywords, channels: tuple[Channel, ...]) -> tuple[Spill | None, Fault | None]:
    """Return the matrix of a file, or why it cannot be used (CYTO-018); neither where it has none.

    A broken matrix does not stop the file from being read: a panel may bring its own.
    """
    found: list[Spill] = []
    try:
        for name in _KEYWORDS:
            value = keywords.get(name)
            if value is not None and value.strip().strip("0, "):
                found.append(_parse(keywords, name, value, channels))
        _agree(keywords, found)
    except CytometryError as error:
        return None, error.faults[0]
    return (found[0] if found else None), None


def _parse(keywords: Keywords, keyword: str, value: str, channels: tuple[Channel, ...]) -> Spill:
    parts = [part.strip() for part in value.split(",")]
    count = int(parts[0]) if re.fullmatch(r"[0-9]{1,4}", parts[0]) else 0
    if not 1 <= count <= len(channels):
        _refuse(keywords, keyword, f"it begins with {parts[0][:20]!r}, not with a number of channels")
    named = len(parts) == 1 + count + count * count
    if not named or keyword == "COMP":
        wanted = f"{count} channels need {1 + count + count * count} entries, it has {len(parts)}"
        _refuse(keywords, keyword, wanted if keyword != "COMP" else "$COMP names no channels and is not used")
    names = _names(keywords, keyword, parts[1 : 1 + count], channels)
    numbers = [as_number(part) for part in parts[1 + count :]]
    if any(number is None for number in numbers):
        bad = next(p for p, n in zip(parts[1 + count :], numbers, strict=True) if n is None)
        _refuse(keywords, keyword, f"{bad[:20]!r} is no number")
    matrix = np.array(numbers, dtype=np.float64).reshape(count, count)
    return Spill(channels=names, matrix=matrix, source=f"${keyword}")


def _names(
    keywords: Keywords, keyword: str, names: list[str], channels: tuple[Channel, ...]
) -> tuple[str, ...]:
    """Channels by name; by number where every entry is a number that is no name (FCS 3.0 writers)."""
    known = {channel.name for channel in channels}
    if all(re.fullmatch(r"[0-9]{1,4}", name) and name not in known for name in names):
        numbers = [int(name) for name in names]
        if all(1 <= number <= len(channels) for number in numbers):
            names = [channels[number - 1].name for number in numbers]
    unknown = [name for name in names if name not in known]
    if unknown:
        _refuse(keywords, keyword, f"it names {unknown[0][:40]!r}, which is no channel of the file")
    if len(set(names)) < len(names):
        _refuse(keywords, keyword, "it names a channel twice")
    return tuple(names)


def _agree(keywords: Keywords, found: list[Spill]) -> None:
    for other in found[1:]:
        if found[0].channels != other.channels or not np.array_equal(found[0].matrix, other.matrix):
            _refuse(keywords, other.source[1:], f"it differs from {found[0].source} of the same file")


def _refuse(keywords: Keywords, keyword: str, message: str) -> None:
    at = keywords.text.at.get(keyword, keywords.start)
    keywords.source.refuse("CYTO-018", f"the matrix of {keyword} cannot be used: {message}", at, _HINT)
