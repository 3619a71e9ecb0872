"""Parameters with one row a participant: subject, body_surface, months_since, background_drug, event."""

from __future__ import annotations

import polars as pl

from lupustrial.adam._bds import OBSERVED
from lupustrial.adam._dates import began_on_treatment, complete, earliest, latest
from lupustrial.adam._sources import compress
from lupustrial.adam._subjects import public
from lupustrial.adam._workshop import Workshop
from lupustrial.errors import Fault, StudyError, closest
from lupustrial.sdtm import judge
from lupustrial.study import Expression, Parameter

#: Mean length of a month in days.
MONTH_DAYS = 30.4375
_CM_A_METRE_ROOT = 3600.0  # Mosteller 1987: sqrt(height cm x weight kg / 3600)
_YES = {"Y": 1.0, "N": 0.0, "F": 1.0, "M": 0.0}


def subject(workshop: Workshop, parameter: Parameter) -> pl.DataFrame:
    """Take a variable of ADSL; as a binary parameter Y/N and F/M become 1/0 (SEX: 1 = female)."""
    place = f"parameter {parameter.id}"
    variable = parameter.derive.variable or ""
    subjects = public(workshop.subjects)
    if variable not in subjects.columns:
        hint = closest(variable, subjects.columns) or f"variables: {', '.join(subjects.columns)}"
        message = f"ADSL has no variable {variable}"
        raise StudyError(Fault(id="ADAM-011", message=message, place=place, hint=hint))
    column = pl.col(variable)
    text = None if subjects.schema[variable].is_numeric() else column.cast(pl.String)
    number = (
        column.cast(pl.Float64)
        if text is None
        else text.replace_strict(_YES, default=None, return_dtype=pl.Float64)
    )
    return _rows(workshop.subjects, number, text, SRCDOM=pl.lit("ADSL"), SRCVAR=pl.lit(variable))


def body_surface(workshop: Workshop, parameter: Parameter) -> pl.DataFrame:
    """Return body surface in m2 from baseline height (cm) and weight (kg).

    Mosteller, N Engl J Med 1987;317:1098: the root of height times weight over 3600.
    """
    place = f"parameter {parameter.id}"
    frames = []
    for name in ("height", "weight"):
        source = parameter.derive.components.get(name)
        if source is None:
            message = f"body surface needs the component {name!r}"
            raise StudyError(
                Fault(id="ADAM-012", message=message, place=place, hint=f"add `{name}: PARAMETER`")
            )
        dataset = workshop.parameter(source, place=place).dataset
        base = workshop.finished(source, place=place).filter(pl.col("ABLFL") == "Y")
        frames.append(base.select("USUBJID", pl.col("AVAL").alias(name), SRCDOM=pl.lit(dataset), SEQ="ASEQ"))
    height, weight = frames
    sources = compress(
        pl.concat([one.select("USUBJID", "SRCDOM", "SEQ", SRCVAR=pl.lit("AVAL")) for one in frames]),
        ["USUBJID"],
    )
    both = (
        workshop.subjects.select("USUBJID")
        .join(height.select("USUBJID", "height"), on="USUBJID", how="inner", maintain_order="left")
        .join(weight.select("USUBJID", "weight"), on="USUBJID", how="inner", maintain_order="left")
        .join(sources, on="USUBJID", how="left", maintain_order="left")
    )
    area = (pl.col("height") * pl.col("weight") / _CM_A_METRE_ROOT).sqrt()
    return _rows(both, area, None, SRCDOM=pl.col("SRCDOM"), SRCVAR=pl.col("SRCVAR"), SRCSEQ=pl.col("SRCSEQ"))


def _reference() -> pl.Expr:
    """Return the day of the first dose, or of randomisation where no dose was given."""
    return pl.coalesce("TRTSDT", "RANDDT")


def months_since(workshop: Workshop, parameter: Parameter) -> pl.DataFrame:
    """Return the months (of `MONTH_DAYS` days) from a date to the first dose; null for a partial date."""
    place = f"parameter {parameter.id}"
    pair = (parameter.derive.form or "", parameter.derive.item or "")
    dates = (
        workshop.items.values(pair, place=place)
        .sort("USUBJID", "SEQ")
        .unique("USUBJID", keep="first", maintain_order=True)
    )
    joined = dates.join(workshop.subjects.select("USUBJID", "TRTSDT", "RANDDT"), on="USUBJID", how="inner")
    months = (_reference() - complete(pl.col("value"))).dt.total_days() / MONTH_DAYS
    note = pl.lit("since ") + pl.col("value")
    return _rows(
        joined,
        months,
        None,
        SRCDOM=pl.col("SRCDOM"),
        SRCVAR=pl.col("SRCVAR"),
        SRCSEQ=pl.col("SEQ").cast(pl.String),
        AVALNOTE=note,
    )


def background_drug(workshop: Workshop, parameter: Parameter) -> pl.DataFrame:
    """Return 1 when a drug was taken on the day before the first dose, else 0.

    Every participant with a reference day has a row: a drug that is not in the log was not taken.
    """
    place = f"parameter {parameter.id}"
    domain, log = workshop.items.log_rows(parameter.derive.form or "", place=place)
    optional = [
        f"{domain}{name}"
        for name in ("OCCUR", "STDTC", "ENDTC", "DECOD")
        if f"{domain}{name}" not in log.columns
    ]
    log = log.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in optional)
    drug = pl.coalesce(pl.col(f"{domain}DECOD", f"{domain}TRT").cast(pl.String)).str.to_uppercase()
    day = _reference().dt.offset_by("-1d")
    persons = workshop.subjects.select("USUBJID", "TRTSDT", "RANDDT").filter(_reference().is_not_null())
    taken = (
        log.filter(
            drug == (parameter.derive.drug or "").upper(), pl.col(f"{domain}OCCUR").fill_null("Y") != "N"
        )
        .with_columns(pl.col("USUBJID").cast(pl.String))
        .join(persons, on="USUBJID", how="inner")
        .filter(
            (earliest(pl.col(f"{domain}STDTC")) <= day).fill_null(value=True),
            (latest(pl.col(f"{domain}ENDTC")) >= day).fill_null(value=True),
        )
        .group_by("USUBJID")
        .agg(seq=pl.col(f"{domain}SEQ").sort().cast(pl.String).str.join(";"))
    )
    rows = persons.join(taken, on="USUBJID", how="left", maintain_order="left")
    return _yes_or_no(rows, domain, f"{domain}TRT")


def event(workshop: Workshop, parameter: Parameter) -> pl.DataFrame:
    """Return 1 when at least one event that the condition describes began on or after the first dose, else 0.

    Every participant with a dose has a row. An event whose date leaves it open whether it began before the
    first dose counts. One for which the condition cannot be decided, does not.
    """
    place = f"parameter {parameter.id}"
    form = parameter.derive.form or ""
    domain, log = workshop.items.log_rows(form, place=place)
    persons = workshop.subjects.select("USUBJID", "TRTSDT").drop_nulls("TRTSDT")
    events = log.with_columns(pl.col("USUBJID").cast(pl.String)).join(persons, on="USUBJID", how="inner")
    if parameter.derive.where is not None:
        expression = Expression.compile(parameter.derive.where, place=f"{place}, where")
        events = events.filter(
            judge(expression, _event_facts(workshop, form, expression, events, place)).fill_null(value=False)
        )
    start = f"{domain}STDTC"
    began = (
        began_on_treatment(pl.col(start), pl.col("TRTSDT")) if start in events.columns else pl.lit(value=True)
    )
    counted = (
        events.filter(began)
        .group_by("USUBJID")
        .agg(seq=pl.col(f"{domain}SEQ").sort().cast(pl.String).str.join(";"))
    )
    rows = persons.join(counted, on="USUBJID", how="left", maintain_order="left")
    return _yes_or_no(rows, domain, f"{domain}TERM")


def _event_facts(
    workshop: Workshop, form: str, expression: Expression, events: pl.DataFrame, place: str
) -> pl.DataFrame:
    columns = []
    for other, item in expression.references:
        if other != form:
            message = f"the condition names {other}.{item}, but only items of {form} are known of an event"
            raise StudyError(Fault(id="ADAM-013", message=message, place=place, hint=f"write {form}.ITEM"))
        annotation = workshop.items.annotation((form, item), place=place)
        if annotation.variable in events.columns:
            numeric = annotation.item.type in ("integer", "decimal")
            column = pl.col(str(annotation.variable))
            kind = pl.Float64() if numeric else pl.String()
            columns.append(column.cast(kind, strict=False).alias(f"{form}.{item}"))
    return events.select(columns) if columns else events


def _yes_or_no(rows: pl.DataFrame, domain: str, variable: str) -> pl.DataFrame:
    found = pl.col("seq").is_not_null()
    return _rows(
        rows,
        found.cast(pl.Float64),
        pl.when(found).then(pl.lit("Y")).otherwise(pl.lit("N")),
        SRCDOM=pl.when(found).then(pl.lit(domain)),
        SRCVAR=pl.when(found).then(pl.lit(variable)),
        SRCSEQ=pl.col("seq"),
    )


def _rows(frame: pl.DataFrame, number: pl.Expr, text: pl.Expr | None, **columns: pl.Expr) -> pl.DataFrame:
    """Return OBSERVED rows without visit and date."""
    return frame.select(
        columns.get(name, _default(name, number, text)).cast(kind).alias(name)
        for name, kind in OBSERVED.items()
    )


def _default(name: str, number: pl.Expr, text: pl.Expr | None) -> pl.Expr:
    if name == "AVAL":
        return number
    if name == "AVALC" and text is not None:
        return text
    return pl.col("USUBJID") if name == "USUBJID" else pl.lit(None)
