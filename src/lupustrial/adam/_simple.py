"""Parameters from one item or one other parameter: item, within_limits, reduction, resolved, decreased."""

from __future__ import annotations

import polars as pl

from lupustrial.adam._bds import OBSERVED, Frame
from lupustrial.adam._workshop import Workshop
from lupustrial.errors import Fault, StudyError
from lupustrial.study import Item, Parameter, limits_for

#: Places to which a change is rounded before it is compared, so that 20 → 10 is a fall by exactly 50 %.
_PLACES = 9


def from_item(workshop: Workshop, parameter: Parameter) -> Frame:
    """Take an item at every visit; Y and N become 1 and 0."""
    place = f"parameter {parameter.id}"
    pair = (parameter.derive.form or "", parameter.derive.item or "")
    values = workshop.items.values(pair, place=place)
    numeric = workshop.items.item(pair, place=place).type in ("integer", "decimal")
    answer = pl.col("value").replace_strict({"Y": 1.0, "N": 0.0}, default=None, return_dtype=pl.Float64)
    rows = values.with_columns(
        AVAL=pl.col("number") if numeric or parameter.type == "number" else answer,
        AVALC=pl.lit(None, dtype=pl.String) if numeric or parameter.type == "number" else pl.col("value"),
        SRCSEQ=pl.col("SEQ").cast(pl.String),
        AVALNOTE=pl.lit(None, dtype=pl.String),
    )
    visit = float(workshop.study.baseline_visit.number)
    rows = rows.with_columns(pl.col("VISITNUM").fill_null(visit))
    return Frame(rows=rows.select(*OBSERVED), weeks=workshop.weeks_of_forms({pair[0]}))


def within_limits(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return 1 inside the reference limits of the item behind a parameter (limits included), 0 outside."""
    place = f"parameter {parameter.id}"
    source = workshop.parameter(parameter.derive.parameter or "", place=place)
    if source.derive.kind != "item":
        message = f"{source.id} is not an item, so it has no reference limits"
        raise StudyError(
            Fault(id="ADAM-007", message=message, place=place, hint="name a parameter of kind item")
        )
    item = workshop.items.item((source.derive.form or "", source.derive.item or ""), place=place)
    rows = _of_parameter(workshop, source).join(sex_limits(workshop, item), on="USUBJID", how="left")
    inside = (pl.col("AVAL") >= pl.col("low").fill_null(float("-inf"))) & (
        pl.col("AVAL") <= pl.col("high").fill_null(float("inf"))
    )
    known = pl.col("low").is_not_null() | pl.col("high").is_not_null()
    limits = pl.concat_str(
        pl.lit("limits "),
        _plain("low").fill_null("none"),
        pl.lit(" to "),
        _plain("high").fill_null("none"),
    )
    return _frame(workshop, source, rows, pl.when(known).then(inside), note=limits, baseline=True)


def sex_limits(workshop: Workshop, item: Item) -> pl.DataFrame:
    """Return the reference limits of an item for each participant: USUBJID, ``low``, ``high``."""
    sexes = workshop.subjects.select("USUBJID", sex=pl.col("SEX").cast(pl.String))
    limits = {sex: limits_for(item, sex) for sex in (*sexes["sex"].unique().drop_nulls().sort(), None)}
    table = pl.DataFrame(
        {
            "sex": list(limits),
            "low": [None if one.low is None else float(one.low) for one in limits.values()],
            "high": [None if one.high is None else float(one.high) for one in limits.values()],
        },
        schema={"sex": pl.String, "low": pl.Float64, "high": pl.Float64},
    )
    return sexes.join(table, on="sex", how="left", nulls_equal=True).select("USUBJID", "low", "high")


def reduction(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return 1 when a parameter fell by at least `percent` of its baseline.

    From a baseline of 0 there is nothing to reduce: such participants are left out, unless the parameter
    counts what cannot be judged as no response (``missing: nri``); then they stay in the denominator.
    """
    percent = float(parameter.derive.percent or 0)
    base = pl.col("BASE")
    fell = (100 * (base - pl.col("AVAL"))).round(_PLACES) >= (percent * base).round(_PLACES)
    defined = base.is_not_null() if parameter.missing == "nri" else base > 0
    return _response(workshop, parameter, pl.when(base > 0).then(fell), defined)


def resolved(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return 1 when what was present at baseline is absent; defined where it was present."""
    return _response(workshop, parameter, pl.col("AVAL") == 0, pl.col("BASE") == 1)


def decreased(workshop: Workshop, parameter: Parameter) -> Frame:
    """Return 1 when a value is lower than at baseline; defined where baseline is known."""
    return _response(workshop, parameter, pl.col("AVAL") < pl.col("BASE"), pl.col("BASE").is_not_null())


def _response(workshop: Workshop, parameter: Parameter, holds: pl.Expr, defined: pl.Expr) -> Frame:
    place = f"parameter {parameter.id}"
    source = workshop.parameter(parameter.derive.parameter or "", place=place)
    rows = _of_parameter(workshop, source)
    denominator = rows.filter(pl.col("ABLFL") == "Y", defined).select("USUBJID")
    first = rows.filter(pl.col("ABLFL") == "Y").select("USUBJID", base="ASEQ")
    later = rows.filter(pl.col("VISITNUM") > workshop.study.baseline_visit.number, pl.col("ABLFL").is_null())
    later = later.join(first, on="USUBJID", how="left").filter(defined)
    shown = pl.concat_str(
        pl.lit(f"{source.id} "),
        _plain("BASE"),
        pl.lit(" at baseline, "),
        _plain("AVAL"),
        pl.lit(" now"),
    )
    frame = _frame(workshop, source, later, holds, note=shown, baseline=False, extra=pl.col("base"))
    return Frame(rows=frame.rows, weeks=frame.weeks, baseline=False, denominator=denominator)


def _plain(name: str) -> pl.Expr:
    """Return a number as text without a trailing ``.0``."""
    return pl.col(name).cast(pl.String).str.strip_suffix(".0")


def _of_parameter(workshop: Workshop, source: Parameter) -> pl.DataFrame:
    return workshop.observed(source.id, place=f"parameter {source.id}")


def _frame(
    workshop: Workshop,
    source: Parameter,
    rows: pl.DataFrame,
    holds: pl.Expr,
    *,
    note: pl.Expr,
    baseline: bool,
    extra: pl.Expr | None = None,
) -> Frame:
    own = pl.col("ASEQ").cast(pl.String)
    sequence = own if extra is None else pl.concat_str(extra.cast(pl.String), own, separator=";")
    made = rows.with_columns(_holds=holds).with_columns(
        AVAL=pl.col("_holds").cast(pl.Float64),
        AVALC=pl.when("_holds").then(pl.lit("Y")).when(~pl.col("_holds")).then(pl.lit("N")),
        SRCDOM=pl.lit(source.dataset),
        SRCVAR=pl.lit("AVAL"),
        SRCSEQ=sequence,
        AVALNOTE=note,
    )
    weeks = workshop.weeks(source.id, place=f"parameter {source.id}")
    return Frame(rows=made.select(*OBSERVED), weeks=weeks, baseline=baseline)
