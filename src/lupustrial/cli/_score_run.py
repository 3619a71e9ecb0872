"""From a file of items to scores, queries and a summary; all faults at once, or a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lupustrial.cli._mapping_items import mapped_items
from lupustrial.cli._score_items import Items, items_of
from lupustrial.cli._score_origin import listed
from lupustrial.cli._score_prose import told
from lupustrial.cli._score_settings import Chosen, Scalar
from lupustrial.cli._score_summary import Summary, summarise
from lupustrial.cli._score_table import read_table
from lupustrial.errors import InstrumentError, ScoreError
from lupustrial.instruments import Instrument, queries, score


@dataclass(frozen=True, kw_only=True)
class Result:
    """A scored file.

    Attributes:
        scores: Keys, columns passed through, outputs, in the order of the file.
        queries: The consistency queries.
        summary: What was scored, and how.
    """

    instrument: Instrument
    items: Items
    settings: Mapping[str, Scalar]
    scored: pl.DataFrame
    scores: pl.DataFrame
    queries: pl.DataFrame
    summary: Summary

    def told(self, *, participant: str | None, visit: str | None) -> Iterator[str]:
        """Return a paragraph for each row, or only for a participant or visit."""
        return told(
            self.instrument,
            self.items.frame,
            self.scored,
            self.settings,
            participant=participant,
            visit=visit,
        )


def run_score(
    instrument: Instrument, path: Path, chosen: Chosen, *, mapping: Path | None, keep: Sequence[str]
) -> Result:
    """Read a file and score it.

    Args:
        instrument: The instrument.
        path: The file of items.
        chosen: Settings that differ from their defaults.
        mapping: A file that says where the items stand.
        keep: Columns to be passed through.

    Raises:
        ScoreError: With every fault of the file, of its values and of the settings.
    """
    table = read_table(path)
    if mapping is None:
        items = items_of(table, instrument, keep)
    else:
        items = mapped_items(mapping, table, instrument, keep)
    faults = list(items.faults)
    try:
        scored = score(instrument.id, items.frame, settings=chosen.values)
    except InstrumentError as error:
        faults += [chosen.located(fault) or items.origin.located(fault) for fault in error.faults]
    if faults:
        raise ScoreError(listed(faults))
    asked = queries(instrument.id, items.frame, settings=chosen.values)
    if items.one_visit:
        asked = asked.drop("VISITNUM")
    return Result(
        instrument=instrument,
        items=items,
        settings=chosen.values,
        scored=scored,
        scores=_arranged(scored, items, instrument),
        queries=asked,
        summary=summarise(instrument, items, scored, chosen.values, asked),
    )


def _arranged(scored: pl.DataFrame, items: Items, instrument: Instrument) -> pl.DataFrame:
    """Return keys, kept columns and outputs in this order."""
    keys = [column for column in scored.columns if column not in instrument.outputs]
    if items.one_visit:
        keys.remove("VISITNUM")
    outputs = scored.select(list(instrument.outputs))
    return scored.select(keys).hstack(items.kept).hstack(outputs)
