"""What the flare indices share: the three-valued state, the first flare after baseline, its date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from lupustrial.instruments._spec import Check, Input, Open
from lupustrial.instruments._verdict import yes_no

_TEXT = pl.String()

#: Day on which a flare began; where it is not recorded the flare is dated by its visit [D].
ONSET = Input(
    code="flare_onset",
    label="Day on which the flare began, where it was recorded",
    kind="date",
    item=False,
    aliases=("onset_date",),
)

#: Outputs that every flare index has.
OUTPUTS: Mapping[str, pl.DataType] = {
    "state": _TEXT,
    "flare": _TEXT,
    "severe_flare": _TEXT,
    "state_lower": _TEXT,
    "state_upper": _TEXT,
    "first_flare": _TEXT,
    "first_severe_flare": _TEXT,
    "flare_date": pl.Date(),
    "completeness": _TEXT,
}

DATED = Open(
    rule="date of a flare",
    tag="D",
    question="Is a flare dated by the visit at which it was found unless an onset was recorded?",
)


def onset_check(prefix: str) -> Check:
    """Return the query on an onset that does not lie between the previous visit and this one."""
    return Check(
        id=f"{prefix}-Q09",
        item=ONSET.code,
        when=(pl.col(ONSET.code) > pl.col("_day")) | (pl.col(ONSET.code) <= pl.col("_day_before")),
        message="the flare began after this visit or not after the previous one: verify the onset",
        shows=(ONSET.code,),
    )


def with_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to an ordered frame the date of the visit and of the previous one; null where visits have none."""
    day = pl.col("ADT").cast(pl.String).str.to_date("%Y-%m-%d") if "ADT" in frame.columns else pl.lit(None)
    dated = frame.with_columns(day.cast(pl.Date).alias("_day"))
    return dated.with_columns(pl.col("_day").shift(1).over("USUBJID").alias("_day_before"))


def at_previous(column: str, known: pl.Expr, unknown: int, settings: Mapping[str, str]) -> pl.Expr:
    """Return a column of an ordered frame at the previous visit.

    Args:
        column: Column without gaps.
        known: Where something is known of it.
        unknown: What stands for it where nothing is known.
        settings: With ``flare_previous`` last_assessed, visits at which nothing is known are passed over.
    """
    value = pl.col(column)
    if settings["flare_previous"] == "last_assessed":
        value = pl.when(known).then(value).forward_fill()
    return value.shift(1).over("USUBJID").fill_null(unknown)


def state_name(rank: pl.Expr, names: Sequence[str]) -> pl.Expr:
    """Return the name of a state by its rank."""
    return rank.replace_strict(dict(enumerate(names)), return_dtype=pl.String)


def told_state(low: pl.Expr, high: pl.Expr, names: Sequence[str], evaluable: pl.Expr) -> pl.Expr:
    """Return the state where both bounds agree, ``undecided`` where they do not, or ``not evaluable``."""
    return (
        pl.when(~evaluable).then(pl.lit("not evaluable"))
        .when(low == high).then(state_name(low, names))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip


def with_verdict(
    frame: pl.DataFrame, low: pl.Expr, high: pl.Expr, names: Sequence[str], evaluable: pl.Expr
) -> pl.DataFrame:
    """Add the outputs of a flare index to an ordered frame with `_day`.

    Args:
        frame: Ordered frame, see ``in_order`` and ``with_days``.
        low: Rank of the least severe possible state; 0 is none, the last is a severe flare.
        high: Rank of the most severe possible state.
        names: Names of the states by rank.
        evaluable: Where the visit can be judged.
    """
    severe = len(names) - 1
    judged = partial(pl.when(evaluable).then)
    frame = frame.with_columns(
        told_state(low, high, names, evaluable).alias("state"),
        judged(yes_no(low > 0, high > 0)).alias("flare"),
        judged(yes_no(low == severe, high == severe)).alias("severe_flare"),
        judged(state_name(low, names)).alias("state_lower"),
        judged(state_name(high, names)).alias("state_upper"),
        pl.when(~evaluable).then(pl.lit("not evaluable"))
        .when(low == high).then(pl.lit("complete")).otherwise(pl.lit("incomplete")).alias("completeness"),
    )  # fmt: skip
    return frame.with_columns(
        _first("flare").alias("first_flare"),
        _first("severe_flare").alias("first_severe_flare"),
        pl.when(pl.col("flare") == "Y").then(pl.coalesce(ONSET.code, "_day")).alias("flare_date"),
    )


def _first(flare: str) -> pl.Expr:
    """Return whether the first flare after baseline is at this visit; null where an open visit hides it."""
    after, told = pl.col("_after"), pl.col(flare)
    seen, hidden = _earlier(after & (told == "Y")), _earlier(after & told.is_null())
    return (
        pl.when(~after).then(pl.lit(None, dtype=pl.String))
        .when((told == "N") | seen).then(pl.lit("N"))
        .when((told == "Y") & ~hidden).then(pl.lit("Y"))
    )  # fmt: skip


def _earlier(flag: pl.Expr) -> pl.Expr:
    """Return whether the flag was true at an earlier visit of the participant."""
    whole = flag.fill_null(value=False).cast(pl.Int32)
    return whole.cum_sum().over("USUBJID") > whole
