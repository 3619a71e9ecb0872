"""CLASI-50: skin activity down by at least half, among those with enough at baseline [S35]."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._clasi_rules import ACTIVITY, RESPONSE_PERCENT, VALUES
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._fall import Span, fall_verdict
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument, Part
from lupustrial.instruments._verdict import scored_by

#: Highest activity.
HIGHEST = sum(VALUES[code][-1] for code in ACTIVITY)

_TEXT = pl.String()

CLASI50 = Instrument(
    id="clasi50",
    title="CLASI-50",
    version="1.0",
    summary="Responder: CLASI activity down by at least 50 %, in those with 10 or more at baseline.",
    inputs=(
        Input(
            code="clasi_activity",
            label="CLASI activity",
            kind="ord",
            high=HIGHEST,
            required=True,
            source="S35",
            trust="S35",
            aliases=("clasi", "clasi_a", "clasi_score", "activity"),
        ),
        Input(code="clasi_lower", label="Lowest possible activity", kind="ord", high=HIGHEST, item=False),
        Input(code="clasi_upper", label="Highest possible activity", kind="ord", high=HIGHEST, item=False),
    ),
    settings=settings_of("clasi50"),
    outputs={
        "reduction": pl.Float64(),
        "responder": _TEXT,
        "state": _TEXT,
        "completeness": _TEXT,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S35",),
    parts=(
        Part(
            instrument="clasi",
            columns={"score": "clasi_activity", "lower": "clasi_lower", "upper": "clasi_upper"},
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    refuse_crossed(frame, [("clasi_lower", "clasi_upper")])
    least = int(settings["clasi50_baseline_min"])
    ends = {
        "low": pl.coalesce("clasi_activity", "clasi_lower", pl.lit(0)),
        "high": pl.coalesce("clasi_activity", "clasi_upper", pl.lit(HIGHEST)),
    }
    frame = in_order(frame.with_columns(**ends)).with_columns(
        at_baseline(pl.col(name)).alias(f"base_{name}") for name in ends
    )
    base, now = (
        Span(low=pl.col("base_low"), high=pl.col("base_high")),
        Span(low=pl.col("low"), high=pl.col("high")),
    )
    verdict = fall_verdict(base, now, percent=RESPONSE_PERCENT, least=least, after=pl.col("_after"))
    known = (base.low == base.high) & (now.low == now.high) & (verdict["completeness"] == "complete")
    return frame.with_columns(
        reduction=pl.when(known).then(100.0 * (base.low - now.low) / base.low),
        **verdict,
        reasons=_reasons(base, now, least) if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(
            instrument, settings, digest(instrument, settings), shown=("clasi50_baseline_min",)
        ),
    )


def _reasons(base: Span, now: Span, least: int) -> pl.Expr:
    """Return e.g. ``CLASI activity 12 to 5-7 (needs a fall of 50 %)``."""

    def shown(span: Span) -> pl.Expr:
        low, high = span.low.cast(_TEXT), span.high.cast(_TEXT)
        return pl.when(span.low == span.high).then(low).otherwise(low + "-" + high)

    text = pl.lit("CLASI activity ") + shown(base) + pl.lit(" to ") + shown(now)
    rule = f" (needs a fall of {RESPONSE_PERCENT} % from {least} or more)"
    return pl.when("_after").then(text + rule).otherwise(pl.lit("baseline or earlier"))
