"""Scoring a frame in blocks of visits that fit into the processor's cache.

A block holds whole participants in order of time, each input as narrow whole numbers. What an instrument
measures in a block is put together for all rows, in the order in which the caller gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lupustrial.instruments._arrow import Rows
from lupustrial.instruments._narrow import Array
from lupustrial.instruments._reading import Source
from lupustrial.instruments._visits import Visits

#: Visits in a block: few enough for the cache, many enough that calling NumPy costs little beside the work.
_ROWS = 1 << 16

#: Bytes at whose multiples arrays begin.
_ALIGNED = 64


@dataclass(frozen=True, kw_only=True)
class Block:
    """Consecutive visits of whole participants.

    Attributes:
        rows: Number of visits.
        values: By input, whole numbers in units of the last decimal; where not done, the fill of its source.
        missing: By input with gaps, where it is not done.
        first: Places at which a participant begins.
        dates: Days since 1970, where every visit of the frame is dated.
    """

    rows: int
    values: Mapping[str, Array]
    missing: Mapping[str, Array]
    first: Array
    dates: Array | None

    @cached_property
    def position(self) -> Array:
        """Number of earlier visits of the participant."""
        lengths = np.diff(self.first, append=self.rows)
        return np.arange(self.rows, dtype=np.int32) - np.repeat(self.first.astype(np.int32), lengths)

    @cached_property
    def previous(self) -> Array:
        """Place of the participant's preceding visit; -1 where there is none."""
        return np.where(self.position > 0, np.arange(-1, self.rows - 1, dtype=np.int32), np.int32(-1))

    def ever(self, flag: Array) -> Array:
        """Return whether the flag held at this or an earlier visit of the participant."""
        held, step, longest = flag.copy(), 1, int(self.position.max())
        while step <= longest:  # then `held` looks 2 * step visits back
            held[step:] |= held[:-step] & (self.position[step:] >= step)
            step *= 2
        return held

    def latest(self, flag: Array) -> Array:
        """Return the place of the participant's latest visit at which the flag held; -1 where none."""
        places = np.where(flag, np.arange(self.rows, dtype=np.int32), np.int32(-1))
        latest = np.maximum.accumulate(places)
        return np.where(latest >= np.arange(self.rows) - self.position, latest, np.int32(-1))


#: What an instrument measures in a block: arrays of one value a visit, always of the same names and types.
Measure = Callable[[Block], Mapping[str, Array]]


def in_blocks(
    sources: Sequence[Source],
    visits: Visits,
    measure: Measure,
    *,
    dates: Array | None = None,
    whole: Collection[str] = (),
) -> dict[str, Array]:
    """Return what is measured at every row of a frame that has rows, in its order.

    Args:
        sources: How the inputs are read.
        visits: How the rows are put in order.
        measure: What is measured.
        dates: The date of every row as days since 1970, where all are dated.
        whole: What is put together with 32 bits, whatever its type in a block.

    Raises:
        Unusual: A value is not permitted, or written in an unusual way.
    """
    measured: dict[str, Array] = {}
    for start, stop in visits.spans(_ROWS):
        rows = slice(start, stop) if visits.order is None else visits.order[start:stop]
        found = measure(_block(sources, visits, (start, stop), rows, dates))
        if not measured:
            kinds = {name: np.dtype(np.int32) if name in whole else found[name].dtype for name in found}
            measured = _side_by_side(kinds, visits.rows)
        for name, values in found.items():
            measured[name][rows] = values
    return measured


def _side_by_side(kinds: Mapping[str, np.dtype[Any]], rows: int) -> dict[str, Array]:
    """Return arrays to be filled, in one stretch of memory: a large one costs far less to get than many."""
    starts = np.cumsum([0, *(-(-kind.itemsize * rows // _ALIGNED) * _ALIGNED for kind in kinds.values())])
    memory = np.empty(starts[-1], np.uint8)
    return {
        name: memory[start:][: kind.itemsize * rows].view(kind)
        for (name, kind), start in zip(kinds.items(), starts[:-1], strict=True)
    }


def _block(
    sources: Sequence[Source], visits: Visits, span: tuple[int, int], rows: Rows, dates: Array | None
) -> Block:
    start, stop = span
    values, missing = {}, {}
    for source in sources:
        read, gaps = source.read(rows, stop - start)
        values[source.each.code] = read
        if gaps is not None:
            missing[source.each.code] = gaps
    low, high = np.searchsorted(visits.first, (start, stop))
    return Block(
        rows=stop - start,
        values=values,
        missing=missing,
        first=visits.first[low:high] - start,
        dates=None if dates is None else dates[rows],
    )
