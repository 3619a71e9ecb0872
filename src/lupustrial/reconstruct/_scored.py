"""The records scored by the instruments, as a reader of the finished cohort would score them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from lupustrial.instruments import INSTRUMENTS, score
from lupustrial.reconstruct._targets import Targets
from lupustrial.study import InstrumentUse, Study

KEYS = ("USUBJID", "VISITNUM")


def wide(study: Study, records: pl.DataFrame) -> pl.DataFrame:
    """One row a participant and visit from baseline on, a column ``form.ITEM`` for every item of no log.

    Items of earlier visits that are not asked again (history, demography) stand on every later row.
    """
    numbers = {visit.id: visit.number for visit in study.visits}
    logs = [form.id for form in study.forms if form.log]
    table = (
        records.filter((pl.col("status") == "entered") & ~pl.col("form").is_in(logs))
        .select(
            pl.col("participant").alias("USUBJID"),
            pl.col("visit").replace_strict(numbers, return_dtype=pl.Int64).alias("VISITNUM"),
            pl.concat_str("form", pl.lit("."), "item").alias("name"),
            "value",
        )
        .pivot("name", index=list(KEYS), values="value")
        .sort(KEYS)
    )
    first = study.baseline_visit
    once = [
        f"{form.id}.{item.id}"
        for form in study.forms
        for item in form.items
        if not any(study.visit(visit).number >= first.number for visit in form.visits)
    ]
    carried = [name for name in once if name in table.columns]
    return table.with_columns(pl.col(carried).forward_fill().over("USUBJID")).filter(
        pl.col("VISITNUM") >= first.number
    )


def scores(study: Study, targets: Targets, table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Score every instrument use that the model file names; keyed by the id of the use."""
    model = targets.model
    uses = {use.id: use for use in study.instruments}
    found: dict[str, pl.DataFrame] = {}
    for name in (model.activity, model.graded, model.renal_use):
        if name is not None:
            found[name] = _score(study, uses[name], table)
    if model.response is not None and model.graded is not None and model.global_assessment is not None:
        derive = study.plan.parameter(model.global_assessment).derive
        components = pl.concat(
            [
                table.select(*KEYS, pl.col(f"{derive.form}.{derive.item}").cast(pl.Float64).alias("pga")),
                found[model.activity].select(pl.col("score").alias("sledai")),
                found[model.graded].select(pl.col("^grade_.*$")),
            ],
            how="horizontal",
        )
        use = uses[model.response]
        found[model.response] = score(use.instrument, components, settings=dict(use.settings), reasons=False)
    return found


def _score(study: Study, use: InstrumentUse, table: pl.DataFrame) -> pl.DataFrame:
    instrument = INSTRUMENTS[use.instrument]
    columns: list[pl.Expr] = []
    for each in instrument.inputs:
        name = use.items.get(each.code) or (f"{use.form}.{each.code}" if use.form else None)
        if name is not None and name in table.columns:
            column = pl.col(name)
            numeric = each.kind in {"num", "ord"}
            columns.append(
                (column.cast(pl.Float64 if each.kind == "num" else pl.Int64) if numeric else column).alias(
                    each.code
                )
            )
    columns.extend(_limits(study, use, table, [each.code for each in instrument.inputs]))
    known: Mapping[str, Any] = {setting.name: setting for setting in instrument.settings}
    settings = {name: value for name, value in use.settings.items() if name in known}
    return score(use.instrument, table.select(*KEYS, *columns), settings=settings, reasons=False)


def _limits(study: Study, use: InstrumentUse, table: pl.DataFrame, codes: list[str]) -> list[pl.Expr]:
    """Reference limits by sex, for inputs called ``…_uln`` and ``…_lln``."""
    sex = next((name for name in table.columns if name.endswith(".SEX")), None)
    found = []
    for code in codes:
        stem, _, end = code.rpartition("_")
        target = use.items.get(stem)
        if end not in {"uln", "lln"} or target is None or sex is None:
            continue
        form, item = target.split(".")
        expression = pl.lit(None, dtype=pl.Float64)
        for limits in study.form(form).item(item).normal:
            value = limits.high if end == "uln" else limits.low
            if value is not None:
                mine = pl.lit(value=True) if limits.sex is None else pl.col(sex) == limits.sex
                expression = pl.when(mine).then(float(value)).otherwise(expression)
        found.append(expression.alias(code))
    return found
