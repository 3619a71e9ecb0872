"""Lupus low disease activity state (LLDAS) from a frame: five flags and a three-valued state.

Every criterion is monotone in everything it reads (see ``_lldas_rules``), and what is worst for one is worst
for all, so the rules are asked at two corners: all that is not known at its worst (does it surely hold?) and
at its best (can it hold?).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._columns import number
from lupustrial.instruments._frame import in_order
from lupustrial.instruments._lldas_inputs import DOSES, ITEMS_OR, LLDAS
from lupustrial.instruments._lldas_reasons import reasons_of
from lupustrial.instruments._lldas_rules import (
    CRITERIA,
    are_doses_standard,
    criteria,
    has_major_activity,
    has_new_activity,
)
from lupustrial.instruments._settings import digest
from lupustrial.instruments._sledai import CODES, score_sledai
from lupustrial.instruments._spec import Instrument
from lupustrial.instruments._state_inputs import DOSE_HIGHEST, PGA_HIGHEST, filled, refuse_both, visits
from lupustrial.instruments._verdict import scored_by, yes_no

__all__ = ["LLDAS", "score_frame"]

_SHOWN = ("lldas_criterion1", "lldas_criterion2", "lldas_criterion5")


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame.

    Raises:
        InstrumentError: INSTR-015 where ``sledai``, ``major_organ_activity`` or ``new_activity`` come beside
            descriptors.
    """
    refuse_both(frame, ITEMS_OR, CODES)
    frame = _with_previous(in_order(frame), settings)
    surely, possibly = (criteria(_facts(settings, best=best), settings) for best in (False, True))
    # Criterion 2 at a first visit is neither met nor broken: no later answer can settle it.
    surely["new"] = surely["new"] & ~pl.col("_unjudged")
    possibly["new"] = possibly["new"] | pl.col("_unjudged")
    met = yes_no(pl.all_horizontal(surely.values()), pl.all_horizontal(possibly.values()))
    lower, upper = _facts(settings, best=True)["sledai"], _facts(settings, best=False)["sledai"]
    frame = frame.with_columns(
        *(yes_no(surely[name], possibly[name]).alias(f"{name}_ok") for name in CRITERIA),
        lower=lower.cast(pl.Int32),
        upper=upper.cast(pl.Int32),
        met=met,
    )
    # The reasons read the inputs, of which the total is an output too.
    frame = frame.with_columns(
        (reasons_of(settings) if reasons else pl.lit(None, dtype=pl.String)).alias("reasons"),
        _state().alias("state"),
        **visits(pl.col("met")),
    )
    return frame.with_columns(
        sledai=pl.when(pl.col("lower") == pl.col("upper")).then("lower"),
        completeness=pl.col("state").replace_strict(
            {"undecided": "incomplete", "not evaluable": "not evaluable"},
            default="complete",
            return_dtype=pl.String,
        ),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=_SHOWN),
    )


def _with_previous(frame: pl.DataFrame, settings: Mapping[str, str]) -> pl.DataFrame:
    """Add ``before_<descriptor>`` of the previous assessment, and ``_unjudged``.

    ``_unjudged`` marks a first visit at which nobody answered criterion 2 and no setting answers it.
    """
    assessed = pl.any_horizontal(pl.col(code).is_not_null() for code in (*CODES, *ITEMS_OR))
    if settings["lldas_previous"] == "preceding_row":
        assessed = pl.lit(value=True)
    # A row with no SLEDAI at all is no assessment: the one before it stays the previous.
    frame = frame.with_columns(_at=pl.when(assessed).then(pl.col("_pos")).forward_fill().over("USUBJID"))
    frame = frame.with_columns(_previous=pl.col("_at").shift(1).over("USUBJID"))
    row = pl.int_range(pl.len()) - pl.col("_pos") + pl.col("_previous")
    frame = frame.with_columns(pl.col(code).gather(row).alias(f"before_{code}") for code in CODES)
    option, answered = settings["lldas_criterion2"], pl.col("new_activity").is_not_null()
    if option == "no_flare":
        answered = answered | pl.col("flare").is_not_null()
    if option == "no_new_sledai_item_and_no_new_bilag":
        answered = answered | (pl.col("new_bilag_activity") == 1).fill_null(value=False)
    judged = answered | pl.lit(value=settings["lldas_first_visit"] == "met")
    return frame.with_columns(_unjudged=~judged & pl.col("_previous").is_null())


def _facts(settings: Mapping[str, str], *, best: bool) -> dict[str, pl.Expr]:
    """Return what ``criteria`` reads, what is not known at its best or at its worst."""
    bad, good = int(not best), int(best)
    items, before = filled(CODES, bad), filled(CODES, good, "before_")
    by_items = score_sledai(items)["score"]
    none = pl.when(pl.col("sledai") == 0).then(0)  # a total of 0 leaves no descriptor
    treatment = pl.col("criterion5_met").fill_null(good)
    if settings["lldas_criterion5"] == "dose_ceilings":
        doses = filled(DOSES, 0 if best else DOSE_HIGHEST) | filled(("investigational_drug",), bad)
        treatment = number(are_doses_standard(doses | filled(("other_treatment_ok",), good)))
    return {
        "sledai": pl.coalesce("sledai", by_items),
        "major_organ_activity": pl.coalesce("major_organ_activity", none, number(has_major_activity(items))),
        "new_activity": pl.coalesce("new_activity", _new(settings, items, before, none, bad)),
        "haemolytic_anaemia": pl.col("haemolytic_anaemia").fill_null(bad),
        "gi_activity": pl.col("gi_activity").fill_null(bad),
        "pga": pl.col("pga").fill_null(0 if best else PGA_HIGHEST),
        "prednisolone_mg": pl.col("prednisolone_mg").fill_null(0 if best else DOSE_HIGHEST),
        "criterion5_met": treatment,
    }


def _new(
    settings: Mapping[str, str],
    items: dict[str, pl.Expr],
    before: dict[str, pl.Expr],
    none: pl.Expr,
    bad: int,
) -> pl.Expr:
    """Return 1 where there is new activity by criterion 2 as it is chosen, at one corner."""
    first = pl.when(pl.col("_previous").is_null()).then(0)  # where a setting takes it as met
    if settings["lldas_criterion2"] == "no_flare":
        return pl.coalesce("flare", first, pl.lit(bad))
    new = pl.coalesce(first, none, number(has_new_activity(items, before)))
    if settings["lldas_criterion2"] == "no_new_sledai_item":
        return new
    bilag = pl.coalesce("new_bilag_activity", first, pl.lit(bad))
    return pl.max_horizontal(new, bilag)


def _state() -> pl.Expr:
    met = pl.col("met")
    return (
        pl.when(met == "Y").then(pl.lit("LLDAS"))
        .when(met == "N").then(pl.lit("not LLDAS"))
        .when("_unjudged").then(pl.lit("not evaluable"))
        .otherwise(pl.lit("undecided"))
    )  # fmt: skip
