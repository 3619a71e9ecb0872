"""All ways to share labels out within strata, counted, enumerated or drawn (permutation.md, eq. 1, 2)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]
Small = NDArray[np.int16]
BATCH = 2_000_000  # labels held at a time


def blocks(total: int, n: int) -> Iterator[range]:
    """Give the numbers of ``total`` allocations of ``n`` participants, as many as are held at a time."""
    step = max(1, BATCH // n)
    return (range(start, min(start + step, total)) for start in range(0, total, step))


def count_allocations(codes: Codes, strata: Codes) -> int:
    """Return the number of different allocations: a multinomial coefficient for each stratum, multiplied."""
    total = 1
    for h in range(int(strata.max()) + 1):
        left = int((strata == h).sum())
        for size in np.bincount(codes[strata == h]):
            total *= math.comb(left, int(size))
            left -= int(size)
    return total


def _arrangements(counts: list[int]) -> Small:
    """Return every arrangement of ``counts[k]`` labels k, one a row; the last label is placed first."""
    n, last = sum(counts), len(counts) - 1
    if last == 0:
        return np.zeros((1, n), dtype=np.int16)
    rest = _arrangements(counts[:-1])
    places = np.array(list(itertools.combinations(range(n), counts[-1])), dtype=np.intp)
    taken = np.zeros((len(places), n), dtype=np.bool_)
    np.put_along_axis(taken, places, values=True, axis=1)
    free = np.nonzero(~taken)[1].reshape(len(places), n - counts[-1])
    rows = np.full((len(places), len(rest), n), last, dtype=np.int16)
    np.put_along_axis(rows, free[:, None, :], rest[None, :, :], axis=2)
    return rows.reshape(-1, n)


def _of_stratum(codes: Codes) -> Codes:
    labels, counts = np.unique(codes, return_counts=True)
    return labels[_arrangements(counts.tolist())]


def enumerated(codes: Codes, strata: Codes) -> Iterator[Codes]:
    """Give every allocation that keeps the numbers of each stratum, in blocks of rows."""
    places = [np.flatnonzero(strata == h) for h in range(int(strata.max()) + 1)]
    parts = [_of_stratum(codes[where]) for where in places]
    total = math.prod(len(part) for part in parts)
    for block in blocks(total, codes.size):
        index = np.arange(block.start, block.stop)
        rows = np.empty((index.size, codes.size), dtype=np.intp)
        for where, part in zip(places, parts, strict=True):
            index, which = np.divmod(index, len(part))
            rows[:, where] = part[which]
        yield rows


def drawn(codes: Codes, strata: Codes, draws: int, rng: np.random.Generator) -> Iterator[Codes]:
    """Give ``draws`` random allocations that keep the numbers of each stratum, in blocks of rows."""
    places = [np.flatnonzero(strata == h) for h in range(int(strata.max()) + 1)]
    for block in blocks(draws, codes.size):
        rows = np.tile(codes, (len(block), 1))
        for where in places:
            rows[:, where] = rng.permuted(rows[:, where], axis=1)
        yield rows
