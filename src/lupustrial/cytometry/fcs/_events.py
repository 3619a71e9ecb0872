"""Bytes of DATA into linear values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.fcs._bytes import Source
from lupustrial.cytometry.fcs._channels import Shape
from lupustrial.cytometry.fcs._extent import Extent
from lupustrial.cytometry.fcs._model import Channel, Events

#: Events decoded at a time: a block stays in the cache while it is read column by column.
_BLOCK = 8_192
#: Whole numbers up to here are exact in single precision.
_EXACT = 2.0**24
_NATIVE = {8: "u1", 16: "u2", 32: "u4", 64: "u8"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoded:
    """Linear values (column by column in memory), and which events stand at the end of a range."""

    events: Events
    off_scale: NDArray[np.bool_]


def decode(source: Source, shape: Shape, extent: Extent, step: float) -> Decoded:
    """Decode the events, block by block.

    A logarithmic amplifier is decoded as ``f2 * 10 ** (f1 * x / range)``, a linear one divided by its gain
    (FCS 3.1 §3.2.20); time is multiplied by $TIMESTEP and no gain. Integers are masked to the bits that
    $PnR needs. An event is off scale where a detector reached the last value of its range, where light
    scatter is 0 or less, or where a value is not finite.

    Raises:
        CytometryError: CYTO-019 values of a logarithmic channel lie above its range.
    """
    dtype = _event_type(shape)
    count = extent.events
    raw = np.frombuffer(source.data, dtype=dtype, count=count, offset=extent.first if count else 0)
    events = np.empty((count, len(shape.channels)), dtype=np.float32, order="F")
    off_scale = np.zeros(count, dtype=np.bool_)
    for begin in range(0, count, _BLOCK):
        block = raw[begin : begin + _BLOCK]
        for index, (channel, kind) in enumerate(zip(shape.channels, shape.kinds, strict=True)):
            values = _raw_values(block, index, channel, kind, shape.order)
            end = slice(begin, begin + len(block))
            off_scale[end] |= _at_the_end(values, channel)
            with np.errstate(over="ignore", invalid="ignore"):
                events[end, index] = _linear(source, values, channel, step, extent.first)
    return Decoded(events=events, off_scale=off_scale)


def _event_type(shape: Shape) -> np.dtype[np.void]:
    """One field a channel; odd widths as bytes."""
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    for index, (channel, kind) in enumerate(zip(shape.channels, shape.kinds, strict=True)):
        if kind in ("F", "D"):
            fields.append((f"c{index}", f"{shape.order}f{channel.bits // 8}"))
        elif channel.bits in _NATIVE:
            fields.append((f"c{index}", f"{shape.order}{_NATIVE[channel.bits]}"))
        else:
            fields.append((f"c{index}", "u1", (channel.bits // 8,)))
    return np.dtype(fields)


def _raw_values(
    block: NDArray[np.void], index: int, channel: Channel, kind: str, order: str
) -> NDArray[np.float64]:
    values = block[f"c{index}"]
    if kind in ("F", "D"):
        with np.errstate(invalid="ignore"):
            return np.asarray(values, dtype=np.float64)
    if channel.bits not in _NATIVE:
        parts = values.astype(np.uint64)
        shifts = np.arange(parts.shape[1], dtype=np.uint64) * np.uint64(8)
        values = (parts << (shifts if order == "<" else shifts[::-1])).sum(axis=1, dtype=np.uint64)
    mask = (1 << max(1, (int(channel.range) - 1).bit_length())) - 1
    if mask < (1 << channel.bits) - 1:
        values = values & np.asarray(mask, dtype=values.dtype.newbyteorder("="))
    return np.asarray(values, dtype=np.float64)


def _at_the_end(values: NDArray[np.float64], channel: Channel) -> NDArray[np.bool_]:
    end: NDArray[np.bool_] = ~np.isfinite(values)
    if channel.is_time:
        return end
    end |= values >= channel.range - 1
    if channel.is_scatter:
        end |= values <= 0
    return end


def _linear(
    source: Source, values: NDArray[np.float64], channel: Channel, step: float, first: int
) -> NDArray[np.float64]:
    if channel.is_time:
        return values * step
    decades, low = channel.decades
    if decades > 0:
        if np.nanmax(values, initial=0.0) > channel.range:
            message = (
                f"{channel.name} is logarithmic ($P{channel.number}E) and has values above its range "
                f"{channel.range:g}: they may be linear already"
            )
            source.refuse("CYTO-019", message, first, "export the raw data, or correct $PnE to 0,0")
        values = low * 10.0 ** (decades * values / channel.range)
    return values / channel.gain if channel.gain != 1.0 else values
