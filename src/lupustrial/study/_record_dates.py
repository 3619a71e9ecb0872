"""Dates in records: after birth, before they were recorded, starts before ends, visits in order."""

from __future__ import annotations

import re

import polars as pl

from lupustrial.study._model import Study
from lupustrial.study._record_faults import RecordFaults
from lupustrial.study._record_frame import ItemEntry, dated_by

_START = re.compile(r"(.*)ST(DTC|DAT)")


def check_dates(
    study: Study, coded: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults
) -> None:
    """RECORD-031 to RECORD-036."""
    dates = [entry.index for entry in entries if entry.item.type == "date"]
    dated = (
        coded.lazy()
        .filter(pl.col("i").is_in(dates))
        .with_columns(pl.col("value").str.to_date("%Y-%m-%d", strict=False).alias("date"))
        .drop_nulls("date")
        .collect()
    )
    _check_birth(dated, dated_by(entries, "DM.BRTHDTC", "BRTHDAT"), faults)
    _check_future(study, dated, faults)
    _check_ends(dated, entries, faults)
    _check_visits(study, dated, dated_by(entries, "SV.SVSTDTC", "VISDAT"), faults)
    _check_sites([site.id for site in study.sites], faults)


def _check_birth(dated: pl.DataFrame, birth: ItemEntry | None, faults: RecordFaults) -> None:
    if birth is None:
        return
    born = dated.filter(pl.col("i") == birth.index)
    several = born.group_by("p").agg(pl.col("date").n_unique().alias("n")).filter(pl.col("n") > 1)
    rows = born.join(several, on="p", how="semi").select("__index")
    hint = "keep the one that is right"
    faults.add_rows("RECORD-035", rows, lambda row: f"born on {row['value']}, elsewhere on another day", hint)
    first = born.group_by("p").agg(pl.col("date").min().alias("born"))
    early = (
        dated.filter(pl.col("i") != birth.index).join(first, on="p").filter(pl.col("date") < pl.col("born"))
    )
    faults.add_rows(
        "RECORD-032",
        early.select("__index", "born"),
        lambda row: f"{row['value']} lies before the date of birth, {row['born']}",
        "mend the date, or the date of birth",
    )


def _check_future(study: Study, dated: pl.DataFrame, faults: RecordFaults) -> None:
    known = faults.records.lazy().filter(pl.col("at").is_not_null()).select("__index", "at", "site")
    late = (
        dated.lazy()
        .select("__index", "date")
        .join(known, on="__index")
        .with_columns(_day_at_site(study).alias("day"))
        .filter(pl.col("date") > pl.col("day"))
        .select("__index", "day")
        .collect()
    )
    faults.add_rows(
        "RECORD-033",
        late,
        lambda row: f"{row['value']} lies after the day on which it was recorded, {row['day']}",
        "mend the date, or `at`",
    )


def _day_at_site(study: Study) -> pl.Expr:
    """The day on which a record was made, as the site counts it: its time zone, else UTC."""
    day = pl.col("at").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    moment = pl.col("at").str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    utc = moment.dt.replace_time_zone("UTC")
    for site in study.sites:
        if site.time_zone is not None:
            there = pl.coalesce(utc.dt.convert_time_zone(site.time_zone).dt.date(), day)
            day = pl.when(pl.col("site") == site.id).then(there).otherwise(day)
    return day


def _check_ends(dated: pl.DataFrame, entries: tuple[ItemEntry, ...], faults: RecordFaults) -> None:
    for start, end in _pairs(entries):
        begun = dated.filter(pl.col("i") == start.index).select("group", pl.col("date").alias("begun"))
        early = (
            dated.filter(pl.col("i") == end.index)
            .join(begun, on="group")
            .filter(pl.col("date") < pl.col("begun"))
            .select("__index", "begun")
        )
        faults.add_rows(
            "RECORD-034",
            early,
            lambda row: f"the end, {row['value']}, lies before the start, {row['begun']}",
            "mend one of the two",
        )


def _pairs(entries: tuple[ItemEntry, ...]) -> list[tuple[ItemEntry, ItemEntry]]:
    """Find start and end of the same thing, by SDTM variable (``--STDTC``, ``--ENDTC``) or item code."""
    dates = [entry for entry in entries if entry.item.type == "date"]
    names = {(e.form_index, name): e for e in dates for name in (e.item.id, e.variable) if name}
    pairs: dict[tuple[int, int], tuple[ItemEntry, ItemEntry]] = {}
    for (form, name), start in names.items():
        found = _START.fullmatch(name)
        end = names.get((form, f"{found[1]}EN{found[2]}")) if found else None
        if end is not None:
            pairs[start.index, end.index] = (start, end)
    return list(pairs.values())


def _check_visits(study: Study, dated: pl.DataFrame, visit: ItemEntry | None, faults: RecordFaults) -> None:
    if visit is None:
        return
    days = dated.filter(pl.col("i") == visit.index)
    several = days.group_by("p", "v").agg(pl.col("date").n_unique().alias("n")).filter(pl.col("n") > 1)
    rows = days.join(several, on=["p", "v"], how="semi").select("__index")
    hint = "keep the date that is right, or record the other visit under its own name"
    faults.add_rows(
        "RECORD-031", rows, lambda row: f"visit {row['visit']} has two dates, here {row['value']}", hint
    )
    names = {place: planned.id for place, planned in enumerate(study.visits)}
    order = (
        days.sort("p", "v", "date")
        .with_columns(
            pl.col("date").shift().over("p").alias("before"),
            pl.col("v").shift().over("p").replace_strict(names, return_dtype=pl.String).alias("earlier"),
        )
        .filter(pl.col("date") < pl.col("before"))
        .select("__index", "before", "earlier")
    )
    faults.add_rows(
        "RECORD-036",
        order,
        lambda row: f"visit {row['visit']} on {row['value']} lies before {row['earlier']} on {row['before']}",
        "mend one of the dates",
        severity="warning",
    )


def _check_sites(known: list[str], faults: RecordFaults) -> None:
    sites = faults.records.lazy().filter(pl.col("site").is_in(known)).select("participant", "site", "__index")
    several = sites.group_by("participant").agg(pl.col("site").n_unique().alias("n")).filter(pl.col("n") > 1)
    rows = (
        sites.group_by("participant", "site")
        .agg(pl.col("__index").min())
        .join(several, on="participant", how="semi")
        .select("__index")
        .collect()
    )
    hint = "a participant who moves keeps the site of enrolment"
    faults.add_rows("RECORD-035", rows, lambda row: f"recorded at site {row['site']} and at another", hint)
