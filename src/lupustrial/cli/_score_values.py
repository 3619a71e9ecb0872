"""Texts of a file as the values that an instrument takes.

Not done is written blank, ``ND``, ``NA``, ``NaN`` or ``.`` in any letters: none of them is ever a no. Yes/no
items are written ``Y``/``N``, ``yes``/``no``, ``true``/``false`` or ``1``/``0``; only they. What is none of
this stays as it is, and the instrument refuses it with its row.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.cli._score_origin import NOWHERE, Origin
from lupustrial.errors import Fault
from lupustrial.instruments import Input

NOT_DONE = ("nd", "na", "nan", ".")
YES, NO = ("y", "yes", "true", "1", "1.0"), ("n", "no", "false", "0", "0.0")
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M"}


def with_values(frame: pl.DataFrame, inputs: Mapping[str, Input]) -> pl.DataFrame:
    """Return a frame of texts, its columns named by code or key, with the values that ``score`` takes.

    Numbers stay texts, so that a fault shows what was written. VISITNUM is left to ``number_visits``.
    """
    columns = [_value(name, inputs.get(name)) for name in frame.columns]
    return frame.with_columns(columns)


def _value(name: str, declared: Input | None) -> pl.Expr:
    column = pl.col(name)
    done = pl.when(~column.str.to_lowercase().is_in(NOT_DONE)).then(column)
    if name == "ABLFL" or (declared is not None and declared.kind in ("yn", "flag")):
        low = column.str.to_lowercase()
        said = pl.when(low.is_in(YES)).then(pl.lit("Y")).when(low.is_in(NO)).then(pl.lit("N"))
        return said.otherwise(done).alias(name)
    if declared is not None and declared.kind == "grade":
        return done.str.to_uppercase().alias(name)
    if declared is not None and declared.kind == "sex":
        letter = column.str.to_lowercase().replace(_SEXES)
        return pl.when(letter.is_in(["F", "M"])).then(letter).otherwise(done).alias(name)
    if declared is not None or name in ("ADT", "VISITNUM"):
        return done.alias(name)
    return column


def with_times(frame: pl.DataFrame, origin: Origin, faults: list[Fault]) -> pl.DataFrame:
    """Turn VISITNUM (AVISITN, ADY) into numbers, and ADT into dates where every text is one.

    A VISITNUM that is no number is reported (INSTR-007), and another number stands in for it, so that the
    other columns can be checked too.
    """
    for name in ("VISITNUM", "AVISITN", "ADY"):
        if name not in frame.columns:
            continue
        text = frame[name]
        number = text.cast(pl.Float64, strict=False)
        wrong = text.is_not_null() & ~number.is_finite().fill_null(value=False)
        if name == "VISITNUM":
            faults.extend(_no_number(frame, origin, row) for row in wrong.arg_true())
            stand_in = pl.int_range(frame.height, eager=True).cast(pl.Float64) - NOWHERE
            number = number.zip_with(~wrong, stand_in)
        elif wrong.any():
            continue
        whole = bool((number.drop_nulls() % 1 == 0).all())
        frame = frame.with_columns((number.cast(pl.Int64) if whole else number).alias(name))
    if "ADT" in frame.columns:
        dates = frame["ADT"].str.to_date("%Y-%m-%d", strict=False)
        if dates.null_count() == frame["ADT"].null_count():
            frame = frame.with_columns(dates)
    return frame


def _no_number(frame: pl.DataFrame, origin: Origin, row: int) -> Fault:
    return Fault(
        id="INSTR-007",
        message=f"{frame['VISITNUM'][row]!r} is not a number",
        place=f"{origin.place(row)}, {origin.item('VISITNUM', row)}",
        hint="number the visits in their order; a name goes into the column VISIT",
    )
