"""S2K RI-50: SLEDAI-2K in which a descriptor that is at least 50 % better than at baseline counts half [S33].

Whether a descriptor is at least 50 % better is the investigator's answer by the licensed form; it is not
derived here. Points are tenths, so that half of 1 is exact.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import CODES, SLEDAI_2K, score_sledai
from lupustrial.instruments._spec import Check, Input, Instrument, Open
from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._verdict import decimal, joined, scored_by

_ROWS = read_table("s2k_ri50")
_FULL: Mapping[str, int] = {row["code"]: scale(row["full"], 1) for row in _ROWS}
_HALF: Mapping[str, int] = {row["code"]: scale(row["half"], 1) for row in _ROWS}


def item_points(code: str, now: Column, baseline: Column, half: Column) -> Column:
    """Return the points of a descriptor, in tenths.

    Full weight when it is present; half when it was present at baseline too and is at least 50 % better. New
    since baseline is full, resolved is 0. All columns are integers 1 or 0.
    """
    return now * (_FULL[code] - (_FULL[code] - _HALF[code]) * baseline * half)


def score_ri50(now: Columns, baseline: Columns, half: Columns) -> Column:
    """Return the S2K RI-50 in tenths, from the 24 descriptors now, at baseline, and at least 50 % better."""
    return total(item_points(code, now[code], baseline[code], half[code]) for code in CODES)


S2K_RI50 = Instrument(
    id="s2k_ri50",
    title="SLEDAI-2K Responder Index 50",
    version="1.0",
    summary="SLEDAI-2K with half weight for a descriptor that is at least 50 % better than at baseline.",
    inputs=(
        *SLEDAI_2K.inputs,
        *(
            Input(
                code=f"{code}_half",
                label=f"{code} is still present and at least 50 % better than at baseline",
                kind="flag",
                item=False,
                source="S33",
                trust="X?",
                aliases=(f"{code}_ri50",),
            )
            for code in CODES
        ),
    ),
    settings=settings_of("s2k_ri50"),
    outputs={
        **dict.fromkeys(("score", "change", "lower", "upper"), pl.Float64()),
        **dict.fromkeys(("sledai", "sledai_lower", "sledai_upper"), pl.Int32()),
        **dict.fromkeys(("completeness", "reasons", "scored_by"), pl.String()),
    },
    sources=("S33", "S34"),
    open=(
        Open(
            rule="criteria of 50 % better",
            tag="X?",
            question="Are the criteria for 50 % improvement, item by item, those of the licensed form?",
        ),
    ),
    checks=(
        *(
            Check(
                id="RI50-Q01",
                item=f"{code}_half",
                when=(pl.col(f"{code}_half") == 1) & (pl.col(code) == 0),
                message="at least 50 % better, and not present: verify whether it is resolved",
                shows=(code, f"{code}_half"),
            )
            for code in CODES
        ),
        *(
            Check(
                id="RI50-Q02",
                item=f"{code}_half",
                when=(pl.col(f"{code}_half") == 1)
                & (pl.col("_base") | (pl.col("_after") & (at_baseline(pl.col(code)) == 0))),
                message="at least 50 % better than at baseline, and there is no earlier finding at baseline: "
                "verify; it counts in full",
                shows=(code, f"{code}_half"),
            )
            for code in CODES
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; before baseline nothing is evaluable."""
    starts = {code: at_baseline(pl.col(code)).alias(f"_start_{code}") for code in CODES}
    frame = in_order(frame).with_columns(starts.values())
    low, high = score_ri50(*_corner(0)), score_ri50(*_corner(1))
    evaluable = pl.col("_base") | pl.col("_after")
    plain = [score_sledai({code: pl.col(code).fill_null(end) for code in CODES})["score"] for end in (0, 1)]
    frame = frame.with_columns(
        _low=pl.when(evaluable).then(low),
        _high=pl.when(evaluable).then(high),
        sledai=pl.when(plain[0] == plain[1]).then(plain[0]),
        sledai_lower=plain[0],
        sledai_upper=plain[1],
    ).with_columns(_score=pl.when(pl.col("_low") == pl.col("_high")).then(pl.col("_low")))
    change = pl.col("_score") - at_baseline(pl.col("_score"))
    why = _reasons(frame) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        score=pl.col("_score") / 10,
        change=pl.when("_after").then(change / 10),
        lower=pl.col("_low") / 10,
        upper=pl.col("_high") / 10,
        completeness=pl.when(~evaluable)
        .then(pl.lit("not evaluable"))
        .when(pl.col("_score").is_null())
        .then(pl.lit("incomplete"))
        .otherwise(pl.lit("complete")),
        reasons=pl.when(evaluable).then(why),
        scored_by=scored_by(instrument, settings, digest(instrument, settings)),
    )


def _corner(worst: int) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return presence now, at baseline and half, what is not done filled so that the score is least or most.

    At baseline itself nothing counts half.
    """
    best = 1 - worst
    now = {code: pl.col(code).fill_null(worst) for code in CODES}
    start = {
        code: pl.when(pl.col("_base")).then(0).otherwise(pl.col(f"_start_{code}").fill_null(best))
        for code in CODES
    }
    return now, start, {code: pl.col(f"{code}_half").fill_null(best) for code in CODES}


def _reasons(frame: pl.DataFrame) -> pl.Series:
    """Return e.g. ``ARTH +2 (half); RASH +1 to +2 (half not recorded); not done: COMP``."""
    corners = {"least": _corner(0), "most": _corner(1)}
    # The points first: one expression of everything takes the query optimiser many times longer.
    points = frame.select(
        *CODES,
        *(
            item_points(code, *(group[code] for group in corner)).alias(f"{end}_{code}")
            for end, corner in corners.items()
            for code in CODES
        ),
    )
    missed = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in CODES], ", ")
    told = joined([*map(_told, CODES), pl.lit("not done: ") + missed])
    return points.select(told.alias("reasons")).to_series()


def _told(code: str) -> pl.Expr:
    """Return what a descriptor that is present counts, or may count."""
    low, high = pl.col(f"least_{code}"), pl.col(f"most_{code}")
    least, most = decimal(low, 1), decimal(high, 1)
    text = (
        pl.when(low < high).then(least + " to +" + most + " (half not recorded)")
        .when(high < _FULL[code]).then(most + " (half)")
        .otherwise(most)
    )  # fmt: skip
    return pl.when(pl.col(code) == 1).then(pl.lit(f"{code} +") + text)
