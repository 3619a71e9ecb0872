"""Consistency checks as queries: what a monitor would ask the site to verify. No score is changed by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._compose import composed
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._names import KEYS
from lupustrial.instruments._registry import SCORERS, find
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._spec import Input
from lupustrial.instruments._verdict import decimal, joined, letter


def queries(
    name: str, frame: pl.DataFrame, *, settings: Mapping[str, Scalar] | None = None, keep: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the consistency queries of an instrument on a frame.

    Args:
        name: Id of the instrument, a key of ``INSTRUMENTS``.
        frame: As for ``score``.
        settings: As for ``score``.
        keep: As for ``score``; those columns are left out of the result.

    Returns:
        One row a query: the keys of `frame`, ``query`` (id of the check), ``item``, ``message`` and
        ``values`` (``ITEM=value``, null where not done), in the order of the frame, then of the checks. No
        rows where nothing is odd. A value that is not done raises no query.

    Raises:
        InstrumentError: As ``score``.
    """
    instrument = find(name)
    given = frame.drop(keep)
    whole = composed(instrument, given, settings or {})
    resolved = resolve(instrument, whole.settings)
    rows = checked(whole.frame, instrument.inputs)
    scored = SCORERS[name](rows, instrument, resolved, reasons=False)
    if "_pos" not in scored.columns:
        scored = in_order(scored)
    keys = [key for key in scored.columns if key in KEYS]
    inputs = {each.code: each for each in instrument.inputs}
    found = [
        scored.filter(check.when.fill_null(value=False)).select(
            *keys,
            "_row",
            _order=pl.lit(number),
            query=pl.lit(check.id),
            item=pl.lit(check.item),
            message=pl.lit(check.message),
            values=joined([_shown(inputs[code]) for code in check.shows], ", ")
            if check.shows
            else pl.lit(None, dtype=pl.String),
        )
        for number, check in enumerate(instrument.checks)
    ]
    if not found:
        texts = dict.fromkeys(("query", "item", "message", "values"), pl.String)
        return (
            scored.select(keys)
            .clear()
            .with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in texts.items())
        )
    return pl.concat(found).sort("_row", "_order").drop("_row", "_order")


def _shown(each: Input) -> pl.Expr:
    """Return ``CODE=value`` of a checked input; null where not done."""
    column = pl.col(each.code)
    value: pl.Expr
    match each.kind:
        case "yn" | "flag":
            value = pl.when(column == 1).then(pl.lit("Y")).when(column == 0).then(pl.lit("N"))
        case "grade":
            value = letter(column)
        case "num" if each.decimals:
            value = decimal(column, each.decimals)
        case _:
            value = column.cast(pl.String)
    return pl.lit(f"{each.code}=") + value
