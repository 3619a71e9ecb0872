"""Three-valued results: from bounds to a verdict, a letter or a word of completeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.instruments._spec import Instrument

_LETTERS = {4: "A", 3: "B", 2: "C", 1: "D", 0: "E"}


def yes_no(surely: pl.Expr, possibly: pl.Expr) -> pl.Expr:
    """Return Y where it surely holds, N where it cannot hold, null where missing facts leave it open."""
    return pl.when(surely).then(pl.lit("Y")).when(~possibly).then(pl.lit("N"))


def letter(rank: pl.Expr) -> pl.Expr:
    """Return the grade letter of a rank (4 = A to 0 = E)."""
    return rank.replace_strict(_LETTERS, return_dtype=pl.String)


def completeness(complete: pl.Expr) -> pl.Expr:
    """Return ``complete`` or ``incomplete``."""
    return pl.when(complete).then(pl.lit("complete")).otherwise(pl.lit("incomplete"))


def joined(parts: Sequence[pl.Expr], separator: str = "; ") -> pl.Expr:
    """Return the parts that are not null as one text; null where there is none."""
    text = pl.concat_str(parts, separator=separator, ignore_nulls=True)
    return pl.when(text != "").then(text)


def decimal(column: pl.Expr, decimals: int) -> pl.Expr:
    """Return a scaled integer as text without trailing zeros: 2500 of 4 decimals is ``0.25``."""
    whole, rest = column // 10**decimals, column % 10**decimals
    fraction = rest.cast(pl.String).str.zfill(decimals).str.strip_chars_end("0")
    return pl.when(rest == 0).then(whole.cast(pl.String)).otherwise(whole.cast(pl.String) + "." + fraction)


def scored_by(
    instrument: Instrument, settings: Mapping[str, str], digest: str, *, shown: Sequence[str] = ()
) -> pl.Expr:
    """Return the constant column that tells what scored the row: version, settings of note, hash."""
    noted = "".join(f" {name}={settings[name]}" for name in shown)
    return pl.lit(f"{instrument.id} {instrument.version}{noted} #{digest[:12]}").alias("scored_by")


def responder_state(responder: pl.Expr, evaluable: pl.Expr) -> pl.Expr:
    """Return responder, non-responder, undecided (the index is null), or not evaluable."""
    return (
        pl.when(~evaluable).then(pl.lit("not evaluable"))
        .when(responder == "Y").then(pl.lit("responder"))
        .when(responder == "N").then(pl.lit("non-responder"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip
