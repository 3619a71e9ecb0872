"""A study without files: some are made from its records and gated blind, and give what was recorded."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import polars as pl
import pytest
from command import Command

from lupustrial.cli._gate_made import make_files
from lupustrial.cli._gate_study import protocol_of_study
from lupustrial.cli._gated_records import panel_ids, read_gating, with_gated
from lupustrial.cytometry.run import gate_folder
from lupustrial.study import ALLOCATION_SCHEMA, RECORD_SCHEMA, Source, Stamp, Study, load_study

ROOT = Path(__file__).resolve().parents[3]
VISITS = ("W0", "W10")
#: What stands in the records: a participant whose NK cells and regulatory T cells double.
RECORDED = {
    "W0": {"CD4": "36.00", "CD8": "27.00", "TREG": "5.00", "NK": "7.00", "CD56BRI": "6.00"},
    "W10": {"CD4": "35.00", "CD8": "26.00", "TREG": "10.00", "NK": "14.00", "CD56BRI": "12.00"},
}


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(ROOT / "studies" / "il2-sle")


@pytest.fixture(scope="module")
def recorded() -> Source:
    told = [(visit, "cbc", "LYMPH", "1.20", "10^9/L") for visit in VISITS]
    told += [
        (visit, "subsets", item, value, "%") for visit in VISITS for item, value in RECORDED[visit].items()
    ]
    at = "2026-01-05T08:00:00Z"
    rows = [
        ("IL2-SLE", "01", "01-007", visit, form, 1, item, value, unit, "entered", at, "lab", None, number)
        for number, (visit, form, item, value, unit) in enumerate(told, start=1)
    ]
    stamp = Stamp(synthetic=True, origin="Made up for tests.")
    allocation = pl.DataFrame(schema=ALLOCATION_SCHEMA)
    return Source(
        records=pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row"), allocation=allocation, stamp=stamp
    )


@pytest.fixture(scope="module")
def made(study: Study, recorded: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of one participant at two visits."""
    plan = study.cytometry
    assert plan is not None
    assert plan.demonstration is not None
    folder = tmp_path_factory.mktemp("made") / "files"
    asked = dataclasses.replace(plan.demonstration, participants=1, events=40_000)
    protocol = protocol_of_study(study, plan)
    make_files(study, plan, asked, recorded.records, protocol, folder, tell=lambda *_: None)
    return folder


def test_names_of_files_tell_neither_participant_nor_visit(made: Path) -> None:
    rows = [*csv.DictReader((made / "samples.csv").read_text("utf-8").splitlines())]
    samples = [row for row in rows if row["role"] == "sample"]
    assert len(samples) == 4
    assert {(row["participant"], row["visit"]) for row in samples} == {("01-007", visit) for visit in VISITS}
    assert all(re.fullmatch(r"[0-9a-f]{10}\.fcs", row["file"]) for row in samples)
    assert all((made / row["gates"]).is_file() for row in rows if row["role"] == "reference")


def test_what_is_recorded_is_what_the_files_were_made_of(
    study: Study, recorded: Source, made: Path, tmp_path: Path
) -> None:
    assert study.cytometry is not None
    out = tmp_path / "gated"
    gate_folder(made, protocol=protocol_of_study(study, study.cytometry), out=out, processes=1, review=False)
    found = with_gated(study, recorded, read_gating(out), panel_ids(study)).records
    gated = found.filter(pl.col("form") == "subsets", pl.col("by") == "lupustrial gate")
    assert set(gated["status"]) == {"entered"}
    values = {
        (visit, item): value for visit, item, value in gated.select("visit", "item", "value").iter_rows()
    }
    for visit, items in RECORDED.items():
        for item, value in items.items():
            # CD8+ cells that are made as gamma-delta or NKT cells lie in the gate too; rare ones are few
            of = {"CD4": 0.05, "CD8": 0.15}.get(item, 0.2)
            assert float(values[visit, item]) == pytest.approx(float(value), rel=of), (visit, item)
    assert found.filter(pl.col("form") == "cbc").equals(recorded.records.filter(pl.col("form") == "cbc"))


def test_a_folder_of_somebodys_own_files_is_not_replaced(tmp_path: Path, command: Command) -> None:
    own = tmp_path / "gated-files"
    own.mkdir()
    (own / "samples.csv").write_text("file\nmine.fcs\n", encoding="utf-8")
    (own / "mine.fcs").write_bytes(b"my own")
    done = command("gate", ROOT / "studies" / "il2-sle", "--out", str(tmp_path / "gated"))
    assert done.code == 2
    assert "was not made by lupustrial" in done.err
    assert (own / "mine.fcs").read_bytes() == b"my own"
