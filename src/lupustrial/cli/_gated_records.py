"""Results of gating as source records: the values of the form that the study names, with file and gating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.errors import CytometryError, Fault
from lupustrial.study import RECORD_SCHEMA, CytometryPlan, GatedTube, Item, Source, Study

#: What the records say of who made them.
BY = "lupustrial gate"
_KEY = ("participant", "visit")


@dataclass(frozen=True, kw_only=True)
class Gating:
    """What `lupustrial gate` left in a folder: one row a file, one row a file and population."""

    folder: Path
    files: pl.DataFrame
    results: pl.DataFrame


def read_gating(folder: Path) -> Gating:
    """Read the tables of a run of `lupustrial gate`.

    Raises:
        CytometryError: CYTO-075 the folder is none, or its files name no participant and visit.
    """
    paths = [folder / "files.parquet", folder / "results.parquet"]
    if not all(path.is_file() for path in paths):
        hint = "name the folder that `lupustrial gate STUDY` wrote"
        raise _fault("there are no results of gating", str(folder), hint)
    files, results = (pl.read_parquet(path) for path in paths)
    if not set(_KEY) <= set(files.columns):
        hint = "give samples.csv with the columns file, panel, participant and visit"
        raise _fault("the files name no participant and visit", str(paths[0]), hint)
    return Gating(folder=folder, files=files, results=results)


def panel_ids(study: Study) -> dict[str, str]:
    """Return the id of each panel of a study by its file.

    Raises:
        CytometryError: Faults of a panel file.
    """
    from lupustrial.cytometry.panel import read_panel

    plan = study.cytometry
    tubes = () if plan is None else plan.tubes
    return {tube.panel: read_panel(study.folder / tube.panel).id for tube in tubes}


def with_gated(study: Study, source: Source, gating: Gating, panels: dict[str, str]) -> Source:
    """Put what was gated into the records.

    Args:
        study: The study; it has a `cytometry` section.
        source: The records. Synthetic values of the same items give way; others are never replaced.
        gating: The results.
        panels: Id of each panel by its file in the study folder.

    Raises:
        CytometryError: CYTO-076 a participant or visit that the records do not know; CYTO-077 a value that
            was recorded already; CYTO-078 two files of a panel for a visit. All at once.
    """
    plan = study.cytometry
    if plan is None:
        hint = "say in study.yaml, `cytometry`, where the results are recorded"
        raise _fault("the study has no cytometry section", "study.yaml", hint)
    made = pl.DataFrame(
        [*_records(study, plan, source.records, gating, panels)], schema=RECORD_SCHEMA, orient="row"
    )
    key = ["participant", "visit", "form", "repeat", "item"]
    there = source.records.join(made.select(key), on=key, how="semi")
    if there.height and not source.stamp.synthetic:
        hint = "take them out of the records, or leave --cytometry out"
        first = " ".join(str(part) for part in there.select(key).row(0))
        raise _fault(f"{there.height} values are recorded already", first, hint, "CYTO-077")
    kept = source.records.join(made.select(key), on=key, how="anti", maintain_order="left")
    return Source(records=pl.concat([kept, made]), allocation=source.allocation, stamp=source.stamp)


def _records(
    study: Study, plan: CytometryPlan, records: pl.DataFrame, gating: Gating, panels: dict[str, str]
) -> Iterator[tuple[Any, ...]]:
    """Give the records, file by file; each is dated like the first record of its visit."""
    visits = records.group_by(*_KEY, maintain_order=True).agg(pl.col("site").first(), pl.col("at").first())
    known = {(row[0], row[1]): (row[2], row[3]) for row in visits.iter_rows()}
    tubes = {panels[tube.panel]: tube for tube in plan.tubes}
    samples = gating.files.filter(pl.col("role") == "sample", pl.col("panel").is_in([*tubes]))
    faults = [*_twice(samples)]
    position = int(records["position"].max() or 0)  # type: ignore[arg-type] # an integer column
    found = []
    for file in samples.sort(*_KEY, "panel").iter_rows(named=True):
        at = known.get((file["participant"], file["visit"]))
        if at is None:
            message = f"participant {file['participant']} has no record at visit {file['visit']}"
            hint = "mend samples.csv, or enter the visit first"
            faults.append(Fault(id="CYTO-076", message=message, place=file["file"], hint=hint))
            continue
        rows = gating.results.filter(pl.col("file_sha256") == file["file_sha256"])
        for item, value, why in _values(study, plan, tubes[file["panel"]], file, rows):
            position += 1
            status = "entered" if value is not None else "not done"
            who = (file["participant"], file["visit"], plan.form)
            found.append(
                (study.id, at[0], *who, 1, item.id, value, item.unit if value is not None else None,
                 status, at[1], BY, why, position)
            )  # fmt: skip
    if faults:
        raise CytometryError(faults)
    yield from found


def _values(
    study: Study, plan: CytometryPlan, tube: GatedTube, file: dict[str, Any], rows: pl.DataFrame
) -> Iterator[tuple[Item, str | None, str | None]]:
    """Give each item of a tube: what is recorded, or why nothing is."""
    form = study.form(plan.form)
    by_population = {row["population"]: row for row in rows.iter_rows(named=True)}
    refused = file["verdict"] in ("fail", "refused")
    for name, gated in tube.items.items():
        item, row = form.item(name), by_population.get(gated.population)
        number = None if row is None or refused else row[gated.statistic]
        if number is None:
            why = f"quality control: {file['verdict']}" if refused else "not gated"
            said = "" if row is None or refused else str(row["reason"])
            yield item, None, f"{why}: {said}" if said else why
        else:
            yield item, _written(item, number), None
    if not refused and rows.height:
        for held, text in ((tube.file, file["file_sha256"]), (tube.gating, rows["gate_hash"][0])):
            if held is not None:
                yield form.item(held), str(text), None


def _written(item: Item, number: float) -> str:
    """Return a number with the decimals of the item, half up."""
    step = Decimal(1).scaleb(-(item.decimals or 0)) if item.type == "decimal" else Decimal(1)
    return str(Decimal(repr(number)).quantize(step, rounding=ROUND_HALF_UP))


def _twice(samples: pl.DataFrame) -> Iterator[Fault]:
    for (participant, visit, panel), rows in samples.group_by(*_KEY, "panel", maintain_order=True):
        if rows.height > 1:
            message = f"{participant} has {rows.height} files of {panel} at visit {visit}"
            hint = "in samples.csv, give one the role `sample`, or leave the others out"
            yield Fault(id="CYTO-078", message=message, place=", ".join(rows["file"]), hint=hint)


def _fault(message: str, place: str, hint: str, id_: str = "CYTO-075") -> CytometryError:
    return CytometryError(Fault(id=id_, message=message, place=place, hint=hint))
