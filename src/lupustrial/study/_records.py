"""The source record: one value of one item, whoever made it (browser, import, reconstruction, simulation)."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

#: Columns and types of a frame of source records, in this order. One row is one item value.
#: `value` is the text as recorded (dates ISO 8601, decimals with a point); it is null unless `status` is
#: ``entered``. `repeat` counts from 1 on repeating forms and is 1 elsewhere. `at` is UTC ISO 8601.
#: `position` is the place in the ledger, or the running number where the records have no ledger.
RECORD_SCHEMA: dict[str, pl.DataType] = {
    "study": pl.String(),
    "site": pl.String(),
    "participant": pl.String(),
    "visit": pl.String(),
    "form": pl.String(),
    "repeat": pl.Int32(),
    "item": pl.String(),
    "value": pl.String(),
    "unit": pl.String(),
    "status": pl.String(),
    "at": pl.String(),
    "by": pl.String(),
    "reason": pl.String(),
    "position": pl.Int64(),
}

#: What can be said of an item. "Not done" is never "no".
STATUSES: tuple[str, ...] = ("entered", "not done", "unknown", "not applicable")

#: Who got which arm. Held apart from the records; absent while the trial is blinded.
ALLOCATION_SCHEMA: dict[str, pl.DataType] = {
    "participant": pl.String(),
    "slot": pl.Int32(),
    "arm": pl.String(),
}


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Where source records come from; printed on every page made from them.

    Attributes:
        synthetic: True when no record was observed in a real person.
        origin: One sentence, e.g. "reconstructed from the published tables of He et al. 2020".
        published: The (parameter, week) pairs whose group summaries follow published figures.
            For synthetic records every other pair is marked "not published". Week 0 is baseline.
        notes: Which printed figure was followed where the publication contradicts itself, and which
            figures were not attained, one sentence each.
    """

    synthetic: bool
    origin: str
    published: frozenset[tuple[str, int]] = frozenset()
    notes: tuple[str, ...] = field(default_factory=tuple)

    def provenance(self, parameter: str, week: int) -> str:
        """Return ``"observed"``, ``"published"`` or ``"not published"`` for a parameter at a week."""
        if not self.synthetic:
            return "observed"
        return "published" if (parameter, week) in self.published else "not published"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What the road starts from: `records` (RECORD_SCHEMA), `allocation` (ALLOCATION_SCHEMA), `stamp`."""

    records: pl.DataFrame
    allocation: pl.DataFrame
    stamp: Stamp
