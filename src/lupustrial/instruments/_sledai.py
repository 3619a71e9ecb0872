"""SLEDAI: 24 weighted descriptors (1992, SELENA and 2K share items and weights; definitions differ).

Sources: items and weights [S26][S27][S40][S48]; clinical score [S14]; organ groups [S37]. The rule is
``score_sledai``; the rest puts a frame through it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import Column, Columns, total
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import read_table
from lupustrial.instruments._verdict import completeness, joined, scored_by

_ITEMS = read_table("sledai_items")
CODES: tuple[str, ...] = tuple(row["code"] for row in _ITEMS)
WEIGHTS: Mapping[str, int] = {row["code"]: int(row["weight"]) for row in _ITEMS}
SEROLOGY: tuple[str, ...] = tuple(row["code"] for row in _ITEMS if row["clinical"] == "N")
ORGANS: tuple[str, ...] = tuple(dict.fromkeys(row["organ"] for row in _ITEMS))

#: Highest possible score: the sum of all weights.
HIGHEST: int = sum(WEIGHTS.values())


def score_sledai(present: Columns) -> dict[str, Column]:
    """Return total, clinical, serological and organ scores.

    Args:
        present: For each of the 24 codes, integers 1 (present) or 0.
    """
    points = {code: WEIGHTS[code] * present[code] for code in CODES}
    serology = total(points[code] for code in SEROLOGY)
    clinical = total(points[code] for code in CODES if code not in SEROLOGY)
    organs = {
        f"organ_{organ}": total(points[row["code"]] for row in _ITEMS if row["organ"] == organ)
        for organ in ORGANS
    }
    return {"score": clinical + serology, "clinical": clinical, "serology": serology, **organs}


def _instrument(name: str, title: str, version: str) -> Instrument:
    parts = ("score", "clinical", "serology", *(f"organ_{organ}" for organ in ORGANS))
    numbers = {part: pl.Int32() for part in (*parts, "lower", "upper")}
    return Instrument(
        id=name,
        title=title,
        version="1.0",
        summary="24 yes/no descriptors of active lupus, weighted 8, 4, 2 or 1; range 0 to 105.",
        inputs=tuple(
            Input(
                code=row["code"],
                label=row["label"],
                kind="yn",
                definition=row[f"definition_{version}"],
                source=row["source"],
                trust=row["trust"],
            )
            for row in _ITEMS
        ),
        settings=settings_of(name),
        outputs={**numbers, "completeness": pl.String(), "reasons": pl.String(), "scored_by": pl.String()},
        sources=("S26", "S27", "S40", "S48", "S14", "S37"),
    )


SELENA = _instrument("selena_sledai", "SELENA-SLEDAI", "selena")
ORIGINAL = _instrument("sledai_1992", "SLEDAI (1992)", "1992")
SLEDAI_2K = _instrument("sledai_2k", "SLEDAI-2K", "2k")


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame."""
    if settings["sledai_missing"] == "locf_item":
        frame = in_order(frame).with_columns(pl.col(code).forward_fill().over("USUBJID") for code in CODES)
    done = pl.all_horizontal(pl.col(code).is_not_null() for code in CODES)
    least = score_sledai({code: pl.col(code).fill_null(0) for code in CODES})
    most = score_sledai({code: pl.col(code).fill_null(1) for code in CODES})
    strict = settings["sledai_missing"] != "as_absent"
    scores = {name: pl.when(low == most[name]).then(low) if strict else low for name, low in least.items()}
    why = _reasons() if reasons else pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        **scores,
        lower=least["score"],
        upper=most["score"],
        completeness=completeness(done),
        reasons=why,
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("proteinuria_rule",)),
    )


def _reasons() -> pl.Expr:
    fired = [pl.when(pl.col(code) == 1).then(pl.lit(f"{code} +{WEIGHTS[code]}")) for code in CODES]
    missed = joined([pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in CODES], ", ")
    return joined([*fired, pl.lit("not done: ") + missed])
