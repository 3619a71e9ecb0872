"""Source records as numbers: participants, visits and items by their place in a list, in a fixed order.

Everything that follows sorts, filters and joins these small integers instead of texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lupustrial.errors import Fault, RecordError, closest
from lupustrial.sdtm._annotation import Annotation, all_items
from lupustrial.sdtm._dates import to_date
from lupustrial.study import STATUSES, Study

_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Coded:
    """Source records, coded and in order.

    Attributes:
        rows: One row a record, sorted by `v` (participant and visit in order), `a` and `repeat`:
            ``p`` place in `participants`; ``v`` place in `visits`; ``a`` place of the item in the study;
            ``repeat``, ``value``, ``unit``, ``status``, ``reason``, ``position``.
        participants: ``p``, ``participant``, ``site``, ``USUBJID`` in order of participant.
        visits: One row a visit of a participant: ``v``, ``p``, ``visit``, ``VISITNUM``, ``VISIT``,
            ``VISITDY``, ``EPOCH``, ``planned``, ``date`` and its text ``DTC``, ``position`` of the visit
            date.
    """

    rows: pl.DataFrame
    participants: pl.DataFrame
    visits: pl.DataFrame


def code_records(study: Study, annotations: tuple[Annotation, ...], records: pl.DataFrame) -> Coded:
    """Code and sort source records.

    A visit that the study does not plan is unscheduled: its number is that of the last planned visit before
    it plus 0.01 for the first, 0.02 for the second, and so on.

    Raises:
        RecordError: SDTM-101 items that the study does not have, SDTM-102 the same item recorded twice,
            SDTM-103 a participant at two sites.
    """
    participants = _participants(study, records)
    items = [(form.id, item.id) for form, item in all_items(study)]
    names = sorted(set(records["visit"].drop_nulls().unique()) - {visit.id for visit in study.visits})
    visit_ids = [*(visit.id for visit in study.visits), *names]
    rows = _numbers(records, participants, visit_ids, items)
    visits = _visits(study, annotations, rows, visit_ids)
    rows = rows.join(visits.select("p", "w", "v"), on=["p", "w"], how="left").drop("w")
    return Coded(rows=_ordered(rows, study), participants=participants, visits=visits.drop("w"))


def _participants(study: Study, records: pl.DataFrame) -> pl.DataFrame:
    sites = records.select("participant", "site").unique().sort("participant", "site")
    double = sites.filter(pl.col("participant").is_duplicated())
    if double.height:
        raise RecordError(
            Fault(
                id="SDTM-103",
                message="the participant has records at more than one site",
                place=f"participant {name}",
                hint="a participant who moves keeps the site of enrolment in the records",
            )
            for name in double["participant"].unique(maintain_order=True).head(_SHOWN)
        )
    return sites.with_row_index("p").with_columns(
        USUBJID=pl.lit(f"{study.id}-") + pl.col("participant"),
    )


def _numbers(
    records: pl.DataFrame,
    participants: pl.DataFrame,
    visit_ids: list[str],
    items: list[tuple[str, str]],
) -> pl.DataFrame:
    """Return the rows with p, w (place in `visit_ids`) and a (place in `items`) instead of their texts."""
    forms = pl.Enum(list(dict.fromkeys(form for form, _ in items)))
    codes = pl.Enum(list(dict.fromkeys(item for _, item in items)))
    places = pl.DataFrame(
        {"form": [form for form, _ in items], "item": [item for _, item in items]},
        schema={"form": forms, "item": codes},
    ).with_row_index("a")
    persons = pl.Enum(participants["participant"])
    rows = records.lazy().select(
        p=pl.col("participant").cast(persons).to_physical().cast(pl.UInt32),
        w=pl.col("visit").cast(pl.Enum(visit_ids)).to_physical().cast(pl.UInt32),
        form=pl.col("form").cast(forms, strict=False),
        item=pl.col("item").cast(codes, strict=False),
        repeat=pl.col("repeat").fill_null(1),
        value=pl.col("value"),
        unit=pl.col("unit").cast(pl.Categorical),
        status=pl.col("status").cast(pl.Enum(STATUSES)),
        reason=pl.col("reason"),
        position=pl.col("position"),
    )
    coded = rows.join(places.lazy(), on=["form", "item"], how="left").drop("form", "item").collect()
    if coded["a"].null_count():
        raise RecordError(_unknown(records.filter(coded["a"].is_null()), items))
    return coded


def _unknown(records: pl.DataFrame, items: list[tuple[str, str]]) -> list[Fault]:
    known = [f"{form}.{item}" for form, item in items]
    named = pl.concat_str("form", pl.lit("."), "item", ignore_nulls=True).alias("name")
    counted = records.group_by(named).len().sort("name")
    return [
        Fault(
            id="SDTM-101",
            message=f"{count} record(s) of {name}, which the study does not have",
            place=f"item {name}",
            hint=closest(name, known) or "check the records with `check_records` first",
        )
        for name, count in counted.iter_rows()
    ]


def _visits(
    study: Study, annotations: tuple[Annotation, ...], rows: pl.DataFrame, visit_ids: list[str]
) -> pl.DataFrame:
    """Return one row a visit of a participant, numbered in order of participant and VISITNUM."""
    dated = [one.index for one in annotations if (one.domain, one.variable) == ("SV", "SVSTDTC")]
    dates = (
        rows.filter(pl.col("a").is_in(dated), pl.col("status") == "entered")
        .sort("a", "repeat")
        .group_by("p", "w", maintain_order=True)
        .agg(DTC=pl.col("value").first(), position=pl.col("position").first())
    )
    epochs = {epoch.id: epoch.name for epoch in study.epochs}
    plan = pl.DataFrame(
        {
            "w": range(len(visit_ids)),
            "visit": visit_ids,
            "VISITNUM": [float(visit.number) for visit in study.visits]
            + [None] * (len(visit_ids) - len(study.visits)),
            "VISIT": [visit.name for visit in study.visits]
            + [f"UNSCHEDULED {name}" for name in visit_ids[len(study.visits) :]],
            "VISITDY": [visit.day for visit in study.visits] + [None] * (len(visit_ids) - len(study.visits)),
            "EPOCH": [epochs.get(visit.epoch, visit.epoch) for visit in study.visits]
            + [None] * (len(visit_ids) - len(study.visits)),
        },
        schema={
            "w": pl.UInt32,
            "visit": pl.String,
            "VISITNUM": pl.Float64,
            "VISIT": pl.String,
            "VISITDY": pl.Int64,
            "EPOCH": pl.String,
        },
    )
    visits = (
        rows.select("p", "w")
        .unique()
        .join(plan, on="w", how="left")
        .join(dates, on=["p", "w"], how="left")
        .with_columns(planned=pl.col("VISITNUM").is_not_null(), date=to_date(pl.col("DTC")))
    )
    return _number_unscheduled(visits).sort("p", "VISITNUM", "w").with_row_index("v")


def _number_unscheduled(visits: pl.DataFrame) -> pl.DataFrame:
    """Give unscheduled visits a number between those of the planned visits around them, and their epoch."""
    extra = visits.filter(~pl.col("planned"))
    if extra.is_empty():
        return visits
    planned = visits.filter("planned")
    before = (
        extra.select("p", "w", "date")
        .join(planned.select("p", "VISITNUM", "EPOCH", pl.col("date").alias("on")), on="p", how="left")
        .filter(pl.col("date").is_null() | pl.col("on").is_null() | (pl.col("on") <= pl.col("date")))
        .sort("p", "w", "VISITNUM")
        .group_by("p", "w", maintain_order=True)
        .agg(base=pl.col("VISITNUM").last(), within=pl.col("EPOCH").last())
    )
    numbered = (
        extra.join(before, on=["p", "w"], how="left")
        .sort("p", "base", "date", "w", nulls_last=True)
        .with_columns(nth=pl.int_range(1, pl.len() + 1).over("p", "base"))
        .with_columns(
            VISITNUM=(pl.col("base").fill_null(0) + pl.col("nth") / 100).round(2),
            EPOCH=pl.col("within"),
        )
    )
    return pl.concat([planned, numbered.select(visits.columns)])


def _ordered(rows: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Sort by visit, item and repeat; raise where two rows have the same place."""
    width = sum(1 for _ in all_items(study))
    repeats = (rows["repeat"].max() or 1) + 1  # type: ignore[operator]  # an Int32 column
    key = (pl.col("v").cast(pl.Int64) * width + pl.col("a")) * repeats + pl.col("repeat")
    keyed = rows.with_columns(key=key)
    if not keyed["key"].is_sorted():
        keyed = keyed.sort("key")
    double = keyed.filter(pl.col("key") == pl.col("key").shift(1))
    if double.height:
        raise RecordError(
            Fault(
                id="SDTM-102",
                message="the same item of the same visit and repeat is recorded twice",
                place=f"record at position {position}",
                hint="keep the current value only",
            )
            for position in double["position"].head(_SHOWN)
        )
    return keyed.drop("key")
