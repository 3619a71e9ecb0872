"""The door of the room: ``score`` and what can be asked about an instrument's settings."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._frame import checked, in_given_order
from lupustrial.instruments._registry import SCORERS, find
from lupustrial.instruments._settings import Scalar, SignOffItem, digest, resolve, uncertain_rules


def score(
    name: str, frame: pl.DataFrame, *, settings: Mapping[str, Scalar] | None = None, reasons: bool = True
) -> pl.DataFrame:
    """Score an instrument at every visit of a frame.

    Args:
        name: Id of the instrument, a key of ``INSTRUMENTS``.
        frame: One row a participant and visit: ``USUBJID``, ``VISITNUM`` and/or ``ADT``, optionally
            ``ABLFL`` and other keys that are passed through, and the columns that
            ``INSTRUMENTS[name].inputs`` declares. Rows in any order. Yes/no items are ``Y``, ``N`` or
            null; numbers are in the declared unit; null is not done. An item column that is absent is not
            done throughout.
        settings: Settings that differ from their defaults.
        reasons: Whether to write the texts of ``reasons``; without them scoring is several times faster.

    Returns:
        The keys of `frame`, in its row order, and the columns ``INSTRUMENTS[name].outputs``. "Previous"
        is the participant's preceding row by ADT (where every row has one) and VISITNUM; baseline is the
        row with ABLFL = Y, else the first row.

    Raises:
        InstrumentError: Every fault of settings, or else every fault of the frame, at once; nothing is
            scored.
    """
    instrument = find(name)
    resolved = resolve(instrument, settings)
    rows = checked(frame, instrument.inputs)
    scored = SCORERS[name](rows, instrument, resolved, reasons=reasons)
    return in_given_order(scored, list(instrument.outputs))


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
