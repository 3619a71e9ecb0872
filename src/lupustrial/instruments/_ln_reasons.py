"""Renal response: each condition in words, with the values that it saw."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from lupustrial.instruments._ln_frame import corner
from lupustrial.instruments._ln_rules import response_parts
from lupustrial.instruments._ln_table import DECIMALS, EGFR_DECIMALS, PER_G_G, Definition
from lupustrial.instruments._verdict import decimal, joined, yes_no

_MG_MMOL = "_mg_mmol"


def reasons_of(one: Definition, settings: Mapping[str, str]) -> pl.Expr:
    """Return e.g. ``UPCR 0.49 g/g (needs < 0.5 g/g): yes; eGFR 62.9 (needs >= 90, …): no; …``."""
    worst = response_parts(one, corner(one, settings, best=False), settings)
    best = response_parts(one, corner(one, settings, best=True), settings)
    texts = {
        "protein": _protein_text(one, settings),
        "kidney": _creatinine_text(one) if one.creatinine else _egfr_text(one, settings),
        "albumin": pl.lit("albumin ") + _shown("albumin") + f" g/L (needs >= {one.albumin})",
        "sediment": pl.lit("sediment: casts ")
        + pl.col("casts").replace_strict({1: "yes", 0: "no"}, return_dtype=pl.String).fill_null("not done")
        + ", red cells "
        + _shown("urine_rbc")
        + ", white cells "
        + _shown("urine_wbc"),
        "treatment": _treatment_text(one),
    }
    parts = [texts[name] + ": " + _word(worst[name], best[name]) for name in worst]
    if settings["ln_confirmation"] == "previous_visit":
        parts.append(pl.lit("must hold at the visit before, too"))
    return pl.when("_visit").then(joined(parts)).otherwise(pl.lit("baseline or earlier"))


def _word(surely: pl.Expr, possibly: pl.Expr) -> pl.Expr:
    return yes_no(surely, possibly).replace({"Y": "yes", "N": "no"}).fill_null("undecided")


def _shown(name: str, places: int = DECIMALS) -> pl.Expr:
    return decimal(pl.col(name), places).fill_null("not done")


def _grams(column: str) -> pl.Expr:
    """Return a protein that is held in millionths of a mg/mmol, to four decimals of g/g or g/24 h."""
    return decimal((pl.col(column) * 10**DECIMALS + PER_G_G // 2) // PER_G_G, DECIMALS)


def _protein_text(one: Definition, settings: Mapping[str, str]) -> pl.Expr:
    name, unit = ("UPCR", "g/g") if one.measure == "upcr" else ("protein", "g/24 h")
    other, why = ("protein24", "24-h protein") if one.measure == "upcr" else ("upcr_g_g", "ratio")
    absent = (
        pl.when(pl.col(other).is_null())
        .then(pl.lit("not done"))
        .otherwise(pl.lit(f"not done (the {why} does not stand for it)"))
    )
    given = pl.coalesce(_given(one), _grams("protein") + f" {unit}").fill_null(absent)
    asked = []
    if one.limit:
        asked.append(f"{one.operator} {one.value('limit', settings)} {one.unit}")
    if one.high_baseline:
        asked[-1] += f" (< {one.high_limit} from above {one.high_baseline})"
    if one.fall_percent:
        asked.append(f"{one.fall_percent} % below baseline")
    if one.not_below:
        asked.append(f">= {one.not_below} {one.unit}, else complete")
    base = pl.lit(", baseline ") + (_grams("protein_base") + f" {unit}").fill_null("not known")
    told = given + base if one.fall_percent else given
    return pl.lit(f"{name} ") + told + f" (needs {', '.join(asked)})"


def _given(one: Definition) -> pl.Expr:
    """Return the ratio as it was given where it was given in mg/mmol; else null."""
    if one.measure != "upcr":
        return pl.lit(None, dtype=pl.String)
    ratio = decimal(pl.col("upcr_mg_mmol"), DECIMALS) + " mg/mmol"
    return pl.when(pl.col("upcr_g_g").is_null()).then(ratio)


def _egfr_text(one: Definition, settings: Mapping[str, str]) -> pl.Expr:
    if not one.kidney:
        return pl.lit("")
    limit, fall = one.value("egfr_limit", settings), one.value("egfr_fall", settings)
    reference = decimal(pl.col(one.reference), EGFR_DECIMALS).fill_null("not known")
    kind = {"preflare": "before the flare", "baseline": "at baseline"}[one.reference]
    asked = {
        "limit_or_fall": f"(needs >= {limit}, or at most {fall} % below ",
        "fall": f"(needs at most {fall} % below ",
        "near_normal": f"(needs >= {limit}, or within {fall} % of it where abnormal before; ",
    }[one.kidney]
    return pl.lit("eGFR ") + _shown("egfr", EGFR_DECIMALS) + f" {asked}" + reference + f" {kind})"


def _creatinine_text(one: Definition) -> pl.Expr:
    text = pl.lit("creatinine ") + _shown("creatinine") + ", upper limit " + _shown("creatinine_uln")
    if one.creatinine == "normal_or_risen":
        text = text + ", baseline " + _shown("creatinine_base")
    return text


def _treatment_text(one: Definition) -> pl.Expr:
    failed = pl.when(pl.col("failed") == 1).then(pl.lit("failed")).otherwise(pl.lit("no failure recorded"))
    text = pl.lit("treatment: ") + failed
    if one.steroid == "from_week_24":
        over = pl.col("over_10_so_far") == 1
        text = text + pl.when(over).then(pl.lit(", prednisone above 10 mg from week 24")).otherwise(
            pl.lit("")
        )
    if one.steroid == "weeks_44_52":
        run = _shown("prednisone_over_10_consecutive_days", 0)
        text = text + ", days above 10 mg in weeks 44-52: " + _shown("prednisone_over_10_days", 0)
        text = text + ", longest run " + run
    return text
