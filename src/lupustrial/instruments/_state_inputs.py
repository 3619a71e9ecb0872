"""What LLDAS and DORIS share: SLEDAI as descriptors or as a total, PGA and dose, and visits in a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lupustrial.errors import Fault, InstrumentError
from lupustrial.instruments._sledai import CODES, SLEDAI_2K
from lupustrial.instruments._spec import Input
from lupustrial.instruments._tables import scale
from lupustrial.instruments._verdict import decimal, joined

#: Decimals to which PGA and doses are compared.
DECIMALS = 4

#: Highest PGA and daily dose, in units of the last decimal.
PGA_HIGHEST, DOSE_HIGHEST = scale("3", DECIMALS), scale("5000", DECIMALS)

#: The 24 descriptors, with their SLEDAI-2K definitions.
DESCRIPTORS: tuple[Input, ...] = tuple(each for each in SLEDAI_2K.inputs if each.code in CODES)

#: What ``visits`` adds, with types.
VISITS: Mapping[str, pl.DataType] = {
    "visits_in_state": pl.Int32(),
    "visits_assessed": pl.Int32(),
    "percent_in_state": pl.Float64(),
    "visits_in_a_row": pl.Int32(),
}


def pga_input(source: str) -> Input:
    """Return the physician global assessment, 0 to 3."""
    return Input(
        code="pga",
        label="Physician global assessment",
        kind="num",
        unit="(0 none to 3 severe)",
        decimals=DECIMALS,
        high=PGA_HIGHEST,
        source=source,
        trust=source,
        aliases=("physician_global_assessment", "physician_global"),
        lookalike="looks like a 0-10 or 0-100 line; bring it to 0-3",
    )


def dose_input(source: str) -> Input:
    """Return the daily glucocorticoid dose as prednisolone (or prednisone, which counts the same)."""
    return Input(
        code="prednisolone_mg",
        label="Daily glucocorticoid dose, as prednisolone",
        kind="num",
        unit="mg/day",
        decimals=DECIMALS,
        high=DOSE_HIGHEST,
        source=source,
        trust=source,
        aliases=(
            "prednisone_mg",
            "prednisolone",
            "prednisone",
            "prednisolone_mg_day",
            "prednisone_mg_day",
            "prednisone_equivalent_mg",
            "dose",
            "dose_mg",
        ),
    )


def refuse_both(frame: pl.DataFrame, components: Sequence[str], items: Sequence[str]) -> None:
    """Refuse a checked frame that has values of components and of the items they would be scored from.

    Raises:
        InstrumentError: INSTR-015, one fault a component.
    """
    held = {name for name in (*components, *items) if frame[name].null_count() < frame.height}
    if held & set(items):
        faults = [
            Fault(
                id="INSTR-015",
                message="stands beside SLEDAI descriptors, from which it would be scored",
                place=f"column {name}",
                hint="give the component or the descriptors",
            )
            for name in components
            if name in held
        ]
        if faults:
            raise InstrumentError(faults)


def filled(codes: Sequence[str], value: int, prefix: str = "") -> dict[str, pl.Expr]:
    """Return the columns by code, with `value` where they are not known."""
    return {code: pl.col(f"{prefix}{code}").fill_null(value) for code in codes}


def shown(code: str, unit: str = "") -> pl.Expr:
    """Return a measured value with its unit as text; ``not known`` where it is missing."""
    return (decimal(pl.col(code), DECIMALS) + unit).fill_null("not known")


def answered(code: str) -> pl.Expr:
    """Return a yes/no answer as text; ``not known`` where it is missing."""
    return pl.when(pl.col(code) == 1).then(pl.lit("yes")).when(pl.col(code) == 0).then(
        pl.lit("no")
    ).otherwise(pl.lit("not known"))  # fmt: skip


def span(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """Return two ends as text: ``4``, or ``2-6`` where they differ."""
    low, high = low.cast(pl.String), high.cast(pl.String)
    return pl.when(low == high).then(low).otherwise(low + "-" + high)


def listed(codes: Sequence[str], when: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return the codes for which the expression is true, separated by commas; null where there is none."""
    return joined([pl.when(when[code]).then(pl.lit(code)) for code in codes], ", ")


def visits(met: pl.Expr) -> dict[str, pl.Expr]:
    """Return how often the state was met, up to and including each row of an ordered frame.

    ``visits_in_state``: rows with Y. ``visits_assessed``: rows with Y or N; a row that is undecided or not
    evaluable is not assessed. ``percent_in_state``: their ratio, null before the first assessed row.
    ``visits_in_a_row``: rows with Y up to this one without another in between, 0 where this row is not Y.
    """
    inside = (met == "Y").fill_null(value=False)
    so_far = inside.cum_sum().over("USUBJID").cast(pl.Int32)
    assessed = met.is_not_null().cum_sum().over("USUBJID").cast(pl.Int32)
    broken = pl.when(~inside).then(pl.col("_pos")).forward_fill().over("USUBJID").fill_null(-1)
    return {
        "visits_in_state": so_far,
        "visits_assessed": assessed,
        "percent_in_state": pl.when(assessed > 0).then(100.0 * so_far / assessed),
        "visits_in_a_row": (pl.col("_pos") - broken).cast(pl.Int32),
    }
