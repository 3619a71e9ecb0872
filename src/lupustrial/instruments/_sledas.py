"""SLE-DAS from a frame: score with bounds, category, and change against the previous visit and baseline.

The score is monotone in every parameter (see ``_sledas_rules``), so what is not known is put at its lowest
and at its highest end; the two rashes exclude each other, and the upper end takes the heavier one.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import MOST_FAULTS, at_baseline, in_order
from lupustrial.instruments._settings import digest
from lupustrial.instruments._sledas_inputs import FLAGS, JOINTS, PROTEIN_LEAST, RANGES, SLEDAS
from lupustrial.instruments._sledas_reasons import reasons_of
from lupustrial.instruments._sledas_rules import category, limit, score_sledas
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._verdict import completeness, scored_by, yes_no

__all__ = ["SLEDAS", "score_frame"]

_CATEGORIES = {0: "remission", 1: "mild", 2: "moderate_severe"}

# Decimals of the score as it is reported, and as it is summed.
_REPORTED, _SUMMED = 2, 3


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame.

    Raises:
        InstrumentError: INSTR-007 where a rash is both localised and generalised, and where protein is so low
            that it must be grams.
    """
    _refuse(frame)
    places = _REPORTED if settings["sledas_rounding"] == "rounded" else _SUMMED
    arthritis = settings["sledas_arthritis"]
    if arthritis == "joints_or_clinician" and settings["sledas_arthritis_blank"] == "count_decides":
        counted = pl.when(pl.col("swollen_joints").is_not_null()).then(0)
        frame = frame.with_columns(pl.coalesce("arthritis", counted).cast(pl.Int32).alias("arthritis"))
    frame = in_order(frame).with_columns(
        _low=_compared(score_sledas(_values(best=True), arthritis), places),
        _high=_compared(score_sledas(_values(best=False), arthritis), places),
    )
    frame = frame.with_columns(
        **{f"_previous{end}": pl.col(end).shift(1).over("USUBJID") for end in ("_low", "_high")},
        **{f"_base{end}": pl.when("_after").then(at_baseline(pl.col(end))) for end in ("_low", "_high")},
    )
    decided = pl.col("_low") == pl.col("_high")
    groups = [category(pl.col(end), places) for end in ("_low", "_high")]
    state = pl.when(groups[0] == groups[1]).then(
        groups[0].replace_strict(_CATEGORIES, return_dtype=pl.String)
    )
    lower, upper = (_reported(pl.col(end), places) for end in ("_low", "_high"))
    return frame.with_columns(
        score=pl.when(decided).then(lower),
        lower=lower,
        upper=upper,
        state=state.otherwise(pl.lit("undecided")),
        **_change("_previous", "", places),
        **_change("_base", "_baseline", places),
        completeness=completeness(decided),
        reasons=reasons_of(arthritis) if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("sledas_rounding",)),
    )


def _values(*, best: bool) -> dict[str, pl.Expr]:
    """Return the parameters, what is not known at the end that makes the score lowest or highest."""
    worst = int(not best)
    values = {code: pl.col(code).fill_null(worst) for code in FLAGS}
    values["swollen_joints"] = pl.col("swollen_joints").fill_null(worst * JOINTS)
    for code, (low, high) in RANGES.items():
        lightest, heaviest = (low, high) if code == "protein_mg" else (high, low)
        values[code] = pl.col(code).fill_null(lightest if best else heaviest)
    other = pl.when(pl.col("localised_rash") == 1).then(0)
    values["generalised_rash"] = pl.coalesce("generalised_rash", other, pl.lit(worst))
    spare = pl.when(values["generalised_rash"] == 1).then(0)
    values["localised_rash"] = pl.coalesce("localised_rash", spare, pl.lit(worst))
    return values


def _compared(thousandths: pl.Expr, places: int) -> pl.Expr:
    """Return the score as it is compared: whole hundredths, rounded half up, or thousandths."""
    return _hundredths(thousandths) if places == _REPORTED else thousandths


def _hundredths(thousandths: pl.Expr) -> pl.Expr:
    return (thousandths / 10 + 0.5).floor()


def _reported(score: pl.Expr, places: int) -> pl.Expr:
    """Return the score to two decimals; Polars divides by multiplying with 0.01, rounding mends that."""
    return ((score if places == _REPORTED else _hundredths(score)) / 100).round(_REPORTED)


def _change(reference: str, name: str, places: int) -> dict[str, pl.Expr]:
    """Return change, worse and improved against a reference; null where there is none."""
    low, high = pl.col("_low"), pl.col("_high")
    low_then, high_then = pl.col(f"{reference}_low"), pl.col(f"{reference}_high")
    step = limit("meaningful_change", places)
    known = (low == high) & (low_then == high_then)
    there = low_then.is_not_null()
    worse = yes_no(low - high_then >= step, high - low_then >= step)
    improved = yes_no(low_then - high >= step, high_then - low >= step)
    return {
        f"change{name}": pl.when(known).then(_reported(low - low_then, places)),
        f"worse{name}": pl.when(there).then(worse),
        f"improved{name}": pl.when(there).then(improved),
    }


def _refuse(frame: pl.DataFrame) -> None:
    """Refuse what no participant can have, naming each row."""
    protein = pl.col("protein_mg")
    wrong = {
        "generalised_rash": (
            (pl.col("localised_rash") == 1) & (pl.col("generalised_rash") == 1),
            "is Y beside localised_rash Y",
            "a rash below the neck, with or without rash above, is generalised only",
        ),
        "protein_mg": (
            (protein > 0) & (protein < PROTEIN_LEAST),
            "looks like grams",
            "give mg (1 g is 1000 mg), or 0 for a result below detection",
        ),
    }
    faults = [
        Fault(
            id="INSTR-007",
            message=message,
            place=f"row {row['_row'] + 1}, item {code}, participant {row['USUBJID']}, visit {_visit(row)}",
            hint=hint,
        )
        for code, (when, message, hint) in wrong.items()
        for row in frame.filter(when).head(MOST_FAULTS).iter_rows(named=True)
    ]
    if faults:
        raise InstrumentError(faults)


def _visit(row: Mapping[str, object]) -> object:
    return row.get("VISITNUM") if row.get("VISITNUM") is not None else row.get("ADT")
