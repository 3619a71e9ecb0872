"""Glucocorticoids: prednisone equivalents, and reduction of the dose from baseline [S35][X+]."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from lupustrial.errors import Fault, InstrumentError, closest
from lupustrial.instruments._columns import Column
from lupustrial.instruments._frame import at_baseline, in_order
from lupustrial.instruments._settings import digest, settings_of
from lupustrial.instruments._spec import Input, Instrument, Part
from lupustrial.instruments._tables import read_table, scale
from lupustrial.instruments._verdict import decimal, responder_state, scored_by, yes_no

_DECIMALS = 4
#: Highest permitted dose, in units of the last decimal.
HIGHEST_DOSE = scale("5000", _DECIMALS)
_PREDNISONE_MG = Decimal(5)
_MOST_MG = 10_000

#: Milligrams of each glucocorticoid that equal 5 mg of prednisone, by lower-case name.
GLUCOCORTICOIDS: Mapping[str, Decimal] = {
    row["drug"]: Decimal(row["mg_equal_to_5_mg_prednisone"]) for row in read_table("glucocorticoids")
}

#: The glucocorticoid of each brand, by lower-case name.
BRANDS: Mapping[str, str] = {row["brand"]: row["drug"] for row in read_table("glucocorticoid_brands")}


def generic_name(column: pl.Expr) -> pl.Expr:
    """Return the glucocorticoid that a text names, in small letters; a name that is no brand stays."""
    name = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    return name.replace(BRANDS)


def convert_to_prednisone(
    frame: pl.DataFrame, *, drug: str = "CMTRT", dose: str = "CMDOSE", deflazacort_mg: Decimal | None = None
) -> pl.Series:
    """Return the prednisone equivalent, in mg, of a dose in mg.

    Args:
        frame: One row a dose.
        drug: Column with the name of the glucocorticoid or of a brand of it, in any case.
        dose: Column with the dose in mg, not negative.
        deflazacort_mg: Milligrams of deflazacort that equal 5 mg of prednisone, where the trial says
            other than 6 (6 to 7.5 are in use [X?]).

    Returns:
        A Float64 series named ``prednisone_mg`` in the order of `frame`: dose * 5 / mg equal to 5 mg
        prednisone, null where drug or dose is null.

    Raises:
        InstrumentError: INSTR-007 for drugs that are not in the table and for doses that are negative or not
            numbers, all at once; INSTR-005 for a column that is missing.
    """
    missing = [column for column in (drug, dose) if column not in frame.columns]
    if missing:
        raise InstrumentError(
            Fault(
                id="INSTR-005", message="is missing", place=f"column {column}", hint="the frame must have it"
            )
            for column in missing
        )
    equal = {**GLUCOCORTICOIDS, **({"deflazacort": deflazacort_mg} if deflazacort_mg else {})}
    rows = frame.select(
        name=generic_name(pl.col(drug)),
        mg=pl.col(dose).cast(pl.Float64, strict=False),
        given=pl.col(dose).cast(pl.String),
    ).with_row_index("row")
    faults = []
    unknown = pl.col("name").is_not_null() & ~pl.col("name").is_in(list(equal))
    bad = pl.col("given").is_not_null() & ~pl.col("mg").is_between(0, _MOST_MG).fill_null(value=False)
    for row in rows.filter(unknown | bad).iter_rows(named=True):
        if row["name"] is not None and row["name"] not in equal:
            hint = closest(row["name"], list(equal)) or f"known: {', '.join(equal)}"
            text = f"{row['name']!r} has no prednisone equivalent"
            faults.append(
                Fault(id="INSTR-007", message=text, place=f"row {row['row'] + 1}, {drug}", hint=hint)
            )
        if row["given"] is not None and not (row["mg"] is not None and 0 <= row["mg"] <= _MOST_MG):
            text = f"{row['given']!r} is not a dose"
            faults.append(
                Fault(
                    id="INSTR-007",
                    message=text,
                    place=f"row {row['row'] + 1}, {dose}",
                    hint=f"0 to {_MOST_MG} mg",
                )
            )
    if faults:
        raise InstrumentError(faults)
    divisors = {name: float(mg) for name, mg in equal.items()}
    factor = float(_PREDNISONE_MG) / pl.col("name").replace_strict(divisors, return_dtype=pl.Float64)
    return rows.select((pl.col("mg") * factor).alias("prednisone_mg")).to_series()


def is_reduced(baseline: Column, visit: Column, percent: int) -> Column:
    """Return where the dose (scaled integers) fell by at least `percent` of a baseline above 0."""
    return 100 * (baseline - visit) >= percent * baseline


#: The dose at a visit, as the instruments of the glucocorticoid course read it.
DOSE = Input(
    code="dose",
    label="Daily prednisone equivalent",
    kind="num",
    unit="mg/day",
    decimals=_DECIMALS,
    high=HIGHEST_DOSE,
    required=True,
    source="09-steroids",
    trust="S35",
    aliases=(
        "prednisone_equivalent",
        "prednisone_equivalent_mg",
        "prednisone_mg",
        "prednisone_mg_day",
        "dose_mg",
    ),
)

#: The dose may come as the glucocorticoids that are taken.
DOSE_PART = Part(instrument="steroid_equivalent", columns={"score": "dose"})

STEROID_REDUCTION = Instrument(
    id="steroid_reduction",
    title="Reduction of the glucocorticoid dose",
    version="1.0",
    summary="Responder: daily prednisone equivalent down by at least half of baseline.",
    inputs=(DOSE,),
    parts=(DOSE_PART,),
    settings=settings_of("steroid_reduction"),
    outputs={
        "reduction": pl.Float64(),
        "responder": pl.String(),
        "state": pl.String(),
        "completeness": pl.String(),
        "reasons": pl.String(),
        "scored_by": pl.String(),
    },
    sources=("S35", "S36"),
)


def score_frame(
    frame: pl.DataFrame, instrument: Instrument, settings: Mapping[str, str], *, reasons: bool
) -> pl.DataFrame:
    """Add the outputs to a checked frame; a baseline dose of 0 is not evaluable."""
    percent = int(settings["reduction_percent"])
    frame = in_order(frame).with_columns(at_baseline(pl.col("dose")).alias("base"))
    now, base = pl.col("dose"), pl.col("base")
    # A dose that is not known may be anything from 0 to the highest.
    surely = (
        is_reduced(base.fill_null(1), now.fill_null(HIGHEST_DOSE), percent)
        & now.is_not_null()
        & base.is_not_null()
    )
    possibly = is_reduced(base.fill_null(HIGHEST_DOSE), now.fill_null(0), percent)
    evaluable = pl.col("_after") & (base.is_null() | (base > 0))
    responder = pl.when(evaluable).then(yes_no(surely, possibly))
    state = responder_state(responder, evaluable)
    text = decimal(base, _DECIMALS) + pl.lit(" to ") + decimal(now, _DECIMALS) + pl.lit(" mg/day")
    return frame.with_columns(
        reduction=pl.when(evaluable & (base > 0)).then(100.0 * (base - now) / base),
        responder=responder,
        state=state,
        completeness=pl.when(~evaluable).then(pl.lit("not evaluable")).when(responder.is_null())
        .then(pl.lit("incomplete")).otherwise(pl.lit("complete")),
        reasons=text if reasons else pl.lit(None, dtype=pl.String),
        scored_by=scored_by(instrument, settings, digest(instrument, settings), shown=("reduction_percent",)),
    )  # fmt: skip
