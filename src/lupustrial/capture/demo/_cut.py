"""A whole trial cut at a day in its midst and moved to today, so that somebody stands at every stage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from lupustrial.capture.demo._marks import Marks
from lupustrial.study import Study

_PAGE = ("participant", "visit", "form", "repeat")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What was known on the day of the cut.

    Attributes:
        records: ``RECORD_SCHEMA`` and `day` (Date), the day from which the page could be known; all dates
            moved so that the cut is today.
        courses: One row a participant: participant, site, registered, randomised, ended (Date), how.
    """

    records: pl.DataFrame
    courses: pl.DataFrame


def cut(study: Study, records: pl.DataFrame, marks: Marks, *, today: dt.date) -> Cut:
    """Cut the records of a whole trial at the day on which most stages have somebody in them."""
    dated = _dated(study, records, marks)
    courses = _courses(dated, marks)
    day = _best_day(study, dated, courses)
    kept = dated.filter(pl.col("day") <= day)
    later = pl.col("is_date") & (pl.col("value").str.to_date(strict=False) > day)
    kept = kept.filter(later.is_null() | ~later)
    moved = pl.col("value").str.to_date(strict=False) + pl.duration(days=(today - day).days)
    kept = kept.with_columns(
        pl.when("is_date").then(moved.cast(pl.String)).otherwise("value").alias("value"),
        pl.col("day") + pl.duration(days=(today - day).days),
    )
    return Cut(records=kept.drop("is_date"), courses=_courses(kept, marks))


def _dated(study: Study, records: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    """Add `is_date`, and `day`: the date of the visit, or that of the record where it is later."""
    items = [(form.id, item.id) for form in study.forms for item in form.items if item.type == "date"]
    dates = pl.DataFrame(items, schema=["form", "item"], orient="row")
    dates = dates.with_columns(is_date=pl.lit(value=True))
    own = [(form.id, form.date) for form in study.forms if form.log and form.date is not None]
    owns = pl.DataFrame(own, schema={"form": pl.String, "item": pl.String}, orient="row")
    visits = _of(records, marks.visited, "visited").drop("site")
    own_day = pl.col("value").str.to_date(strict=False)
    of_own = records.join(owns, on=["form", "item"]).select(*_PAGE, own=own_day)
    return (
        records.join(dates, on=["form", "item"], how="left", maintain_order="left")
        .with_columns(pl.col("is_date").fill_null(value=False))
        .join(visits, on=["participant", "visit"], how="left", maintain_order="left")
        .join(of_own, on=list(_PAGE), how="left", maintain_order="left")
        .with_columns(day=pl.max_horizontal("visited", "own"))
        .drop("visited", "own")
        .filter(pl.col("day").is_not_null())
    )


def _of(records: pl.DataFrame, mark: tuple[str, str], name: str) -> pl.DataFrame:
    form, item = mark
    rows = records.filter((pl.col("form") == form) & (pl.col("item") == item) & pl.col("value").is_not_null())
    return rows.select("participant", "site", "visit", pl.col("value").str.to_date(strict=False).alias(name))


def _courses(records: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    found = _of(records, marks.visited, "d").group_by("participant", "site").agg(registered=pl.col("d").min())
    nothing = pl.DataFrame(schema={"participant": pl.String, "d": pl.Date})
    randomised = nothing if marks.randomised is None else _of(records, marks.randomised, "d")
    found = found.join(
        randomised.group_by("participant").agg(randomised=pl.col("d").min()), on="participant", how="left"
    )
    ended = nothing if marks.ended_on is None else _of(records, marks.ended_on, "d")
    ends = ended.group_by("participant").agg(ended=pl.col("d").max())
    found = found.join(ends, on="participant", how="left")
    how = pl.DataFrame(schema={"participant": pl.String, "how": pl.String})
    if marks.ended is not None:
        here = (pl.col("form") == marks.ended[0]) & (pl.col("item") == marks.ended[1])
        how = records.filter(here).group_by("participant").agg(how=pl.col("value").last())
    return found.join(how, on="participant", how="left").sort("participant")


def _best_day(study: Study, dated: pl.DataFrame, courses: pl.DataFrame) -> dt.date:
    """Return the day on which most stages have somebody in them, near two thirds of the enrolment."""
    epochs = {visit.id: visit.epoch for visit in study.visits}
    visits: list[tuple[str, str, dt.date]] = dated.select("participant", "visit", "day").unique().rows()
    days = sorted({day for _, _, day in visits})

    def merit(day: dt.date) -> tuple[int, float]:
        last: dict[str, tuple[dt.date, str]] = {}
        for participant, visit, when in visits:
            if when <= day:
                last[participant] = max(last.get(participant, (when, visit)), (when, visit))
        stages: set[str] = set()
        enrolled = 0
        for participant, _, _, randomised, ended, how in courses.rows():
            enrolled += randomised is not None and randomised <= day
            if participant in last:
                over = ended is not None and ended <= day
                stages.add(_kind(how) if over else epochs.get(last[participant][1], ""))
        return len(stages), -abs(enrolled / max(1, courses.height) - 2 / 3)

    return max(days, key=merit)


def _kind(how: str | None) -> str:
    """Return the state in which a participant ends, by the CDISC term of the disposition (NCOMPLT)."""
    return {"COMPLETED": "completed", "SCREEN FAILURE": "screen failure"}.get(how or "", "withdrawn")


def state_at_end(how: str | None) -> str:
    """Return the same, for others."""
    return _kind(how)
