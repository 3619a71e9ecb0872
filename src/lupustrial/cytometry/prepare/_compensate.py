"""Compensation: observed = true × spillover, solved for true (Bagwell and Adams 1993)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._fast import loops
from lupustrial.cytometry.fcs import FcsFile, Spill

_BLOCK = 16_384


def compensate(file: FcsFile, spill: Spill, wanted: Mapping[str, int], out: NDArray[np.float32]) -> None:
    """Write compensated linear values of the wanted channels of a matrix.

    Sums are taken term by term in the order of the matrix, in double precision, so that neither threads nor
    the number of events nor compiled loops change a bit.

    Args:
        file: The events.
        spill: A matrix without fault, whose channels the file has.
        wanted: Channels of the matrix, each with the column of `out` it is written to.
        out: (events, columns).
    """
    inverted = np.linalg.inv(spill.matrix)
    numbers = [file.channel(name).number - 1 for name in spill.channels]
    columns = [spill.channels.index(name) for name in wanted]
    targets = list(wanted.values())
    fast = loops(len(file))
    if fast is not None:
        places = (np.asarray(each, dtype=np.int64) for each in (numbers, columns, targets))
        detectors, sources, ends = places
        fast.compensate(file.events, detectors, inverted, sources, ends, out)
        return
    for begin in range(0, len(file), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        observed = [file.events[rows, number].astype(np.float64) for number in numbers]
        with np.errstate(over="ignore", invalid="ignore"):
            for target, column in zip(targets, columns, strict=True):
                total = observed[0] * inverted[0, column]
                for row in range(1, len(observed)):
                    if inverted[row, column] != 0:
                        total += observed[row] * inverted[row, column]
                out[rows, target] = total
