"""Renal response: the columns that may come, and the checks of their units."""

from __future__ import annotations

import polars as pl

from lupustrial.instruments._ln_frame import HIGHEST, LOW_CREATININE
from lupustrial.instruments._ln_table import DECIMALS, EGFR_DECIMALS, Definition
from lupustrial.instruments._spec import Check, Input
from lupustrial.instruments._units import looks_like, plausible


def _number(
    code: str,
    label: str,
    unit: str,
    kind: str = "",
    *,
    low: int = 0,
    aliases: tuple[str, ...] = (),
    lookalike: str = "",
    decimals: int = DECIMALS,
    item: bool = True,
) -> Input:
    return Input(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=decimals,
        low=low,
        high=HIGHEST[kind or code],
        item=item,
        source="08-renal",
        trust="X+",
        aliases=aliases,
        lookalike=lookalike,
    )


def _egfr(code: str, label: str, *aliases: str) -> Input:
    rate = "mL/min/1.73 m2"
    return _number(code, label, rate, "egfr", decimals=EGFR_DECIMALS, aliases=aliases, item=code == "egfr")


_RATIO, _DAY = "Urine protein-creatinine ratio", "Urine protein in 24 h"
_GRAMS = looks_like("upcr", "g/g", "mg/mmol")
_BASE = "at baseline, where the baseline row does not tell it"

_ALWAYS: tuple[Input, ...] = (
    _number("upcr_g_g", _RATIO, "g/g", aliases=("upcr",), lookalike=_GRAMS),
    _number("upcr_mg_mmol", _RATIO, "mg/mmol"),
    _number(
        "protein24",
        _DAY,
        "g/24 h",
        aliases=("protein_24h", "proteinuria_24h"),
        lookalike=looks_like("protein24", "g/24 h", "mg/24 h"),
    ),
    _egfr("egfr", "Estimated glomerular filtration rate", "gfr"),
    _egfr("egfr_reference", "eGFR that the definition compares with: before the flare, or at baseline"),
    _egfr("egfr_preflare", "eGFR before the flare", "preflare_egfr"),
    _egfr("egfr_baseline", f"eGFR {_BASE}", "baseline_egfr"),
    _number(
        "upcr_baseline_g_g",
        f"{_RATIO} {_BASE}",
        "g/g",
        "upcr_g_g",
        aliases=("upcr_baseline",),
        lookalike=_GRAMS,
        item=False,
    ),
    _number("upcr_baseline_mg_mmol", f"{_RATIO} {_BASE}", "mg/mmol", "upcr_mg_mmol", item=False),
    _number("protein24_baseline", f"{_DAY} {_BASE}", "g/24 h", "protein24", item=False),
    Input(
        code="treatment_failure",
        label="Treatment failure or rescue, as the protocol defines it, up to this visit",
        kind="flag",
        item=False,
    ),
)

_WEEK_24: tuple[Input, ...] = (
    Input(
        code="prednisone_over_10_from_week_24",
        label="Prednisone above 10 mg/day at any time from week 24 up to this visit",
        kind="flag",
        item=False,
    ),
)

_WEEKS_44_52: tuple[Input, ...] = tuple(
    Input(
        code=code,
        label=f"{label} on prednisone above 10 mg/day in weeks 44 to 52",
        kind="ord",
        unit="days",
        high=HIGHEST["days"],
        item=False,
    )
    for code, label in (
        ("prednisone_over_10_consecutive_days", "Longest run of days"),
        ("prednisone_over_10_days", "Days"),
    )
)

_MG_DL = looks_like("creatinine", "umol/L", "mg/dL")
_SERUM: tuple[Input, ...] = (
    _number("creatinine", "Serum creatinine", "umol/L", low=LOW_CREATININE, lookalike=_MG_DL),
    _number(
        "creatinine_uln",
        "Upper limit of normal of creatinine",
        "umol/L",
        "creatinine",
        low=LOW_CREATININE,
        lookalike=_MG_DL,
    ),
    _number(
        "creatinine_baseline",
        f"Serum creatinine {_BASE}",
        "umol/L",
        "creatinine",
        low=LOW_CREATININE,
        lookalike=_MG_DL,
        item=False,
    ),
    _number("albumin", "Serum albumin", "g/L", lookalike=looks_like("albumin", "g/L", "g/dL")),
    _number("urine_rbc", "Red cells in urine", "/hpf", "urine_cells"),
    _number("urine_wbc", "White cells in urine", "/hpf", "urine_cells"),
    Input(code="casts", label="Red-cell casts", kind="yn", source="08-renal", trust="X+"),
    Input(
        code="active_sediment",
        label="Active urinary sediment, as judged (stands in place of cells and casts)",
        kind="yn",
        source="08-renal",
        trust="X+",
    ),
)


def inputs_of(one: Definition | None) -> tuple[Input, ...]:
    """Return the columns that a definition may be given; all of them where it is a setting."""
    week_24 = _WEEK_24 if one is None or one.steroid == "from_week_24" else ()
    weeks_44_52 = _WEEKS_44_52 if one is None or one.family == "aurora1" else ()
    serum = _SERUM if one is None or one.family == "cn" else ()
    return (*_ALWAYS, *week_24, *weeks_44_52, *serum)


def _check(number: int, code: str, quantity: str, unit: str, other: str) -> Check:
    """Query a value that is not impossible but looks like another unit."""
    low, high = plausible(quantity, unit)
    value = pl.col(code) / 10**DECIMALS
    return Check(
        id=f"LN-Q0{number}",
        item=code,
        when=~value.is_between(low, high),
        message=f"is outside {low:g} to {high:g} {unit}: verify the unit ({other}?)",
        shows=(code,),
    )


_CHECKS: tuple[Check, ...] = (
    _check(1, "upcr_g_g", "upcr", "g/g", "mg/mmol"),
    _check(2, "upcr_mg_mmol", "upcr", "mg/mmol", "g/g"),
    _check(3, "upcr_baseline_g_g", "upcr", "g/g", "mg/mmol"),
    _check(4, "upcr_baseline_mg_mmol", "upcr", "mg/mmol", "g/g"),
    _check(5, "protein24", "protein24", "g/24 h", "mg/24 h"),
    Check(
        id="LN-Q06",
        item="prednisone_over_10_consecutive_days",
        when=pl.col("prednisone_over_10_consecutive_days") > pl.col("prednisone_over_10_days"),
        message="the longest run is longer than all the days: verify both",
        shows=("prednisone_over_10_consecutive_days", "prednisone_over_10_days"),
    ),
)


def checks_of(one: Definition | None) -> tuple[Check, ...]:
    """Return the checks of the columns that a definition may be given."""
    codes = {each.code for each in inputs_of(one)}
    return tuple(check for check in _CHECKS if codes.issuperset(check.shows))
