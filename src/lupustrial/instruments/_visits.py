"""Which rows are a participant's visits, and in which order: nothing is sorted that is in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from lupustrial.instruments._arrow import ArrowColumn
from lupustrial.instruments._frame import is_iso_date, key_faults, time_of
from lupustrial.instruments._narrow import Array


class Unusual(Exception):  # noqa: N818  # no error: it sends the frame to the careful reading
    """The frame has something that only the careful reading understands, or refuses."""


@dataclass(frozen=True, kw_only=True)
class Visits:
    """The rows of a frame by participant and time.

    Attributes:
        rows: Number of rows.
        order: Row numbers by participant and time; None where the rows come like that.
        first: Places, in that order, at which a participant begins.
    """

    rows: int
    order: Array | None
    first: Array

    def spans(self, size: int) -> Iterator[tuple[int, int]]:
        """Return stretches of at most `size` rows that hold whole participants, and at least one each."""
        ends = np.append(self.first[1:], self.rows)
        start = 0
        while start < self.rows:
            within = int(np.searchsorted(ends, start + size, side="right"))
            stop = int(ends[within - 1]) if within else 0
            if stop <= start:  # the next participant alone has more rows
                stop = int(ends[within])
            yield start, stop
            start = stop


def visits_of(frame: pl.DataFrame, *, known: bool) -> Visits:
    """Return the visits of a frame that has rows.

    Args:
        frame: With ``USUBJID`` and a column of time.
        known: Whether the keys are known to be without fault.

    Raises:
        Unusual: The keys have a fault.
    """
    participants = frame["USUBJID"].cast(pl.String)
    if participants.null_count():
        raise Unusual
    first = _first(participants)
    if _in_order(frame, participants, first) and (known or not _odd(frame)):
        return Visits(rows=frame.height, order=None, first=first)
    if not known and next(key_faults(frame), None) is not None:
        raise Unusual
    by = frame.select("USUBJID", *time_of(frame)).with_row_index("_row")
    order = by.sort(pl.exclude("_row"), maintain_order=True)["_row"].to_numpy()
    return Visits(rows=frame.height, order=order, first=_first(participants.gather(order)))


def _first(participants: pl.Series) -> Array:
    """Return where another participant begins than stood before."""
    other = _flags(participants.slice(1) != participants.head(len(participants) - 1))
    return np.concatenate([[0], np.flatnonzero(other) + 1])


def _in_order(frame: pl.DataFrame, participants: pl.Series, first: Array) -> bool:
    """Return whether each participant's rows stand together and his or her visits follow in time, all apart.

    What is not plain from neighbouring rows (visits without number, equal dates) is answered with no.
    """
    starts = participants.gather(first)
    if not starts.is_sorted() and starts.n_unique() < len(starts):
        return False
    times = time_of(frame)
    decides = "VISITNUM" if "VISITNUM" in times else "ADT"
    if frame[decides].null_count():
        return False
    same = np.ones(frame.height - 1, np.bool_)
    same[first[1:] - 1] = False
    apart = _later(frame[decides], equal=False) | ~same
    # The date comes first only where every row has one.
    rising = _later(frame[times[0]], equal=True) | ~same if times[0] != decides else apart
    return bool(apart.all() and rising.all())


def _later(times: pl.Series, *, equal: bool) -> Array:
    """Return where a row comes later than the row before it; `equal` lets the same time pass."""
    before, after = times.head(len(times) - 1), times.slice(1)
    return _flags(after >= before if equal else after > before)


def _flags(column: pl.Series) -> Array:
    return ArrowColumn(column).flags(slice(0, len(column)))


def _odd(frame: pl.DataFrame) -> bool:
    """Return whether a date is none, or a baseline flag is wrong or given twice."""
    if "ADT" in frame.columns and frame["ADT"].dtype != pl.Date:
        dates = frame.select(pl.col("ADT").drop_nulls().unique())
        if not dates.select(is_iso_date(pl.col("ADT")).all()).item():
            return True
    if "ABLFL" not in frame.columns:
        return False
    flags = frame["ABLFL"].cast(pl.String)
    flagged = frame["USUBJID"].filter(flags.eq_missing("Y"))
    wrong = len(flags) - flags.null_count() - len(flagged) - (flags == "N").sum()
    return bool(wrong) or flagged.n_unique() < len(flagged)
