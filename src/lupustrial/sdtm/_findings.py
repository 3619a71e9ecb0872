"""Findings domains: one record, one row."""

from __future__ import annotations

import polars as pl

from lupustrial.errors import Fault, RecordError
from lupustrial.sdtm._annotation import Annotation
from lupustrial.sdtm._dates import study_day, to_date
from lupustrial.sdtm._schema import SRCPOS, conform
from lupustrial.sdtm._units import convert, factors

_SHOWN = 20
_NOT_DONE = "NOT DONE"
_STATIC = ("TESTCD", "TEST", "CAT", "SCAT", "SPEC", "METHOD")


def tabulate_findings(
    study_id: str,
    domain: str,
    annotations: tuple[Annotation, ...],
    rows: pl.DataFrame,
    visits: pl.DataFrame,
) -> pl.DataFrame:
    """Return a findings domain.

    Args:
        study_id: STUDYID.
        domain: The domain, e.g. ``LB``.
        annotations: The annotations whose `kind` is ``finding`` and whose target is this domain.
        rows: Coded records (`Coded.rows`) of any items, in order.
        visits: `Coded.visits` with ``USUBJID``, ``sex``, ``first`` (date of the first dose) and ``reference``
            (date of RFSTDTC).

    Returns:
        The domain in SDTMIG order, sorted by participant, visit and item. ``--ORRES`` is null where
        ``--STAT`` is ``NOT DONE``. ``--LOBXFL`` marks the last non-missing result on or before the first
        dose.

    Raises:
        RecordError: SDTM-104 or SDTM-105 a unit that the item does not have.
    """
    members = [one.index for one in annotations]
    mine = rows.filter(pl.col("a").is_in(members))
    persons = visits.select(
        "v",
        "p",
        "USUBJID",
        "VISITNUM",
        "VISIT",
        "VISITDY",
        "EPOCH",
        "date",
        "DTC",
        "sex",
        "first",
        "reference",
    )
    mine = mine.drop("p").join(persons, on="v", how="left", maintain_order="left")
    mine = _dated_by_form(mine, annotations, rows)
    mine = convert(_with_units(mine, annotations))
    mine = mine.join(_static(annotations), on="a", how="left", maintain_order="left")
    entered = pl.col("status") == "entered"
    mine = mine.with_columns(
        *(pl.when(entered).then(name).alias(name) for name in _OF_RESULT),
        SEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("p"),
        STAT=pl.when(~entered).then(pl.lit(_NOT_DONE)).cast(pl.Categorical),
        REASND=pl.when(~entered).then(pl.coalesce("reason", _unsaid())),
        NRIND=_indicator(),
        DY=study_day(pl.col("date"), pl.col("reference")),
        LOBXFL=_last_before_dose(mine),
    )
    prefixed = {name: f"{domain}{name}" for name in (*_STATIC, *_MADE)}
    return conform(
        mine.rename(prefixed | {"value": f"{domain}ORRES"}).with_columns(
            STUDYID=pl.lit(study_id, dtype=pl.Categorical),
            DOMAIN=pl.lit(domain, dtype=pl.Categorical),
            **{SRCPOS: pl.col("position").cast(pl.String)},
        ),
        domain,
    )


#: What is said of a result and so is null where there is none.
_OF_RESULT = ("ORRESU", "STRESU", "ORNRLO", "ORNRHI", "STNRLO", "STNRHI")
_MADE = (
    *("SEQ", "STAT", "REASND", "NRIND", "DY", "DTC", "ORRESU", "STRESU", "STRESC", "STRESN"),
    *("ORNRLO", "ORNRHI", "STNRLO", "STNRHI", "LOBXFL"),
)


def _unsaid() -> pl.Expr:
    """Return what stands as the reason when only the status says why there is no result."""
    status = pl.col("status").cast(pl.String)
    return pl.when(status != "not done").then(status.str.to_uppercase())


def _indicator() -> pl.Expr:
    number, low, high = pl.col("STRESN"), pl.col("STNRLO"), pl.col("STNRHI")
    known = number.is_not_null() & (low.is_not_null() | high.is_not_null())
    return (
        pl.when(known & (number < low))
        .then(pl.lit("LOW"))
        .when(known & (number > high))
        .then(pl.lit("HIGH"))
        .when(known)
        .then(pl.lit("NORMAL"))
        .cast(pl.Categorical)
    )


def _static(annotations: tuple[Annotation, ...]) -> pl.DataFrame:
    columns: dict[str, list[str | None]] = {
        name: [getattr(one, name.lower()) for one in annotations] for name in _STATIC
    }
    schema = {"a": pl.UInt32(), **{name: pl.Categorical() for name in _STATIC}}
    return pl.DataFrame({"a": [one.index for one in annotations], **columns}, schema=schema)


def _with_units(rows: pl.DataFrame, annotations: tuple[Annotation, ...]) -> pl.DataFrame:
    table = factors(annotations)
    joined = rows.join(
        table.with_columns(known=pl.lit(value=True)),
        on=["a", "unit", "sex"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    strange = joined.filter(pl.col("known").is_null())
    if strange.height:
        names = {one.index: f"{one.form.id}.{one.item.id}" for one in annotations}
        raise RecordError(
            Fault(
                id="SDTM-105",
                message=f"the unit {unit!r} is none of the units of {names[a]}",
                place=f"record at position {position}",
                hint="record one of the units of the form",
            )
            for a, unit, position in strange.select("a", "unit", "position").head(_SHOWN).iter_rows()
        )
    return joined.drop("known")


def _dated_by_form(
    mine: pl.DataFrame, annotations: tuple[Annotation, ...], rows: pl.DataFrame
) -> pl.DataFrame:
    """Replace the visit date by that of the form where the form names the item that dates it."""
    forms = {one.form.id: one.form for one in annotations if one.form.date}
    for form in forms.values():
        members = [one.index for one in annotations if one.form.id == form.id]
        offset = next(one.index - form.items.index(one.item) for one in annotations if one.form is form)
        dating = offset + [item.id for item in form.items].index(str(form.date))
        dates = rows.filter(pl.col("a") == dating).select("v", "repeat", own=pl.col("value"))
        mine = (
            mine.join(dates, on=["v", "repeat"], how="left", maintain_order="left")
            .with_columns(
                DTC=pl.when(pl.col("a").is_in(members) & pl.col("own").is_not_null())
                .then("own")
                .otherwise("DTC")
            )
            .with_columns(date=to_date(pl.col("DTC")))
            .drop("own")
        )
    return mine


def _last_before_dose(rows: pl.DataFrame) -> pl.Series:
    """Mark the last result of each participant and test on or before the day of the first dose."""
    indexed = rows.with_row_index("i").select("i", "p", "date", "first", "STRESC", *_STATIC)
    last = (
        indexed.filter(pl.col("STRESC").is_not_null(), pl.col("date") <= pl.col("first"))
        .sort("date", "i")
        .group_by("p", *_STATIC)
        .agg(pl.col("i").last())
    )
    marked = indexed.select("i").join(
        last.select("i", flag=pl.lit("Y")), on="i", how="left", maintain_order="left"
    )
    return marked["flag"].cast(pl.Categorical).alias("LOBXFL")
