"""What goes out comes in again: an export brought into an empty trial gives the same records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from capture_files import MOVER, acting, export_of, fill, mover_study, parts, report, second_trial
from capture_site import CaptureSite

from lupustrial.study import read_source

#: Who made a record, when and at which position of which ledger is of the trial that holds it.
KEPT = ["site", "participant", "visit", "form", "repeat", "item", "value", "unit", "status"]


def _records(trial: Any, folder: Path) -> pl.DataFrame:
    folder.mkdir()
    for name, content in parts(export_of(trial, acting(trial.study, "mover"), "source")).items():
        if name in ("records.csv", "records.parquet", "stamp.json"):
            (folder / name).write_bytes(content)
    return read_source(trial.study, folder).records.select(KEPT).sort(KEPT)


def _brought(trial: Any, content: bytes, name: str, **options: Any) -> None:
    from lupustrial.capture.doors.intake import bring_in, options_of, token_of

    who = acting(trial.study, MOVER.id)
    looked = report(trial, who, content, name, **options)
    assert looked.faults == (), looked.faults
    chosen = options_of({"layout": "form", "form": "cbc", **options})
    bring_in(trial, who, content, name, chosen, token_of(who, looked))


@pytest.mark.requirement("REQ-DOORS-001", "REQ-DOORS-006")
@pytest.mark.parametrize("format_", ["source", "csv", "xlsx"])
def test_an_export_brought_into_an_empty_trial_gives_the_same_records(
    site: CaptureSite, tmp_path: Path, format_: str
) -> None:
    fill(site)
    first = site.trial
    first.study = mover_study(first.study)
    second = second_trial(first, tmp_path, ["01-001"])
    content = export_of(first, acting(first.study, MOVER.id), format_)
    if format_ == "xlsx":
        _brought(second, content, "export.xlsx")
    elif format_ == "csv":
        found = {name: text for name, text in parts(content).items() if text.count(b"\r\n") > 1}
        order = ["consent", "visit", "demography", "cbc", "ae", "sledai"]
        assert {f"forms/{name}.csv" for name in order} <= set(found)
        for name in order:
            _brought(second, found[f"forms/{name}.csv"], f"{name}.csv", form=name, neutral=True)
    else:
        found = parts(content)
        _brought(second, found["records.csv"], "records.csv", layout="records")
        table = pl.read_parquet(found["records.parquet"])
        _brought(second, table.write_csv().encode(), "rest.csv", layout="records")
    assert _records(second, tmp_path / "after").equals(_records(first, tmp_path / "before"))
    second.close()
