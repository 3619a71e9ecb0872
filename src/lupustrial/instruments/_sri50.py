"""SRI-50: the first component is the fall from SLEDAI-2K at baseline to S2K RI-50 at the visit [S33][X?].

A descriptor that is at least half better counts half, so that partial improvement is seen. Points are
compared in tenths. The other components are those of SRI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from lupustrial.instruments._components import BILAG_PART, RI50_PART
from lupustrial.instruments._crossed import refuse_crossed
from lupustrial.instruments._explained_responders import explains_sri50
from lupustrial.instruments._responder import beside_baseline, ends_told
from lupustrial.instruments._settings import settings_of
from lupustrial.instruments._sledai import HIGHEST
from lupustrial.instruments._spec import DOMAINS, Input, Instrument, Open
from lupustrial.instruments._sri import SRI, judged
from lupustrial.instruments._sri_rules import fell_by

_TENTHS = 10

_ri50 = partial(Input, kind="num", decimals=1, high=_TENTHS * HIGHEST)

SRI50 = replace(
    SRI,
    id="sri50",
    title="SLE responder index 50 (SRI-50)",
    summary="Responder: S2K RI-50 the points below SLEDAI-2K at baseline, and the other components of SRI.",
    inputs=(
        _ri50(code="s2k_ri50", label="S2K RI-50", required=True, source="S33", trust="X?"),
        *SRI.inputs,
        _ri50(code="s2k_ri50_lower", label="Lowest possible S2K RI-50", item=False),
        _ri50(code="s2k_ri50_upper", label="Highest possible S2K RI-50", item=False),
    ),
    settings=settings_of("sri50"),
    sources=("S33", "S09"),
    open=(
        Open(
            rule="SRI-50",
            tag="X?",
            question="Is the fall of SRI-50 counted from SLEDAI-2K at baseline to S2K RI-50 at the visit?",
        ),
    ),
    parts=(RI50_PART, BILAG_PART),
    explains=explains_sri50(DOMAINS),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; at baseline and before it nothing is evaluable."""
    refuse_crossed(frame, [("s2k_ri50_lower", "s2k_ri50_upper")])
    frame = beside_baseline(frame, DOMAINS).with_columns(
        ri50_low=pl.coalesce("s2k_ri50", "s2k_ri50_lower", pl.lit(0)),
        ri50_high=pl.coalesce("s2k_ri50", "s2k_ri50_upper", pl.lit(_TENTHS * HIGHEST)),
    )
    points = _TENTHS * int(settings["sri_points"])
    fall = (
        fell_by(points, _TENTHS * pl.col("base_sledai_low"), pl.col("ri50_high")),
        fell_by(points, _TENTHS * pl.col("base_sledai_high"), pl.col("ri50_low")),
    )
    told = pl.lit("SLEDAI ") + ends_told("base_sledai") + " to S2K RI-50 " + ends_told("ri50", 1)
    return judged(frame, instrument, settings, fall=fall, told=told if reasons else None)
