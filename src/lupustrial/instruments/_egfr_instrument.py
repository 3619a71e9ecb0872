"""The filtration rate as an instrument: sex, age and creatinine in, the estimate and its bounds out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._egfr_rules import ADULT, UMOL_PER_MG_DL, filtration_rate
from lupustrial.instruments._frame import MOST_FAULTS
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument
from lupustrial.instruments._tables import scale
from lupustrial.instruments._units import looks_like
from lupustrial.instruments._verdict import completeness, decimal, joined, scored_by

_DECIMALS = 4
_SCALE = 10.0**_DECIMALS
_OLDEST = 120
#: Lowest and highest permitted values, in the units of the columns.
_ENDS: Mapping[str, tuple[str, str]] = {
    "creatinine_umol_l": ("10", "3000"),
    "creatinine_mg_dl": ("0.1", "34"),
    "height_cm": ("30", "250"),
    "urea_mmol_l": ("0.5", "150"),
    "albumin_g_l": ("5", "100"),
}


def _number(code: str, label: str, unit: str, hint: str, *aliases: str) -> Input:
    low, high = (scale(end, _DECIMALS) for end in _ENDS[code])
    return Input(
        code=code,
        label=label,
        kind="num",
        unit=unit,
        decimals=_DECIMALS,
        low=low,
        high=high,
        source="08-renal",
        trust="X+",
        aliases=aliases,
        lookalike=hint,
    )


EGFR = Instrument(
    id="egfr",
    title="Estimated glomerular filtration rate",
    version="1.0",
    summary="CKD-EPI 2021 from sex, age and creatinine; mL/min/1.73 m2, not rounded.",
    inputs=(
        Input(code="sex", label="Sex", kind="sex", source="08-renal", trust="X+"),
        Input(
            code="age",
            label="Age on the day of the sample, completed",
            kind="ord",
            unit="years",
            high=_OLDEST,
            source="08-renal",
            trust="X+",
        ),
        _number(
            "creatinine_umol_l", "Serum creatinine", "umol/L", looks_like("creatinine", "umol/L", "mg/dL")
        ),
        _number("creatinine_mg_dl", "Serum creatinine", "mg/dL", looks_like("creatinine", "mg/dL", "umol/L")),
        _number("height_cm", "Height (below 18 years)", "cm", looks_like("height", "cm", "m")),
        _number("urea_mmol_l", "Urea (MDRD)", "mmol/L", looks_like("urea", "mmol/L", "mg/dL urea")),
        _number("albumin_g_l", "Albumin (MDRD)", "g/L", looks_like("albumin", "g/L", "g/dL")),
        Input(code="african_ancestry", label="African ancestry (MDRD)", kind="flag", item=False),
    ),
    settings=settings_of("egfr"),
    outputs={
        "score": pl.Float64(),
        "completeness": pl.String(),
        "lower": pl.Float64(),
        "upper": pl.Float64(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("08-renal", "02-bilag2004"),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame.

    Raises:
        InstrumentError: INSTR-007 for an age below 18 unless the setting allows the formula for children;
            INSTR-015 where creatinine comes in both units.
    """
    _refuse(frame, settings)
    rates = {highest: _corners(settings, highest=highest) for highest in (False, True)}
    known = _is_known(settings)
    score = pl.when(known).then(rates[False][0])
    formula = {"ckd_epi_2021": "CKD-EPI 2021", "mdrd6": "MDRD"}[settings["egfr_formula"]]
    # Corners of facts that are known may differ in the last bit, so a known rate is its own bound.
    return frame.with_columns(
        score=score,
        lower=score.otherwise(pl.min_horizontal(rates[False])),
        upper=score.otherwise(pl.max_horizontal(rates[True])),
        completeness=completeness(known),
        reasons=_reasons(formula) if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("egfr_formula",)),
    )


def _is_known(settings: Mapping[str, str]) -> pl.Expr:
    """Return where everything that the formula needs was done."""
    creatinine = pl.col("creatinine_umol_l").is_not_null() | pl.col("creatinine_mg_dl").is_not_null()
    asked = ["sex"]
    if settings["egfr_formula"] == "mdrd6":
        asked += ["urea_mmol_l", "albumin_g_l", "african_ancestry"]
    adult = pl.all_horizontal(pl.col(code).is_not_null() for code in asked)
    child = pl.col("age") < ADULT
    grown = pl.when(child).then(pl.col("height_cm").is_not_null()).otherwise(adult)
    return creatinine & pl.col("age").is_not_null() & grown


def _corners(settings: Mapping[str, str], *, highest: bool) -> list[pl.Expr]:
    """Return the rate with what is missing at the ends that make it lowest or highest.

    Of creatinine, urea, albumin and height the direction is known; sex, ancestry and age are tried both ways.
    """

    def filled(code: str, *, falls: bool) -> pl.Expr:
        low, high = (float(end) for end in _ENDS[code])
        return (pl.col(code) / _SCALE).fill_null(low if falls == highest else high)

    umol = pl.coalesce(
        pl.col("creatinine_umol_l") / _SCALE, pl.col("creatinine_mg_dl") / _SCALE * UMOL_PER_MG_DL
    )
    low, high = (float(end) for end in _ENDS["creatinine_umol_l"])
    now = {
        "creatinine": umol.fill_null(low if highest else high),
        "urea": filled("urea_mmol_l", falls=True),
        "albumin": filled("albumin_g_l", falls=False),
        "height": filled("height_cm", falls=False),
    }
    ages = [ADULT, _OLDEST] if settings["egfr_children"] == "refuse" else [ADULT - 1, ADULT, _OLDEST]
    ancestries = (0, 1) if settings["egfr_formula"] == "mdrd6" else (0,)
    return [
        filtration_rate(
            {
                **now,
                "female": pl.col("sex").fill_null(woman) == 1,
                "african_ancestry": pl.col("african_ancestry").fill_null(african) == 1,
                "age": pl.col("age").fill_null(age).cast(pl.Float64),
            },
            settings,
        )
        for woman, african, age in itertools.product((0, 1), ancestries, ages)
    ]


def _reasons(formula: str) -> pl.Expr:
    """Return e.g. ``CKD-EPI 2021: F, 40 years, creatinine 1 mg/dL``; children by Schwartz."""
    child = pl.col("age").fill_null(ADULT) < ADULT
    umol = decimal(pl.col("creatinine_umol_l"), _DECIMALS) + " umol/L"
    creatinine = pl.coalesce(umol, decimal(pl.col("creatinine_mg_dl"), _DECIMALS) + " mg/dL")
    height = pl.lit("height ") + (decimal(pl.col("height_cm"), _DECIMALS) + " cm").fill_null("not done")
    parts = [
        pl.col("sex").replace_strict({1: "F", 0: "M"}, return_dtype=pl.String).fill_null("sex not done"),
        (pl.col("age").cast(pl.String) + " years").fill_null("age not done"),
        pl.lit("creatinine ") + creatinine.fill_null("not done"),
    ]
    if formula == "MDRD":
        parts += [
            pl.lit(f"{name} ") + decimal(pl.col(code), _DECIMALS).fill_null("not done")
            for name, code in (("urea", "urea_mmol_l"), ("albumin", "albumin_g_l"))
        ]
    adult = pl.lit(f"{formula}: ") + joined(parts, ", ")
    return pl.when(child).then(pl.lit("Schwartz: ") + joined([*parts[1:3], height], ", ")).otherwise(adult)


def _refuse(frame: pl.DataFrame, settings: Mapping[str, str]) -> None:
    """Refuse children unless asked for, and creatinine in both units."""
    both = pl.col("creatinine_umol_l").is_not_null() & pl.col("creatinine_mg_dl").is_not_null()
    child = (pl.col("age") < ADULT) & pl.lit(settings["egfr_children"] == "refuse")
    faults = [
        _fault(row, "INSTR-015", "creatinine_mg_dl", "stands beside creatinine_umol_l", "give one of them")
        for row in frame.filter(both).head(MOST_FAULTS).iter_rows(named=True)
    ]
    hint = "the setting egfr_children takes the bedside Schwartz formula, which needs height_cm"
    faults += [
        _fault(row, "INSTR-007", "age", f"{row['age']} years: the formula is for adults", hint)
        for row in frame.filter(child).head(MOST_FAULTS).iter_rows(named=True)
    ]
    if faults:
        raise InstrumentError(faults)


def _fault(row: Mapping[str, object], name: str, item: str, message: str, hint: str) -> Fault:
    place = f"row {int(str(row['_row'])) + 1}, item {item}, participant {row['USUBJID']}"
    return Fault(id=name, message=message, place=place, hint=hint)
