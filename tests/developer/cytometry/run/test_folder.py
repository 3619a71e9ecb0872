"""What a run of a folder writes, tells and keeps."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from synthetic_folder import bytes_of, functional_protocol, protocol

from lupustrial.cytometry.run import GatedFolder, Settings, gate_folder


@pytest.fixture(scope="module")
def run(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> GatedFolder:
    """Return the run of the small folder."""
    out = tmp_path_factory.mktemp("run") / "out"
    return gate_folder(small_folder, protocol=protocol(small_folder), out=out, processes=1, review=False)


def test_the_same_bytes_under_two_names_are_gated_once_and_told(run: GatedFolder) -> None:
    rows = {row["file"]: row for row in run.files.iter_rows(named=True)}
    assert list(rows) == ["a.fcs", "batch 2/b.fcs", "broken.fcs", "c.fcs"]
    assert rows["a.fcs"]["also"] == "batch 2/copy of a.fcs"
    assert run.gated == 4


def test_a_broken_file_is_told_and_stops_no_other(run: GatedFolder) -> None:
    rows = {row["file"]: row for row in run.files.iter_rows(named=True)}
    assert rows["broken.fcs"]["verdict"] == "refused"
    assert "refused" not in {rows[name]["verdict"] for name in ("a.fcs", "batch 2/b.fcs", "c.fcs")}
    assert run.faults
    assert all("broken.fcs" in fault.place for fault in run.faults)
    told = run.quality.filter(pl.col("file") == "broken.fcs")
    assert set(told["check"]) == {"QC-FILE"}
    assert set(run.results["file"]) == {"a.fcs", "batch 2/b.fcs", "c.fcs"}


def test_counts_are_those_of_the_labels(run: GatedFolder, small_folder: Path) -> None:
    # Of a synthetic file every cell is known.
    told = run.results.filter(pl.col("file") == "a.fcs", pl.col("population") == "T cells")
    labels = pl.read_parquet(small_folder / "a.labels.parquet")["cell"]
    known = labels.str.contains("cd4|cd8|treg|_t$|gamma_delta|tfh|th17|nkt|mait").sum()
    assert told["count"].item() == pytest.approx(known, rel=0.1)


def test_what_it_is_given_is_handed_through(run: GatedFolder) -> None:
    rows = {row["file"]: row for row in run.files.iter_rows(named=True)}
    assert (rows["a.fcs"]["participant"], rows["a.fcs"]["visit"], rows["a.fcs"]["batch"]) == (
        "P-01",
        "W0",
        "1",
    )
    assert rows["batch 2/b.fcs"]["role"] == "control"
    assert rows["c.fcs"]["role"] == "sample"
    assert rows["broken.fcs"]["participant"] == ""


def test_cells_per_microlitre_where_there_is_a_blood_count(run: GatedFolder) -> None:
    whole = run.results.filter(pl.col("population") == "lymphocytes")
    assert dict(whole.select("file", "per_ul").iter_rows()) == {
        "a.fcs": 1500, "batch 2/b.fcs": None, "c.fcs": 2000,
    }  # fmt: skip


def test_the_manifest_names_every_file_by_its_hash(run: GatedFolder, small_folder: Path) -> None:
    manifest = json.loads((run.out / "manifest.json").read_text())
    assert manifest["inputs"]["c.fcs"] == hashlib.sha256((small_folder / "c.fcs").read_bytes()).hexdigest()
    assert (manifest["borrowed"], manifest["decisions"]) == ({}, [])
    written = bytes_of(run.out, without=("parts/", "manifest.json"))
    assert manifest["outputs"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in written.items()
    }
    content = manifest.pop("content")
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content == hashlib.sha256(canonical.encode()).hexdigest() == run.content


def test_gates_are_written_for_each_file_that_was_gated(run: GatedFolder) -> None:
    hashes = {row["file"]: row["file_sha256"][:8] for row in run.files.iter_rows(named=True)}
    names = {
        f"{stem}-{hashes[name]}" for name, stem in {"a.fcs": "a", "batch 2/b.fcs": "b", "c.fcs": "c"}.items()
    }
    assert {path.name for path in (run.out / "gates").iterdir()} == {
        f"{name}{ending}" for name in names for ending in (".json", ".xml")
    }


def test_resume_gates_only_what_is_new_or_no_longer_fits(small_folder: Path, tmp_path: Path) -> None:
    out, given = tmp_path / "out", protocol(small_folder)
    first = gate_folder(small_folder, protocol=given, out=out, processes=1, review=False)
    again = gate_folder(small_folder, protocol=given, out=out, processes=1, resume=True, review=False)
    assert (first.gated, again.gated, again.kept) == (4, 0, 4)
    assert again.content == first.content == again.previous
    samples = small_folder.parent / "other.csv"
    samples.write_text("file,lymphocytes\na.fcs,1.4\n")
    changed = gate_folder(
        small_folder, protocol=given, out=out, samples=samples, processes=1, resume=True, review=False
    )
    # The blood count of two files went or changed, and there is no control any more to compare with.
    assert changed.gated == 4
    moved = replace(given, settings=Settings(fraction=0.2))
    (out / "review").mkdir()
    assert gate_folder(
        small_folder, protocol=moved, out=out, samples=samples, processes=1, resume=True, review=False
    ).gated == 4  # fmt: skip
    assert not (out / "review").exists()


def test_progress_tells_every_file_once(small_folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    gate_folder(
        small_folder, protocol=protocol(small_folder), out=tmp_path / "out", processes=1, review=False,
        progress=lambda *each: told.append(each),
    )  # fmt: skip
    assert [(done, total) for done, total, _ in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {name for _, _, name in told} == {"a.fcs", "batch 2/b.fcs", "broken.fcs", "c.fcs"}


def test_a_stimulated_tube_is_laid_beside_its_unstimulated_twin(
    stimulated_folder: Path, tmp_path: Path
) -> None:
    given = functional_protocol(stimulated_folder)
    run = gate_folder(stimulated_folder, protocol=given, out=tmp_path / "out", processes=1, review=False)
    assert set(run.responses["file"]) == {"stimulated.fcs"}
    row = run.responses.filter(pl.col("population") == "IFNg+ CD8").row(0, named=True)
    # 2 % of CD8 T cells answer; the cut leaves 0.1 % of the unstimulated ones above it.
    assert 1 < row["difference"] < 2.5
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert row["positive"]
    assert 100 * row["unstimulated_count"] / row["unstimulated_parent_count"] == pytest.approx(0.1, abs=0.06)


def test_without_its_twin_a_functional_population_is_not_gated(
    stimulated_folder: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "samples.csv"
    empty.write_text("file\n")
    given = functional_protocol(stimulated_folder)
    run = gate_folder(
        stimulated_folder, protocol=given, out=tmp_path / "out", samples=empty, processes=1, review=False
    )
    rows = run.results.filter(pl.col("population") == "IFNg+ CD8")
    assert rows["count"].to_list() == [None, None]
    assert rows["flags"].to_list() == ["NOT-GATED", "NOT-GATED"]
    assert run.responses.is_empty()
