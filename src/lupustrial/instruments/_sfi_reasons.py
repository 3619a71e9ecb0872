"""Why a visit is a flare of the SELENA-SLEDAI flare index: the criteria met, with the values they saw."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._sfi_rules import CRITERIA, DECIMALS
from lupustrial.instruments._verdict import decimal, joined

_LEVELS = {"severe": "severe", "mild": "mild or moderate"}

_ANSWERS = {
    "mild_clinical_item": "clinical_mild",
    "severe_clinical_item_with_action": "clinical_severe",
    "added_nsaid_or_hcq": "drugs_mild",
    "new_cyc_aza_mtx": "drugs_severe",
    "hospital_for_lupus": "hospital_severe",
}


def reasons_of(settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``severe: SLEDAI 8 to 14; mild or moderate: PGA 1 to 2; not done: weight_kg``."""
    told = {
        level: [_criterion(code) for code, row in CRITERIA.items() if row["level"] == level]
        for level in _LEVELS
    }
    if settings["sfi_modified"] == "yes":
        above, *told["severe"] = told["severe"]
        fallen_back = pl.when("least_sledai_risen").then(above + " (above 12 alone is not severe)")
        told["mild"].insert(0, fallen_back)
    parts = [pl.lit(f"{word}: ") + joined(told[level], ", ") for level, word in _LEVELS.items()]
    nothing = pl.when(pl.col("state") == "none").then(pl.lit("no criterion met"))
    return (
        pl.when(pl.col("_pos") == 0)
        .then(pl.lit("no previous visit"))
        .otherwise(joined([*parts, nothing, pl.lit("not done: ") + _undone(settings)]))
    )


def _span(name: str, places: int) -> pl.Expr:
    """Return ``8 to 14``, a number that is known within bounds as ``8-16``."""

    def shown(side: str) -> pl.Expr:
        ends = [pl.col(f"{side}_{name}_{end}") for end in ("least", "most")]
        low, high = pl.min_horizontal(ends), pl.max_horizontal(ends)
        texts = [decimal(end, places) if places else end.cast(pl.String) for end in (low, high)]
        return pl.when(low == high).then(texts[0]).otherwise(texts[0] + pl.lit("-") + texts[1])

    return shown("before") + pl.lit(" to ") + shown("now")


def _criterion(code: str) -> pl.Expr:
    """Return what a criterion saw where it is met, null elsewhere."""
    name = code.partition("_")[0]
    weight = decimal(pl.col("weight_kg"), DECIMALS).fill_null("unknown")
    texts = {
        "sledai": pl.lit("SLEDAI ") + _span("sledai", 0),
        "pga": pl.lit("PGA ") + _span("pga", DECIMALS),
        "prednisone": pl.lit("prednisone ") + _span("prednisone", DECIMALS) + " mg/day at " + weight + " kg",
    }
    text = texts.get(name, pl.lit(CRITERIA[code]["short"]))
    return pl.when(pl.col(code) == "Y").then(text)


def _undone(settings: Mapping[str, str]) -> pl.Expr:
    """Return the numbers not done, now or at the previous visit, and the answers not given that matter."""
    asked = dict(_ANSWERS)
    if settings["sfi_mycophenolate"] == "yes":
        asked["new_mycophenolate"] = "drugs_severe"
    names = ["sledai", "pga", "prednisone", "weight_kg"]
    now = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    before = [
        pl.when(pl.col(name).shift(1).over("USUBJID").is_null()).then(pl.lit(f"previous {name}"))
        for name in names[:3]
    ]
    answers = [
        pl.when(pl.col(name).is_null() & pl.col(code).is_null()).then(pl.lit(name))
        for name, code in asked.items()
    ]
    return joined([*now, *before, *answers], ", ")
