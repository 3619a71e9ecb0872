"""Channels and the shape of an event, out of TEXT (FCS 3.1 §3.2.20, FCS 3.2 §3.2.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lupustrial.cytometry.fcs._keywords import Keywords, as_number
from lupustrial.cytometry.fcs._model import Channel

#: Parameters of one event; spectral instruments write up to about 200.
MOST_CHANNELS = 2048
_ORDERS = {"1,2,3,4": "<", "4,3,2,1": ">", "1,2": "<", "2,1": ">", "1": "<",
           "1,2,3,4,5,6,7,8": "<", "8,7,6,5,4,3,2,1": ">"}  # fmt: skip
#: Largest range ($PnR) and gain of an amplifier ($PnG) that a detector could have.
_WIDEST, _MOST_GAIN = 2.0**64, 1e6
_BITS_OF_REAL = {"F": 32, "D": 64}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How events lie in DATA.

    Attributes:
        channels: The parameters.
        kinds: ``I``, ``F`` or ``D`` for each parameter.
        order: ``<`` or ``>``.
    """

    channels: tuple[Channel, ...]
    kinds: tuple[str, ...]
    order: str

    @property
    def event_bytes(self) -> int:
        """Bytes of one event."""
        return sum(channel.bits for channel in self.channels) // 8


def read_shape(keywords: Keywords, version: str) -> Shape:
    """Return channels, number formats and byte order.

    Raises:
        CytometryError: CYTO-013 a keyword is absent or wrong; CYTO-016 the format is one that is not read.
    """
    if keywords.get("MODE") is None:
        keywords.text.notes.append("$MODE is absent and was taken for L")
    elif keywords.need("MODE").upper() != "L":
        keywords.refuse("MODE", "must be L: histograms hold no events", "CYTO-016")
    kind = keywords.need("DATATYPE").upper()
    if kind not in ("I", "F", "D"):
        keywords.refuse("DATATYPE", "must be I, F or D; data written as text are not read", "CYTO-016")
    count = keywords.integer("PAR", low=1, high=MOST_CHANNELS)
    order = _ORDERS.get(keywords.need("BYTEORD").replace(" ", ""))
    if order is None:
        keywords.refuse("BYTEORD", "must be 1,2,3,4 or 4,3,2,1: mixed byte orders are not read", "CYTO-016")
    kinds = tuple(_kind(keywords, number, kind, version) for number in range(1, count + 1))
    channels = tuple(_channel(keywords, number, kinds[number - 1]) for number in range(1, count + 1))
    _unique(keywords, channels)
    return Shape(channels=channels, kinds=kinds, order=order)


def _kind(keywords: Keywords, number: int, of_all: str, version: str) -> str:
    """$PnDATATYPE stands before $DATATYPE, in FCS 3.2 only."""
    name = f"P{number}DATATYPE"
    own = keywords.get(name)
    if own is None or version != "3.2":
        return of_all
    if own.upper() not in ("I", "F", "D"):
        keywords.refuse(name, "must be I, F or D", "CYTO-016")
    return own.upper()


def _channel(keywords: Keywords, number: int, kind: str) -> Channel:
    bits = keywords.integer(f"P{number}B", low=1, high=64)
    if kind in _BITS_OF_REAL and bits != _BITS_OF_REAL[kind]:
        keywords.refuse(f"P{number}B", f"must be {_BITS_OF_REAL[kind]} for data of type {kind}")
    if bits % 8:
        keywords.refuse(f"P{number}B", "must be a multiple of 8: packed bits are not read", "CYTO-016")
    top = keywords.number(f"P{number}R")
    if not 0 < top <= _WIDEST or (kind == "I" and (top != int(top) or top > 2.0**bits)):
        keywords.refuse(f"P{number}R", f"must be above 0 and fit {bits} bits")
    gain = keywords.number(f"P{number}G", default=1.0)
    if gain != 0 and not 1 / _MOST_GAIN <= gain <= _MOST_GAIN:
        keywords.refuse(f"P{number}G", f"must be 0 (none) or between {1 / _MOST_GAIN:g} and {_MOST_GAIN:g}")
    return Channel(
        number=number,
        name=keywords.need(f"P{number}N").strip(),
        marker=(keywords.get(f"P{number}S") or "").strip(),
        bits=bits,
        range=top,
        gain=gain or 1.0,
        decades=_decades(keywords, number),
    )


def _decades(keywords: Keywords, number: int) -> tuple[float, float]:
    """Return ($PnE) decades and lower end; a lower end of 0 counts as 1 (FCS 3.1 §3.2.20)."""
    name = f"P{number}E"
    stated = keywords.get(name)
    if stated is None:
        return (0.0, 0.0)
    told = (as_number(part) for part in stated.split(","))
    pair = [each for each in told if each is not None and each >= 0]
    if len(pair) != 2 or stated.count(",") != 1:  # noqa: PLR2004 - a pair
        keywords.refuse(name, "must be two numbers that are not negative")
    decades, low = pair
    if decades == 0:
        return (0.0, 0.0)
    low = low or 1.0
    if not math.isfinite(low) or decades + math.log10(low) > 30:  # noqa: PLR2004 - float32 ends at 38
        keywords.refuse(name, "states more decades than a number can hold")
    return (decades, low)


def _unique(keywords: Keywords, channels: tuple[Channel, ...]) -> None:
    seen: dict[str, int] = {}
    for channel in channels:
        if channel.name in seen:
            keywords.refuse(f"P{channel.number}N", f"is the name of channel {seen[channel.name]} already")
        seen[channel.name] = channel.number
