"""The study drug of the demonstration: a sealed list, slots and kits, and their numbers in the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import polars as pl

from lupustrial.allocation.kits import read_kits
from lupustrial.capture._trial import Trial
from lupustrial.capture.demo._cut import Cut
from lupustrial.capture.supply import (
    Enrolled,
    allocate_demonstration,
    seal_demonstration,
    supply_demonstration,
)
from lupustrial.study import Study

_BEFORE = dt.timedelta(days=14)  # from the coming of the kits to the first randomisation
_AT = dt.time(2, 30)  # UTC


def supplied(trial: Trial, part: Cut) -> Cut:
    """Allocate whoever was randomised, hand out kits, and put the numbers of both into the records.

    The list is made here and its keys are thrown away: nobody can tell an arm, and none goes with the
    records.
    A study that allocates by the vault, by strata or not at all is left as it is.
    """
    study = trial.study
    rows = part.courses.filter(pl.col("randomised").is_not_null())
    if study.randomisation.strata or rows.is_empty() or seal_demonstration(trial) is None:
        return part
    people = [*_enrolled(study, part.records, rows)]
    slots = allocate_demonstration(trial, people)
    supply_demonstration(trial, people, on=min(rows["randomised"].to_list()) - _BEFORE)
    with trial.reading() as tx:
        handed = [kit for kit in read_kits(tx, study.id).values() if kit.participant is not None]
    kits = {(str(kit.participant), str(kit.visit)): kit.number for kit in handed}
    return Cut(records=_numbered(study, part.records, slots, kits), courses=part.courses)


def _enrolled(study: Study, records: pl.DataFrame, rows: pl.DataFrame) -> Iterator[Enrolled]:
    """Give everybody who was randomised, with the days on which a kit was handed out."""
    due = {visit for kind in study.kits for visit in kind.dispensed}
    days = records.filter(pl.col("visit").is_in(sorted(due)), pl.col("day").is_not_null())
    first = days.group_by("participant", "visit").agg(pl.col("day").min())
    for participant, site, randomised in rows.select("participant", "site", "randomised").rows():
        mine = first.filter(pl.col("participant") == participant)
        yield Enrolled(
            participant=participant,
            site=site,
            at=f"{dt.datetime.combine(randomised, _AT).isoformat(timespec='microseconds')}Z",
            levels={},
            visits=dict(mine.select("visit", "day").rows()),
        )


def _numbered(
    study: Study, records: pl.DataFrame, slots: Mapping[str, int], kits: Mapping[tuple[str, str], int]
) -> pl.DataFrame:
    """Put the numbers of slot and kit where the study's annotation says that they are recorded."""
    keys = ["participant", "visit"]
    numbers = pl.DataFrame({"participant": [*slots], "_slot": [str(one) for one in slots.values()]})
    handed = pl.DataFrame(
        [(*key, str(number)) for key, number in kits.items()],
        schema={"participant": pl.String, "visit": pl.String, "_kit": pl.String},
        orient="row",
    )
    joined = records.join(numbers, on="participant", how="left", maintain_order="left")
    joined = joined.join(handed, on=keys, how="left", maintain_order="left")
    value = pl.col("value")
    for supp, column in (("RANDNO", "_slot"), ("KITNO", "_kit")):
        for form, item in _annotated(study, supp):
            here = (pl.col("form") == form) & (pl.col("item") == item) & value.is_not_null()
            joined = joined.with_columns(
                pl.when(here & pl.col(column).is_not_null()).then(column).otherwise(value).alias("value")
            )
    return joined.drop("_slot", "_kit")


def _annotated(study: Study, supp: str) -> Iterator[tuple[str, str]]:
    for form in study.forms:
        for item in form.items:
            if item.sdtm is not None and item.sdtm.supp == supp:
                yield form.id, item.id
