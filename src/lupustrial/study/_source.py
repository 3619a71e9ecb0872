"""Source records on disk: read with every fault found, written whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.errors import Fault, RecordError
from lupustrial.study._allocation import check_allocation
from lupustrial.study._check_records import check_columns, check_records
from lupustrial.study._csv import read_csv
from lupustrial.study._model import Study
from lupustrial.study._records import ALLOCATION_SCHEMA, RECORD_SCHEMA, Source
from lupustrial.study._stamp import read_stamp, stamp_text

_PARQUET, _ALLOCATION, _STAMP = "records.parquet", "allocation.csv", "stamp.json"
_DEFAULTED = ("repeat", "unit", "status", "at", "by", "reason", "position", "study")
_SORT = ("participant", "visit", "form", "repeat", "item", "position")


def read_source(study: Study, folder: Path | str) -> Source:
    """Read and check source records.

    Args:
        study: The study they belong to.
        folder: It holds ``records.parquet`` and/or ``records*.csv``, ``stamp.json``, and ``allocation.csv``
            once the trial is unblinded (format: ``docs/study-folder.md``).

    Returns:
        The source; `records` in order of position. Where the files give no position, the place of a record
        in them is taken.

    Raises:
        RecordError: With all faults, warnings included, if any is an error.
    """
    source, faults = examine_source(study, folder)
    if source is None:
        raise RecordError(faults)
    return source


def examine_source(study: Study, folder: Path | str) -> tuple[Source | None, list[Fault]]:
    """Return the source (``None`` where it has an error) and all its faults, warnings included."""
    folder = Path(folder)
    faults: list[Fault] = []
    if not folder.is_dir():
        hint = "give the folder that holds records.parquet or records.csv"
        fault = Fault(id="RECORD-001", message="there is no such folder", place=str(folder), hint=hint)
        return None, [fault]
    records = _read_records(study, folder, faults)
    stamp = read_stamp(folder / _STAMP, faults)
    if records is not None:
        faults += check_records(study, records, origin=folder.name)
    allocation = _read_allocation(study, folder, records, faults)
    if records is None or stamp is None or any(fault.severity == "error" for fault in faults):
        return None, faults
    plain = records.select(*RECORD_SCHEMA).sort("position", maintain_order=True)
    return Source(records=plain, allocation=allocation, stamp=stamp), faults


def check_source(study: Study, source: Source) -> list[Fault]:
    """Check a source that was made in memory, as `read_source` checks one on disk.

    Returns:
        The warnings.

    Raises:
        RecordError: With all faults, warnings included, if any is an error.
    """
    faults = check_records(study, source.records, origin="records")
    allocation = source.allocation.cast(pl.String).with_row_index("__row", offset=1)
    faults += check_allocation(study, allocation, source.records, "allocation")
    if any(fault.severity == "error" for fault in faults):
        raise RecordError(faults)
    return faults


def write_source(source: Source, folder: Path | str) -> None:
    """Write source records as ``records.parquet``, ``allocation.csv`` and ``stamp.json``.

    The same source gives the same bytes. The folder appears whole, replacing an earlier one, or not at all.

    Raises:
        RecordError: RECORD-054, the folder holds other files or cannot be written.
    """
    folder = Path(folder)
    partial, former = folder.with_name(f".{folder.name}.partial"), folder.with_name(f".{folder.name}.former")
    strangers = sorted({path.name for path in folder.glob("*")} - {_PARQUET, _ALLOCATION, _STAMP})
    if strangers:
        hint = "choose another folder, or remove them"
        message = f"the folder holds other files: {', '.join(strangers)}"
        raise RecordError(Fault(id="RECORD-054", message=message, place=str(folder), hint=hint))
    try:
        for leftover in (partial, former):
            shutil.rmtree(leftover, ignore_errors=True)
        partial.mkdir(parents=True)
        _ordered(source.records).write_parquet(partial / _PARQUET, compression="zstd")
        allocation = source.allocation.select(*ALLOCATION_SCHEMA).sort("slot", "participant", nulls_last=True)
        allocation.write_csv(partial / _ALLOCATION)
        (partial / _STAMP).write_text(stamp_text(source.stamp), encoding="utf-8", newline="\n")
        if folder.exists():
            folder.replace(former)
        partial.replace(folder)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        message = f"the folder cannot be written: {error.strerror}"
        raise RecordError(Fault(id="RECORD-054", message=message, place=str(folder))) from None


def _ordered(records: pl.DataFrame) -> pl.DataFrame:
    """Records in the order of the ledger, or by their keys where positions do not tell them apart."""
    records = records.select(pl.col(name).cast(kind) for name, kind in RECORD_SCHEMA.items())
    if records["position"].null_count() == 0 and records["position"].n_unique() == records.height:
        return records.sort("position")
    return records.sort(*_SORT, *(name for name in RECORD_SCHEMA if name not in _SORT), nulls_last=True)


def _read_records(study: Study, folder: Path, faults: list[Fault]) -> pl.DataFrame | None:
    """Read all files of records into one frame, with ``__file`` and ``__row``."""
    frames = []
    paths = [*sorted(folder.glob(_PARQUET)), *sorted(folder.glob("records*.csv"))]
    for path in paths:
        name = f"{folder.name}/{path.name}"
        frame = (
            _read_parquet(path, name, faults) if path.suffix == ".parquet" else read_csv(path, name, faults)
        )
        frame = _conform(study, frame, name, faults) if frame is not None else None
        if frame is not None:
            frames.append(frame)
    if not paths:
        hint = "put records.parquet or records.csv there (docs/study-folder.md)"
        message = "there are no records: neither records.parquet nor records*.csv"
        faults.append(Fault(id="RECORD-001", message=message, place=str(folder), hint=hint))
    if not frames or len(frames) < len(paths):
        return None
    records = pl.concat(frames, rechunk=False)
    if records["position"].null_count() == records.height:
        records = records.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("position"))
    return records


def _read_parquet(path: Path, name: str, faults: list[Fault]) -> pl.DataFrame | None:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"the file cannot be read: {str(error).splitlines()[0]}"
        faults.append(Fault(id="RECORD-003", message=message, place=name, hint="write it anew"))
        return None
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("__row"))


def _conform(study: Study, frame: pl.DataFrame, name: str, faults: list[Fault]) -> pl.DataFrame | None:
    """Give missing columns their defaults, every column its type; refuse unknown columns and other types."""
    before = len(faults)
    defaults: dict[str, Any] = {"repeat": 1, "status": None, "study": study.id}
    columns = []
    for column, kind in RECORD_SCHEMA.items():
        if column not in frame.columns and column in _DEFAULTED:
            columns.append(pl.lit(defaults.get(column), dtype=kind).alias(column))
        elif column in frame.columns:
            faults += _unfit(frame, column, kind, name)
            columns.append(pl.col(column).cast(kind, strict=False))
    columns += [pl.lit(name, dtype=pl.String).alias("__file"), pl.col("__row")]
    faults += _strange_columns(frame, name)
    if len(faults) > before:
        return None
    frame = frame.select(columns)
    stated = pl.when(pl.col("status").is_null() & pl.col("value").is_not_null()).then(pl.lit("entered"))
    return frame.with_columns(stated.otherwise("status").alias("status"))


def _unfit(frame: pl.DataFrame, column: str, kind: pl.DataType, name: str) -> list[Fault]:
    """Values that are not of the column's type, i.e. no whole numbers."""
    rows = frame.filter(pl.col(column).is_not_null() & pl.col(column).cast(kind, strict=False).is_null())
    return [
        Fault(
            id="RECORD-003",
            message=f"`{value}` in column `{column}` is not a whole number",
            place=f"{name} row {row}",
            hint="write digits only",
        )
        for value, row in rows.select(column, "__row").head(20).iter_rows()
    ]


def _strange_columns(frame: pl.DataFrame, name: str) -> list[Fault]:
    needed = frame.drop("__row").with_columns(
        pl.lit(None, dtype=kind).alias(column)
        for column, kind in RECORD_SCHEMA.items()
        if column in frame.columns or column in _DEFAULTED
    )
    return check_columns(needed, name)


def _read_allocation(
    study: Study, folder: Path, records: pl.DataFrame | None, faults: list[Fault]
) -> pl.DataFrame:
    """Read who got which arm; an empty frame where the file is absent, i.e. while the trial is blinded."""
    path = folder / _ALLOCATION
    empty = pl.DataFrame(schema=ALLOCATION_SCHEMA)
    if not path.is_file():
        return empty
    name = f"{folder.name}/{_ALLOCATION}"
    frame = read_csv(path, name, faults)
    if frame is None:
        return empty
    faults += check_allocation(study, frame, records, name)
    missing = [column for column in ALLOCATION_SCHEMA if column not in frame.columns]
    return (
        empty
        if missing
        else frame.select(pl.col(c).cast(k, strict=False) for c, k in ALLOCATION_SCHEMA.items())
    )
