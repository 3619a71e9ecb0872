"""Renal response: which rows are visits, what they are compared with, and what is missing at either end."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._frame import MOST_FAULTS, at_baseline, in_order
from lupustrial.instruments._he2020_renal import sediment_as_judged
from lupustrial.instruments._ln_table import DECIMALS, EGFR_DECIMALS, PER_G_G, Definition
from lupustrial.instruments._tables import scale

#: Highest permitted value of each kind of column, in units of its last decimal.
HIGHEST: Mapping[str, int] = {
    "upcr_g_g": scale("50", DECIMALS),
    "upcr_mg_mmol": scale("5656", DECIMALS),
    "protein24": scale("50", DECIMALS),
    "egfr": scale("400", EGFR_DECIMALS),
    "creatinine": scale("3000", DECIMALS),
    "albumin": scale("100", DECIMALS),
    "urine_cells": scale("10000", DECIMALS),
    "days": 70,
}
LOW_CREATININE = scale("10", DECIMALS)

_SCALE = 10**DECIMALS
_HIGHEST_PROTEIN = HIGHEST["upcr_g_g"] * (PER_G_G // _SCALE)
#: A reference so high that no eGFR is near it, so that the limit alone is left.
_NO_REFERENCE = 100 * HIGHEST["egfr"]

_REFERENCES = ("egfr_reference", "egfr_preflare", "egfr_baseline", "creatinine_baseline", "treatment_failure")
_PROTEIN_BASELINES = ("upcr_baseline_g_g", "upcr_baseline_mg_mmol", "protein24_baseline")


def prepared(frame: pl.DataFrame, one: Definition, settings: Mapping[str, str]) -> pl.DataFrame:
    """Put a checked frame in order and add what the rules read, null where it is not known.

    ``_visit`` tells which rows are judged: those after baseline, and all rows of a participant whose baseline
    row is not in the frame. It is not where ABLFL flags none, and either a baseline protein stands in a
    column, or the participant's only row brings a reference or says whether treatment failed.

    Raises:
        InstrumentError: INSTR-015 where a ratio comes in both units.
    """
    _refuse_two_ratios(frame)
    frame = sediment_as_judged(in_order(frame))
    elsewhere = _baseline_is_elsewhere(frame)
    frame = frame.with_columns(_elsewhere=elsewhere, _visit=pl.col("_after") | elsewhere)
    return frame.with_columns(
        protein=_protein(one, "", settings),
        protein_given=_protein(one, "_baseline", settings),
        failed=_so_far("treatment_failure"),
        over_10_so_far=_so_far("prednisone_over_10_from_week_24"),
        over_10_not_yet=_not_yet("prednisone_over_10_from_week_24"),
        has_before=pl.col("_visit").shift(1).over("USUBJID").fill_null(value=False),
        egfr_before=pl.col("egfr").shift(1).over("USUBJID"),
    ).with_columns(
        protein_base=pl.coalesce(_once("protein_given"), _at_base_row("protein")),
        creatinine_base=pl.coalesce(_once("creatinine_baseline"), _at_base_row("creatinine")),
        preflare=_reference(one, "preflare"),
        baseline=pl.coalesce(_reference(one, "baseline"), _at_base_row("egfr")),
    )


def _baseline_is_elsewhere(frame: pl.DataFrame) -> pl.Expr:
    flagged = pl.col("ABLFL").eq_missing(pl.lit("Y")) if "ABLFL" in frame.columns else pl.lit(value=False)
    given = pl.any_horizontal(pl.col(name).is_not_null() for name in _PROTEIN_BASELINES)
    told = pl.any_horizontal(pl.col(name).is_not_null() for name in _REFERENCES)
    alone = pl.len() == 1
    return (~flagged.any() & (given.any() | (alone & told.any()))).over("USUBJID")


def _once(name: str) -> pl.Expr:
    """Return the value of the row, else the first that the participant has."""
    return pl.coalesce(name, pl.col(name).drop_nulls().first().over("USUBJID"))


def _at_base_row(name: str) -> pl.Expr:
    return pl.when(~pl.col("_elsewhere")).then(at_baseline(pl.col(name)))


def _so_far(name: str) -> pl.Expr:
    """Return 1 from the first row on that says yes: what has failed stays failed."""
    return pl.col(name).fill_null(0).cum_max().over("USUBJID")


def _not_yet(name: str) -> pl.Expr:
    """Return whether this row or a later one says no: what was not so then was not so before."""
    says_no = pl.col(name).eq(0).fill_null(value=False)
    return says_no.reverse().cum_max().reverse().over("USUBJID")


def _reference(one: Definition, kind: str) -> pl.Expr:
    """Return the eGFR of that kind: by its own column, or as the reference that the definition names."""
    named = _once(f"egfr_{kind}")
    return pl.coalesce(named, _once("egfr_reference")) if one.reference == kind else named


def _protein(one: Definition, when: str, settings: Mapping[str, str]) -> pl.Expr:
    """Return protein in millionths of a mg/mmol, by the measure in which the definition is written."""
    grams = pl.col(f"upcr{when}_g_g") * (PER_G_G // _SCALE)
    ratio = pl.coalesce(grams, pl.col(f"upcr{when}_mg_mmol") * (10**6 // _SCALE))
    day = pl.col(f"protein24{when}") * (PER_G_G // _SCALE)
    own, other = (ratio, day) if one.measure == "upcr" else (day, ratio)
    return pl.coalesce(own, other) if settings["protein_surrogate"] == "yes" else own


def corner(one: Definition, settings: Mapping[str, str], *, best: bool) -> dict[str, pl.Expr]:
    """Return the columns that the rules read, with what is missing at its best or worst for a response.

    Worst and best are ends of the permitted ranges, so that a condition holds at both exactly when it holds
    for every value that the missing one may have.
    """

    def ends(name: str, worst: int, good: int) -> pl.Expr:
        return pl.col(name).fill_null(good if best else worst)

    least = one.protein("not_below", settings) if one.not_below else 0
    strict = settings["steroid_rule_blank"] == "undecided"
    run, days = pl.col("prednisone_over_10_consecutive_days"), pl.col("prednisone_over_10_days")
    most = pl.lit(HIGHEST["days"])
    broken = pl.col("over_10_so_far")
    if strict and not best:
        blank = pl.when("over_10_not_yet").then(0).otherwise(1)
        broken = pl.max_horizontal(broken, pl.col("prednisone_over_10_from_week_24").fill_null(blank))
    return {
        "protein": ends("protein", _HIGHEST_PROTEIN, least),
        "protein_base": ends("protein_base", 0, _HIGHEST_PROTEIN),
        "egfr": ends("egfr", 0, HIGHEST["egfr"]),
        "egfr_reference": _reference_end(one, settings, best=best),
        "egfr_before": pl.when("has_before")
        .then(ends("egfr_before", 0, HIGHEST["egfr"]))
        .otherwise(_NO_REFERENCE),
        "creatinine": ends("creatinine", HIGHEST["creatinine"], LOW_CREATININE),
        "creatinine_uln": ends("creatinine_uln", LOW_CREATININE, HIGHEST["creatinine"]),
        "creatinine_base": ends("creatinine_base", LOW_CREATININE, HIGHEST["creatinine"]),
        "albumin": ends("albumin", 0, HIGHEST["albumin"]),
        "urine_rbc": ends("urine_rbc", HIGHEST["urine_cells"], 0),
        "urine_wbc": ends("urine_wbc", HIGHEST["urine_cells"], 0),
        "casts": ends("casts", 1, 0),
        "failed": pl.col("failed"),
        "over_10_from_week_24": broken,
        # A run of days is no longer than all the days.
        "over_10_run": pl.coalesce(run, days, most) if strict and not best else run.fill_null(0),
        "over_10_days": days.fill_null(most) if strict and not best else pl.coalesce(days, run, pl.lit(0)),
    }


def _reference_end(one: Definition, settings: Mapping[str, str], *, best: bool) -> pl.Expr:
    lost = 0 if best else HIGHEST["egfr"]
    if one.reference == "preflare" and settings["preflare_egfr_unknown"] == "absolute_limit":
        lost = _NO_REFERENCE
    return pl.col(one.reference).fill_null(lost)


def _refuse_two_ratios(frame: pl.DataFrame) -> None:
    faults = [
        Fault(
            id="INSTR-015",
            message=f"stands beside {grams}, which is the same ratio in another unit",
            place=f"row {row['_row'] + 1}, item {other}, participant {row['USUBJID']}",
            hint="give one of them",
        )
        for grams, other in (("upcr_g_g", "upcr_mg_mmol"), ("upcr_baseline_g_g", "upcr_baseline_mg_mmol"))
        for row in frame.filter(pl.col(grams).is_not_null() & pl.col(other).is_not_null())
        .head(MOST_FAULTS)
        .iter_rows(named=True)
    ]
    if faults:
        raise InstrumentError(faults)
