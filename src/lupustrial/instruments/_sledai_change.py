"""SLEDAI bands of activity, and change: improvement is a fall, flare a rise, of more than 3 points [S19]."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, count
from lupustrial.instruments._components import SLEDAI_PART
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import HIGHEST
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._state_inputs import span
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness as whole
from lupustrial.instruments._verdict import joined, scored_by, yes_no

_LIMITS: Mapping[str, int] = {row["name"]: int(row["value"]) for row in read_table("sledai_change")}
_BANDS = read_table("sledai_bands")

_TEXT, _WHOLE = pl.String(), pl.Int32()

SLEDAI_CHANGE = Instrument(
    id="sledai_change",
    title="SLEDAI: band of activity and change",
    version="1.0",
    summary="Band of activity; improvement and flare, a change of more than 3 points.",
    inputs=(
        Input(
            code="sledai",
            label="SLEDAI",
            kind="ord",
            high=HIGHEST,
            source="01-sledai",
            trust="S19",
            aliases=("sledai_score",),
        ),
        *(
            Input(code=f"sledai_{end}", label=f"{word} possible SLEDAI", kind="ord", high=HIGHEST, item=False)
            for end, word in (("lower", "Lowest"), ("upper", "Highest"))
        ),
    ),
    settings=settings_of("sledai_change"),
    outputs={
        "score": _WHOLE,
        "band": _TEXT,
        "change": _WHOLE,
        "improved": _TEXT,
        "flare": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S19", "S45"),
    parts=(SLEDAI_PART,),
)


def activity_band(score: Column, scheme: str) -> Column:
    """Return the band of a score, numbered from 0 in the order of the scheme's table."""
    _, *later = (int(row["from"]) for row in _BANDS if row["scheme"] == scheme)
    return count(score >= start for start in later)


def has_improved(before: Column, now: Column) -> Column:
    """Return where the score fell by more than 3."""
    return before - now > _LIMITS["improved_above"]


def has_flared(before: Column, now: Column) -> Column:
    """Return where the score rose by more than 3."""
    return now - before > _LIMITS["flare_above"]


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; change is evaluable where there is a visit to compare with."""
    refuse_crossed(frame, [("sledai_lower", "sledai_upper")])
    frame = in_order(frame).with_columns(
        _low=pl.coalesce("sledai", "sledai_lower", pl.lit(0)),
        _high=pl.coalesce("sledai", "sledai_upper", pl.lit(HIGHEST)),
    )
    by_baseline = settings["sledai_change_reference"] == "baseline"

    def earlier(name: str) -> pl.Expr:
        return at_baseline(pl.col(name)) if by_baseline else pl.col(name).shift(1).over("USUBJID")

    frame = frame.with_columns(_from_low=earlier("_low"), _from_high=earlier("_high"))
    low, high, from_low, from_high = (pl.col(f"_{name}") for name in ("low", "high", "from_low", "from_high"))
    evaluable = pl.col("_after") if by_baseline else pl.col("_pos") > 0
    improved = yes_no(has_improved(from_low, high), has_improved(from_high, low))
    flare = yes_no(has_flared(from_high, low), has_flared(from_low, high))
    same = (low == high) & (from_low == from_high)
    names = [row["band"] for row in _BANDS if row["scheme"] == settings["sledai_bands"]]
    bands = [activity_band(end, settings["sledai_bands"]) for end in (low, high)]
    named = bands[0].replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    shown = ("sledai_bands", "sledai_change_reference")
    return frame.with_columns(
        score=pl.when(low == high).then(low).cast(pl.Int32),
        band=pl.when(bands[0] == bands[1]).then(named),
        change=pl.when(evaluable & same).then(low - from_low).cast(pl.Int32),
        improved=pl.when(evaluable).then(improved),
        flare=pl.when(evaluable).then(flare),
        lower=low.cast(pl.Int32),
        upper=high.cast(pl.Int32),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=shown),
    ).with_columns(
        state=_state(evaluable),
        completeness=_completeness(evaluable),
        reasons=_reasons(evaluable) if reasons else pl.lit(None, dtype=pl.String),
    )


def _state(evaluable: pl.Expr) -> pl.Expr:
    return (
        pl.when(~evaluable).then(pl.lit("not evaluable"))
        .when(pl.col("improved") == "Y").then(pl.lit("improved"))
        .when(pl.col("flare") == "Y").then(pl.lit("flare"))
        .when((pl.col("improved") == "N") & (pl.col("flare") == "N")).then(pl.lit("unchanged"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip


def _completeness(evaluable: pl.Expr) -> pl.Expr:
    """Complete when the band and, where there is a visit to compare with, both changes are decided."""
    open_ = pl.any_horizontal(pl.col(name).is_null() for name in ("improved", "flare"))
    return whole(~(pl.col("band").is_null() | (evaluable & open_)))


def _reasons(evaluable: pl.Expr) -> pl.Expr:
    """Return e.g. ``SLEDAI 4, before 8-12``."""
    before = pl.when(evaluable).then(pl.lit("before ") + span(pl.col("_from_low"), pl.col("_from_high")))
    return joined([pl.lit("SLEDAI ") + span(pl.col("_low"), pl.col("_high")), before], ", ")
