"""Folders, tables of samples and output folders that cannot be used: told whole, nothing is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_folder import protocol

from lupustrial.cytometry.run import FoundFile, Job, find_files, gate_folder, gate_job, read_samples
from lupustrial.errors import CytometryError


def test_a_folder_without_files_of_events(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(CytometryError, match="CYTO-067"):
            find_files(folder)


def test_hidden_files_and_the_output_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.FCS", ".hidden/b.fcs", "out/c.fcs", "notes.txt", "deep/er/d.lmd"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = find_files(tmp_path, apart_from=tmp_path / "out")
    assert [file.name for file in found] == ["a.FCS", "deep/er/d.lmd"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\na.fcs\n", ["row 1"]),
        ("file,file\na.fcs,a.fcs\n", ["row 1"]),
        ("file,role\na.fcs\n", ["row 2"]),
        ("file,role\nb.fcs,sample\na.fcs,smaple\n", ["there is no file b.fcs", "did you mean sample?"]),
        ("file,role,pair\na.fcs,FMO,1\n", ["needs `pair` and `control`"]),
        ("file,role\na.fcs,unstimulated\n", ["needs `pair` and `control`"]),
        ("file,lymphocytes\na.fcs,1 200\n", ["`lymphocytes` is '1 200'"]),
        ("file,lymphocytes\na.fcs,nan\n", ["`lymphocytes` is 'nan'"]),
        ("file,batch\na.fcs,1\na.fcs,2\n", ["stands twice"]),
    ],
)
def test_every_fault_of_the_table_of_samples_names_its_row(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    table = tmp_path / "samples.csv"
    table.write_text(text)
    file = FoundFile(name="a.fcs", path=tmp_path / "a.fcs", sha256="0" * 64, size=1)
    with pytest.raises(CytometryError) as error:
        read_samples(table, [file])
    assert {fault.id for fault in error.value.faults} == {"CYTO-068"}
    assert all("samples.csv" in fault.place for fault in error.value.faults)
    for text_told in told:
        assert text_told in str(error.value)


def test_the_table_of_samples_must_be_utf_8(tmp_path: Path) -> None:
    table = tmp_path / "samples.csv"
    table.write_bytes(b"file\n\xff\xfe")
    with pytest.raises(CytometryError, match=r"CYTO-068.*not UTF-8"):
        read_samples(table, [])


def test_an_output_folder_of_somebody_else_is_not_touched(small_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.doc").write_text("years of work")
    for resume in (False, True):
        with pytest.raises(CytometryError, match="CYTO-074"):
            gate_folder(small_folder, protocol=protocol(small_folder), out=out, processes=1, resume=resume)
    assert [path.name for path in out.iterdir()] == ["thesis.doc"]


def test_of_several_panels_each_file_needs_one(small_folder: Path, tmp_path: Path) -> None:
    given = protocol(small_folder)
    (panel,) = given.panels
    other = panel.model_copy(update={"id": "other"})
    both = replace(
        given,
        panels=(panel, other),
        strategies=dict.fromkeys((panel.id, "other"), given.strategies[panel.id]),
    )
    with pytest.raises(CytometryError) as told:
        gate_folder(small_folder, protocol=both, out=tmp_path / "out", processes=1)
    assert [fault.id for fault in told.value.faults] == ["CYTO-069"] * 4
    assert not (tmp_path / "out").exists()


def test_a_file_that_changed_since_it_was_found_is_refused(small_folder: Path) -> None:
    given = protocol(small_folder)
    (panel,) = given.panels
    job = Job(
        name="a.fcs", path=small_folder / "a.fcs", sha256="0" * 64, panel=panel,
        strategy=given.strategies[panel.id],
    )  # fmt: skip
    part = gate_job(job)
    assert [(fault["id"], fault["place"]) for fault in part["faults"]] == [("CYTO-072", "a.fcs")]
    assert part["results"] == []


def test_a_fault_of_gating_names_the_file_and_not_its_hash(small_folder: Path) -> None:
    given = protocol(small_folder, strategy="""
format: 1
id: absent
version: 1
title: A stain that the panel lacks
populations:
  Treg: {method: valley, column: FoxP3}
""")  # fmt: skip
    (panel,) = given.panels
    (file,) = (each for each in find_files(small_folder) if each.name == "a.fcs")
    part = gate_job(
        Job(
            name=file.name,
            path=file.path,
            sha256=file.sha256,
            panel=panel,
            strategy=given.strategies[panel.id],
        )
    )
    assert [fault["id"] for fault in part["faults"]] == ["CYTO-051"]
    assert "a.fcs" in part["faults"][0]["place"]


def test_where_every_file_is_refused_the_tables_are_empty(small_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fcs"
    folder.mkdir()
    (folder / "broken.fcs").write_bytes((small_folder / "broken.fcs").read_bytes())
    run = gate_folder(folder, protocol=protocol(small_folder), out=tmp_path / "out", processes=1)
    assert run.results.is_empty()
    assert run.faults
    assert (tmp_path / "out" / "results.csv").read_text().startswith("file,file_sha256,population")
