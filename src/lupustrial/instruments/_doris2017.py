"""The four states of the DORIS 2017 framework from a frame, three-valued [S15].

Clinical activity, serology and therapy share no facts, so the states that remain possible are the products
of what each may still be. Therapy is off, on or neither; "on and not off" is not monotone in the dose (it
needs one above 0 that is low enough), so it is asked at the two completions that can make it true.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._doris2021 import OPEN_VERSION
from lupustrial.instruments._doris_inputs import CHECKS, CLINICAL_CODES, INPUTS, facts
from lupustrial.instruments._doris_reasons import reasons_2017
from lupustrial.instruments._doris_rules import STATES, criteria_2017
from lupustrial.instruments._explained_states import explains_doris2017
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._sledai import SEROLOGY
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._state_inputs import VISITS, refuse_both, visits
from lupustrial.instruments._verdict import completeness, joined, scored_by, yes_no

DORIS2017 = Instrument(
    id="doris2017",
    title="DORIS remission framework (2017)",
    version="1.0",
    summary="Complete (serology normal) or clinical remission, off therapy or on a stable, low one.",
    inputs=INPUTS,
    settings=settings_of("doris2017"),
    outputs={
        **{
            f"{name}_ok": pl.String() for name in ("clinical", "pga", "serology", "off_therapy", "on_therapy")
        },
        "clinical_sledai": pl.Int32(),
        "lower": pl.Int32(),
        "upper": pl.Int32(),
        "met": pl.String(),
        "state": pl.String(),
        "possible_states": pl.String(),
        **VISITS,
        "completeness": pl.String(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S15",),
    open=(OPEN_VERSION,),
    checks=CHECKS,
    explains=explains_doris2017(CLINICAL_CODES, SEROLOGY),
)

_SHOWN = ("doris_prednisolone_operator", "doris_pga_operator")


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; ``state`` is given when every completion agrees on it.

    Raises:
        InstrumentError: INSTR-015 where ``clinical_sledai`` comes beside clinical descriptors.
    """
    refuse_both(frame, ["clinical_sledai"], CLINICAL_CODES)
    worst, best = facts(best=False), facts(best=True)
    surely, possibly = criteria_2017(worst, settings), criteria_2017(best, settings)
    can = _possible(surely, possibly, settings)
    found = pl.sum_horizontal(flag.cast(pl.Int32) for flag in can.values())
    only = pl.coalesce(pl.when(flag).then(pl.lit(state)) for state, flag in can.items())
    possible = joined([pl.when(flag).then(pl.lit(state)) for state, flag in can.items()], ", ")
    in_remission = pl.any_horizontal(can[state] for state in STATES if state != "none")
    frame = in_order(frame).with_columns(
        *(yes_no(surely[name], possibly[name]).alias(f"{name}_ok") for name in surely),
        lower=best["clinical_sledai"],
        upper=worst["clinical_sledai"],
        met=yes_no(~can["none"], in_remission),
        state=pl.when(found == 1).then(only).otherwise(pl.lit("undecided")),
        possible_states=possible,
    )
    # The reasons read the inputs, of which clinical SLEDAI is an output too.
    why = reasons_2017(settings, pl.col("possible_states")) if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        why.alias("reasons"),
        completeness(pl.col("state") != "undecided").alias("completeness"),
        **visits(pl.col("met")),
    ).with_columns(
        clinical_sledai=pl.when(pl.col("lower") == pl.col("upper")).then(pl.col("lower")),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=_SHOWN),
    )


def _possible(
    surely: Mapping[str, pl.Expr], possibly: Mapping[str, pl.Expr], settings: Mapping[str, str]
) -> dict[str, pl.Expr]:
    """Return by state, best first, where some completion of what is not known gives it."""
    quiet = possibly["clinical"] & possibly["pga"]
    normal, abnormal = possibly["serology"], ~surely["serology"]
    off, on = possibly["off_therapy"], _can_be_on_and_not_off(settings)
    fails = ~(surely["clinical"] & surely["pga"]) | ~surely["on_therapy"]
    return {
        "complete_off": quiet & normal & off,
        "clinical_off": quiet & abnormal & off,
        "complete_on": quiet & normal & on,
        "clinical_on": quiet & abnormal & on,
        "none": fails,
    }


def _can_be_on_and_not_off(settings: Mapping[str, str]) -> pl.Expr:
    """Treated with the smallest dose alone, or with no dose and a stable immunosuppressant or biologic."""
    best = facts(best=True)
    steroid = best | {"prednisolone_mg": pl.col("prednisolone_mg").fill_null(1)}
    drug = best | {"immunosuppressant_or_biologic": pl.col("immunosuppressant_or_biologic").fill_null(1)}
    held = [criteria_2017(completion, settings) for completion in (steroid, drug)]
    return pl.any_horizontal(one["on_therapy"] & ~one["off_therapy"] for one in held)
