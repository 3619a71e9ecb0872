"""Bounds of a component that is not known exactly: the lower may not lie above the upper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import MOST_FAULTS


def refuse_crossed(frame: pl.DataFrame, pairs: Sequence[tuple[str, str]]) -> None:
    """Refuse a checked frame in which a lower bound is above its upper one.

    Args:
        frame: Checked frame.
        pairs: Names of lower and upper bounds.

    Raises:
        InstrumentError: INSTR-012, all at once, each with its row.
    """
    faults = list(_crossed(frame, pairs))
    if faults:
        raise InstrumentError(faults)


def _crossed(frame: pl.DataFrame, pairs: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    for low, high in pairs:
        for row in frame.filter(pl.col(low) > pl.col(high)).head(MOST_FAULTS).iter_rows(named=True):
            yield Fault(
                id="INSTR-012",
                message=f"{low} is above {high}",
                place=f"row {row['_row'] + 1}, participant {row['USUBJID']}",
                hint="exchange them",
            )
