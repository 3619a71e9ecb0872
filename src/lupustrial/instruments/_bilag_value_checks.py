"""Consistency checks of the measured items of BILAG-2004: methods, units, values that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lupustrial.instruments._bilag_items import BANDS, ITEMS, renal_limit
from lupustrial.instruments._bilag_renal import QUANTITATIVE
from lupustrial.instruments._bilag_rules import ACTIVE
from lupustrial.instruments._check_limits import check_limit
from lupustrial.instruments._spec import Check

_RATIOS = ("REN_PCR", "REN_ACR")


def _limit(name: str, code: str) -> int:
    return check_limit(name, ITEMS[code].decimals)


def _protein_checks() -> Iterator[Check]:
    measured = pl.any_horizontal(pl.col(code).is_not_null() for code in QUANTITATIVE)
    yield Check(
        id="BILAG-Q09",
        item="REN_DIP",
        when=pl.col("REN_DIP").is_not_null() & measured,
        message="a dipstick stands beside a measured protein: it is not used under the 2009 rules",
        shows=("REN_DIP", *QUANTITATIVE),
    )
    pcr = pl.col("REN_PCR")
    yield Check(
        id="BILAG-Q10",
        item="REN_PCR",
        when=(pcr > 0) & (pcr < _limit("pcr_low", "REN_PCR")),
        message="the ratio is very low for mg/mmol: verify the unit; 1 g/g (mg/mg) is 113 mg/mmol",
        shows=("REN_PCR",),
    )
    for code in _RATIOS:
        yield Check(
            id="BILAG-Q10",
            item=code,
            when=pl.col(code) > _limit("ratio_high", code),
            message="the ratio is very high for mg/mmol: verify the unit; 1 mg/g is 0.113 mg/mmol",
            shows=(code,),
        )
    yield Check(
        id="BILAG-Q11",
        item="REN_P24",
        when=pl.col("REN_P24") > _limit("protein24_high", "REN_P24"),
        message="24-hour protein is very high for grams: verify the unit and the collection",
        shows=("REN_P24",),
    )
    yield Check(
        id="BILAG-Q12",
        item="REN_ACR",
        when=pl.col("REN_ACR") > pl.col("REN_PCR"),
        message="more albumin than protein: verify the units of both ratios",
        shows=("REN_ACR", "REN_PCR"),
    )
    low = [pl.col("REN_P24") < _limit("nephrotic_protein24", "REN_P24")]
    low += [pl.col(code) < _limit("nephrotic_ratio", code) for code in _RATIOS]
    yield Check(
        id="BILAG-Q13",
        item="REN_NEPHROTIC",
        when=(pl.col("REN_NEPHROTIC") == 1)
        & measured
        & pl.all_horizontal(one.fill_null(value=True) for one in low),
        message="nephrotic syndrome, and protein is below 3.5 g/24 h or 350 mg/mmol: verify",
        shows=("REN_NEPHROTIC", *QUANTITATIVE),
    )


def _function_checks() -> Iterator[Check]:
    creatinine = pl.col("REN_CREAT")
    yield Check(
        id="BILAG-Q14",
        item="REN_CREAT",
        when=creatinine < _limit("creatinine_low", "REN_CREAT"),
        message="creatinine is very low for umol/L: verify the unit; 1 mg/dL is 88.4 umol/L",
        shows=("REN_CREAT",),
    )
    yield Check(
        id="BILAG-Q15",
        item="REN_GFR",
        when=(creatinine >= _limit("creatinine_with_gfr", "REN_CREAT"))
        & (pl.col("REN_GFR") >= _limit("gfr_normal", "REN_GFR")),
        message="the filtration rate is normal and creatinine is high: verify both, and the formula",
        shows=("REN_CREAT", "REN_GFR"),
    )
    before = pl.col("REN_BIOPSY").forward_fill().shift(1).over("USUBJID")
    started = (pl.col("REN_BIOPSY") == 1) & (before != 1).fill_null(value=True)
    since = pl.when(started).then(pl.col("_date")).forward_fill().over("USUBJID")
    months = check_limit("biopsy_months", 0)
    yield Check(
        id="BILAG-Q16",
        item="REN_BIOPSY",
        when=(pl.col("REN_BIOPSY") == 1) & (since < pl.col("_date").dt.offset_by(f"-{months}mo")),
        message="a biopsy of the last 3 months has been answered yes for longer than that: verify its date",
        shows=("REN_BIOPSY",),
    )


def _pressure_checks() -> Iterator[Check]:
    upper, lower = pl.col("REN_SBP"), pl.col("REN_DBP")
    yield Check(
        id="BILAG-Q17",
        item="REN_DBP",
        when=lower >= upper,
        message="diastolic pressure is not below systolic pressure: verify both",
        shows=("REN_SBP", "REN_DBP"),
    )
    yield Check(
        id="BILAG-Q18",
        item="REN_ACCHTN",
        when=(pl.col("REN_ACCHTN") == 1)
        & (upper <= _limit("accelerated_sbp", "REN_SBP"))
        & (lower <= _limit("accelerated_dbp", "REN_DBP")),
        message="accelerated hypertension, and neither pressure is above 170/110: verify",
        shows=("REN_ACCHTN", "REN_SBP", "REN_DBP"),
    )


def _blood_checks() -> Iterator[Check]:
    parts = pl.col("HAE_NEUT") + pl.col("HAE_LYMPH")
    yield Check(
        id="BILAG-Q19",
        item="HAE_WBC",
        when=parts > pl.col("HAE_WBC") + _limit("cell_rounding", "HAE_WBC"),
        message="neutrophils and lymphocytes are more than all white cells: verify the units of the three",
        shows=("HAE_WBC", "HAE_NEUT", "HAE_LYMPH"),
    )
    for code in ("HAE_NEUT", "HAE_LYMPH"):
        yield Check(
            id="BILAG-Q19",
            item=code,
            when=(pl.col(code) > pl.col("HAE_WBC") + _limit("cell_rounding", "HAE_WBC")) & parts.is_null(),
            message="more cells of one kind than white cells in all: verify the units of both",
            shows=("HAE_WBC", code),
        )
    yield Check(
        id="BILAG-Q20",
        item="HAE_COOMBS",
        when=(pl.col("HAE_COOMBS") == 1) & (pl.col("HAE_HAEMOL") == 1),
        message="the positive Coombs test is called isolated, and there is active haemolysis: verify",
        shows=("HAE_HAEMOL", "HAE_COOMBS"),
    )
    yield Check(
        id="BILAG-Q21",
        item="HAE_TTP",
        when=(pl.col("HAE_TTP") >= ACTIVE) & (pl.col("HAE_PLT") >= _limit("ttp_platelets", "HAE_PLT")),
        message="thrombotic thrombocytopenic purpura, and platelets are not low: verify",
        shows=("HAE_TTP", "HAE_PLT"),
    )


def _graded() -> Iterator[tuple[str, pl.Expr]]:
    """Yield each item with an attribution flag, and where its value would be graded."""
    measured = pl.any_horizontal(pl.col(code).is_not_null() for code in QUANTITATIVE)
    yield "REN_DIP", (pl.col("REN_DIP") >= 1) & ~measured
    yield "REN_P24", pl.col("REN_P24") > renal_limit("p24_mild", "REN_P24")
    for code in _RATIOS:
        yield code, pl.col(code) > renal_limit("ratio_mild", code)
    yield "REN_CREAT", pl.col("REN_CREAT") > renal_limit("creatinine", "REN_CREAT")
    yield "REN_GFR", pl.col("REN_GFR") < renal_limit("gfr_fall", "REN_GFR")
    for code in dict.fromkeys(band.item for band in BANDS):
        yield code, pl.col(code) < max(band.below for band in BANDS if band.item == code)
    yield "HAE_TTP", pl.col("HAE_TTP") >= 1
    for item in ITEMS.values():
        if item.kind == "yn":
            yield item.code, pl.col(item.code) == 1


def _attribution_checks() -> Iterator[Check]:
    """A form that asks for attribution must answer it where a value would be graded."""
    asked = [f"not_due_to_lupus_{item.code}" for item in ITEMS.values() if item.attribution]
    collected = pl.any_horizontal(pl.col(flag).is_not_null() for flag in asked)
    for code, abnormal in _graded():
        flag = f"not_due_to_lupus_{code}"
        yield Check(
            id="BILAG-Q22",
            item=flag,
            when=abnormal & pl.col(flag).is_null() & collected,
            message="an abnormal value without an answer on its cause, which other items have: infection, "
            "drugs and other causes do not count",
            shows=(code,),
        )


#: The checks of measured items.
VALUE_CHECKS: tuple[Check, ...] = (
    *_protein_checks(),
    *_function_checks(),
    *_pressure_checks(),
    *_blood_checks(),
    *_attribution_checks(),
)
