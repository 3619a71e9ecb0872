"""DORIS 2021 remission from a frame: four flags and a three-valued state [S14].

Every condition is monotone in everything it reads (see ``_doris_rules``), so it is asked at two corners.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._doris_inputs import CHECKS, CLINICAL_CODES, INPUTS, facts
from lupustrial.instruments._doris_reasons import reasons_2021
from lupustrial.instruments._doris_rules import criteria_2021
from lupustrial.instruments._explained_states import explains_doris2021
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Instrument, Open
from lupustrial.instruments._state_inputs import VISITS, refuse_both, visits
from lupustrial.instruments._verdict import completeness, scored_by, yes_no

#: Version of SLEDAI: uncertain in both DORIS definitions.
OPEN_VERSION = Open(
    rule="version of SLEDAI",
    tag="D",
    question="Which version of SLEDAI is the clinical index? DORIS names none; the descriptors here are "
    "defined as in SLEDAI-2K. The versions differ in arthritis, proteinuria and skin.",
)

DORIS2021 = Instrument(
    id="doris2021",
    title="DORIS remission (2021)",
    version="1.0",
    summary="Remission: clinical SLEDAI 0, PGA below 0.5, prednisolone at most 5 mg/day, background stable.",
    inputs=INPUTS,
    settings=settings_of("doris2021"),
    outputs={
        **{f"{name}_ok": pl.String() for name in ("clinical", "pga", "dose", "background")},
        "clinical_sledai": pl.Int32(),
        "lower": pl.Int32(),
        "upper": pl.Int32(),
        "met": pl.String(),
        "state": pl.String(),
        **VISITS,
        "completeness": pl.String(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S14", "S15"),
    open=(OPEN_VERSION,),
    checks=CHECKS,
    explains=explains_doris2021(CLINICAL_CODES),
)

_SHOWN = ("doris_prednisolone_operator", "doris_pga_operator", "doris_stable_background")


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame.

    Raises:
        InstrumentError: INSTR-015 where ``clinical_sledai`` comes beside clinical descriptors.
    """
    refuse_both(frame, ["clinical_sledai"], CLINICAL_CODES)
    worst, best = facts(best=False), facts(best=True)
    if settings["doris_background_missing"] == "stable":
        worst["background_stable"] = pl.col("background_stable").fill_null(1)
    surely, possibly = criteria_2021(worst, settings), criteria_2021(best, settings)
    met = yes_no(pl.all_horizontal(surely.values()), pl.all_horizontal(possibly.values()))
    frame = in_order(frame).with_columns(
        *(yes_no(surely[name], possibly[name]).alias(f"{name}_ok") for name in surely),
        lower=best["clinical_sledai"],
        upper=worst["clinical_sledai"],
        met=met,
    )
    # The reasons read the inputs, of which clinical SLEDAI is an output too.
    return frame.with_columns(
        (reasons_2021(settings) if reasons else pl.lit(None, dtype=pl.String)).alias("reasons"),
        pl.col("met").replace({"Y": "remission", "N": "no remission"}).fill_null("undecided").alias("state"),
        completeness(pl.col("met").is_not_null()).alias("completeness"),
        **visits(pl.col("met")),
    ).with_columns(
        clinical_sledai=pl.when(pl.col("lower") == pl.col("upper")).then(pl.col("lower")),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=_SHOWN),
    )
