"""The door of the room: ``score`` and what can be asked about an instrument's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._by_block import score_plainly
from lupustrial.instruments._compose import composed
from lupustrial.instruments._frame import checked, in_given_order
from lupustrial.instruments._registry import BLOCK_SCORERS, SCORERS, find
from lupustrial.instruments._settings import Scalar, SignOffItem, digest, resolve, uncertain_rules
from lupustrial.instruments._spec import Instrument


def score(
    name: str,
    frame: pl.DataFrame,
    *,
    settings: Mapping[str, Scalar] | None = None,
    reasons: bool = True,
    keep: Sequence[str] = (),
) -> pl.DataFrame:
    """Score an instrument at every visit of a frame.

    Args:
        name: Id of the instrument, a key of ``INSTRUMENTS``.
        frame: One row a participant and visit: ``USUBJID``, ``VISITNUM`` and/or ``ADT``, optionally
            ``ABLFL`` and other keys that are passed through, and the columns that
            ``INSTRUMENTS[name].inputs`` declares. Rows in any order. Yes/no items are ``Y``, ``N``, Boolean
            or null; numbers are in the declared unit; null is not done. An item column that is absent is not
            done throughout. A component of a composite may come as the items of its own instrument.
        settings: Settings that differ from their defaults; with items of a component also that instrument's.
        reasons: Whether to write the texts of ``reasons``; without them scoring is several times faster.
        keep: Columns of `frame` that are not read but returned beside the keys.

    Returns:
        The keys of `frame`, in its row order, `keep`, and the columns ``INSTRUMENTS[name].outputs``.
        "Previous" is the participant's preceding row by ADT (where every row has one) and VISITNUM; baseline
        is the row with ABLFL = Y, else the first row.

    Raises:
        InstrumentError: Every fault of settings, or else every fault of the frame, at once; nothing is
            scored.
    """
    instrument = find(name)
    _refuse_absent(frame, keep)
    whole = composed(instrument, frame.drop(keep), settings or {})
    resolved = resolve(instrument, whole.settings)
    result = _scored(whole.frame, instrument, resolved, reasons=reasons)
    if whole.scored_by:
        texts = pl.concat_str(["scored_by", *map(pl.lit, whole.scored_by)], separator="; ")
        result = result.with_columns(texts.alias("scored_by"))
    kept = frame.select(keep)
    first = [column for column in result.columns if column not in instrument.outputs]
    return result.hstack(kept).select(*first, *keep, *instrument.outputs) if keep else result


def _scored(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Return the keys and outputs: the short way where there is one, else through the checked frame."""
    if not reasons and instrument.id in BLOCK_SCORERS:
        result = score_plainly(frame, instrument, settings, BLOCK_SCORERS[instrument.id])
        if result is not None:
            return result
    rows = checked(frame, instrument.inputs)
    scored = SCORERS[instrument.id](rows, instrument, settings, reasons=reasons)
    return in_given_order(scored, list(instrument.outputs))


def _refuse_absent(frame: pl.DataFrame, keep: Sequence[str]) -> None:
    absent = [
        Fault(id="INSTR-005", message="is missing", place=f"column {column}", hint="it was to be kept")
        for column in keep
        if column not in frame.columns
    ]
    if absent:
        raise InstrumentError(absent)


def settings_hash(name: str, settings: Mapping[str, Scalar] | None = None) -> str:
    """Return the SHA-256 (hex) over an instrument's id, version and all its settings, defaults included.

    Raises:
        InstrumentError: The instrument, a setting or an option is not known.
    """
    instrument = find(name)
    return digest(instrument, resolve(instrument, settings))


def sign_off_items(name: str, settings: Mapping[str, Scalar] | None = None) -> tuple[SignOffItem, ...]:
    """Return every uncertain rule of an instrument that a clinician must confirm, with the option chosen.

    Raises:
        InstrumentError: The instrument, a setting or an option is not known.
    """
    instrument = find(name)
    return uncertain_rules(instrument, resolve(instrument, settings))
