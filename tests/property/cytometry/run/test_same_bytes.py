"""The same bytes for any number of processes, any order of files, and whatever the files are called."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from synthetic_folder import borrowing_protocol, bytes_of, protocol

from lupustrial.cytometry.run import Protocol, gate_folder


@pytest.fixture(scope="module")
def both(small_folder: Path, batch_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of both folders in one: two panels, and a batch whose tubes borrow."""
    folder = tmp_path_factory.mktemp("both") / "fcs"
    shutil.copytree(small_folder, folder)
    shutil.copytree(batch_folder, folder / "treg")
    rows = []
    for place, panel in ((folder, "synthetic-tbnk"), (folder / "treg", "synthetic-treg")):
        prefix = "" if place == folder else "treg/"
        told = csv.DictReader((place / "samples.csv").read_text().splitlines())
        rows += [{**row, "file": prefix + row["file"], "panel": panel} for row in told]
    rows.append({"file": "broken.fcs", "panel": "synthetic-tbnk"})
    (folder / "treg" / "samples.csv").unlink()
    with (folder / "samples.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def given(both: Path, batch_folder: Path) -> Protocol:
    """Return the protocol of both."""
    tbnk, treg = protocol(both), borrowing_protocol(batch_folder)
    strategies = {**tbnk.strategies, **treg.strategies}
    return replace(treg, panels=(*tbnk.panels, *treg.panels), strategies=strategies)


@pytest.fixture(scope="module")
def alone(both: Path, given: Protocol, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of both folders, gated in one process."""
    out = tmp_path_factory.mktemp("alone") / "out"
    gate_folder(both, protocol=given, out=out, processes=1)
    return out


def test_any_number_of_processes_and_any_order_of_files(
    both: Path, given: Protocol, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Path.rglob

    def shuffled(path: Path, pattern: str) -> list[Path]:
        return sorted(found(path, pattern), key=lambda each: each.name[::-1], reverse=True)

    monkeypatch.setattr(Path, "rglob", shuffled)
    out = tmp_path / "out"
    gate_folder(both, protocol=given, out=out, processes=2)
    monkeypatch.undo()
    assert bytes_of(out) == bytes_of(alone)


def test_no_gate_knows_participant_visit_arm_or_the_name_of_a_file(
    small_folder: Path, alone: Path, tmp_path: Path
) -> None:
    other = tmp_path / "fcs"
    other.mkdir()
    names = {"a.fcs": "P-09_W24_interleukin.fcs", "batch 2/b.fcs": "P-09_W0.fcs", "c.fcs": "x.fcs"}
    for name, renamed in names.items():
        shutil.copy(small_folder / name, other / renamed)
    rows = [
        "P-09_W24_interleukin.fcs,sample,1,1.5,P-09,W24,placebo",
        "P-09_W0.fcs,control,2,,P-09,W0,placebo",
    ]
    rows += ["x.fcs,sample,2,2.0,P-01,W0,interleukin 2"]
    header = "file,role,batch,lymphocytes,participant,visit,arm"
    (other / "samples.csv").write_text("\n".join([header, *rows]))
    out = tmp_path / "out"
    gate_folder(other, protocol=protocol(other), out=out, processes=1)
    results = [
        pl.read_parquet(each / "results.parquet")
        .filter(pl.col("strategy") == "short")
        .drop("file")
        .sort("file_sha256", "population")
        for each in (alone, out)
    ]
    assert results[0].height == 9
    assert results[0].equals(results[1])
    told = pl.read_csv(out / "files.csv", infer_schema=False)
    assert told["arm"].to_list() == ["placebo", "placebo", "interleukin 2"]
    for path in (*out.glob("gates/*"), *out.glob("review/**/*"), *out.glob("parts/*")):
        if path.is_file():
            assert b"interleukin" not in path.read_bytes()
            assert b"placebo" not in path.read_bytes()
