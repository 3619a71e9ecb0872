"""Revised SELENA flare index: the investigator's grade of each organ, and the worst of them [S20].

The text of the organ grades is not known to us, so no grade is derived: it is entered.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._bilag_rules import worst_grade
from lupustrial.instruments._flare import DATED, ONSET, OUTPUTS, onset_check, with_days, with_verdict
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument, Open
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import joined, scored_by

#: States by rank, and the grade of an organ.
STATES: tuple[str, ...] = ("none", "mild", "moderate", "severe")

ORGANS: tuple[str, ...] = tuple(row["organ"] for row in read_table("sfi_revised_organs"))

_WORST = len(STATES) - 1
_WHOLE = pl.Int32()

SFI_REVISED = Instrument(
    id="sfi_revised",
    title="Revised SELENA flare index",
    version="1.0",
    summary="Eight organs, each graded by the investigator: 0 none, 1 mild, 2 moderate, 3 severe; the worst.",
    inputs=(
        *(
            Input(
                code=f"rsfi_{row['organ']}",
                label=f"Flare: {row['label']}",
                kind="ord",
                high=_WORST,
                definition="0 none, 1 mild, 2 moderate, 3 severe; by signs or by the treatment chosen",
                source=row["source"],
                trust=row["trust"],
                aliases=(f"flare_{row['organ']}", row["organ"]),
            )
            for row in read_table("sfi_revised_organs")
        ),
        ONSET,
    ),
    settings=settings_of("sfi_revised"),
    outputs={
        "score": _WHOLE,
        "lower": _WHOLE,
        "upper": _WHOLE,
        **OUTPUTS,
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S20",),
    open=(
        DATED,
        Open(
            rule="organs of the revised index",
            tag="X?",
            question="Are the organs of the form skin and mucosa, joints and muscles, heart and lungs, "
            "blood, general signs, kidney, nervous system, gut and liver?",
        ),
    ),
    checks=(onset_check("RSFI"),),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; every visit can be judged, since the grades tell the change."""
    grades = {organ: pl.col(f"rsfi_{organ}") for organ in ORGANS}
    low = worst_grade({organ: grade.fill_null(0) for organ, grade in grades.items()})
    high = worst_grade({organ: grade.fill_null(_WORST) for organ, grade in grades.items()})
    frame = with_days(in_order(frame)).with_columns(low.alias("lower"), high.alias("upper"))
    low, high = pl.col("lower"), pl.col("upper")
    frame = with_verdict(frame, low, high, STATES, pl.lit(value=True))
    return frame.with_columns(
        pl.when(low == high).then(low).alias("score"),
        (_reasons() if reasons else pl.lit(None, dtype=pl.String)).alias("reasons"),
        scored_by(instrument, settings, digest(instrument, settings)),
    )


def _reasons() -> pl.Expr:
    """Return e.g. ``renal severe, mucocutaneous mild; not done: neurological``."""
    fired, missed = [], []
    for organ in ORGANS:
        grade = pl.col(f"rsfi_{organ}")
        word = grade.replace_strict(dict(enumerate(STATES)), return_dtype=pl.String)
        fired.append(pl.when(grade > 0).then(pl.lit(f"{organ} ") + word))
        missed.append(pl.when(grade.is_null()).then(pl.lit(organ)))
    return joined([joined(fired, ", "), pl.lit("not done: ") + joined(missed, ", ")])
