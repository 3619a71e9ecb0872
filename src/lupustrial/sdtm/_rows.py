"""Events and interventions: one filled-in form, or one prespecified question, one row."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._coded import Coded
from lupustrial.sdtm._schema import SRCPOS, class_of, variables
from lupustrial.study import Form

#: Columns that order the rows of a domain and find them again; they do not leave this room.
ORDER = ("p", "v", "a", "repeat")
#: Milestones of CDISC's list; every other disposition is the end of a period.
_MILESTONES = ("RANDOMIZED", "INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA MET", "PROTOCOL MILESTONE")


def collect_rows(domain: str, annotations: tuple[Annotation, ...], coded: Coded) -> pl.DataFrame:
    """Return the rows of an events or interventions domain as collected, all of them text.

    Args:
        domain: The domain, e.g. ``CM``.
        annotations: All annotations of the study.
        coded: The coded records.

    Returns:
        `ORDER` and the variables of the domain that were collected or that the annotation gives: topic,
        decode (a coded topic is its own decode), category, ``--PRESP``, ``--OCCUR``, ``--STAT``,
        ``--REASND``, and `SRCPOS`. A form on which nothing was entered makes no row, except that a topic that
        is "not applicable" makes one with ``--OCCUR`` ``N``: the log was asked for and is empty.
    """
    mine = [one for one in annotations if one.domain == domain]
    frames = []
    for form in _forms(mine):
        members = [one for one in mine if one.form is form]
        shared = [one for one in members if one.kind == "form row"]
        if shared:
            frames.append(_form_rows(domain, form, shared, coded.rows))
        frames += [_own_rows(domain, one, coded.rows) for one in members if one.kind == "own row"]
    if not frames:
        return pl.DataFrame(schema={**dict.fromkeys(ORDER, pl.UInt32()), SRCPOS: pl.String()})
    rows = pl.concat(frames, how="diagonal_relaxed").sort(*ORDER)
    return _categorised(rows) if domain == "DS" else rows


def _forms(annotations: Iterable[Annotation]) -> list[Form]:
    return list({one.form.id: one.form for one in annotations}.values())


def topic_of(domain: str) -> str:
    """Return the topic variable of an events (``--TERM``) or interventions (``--TRT``) domain."""
    return f"{domain}{'TERM' if class_of(domain) == 'events' else 'TRT'}"


def _form_rows(domain: str, form: Form, members: list[Annotation], rows: pl.DataFrame) -> pl.DataFrame:
    topic = topic_of(domain)
    lead = next((one for one in members if one.variable == topic), members[0])
    end = next((one for one in members if one.variable == f"{domain}ENDTC"), None)
    entered = pl.col("status") == "entered"
    grouped = (
        rows.filter(pl.col("a").is_in([one.index for one in members]))
        .group_by("v", "repeat", maintain_order=True)
        .agg(
            pl.col("p").first(),
            pl.col("a").first(),
            *_dose_unit(domain, members),
            *[
                pl.col("value").filter(pl.col("a") == one.index).first().alias(str(one.variable))
                for one in members
            ],
            any=entered.any(),
            lead=pl.col("status").filter(pl.col("a") == lead.index).first().cast(pl.String),
            end=pl.col("status").filter(pl.col("a") == (end.index if end else -1)).first().cast(pl.String),
            positions=pl.col("position").sort().cast(pl.String).str.join(";"),
        )
        .filter(pl.col("any") | (pl.col("lead") == "not applicable"))
        .rename({"positions": SRCPOS})
    )
    return _completed(domain, form, lead, grouped, has_end=end is not None).drop("any", "lead", "end")


def _dose_unit(domain: str, members: list[Annotation]) -> list[pl.Expr]:
    """Return the unit in which the dose was recorded, where no item of its own asks for it."""
    variable = f"{domain}DOSU"
    dose = next((one for one in members if one.variable == f"{domain}DOSE"), None)
    if dose is None or dose.item.unit is None or any(one.variable == variable for one in members):
        return []
    here = (pl.col("a") == dose.index) & (pl.col("status") == "entered")
    recorded = pl.col("unit").cast(pl.String).fill_null(dose.item.unit)
    return [recorded.filter(here).first().alias(variable)]


def _completed(
    domain: str, form: Form, lead: Annotation, rows: pl.DataFrame, *, has_end: bool
) -> pl.DataFrame:
    """Fill in what the annotation of the form and the statuses say beyond the values."""
    names = {variable.name for variable in variables(domain)}
    topic, decode, occurs = topic_of(domain), f"{domain}DECOD", f"{domain}OCCUR"
    own = form.sdtm
    none = ~pl.col("any")
    added = {
        topic: (own.test if own and own.test and own.domain == domain else None),
        decode: (own.testcd if own and own.testcd and own.domain == domain else None),
        f"{domain}CAT": lead.cat,
        f"{domain}SCAT": lead.scat,
    }
    wanted = {
        name: text for name, text in added.items() if text and name in names and name not in rows.columns
    }
    rows = rows.with_columns(pl.lit(text).alias(name) for name, text in wanted.items())
    if lead.item.type == "code" and decode in names and decode not in rows.columns and topic in rows.columns:
        rows = rows.with_columns(pl.col(topic).alias(decode))
    if topic not in rows.columns and domain != "EX":  # the product follows from the arm
        rows = rows.with_columns(
            (pl.col(decode) if decode in rows.columns else pl.lit(form.title)).alias(topic)
        )
    if occurs in names:
        rows = rows.with_columns(
            pl.when(none).then(pl.lit(form.title.upper())).otherwise(pl.col(topic)).alias(topic),
            pl.when(none).then(pl.lit("Y")).alias(f"{domain}PRESP"),
            pl.when(none).then(pl.lit("N")).alias(occurs),
        )
    if class_of(domain) == "events" and decode not in rows.columns:  # not coded: MedDRA is licensed
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(decode))
    relative = f"{domain}ENRTPT"
    if has_end and relative in names:
        ongoing = pl.when(pl.col("end") == "unknown").then(pl.lit("UNKNOWN")).otherwise(pl.lit("ONGOING"))
        going = pl.col(f"{domain}ENDTC").is_null() & pl.col("any")
        rows = rows.with_columns(pl.when(going).then(ongoing).alias(relative))
    return rows


def _own_rows(domain: str, one: Annotation, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of an item that is its own topic: a prespecified condition, a dated milestone."""
    names = {variable.name for variable in variables(domain)}
    variable = one.variable or f"{domain}OCCUR"
    asked = variable == f"{domain}OCCUR"
    mine = rows.filter(pl.col("a") == one.index)
    entered = pl.col("status") == "entered"
    if not asked:
        mine = mine.filter(entered)
    fixed = {
        topic_of(domain): one.test,
        f"{domain}DECOD": one.testcd,
        f"{domain}CAT": one.cat,
        f"{domain}SCAT": one.scat,
        f"{domain}PRESP": "Y" if asked else None,
    }
    columns = [pl.lit(text).alias(name) for name, text in fixed.items() if text and name in names]
    if asked:
        columns += [
            pl.when(~entered).then(pl.lit("NOT DONE")).alias(f"{domain}STAT"),
            pl.when(~entered).then("reason").alias(f"{domain}REASND"),
        ]
    return mine.select(
        *ORDER, pl.col("value").alias(variable), *columns, pl.col("position").cast(pl.String).alias(SRCPOS)
    )


def _categorised(rows: pl.DataFrame) -> pl.DataFrame:
    """Give disposition rows without a category theirs, and a term or decode that only the other one gives."""
    texts = [
        pl.lit(None, dtype=pl.String).alias(name)
        for name in ("DSTERM", "DSDECOD", "DSCAT")
        if name not in rows.columns
    ]
    rows = rows.with_columns(texts)
    decode = pl.coalesce("DSDECOD", pl.col("DSTERM").str.to_uppercase())
    kind = (
        pl.when(decode.is_in(_MILESTONES))
        .then(pl.lit("PROTOCOL MILESTONE"))
        .otherwise(pl.lit("DISPOSITION EVENT"))
    )
    return rows.with_columns(
        DSDECOD=decode, DSTERM=pl.coalesce("DSTERM", "DSDECOD"), DSCAT=pl.coalesce("DSCAT", kind)
    )
