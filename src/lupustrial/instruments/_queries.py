"""Consistency checks as queries: what a monitor would ask the site to verify. No score is changed by them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._compose import composed
from lupustrial.instruments._frame import checked, in_order
from lupustrial.instruments._lab_text import WRITTEN
from lupustrial.instruments._names import KEYS
from lupustrial.instruments._registry import SCORERS, find
from lupustrial.instruments._settings import Scalar, resolve
from lupustrial.instruments._spec import Check, Input
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
    visits = _visits(
        rows, SCORERS[instrument.id](rows, instrument, resolved, reasons=False), instrument.checks
    )
    keys = [key for key in visits.columns if key in KEYS]
    inputs = {each.code: each for each in instrument.inputs}
    flags = visits.select(_flags(instrument.id))
    found = [
        visits.filter(flags[str(number)]).select(
            *keys,
            "_row",
            _order=pl.lit(number),
            query=pl.lit(check.id),
            item=pl.lit(check.item),
            message=pl.lit(check.message),
            values=_values(check, inputs),
        )
        for number, check in enumerate(instrument.checks)
        if flags[str(number)].any()
    ]
    if not found:
        texts = dict.fromkeys(("query", "item", "message", "values"), pl.String)
        return (
            visits.select(keys)
            .clear()
            .with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in texts.items())
        )
    return pl.concat(found).sort("_row", "_order").drop("_row", "_order")


@functools.cache  # making hundreds of expressions takes longer than evaluating them on a few rows
def _flags(name: str) -> tuple[pl.Expr, ...]:
    """Return where each check of an instrument asks, named by its number."""
    return tuple(
        check.when.fill_null(value=False).cast(pl.Boolean).alias(str(number))
        for number, check in enumerate(find(name).checks)
    )


def _visits(rows: pl.DataFrame, scored: pl.DataFrame, checks: Sequence[Check]) -> pl.DataFrame:
    """Return the checked rows in order and as given, with what the scorer added and the values before."""
    day = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d") if "ADT" in rows.columns else pl.lit(None)
    before = dict.fromkeys(code for check in checks for code in check.before)
    visits = in_order(rows).with_columns(
        day.cast(pl.Date).alias("_date"),
        *(pl.col(code).shift(1).over("USUBJID").alias(f"_before_{code}") for code in before),
    )
    added = [column for column in scored.columns if column not in visits.columns]
    return visits.join(scored.select("_row", *added), on="_row", how="left", maintain_order="left")


def _values(check: Check, inputs: Mapping[str, Input]) -> pl.Expr:
    """Return the values that a query shows, as text; null where it shows none."""
    parts = [_shown(code, inputs) for code in check.shows]
    parts += [pl.lit("previous ") + _shown(code, inputs, prefix="_before_") for code in check.before]
    return joined(parts, ", ") if parts else pl.lit(None, dtype=pl.String)


def _shown(code: str, inputs: Mapping[str, Input], prefix: str = "") -> pl.Expr:
    """Return ``CODE=value`` of an input or an output, ``CODE>value`` of a signed one; null where not done."""
    column = pl.col(prefix + code)
    if code not in inputs:
        return pl.lit(f"{code}=") + column.cast(pl.String)
    each = inputs[code]
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
    if not prefix and f"{code}_sign" in inputs:
        sign = pl.col(f"{code}_sign").fill_null(0)
        written = sign.replace_strict(dict(WRITTEN), default="=", return_dtype=pl.String)
        return pl.lit(code) + written + value
    return pl.lit(f"{code}=") + value
