"""SLICC 2012 classification criteria [S52]: four of seventeen, or nephritis by biopsy with an autoantibody.

A positive direct Coombs test counts only without haemolytic anaemia, so the rule is not monotone in the
latter: where haemolytic anaemia is not known it is asked with and without.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._criteria import NEEDED, criterion, not_done, stays_met
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Check, Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by, yes_no

ITEMS = read_table("slicc2012_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in ITEMS)
CLINICAL: tuple[str, ...] = tuple(row["code"] for row in ITEMS if row["group"] == "clinical")
IMMUNOLOGIC: tuple[str, ...] = tuple(row["code"] for row in ITEMS if row["group"] == "immunologic")
BIOPSY = "biopsy_nephritis"
#: Antibodies either of which classifies nephritis proven by biopsy.
_WITH_BIOPSY = ("ANA", "DSDNA")
_COUNTS: tuple[str, ...] = ("score", "n_clinical", "n_immunologic")

_TEXT, _WHOLE = pl.String(), pl.Int32()


def count_criteria(met: Columns) -> dict[str, Column]:
    """Return how many criteria count, in all and by group; integers 1 (met) or 0 by code."""
    clinical = total(met[code] for code in CLINICAL)
    coombs = met["COOMBS"] * (1 - met["HAEMOL"])
    immunologic = total(met[code] for code in IMMUNOLOGIC if code != "COOMBS") + coombs
    return {"score": clinical + immunologic, "n_clinical": clinical, "n_immunologic": immunologic}


def is_classified(met: Columns) -> Column:
    """Return who is classified; `met` also has ``biopsy_nephritis`` as 1 or 0."""
    counts = count_criteria(met)
    enough = (
        (counts["score"] >= NEEDED["slicc2012_needed"])
        & (counts["n_clinical"] >= NEEDED["slicc2012_clinical"])
        & (counts["n_immunologic"] >= NEEDED["slicc2012_immunologic"])
    )
    ana, dsdna = (met[code] == 1 for code in _WITH_BIOPSY)
    return enough | ((met[BIOPSY] == 1) & (ana | dsdna))


SLICC2012 = Instrument(
    id="slicc2012",
    title="SLICC 2012 classification criteria",
    version="1.0",
    summary="Classified: 4 of 17 criteria, clinical and immunologic; or nephritis on biopsy and antibody.",
    inputs=(
        *(criterion(row) for row in ITEMS),
        Input(
            code=BIOPSY,
            label="Lupus nephritis proven by biopsy",
            kind="yn",
            source="S52",
            trust="S52",
            aliases=("biopsy_lupus_nephritis", "biopsy_ln", "biopsy"),
        ),
    ),
    settings=settings_of("slicc2012"),
    outputs={
        **dict.fromkeys(_COUNTS, _WHOLE),
        "classified": _TEXT,
        "completeness": _TEXT,
        "lower": _WHOLE,
        "upper": _WHOLE,
        "reasons": _TEXT,
        "scored_by": _TEXT,
    },
    sources=("S52",),
    checks=(
        *stays_met("SLICC-Q01", (*CODES, BIOPSY)),
        Check(
            id="SLICC-Q02",
            item="COOMBS",
            when=(pl.col("COOMBS") == 1) & (pl.col("HAEMOL") == 1),
            message="The Coombs test is not counted beside haemolytic anaemia: verify both.",
            shows=("COOMBS", "HAEMOL"),
        ),
        Check(
            id="SLICC-Q03",
            item="RENAL",
            when=(pl.col(BIOPSY) == 1) & (pl.col("RENAL") == 0),
            message="Lupus nephritis on biopsy, yet the renal criterion is not met: verify both.",
            shows=(BIOPSY, "RENAL"),
        ),
    ),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; each row is judged by itself."""
    corners = {(fill, haemol): _corner(fill, haemol) for fill in (0, 1) for haemol in (0, 1)}
    counts = {corner: count_criteria(met) for corner, met in corners.items()}
    least = {name: pl.min_horizontal(counts[0, 0][name], counts[0, 1][name]) for name in _COUNTS}
    most = {name: pl.max_horizontal(counts[1, 0][name], counts[1, 1][name]) for name in _COUNTS}
    surely = is_classified(corners[0, 0]) & is_classified(corners[0, 1])
    possibly = is_classified(corners[1, 0]) | is_classified(corners[1, 1])
    return frame.with_columns(
        **{name: pl.when(least[name] == most[name]).then(least[name]) for name in _COUNTS},
        classified=yes_no(surely, possibly),
        completeness=completeness(least["score"] == most["score"]),
        lower=least["score"],
        upper=most["score"],
        reasons=_reasons() if reasons else pl.lit(None, dtype=_TEXT),
        scored_by=scored_by(instrument, settings, digest(instrument, settings)),
    )


def _corner(fill: int, haemol: int) -> dict[str, pl.Expr]:
    """Return the criteria, what is not known as `fill`, haemolytic anaemia that is not known as `haemol`."""
    known = {code: pl.col(code).fill_null(fill) for code in (*CODES, BIOPSY)}
    return known | {"HAEMOL": pl.col("HAEMOL").fill_null(haemol)}


def _reasons() -> pl.Expr:
    """Return e.g. ``RENAL; ANA; COOMBS not counted beside HAEMOL; not done: SM``."""
    fired = {code: pl.lit(code) for code in (*CODES, BIOPSY)}
    beside = pl.when(pl.col("HAEMOL") == 1).then(pl.lit("COOMBS not counted beside HAEMOL"))
    texts = fired | {"COOMBS": beside.otherwise(pl.lit("COOMBS"))}
    met = [pl.when(pl.col(code) == 1).then(text) for code, text in texts.items()]
    return joined([*met, not_done([*CODES, BIOPSY])])
