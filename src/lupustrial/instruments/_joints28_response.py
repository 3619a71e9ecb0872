"""Joint-50: active joints down by at least half, in those with enough at baseline [S35].

Counts are fractions ``low / of`` and ``high / of``, so that scaled counts are compared exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._fall import Span, fall_verdict
from lupustrial.instruments._frame import at_baseline
from lupustrial.instruments._joints28_rules import ALL, RESPONSE_PERCENT, may_scale

#: Outputs of the response.
RESPONSE: Mapping[str, pl.DataType] = {"responder": pl.String(), "state": pl.String()}

_ADDED: Mapping[str, tuple[str, ...]] = {
    "tender_and_swollen": ("active",),
    "tender_plus_swollen": ("tender", "swollen"),
}


def joint_response(frame: pl.DataFrame, settings: Mapping[str, str], *, reasons: bool) -> pl.DataFrame:
    """Add ``responder``, ``state`` and ``_response`` (the reason) to an ordered frame with the bounds."""
    least = int(settings["joint50_baseline_min"])
    ends = _ends(_ADDED[settings["joint50_counts"]], scaled=settings["joints_missing"] == "scale_all")
    frame = frame.with_columns(**ends).with_columns(
        at_baseline(pl.col(name)).alias(f"_base{name}") for name in ends
    )
    base_of, now_of = pl.col("_base_of"), pl.col("_of")
    base = Span(low=pl.col("_base_low") * now_of, high=pl.col("_base_high") * now_of)
    now = Span(low=pl.col("_low") * base_of, high=pl.col("_high") * base_of)
    verdict = fall_verdict(
        base, now, percent=RESPONSE_PERCENT, least=least * base_of * now_of, after=pl.col("_after")
    )
    text = _reason(least, " + ".join(_ADDED[settings["joint50_counts"]]))
    return frame.with_columns(
        responder=verdict["responder"],
        state=verdict["state"],
        _response=text if reasons else pl.lit(None, dtype=pl.String),
    )


def _ends(counts: tuple[str, ...], *, scaled: bool) -> dict[str, pl.Expr]:
    """Return ``_low``, ``_high`` and ``_of``: the sum of the counts lies between the two fractions."""
    low, high, of = _fraction(counts[0], scaled=scaled)
    for name in counts[1:]:
        next_low, next_high, next_of = _fraction(name, scaled=scaled)
        low, high, of = low * next_of + next_low * of, high * next_of + next_high * of, of * next_of
    return {"_low": low, "_high": high, "_of": of}


def _fraction(name: str, *, scaled: bool) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return a count as two numerators and their denominator; a scaled count is one fraction."""
    low, high = (pl.col(f"{end}_{name}").cast(pl.Int64) for end in ("lower", "upper"))
    if not scaled:
        return low, high, pl.lit(1, dtype=pl.Int64)
    scale = may_scale(high - low)
    examined = pl.when(scale).then(ALL - (high - low)).otherwise(1)
    whole = pl.when(scale).then(ALL * low)
    return whole.otherwise(low), whole.otherwise(high), examined


def _reason(least: int, counts: str) -> pl.Expr:
    """Return e.g. ``joint-50: active 8 to 3-4 (needs a fall of 50 % from 4 or more)``."""

    def shown(before: str) -> pl.Expr:
        of = pl.col(f"{before}_of")
        low, high = (
            (pl.col(f"{before}_{end}") / of).round(2).cast(pl.String).str.strip_suffix(".0")
            for end in ("low", "high")
        )
        return pl.when(low == high).then(low).otherwise(low + "-" + high)

    text = pl.lit(f"joint-50: {counts} ") + shown("_base") + pl.lit(" to ") + shown("")
    rule = f" (needs a fall of {RESPONSE_PERCENT} % from {least} or more)"
    return pl.when("_after").then(text + rule)
