"""``lupustrial gate``: a folder, single files, gates drawn elsewhere, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from command import Command
from synthetic_folder import STRATEGY, bytes_of

from lupustrial.cytometry.synthetic import panel_text

SPLEEN = Path(__file__).resolve().parents[4] / "shared/data/cytometry/flowjo_parity/mouse_spleen"


@pytest.fixture
def given(tmp_path: Path, command: Command) -> list[str]:
    """Return the options of panel and strategy; their files lie in the current folder."""
    del command  # it makes the folder the current one
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    (tmp_path / "s.yaml").write_text(STRATEGY)
    return ["--panel", "p.yaml", "--strategy", "s.yaml"]


def test_a_folder_is_gated_and_told(
    command: Command, given: list[str], small_folder: Path, tmp_path: Path
) -> None:
    told = command("gate", small_folder, *given, "--processes", "1")
    # One file of the folder is truncated: the others are gated, and the status says so.
    assert told.code == 1
    assert "broken.fcs" in told.err
    assert "CD4 T cells" in told.out
    assert "files     4 (" in told.out
    assert "1 refused" in told.out
    assert "1 of them under more than one name" in told.out
    results = pl.read_csv(tmp_path / "out" / "cytometry" / "results.csv")
    assert results.height == 9
    before = bytes_of(tmp_path / "out")
    again = command("gate", small_folder, *given, "--processes", "1", "--resume", "--quiet")
    assert "4 kept from before" in again.out
    assert "(the same as the run before)" in again.out
    assert bytes_of(tmp_path / "out") == before


def test_a_folder_as_json(command: Command, given: list[str], small_folder: Path) -> None:
    told = command("gate", small_folder, *given, "--processes", "1", "--json", "--out", "o")
    document = json.loads(told.out)
    assert [file["verdict"] == "refused" for file in document["files"]] == [False, False, True, False]
    assert document["faults"][0]["place"].startswith("broken.fcs")
    assert document["out"] == "o"


def test_one_file_by_our_strategy(
    command: Command, given: list[str], small_folder: Path, tmp_path: Path
) -> None:
    told = command("gate", small_folder / "a.fcs", *given, "--out", "a.csv")
    assert told.code == 0
    assert "Wilson 95 %" in told.out
    frame = pl.read_csv(tmp_path / "a.csv")
    assert frame["population"].to_list() == ["lymphocytes", "T cells", "CD4 T cells"]
    assert set(frame["file"]) == {"a.fcs"}


def test_a_ready_strategy_by_its_name(command: Command, given: list[str], small_folder: Path) -> None:
    told = command("gate", small_folder / "a.fcs", *given[:2], "--strategy", "tbnk", "--json")
    assert told.code == 0
    assert "NK cells" in {row["population"] for row in json.loads(told.out)}
    misspelt = command("gate", small_folder / "a.fcs", *given[:2], "--strategy", "tbmk")
    assert misspelt.code == 1
    assert "did you mean tbnk?" in misspelt.err


def test_a_flowjo_workspace_brings_its_own_scales(command: Command) -> None:
    if not SPLEEN.is_dir():
        pytest.skip("NOT RUN: ../shared/data/cytometry is absent")
    told = command("gate", "--strategy", SPLEEN / "gating.wsp", SPLEEN / "68983.fcs", "--json")
    assert told.code == 0
    rows = {row["population"]: row for row in json.loads(told.out)}
    # FlowJo 10.5.3 stored 312 NK cells.
    assert rows["NK cells"]["parent"] == "NK1_1+"
    assert rows["NK cells"]["count"] == pytest.approx(312, rel=0.005)


GIVEN = "--panel p.yaml --strategy s.yaml"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (f"absent.fcs {GIVEN}", "USAGE-012"),
        ("FOLDER", "--strategy is missing"),
        ("FOLDER --strategy s.yaml", "--panel is missing"),
        ("FOLDER --strategy x.wsp", "gates single files"),
        (f"FOLDER FOLDER/a.fcs {GIVEN}", "a folder goes alone"),
        ("FOLDER/a.fcs --strategy x.wsp --panel p.yaml", "USAGE-010"),
        (f"FOLDER/a.fcs {GIVEN} --binned", "belong to a FlowJo workspace"),
        (f"FOLDER/a.fcs {GIVEN} --resume", "options of a folder"),
        (f"FOLDER/a.fcs {GIVEN} --borrow", "options of a folder"),
        (f"FOLDER/a.fcs {GIVEN} --secret-file s", "options of a folder"),
        ("FOLDER/a.fcs --strategy x.wsp --decisions d.json", "USAGE-010"),
        (f"FOLDER/a.fcs {GIVEN} --out a.xls", "USAGE-004"),
        (f"FOLDER {GIVEN} --panel p.yaml", "two panels have the same id"),
        (f"FOLDER {GIVEN} --strategy s.yaml", "2 strategies for 1 panels"),
        (f"FOLDER {GIVEN} --template Treg", "USAGE-009"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_gated(
    command: Command, given: list[str], small_folder: Path, tmp_path: Path, arguments: str, told: str
) -> None:
    del given
    answer = command("gate", *(each.replace("FOLDER", str(small_folder)) for each in arguments.split()))
    assert answer.code == 2
    assert told in answer.err
    assert not (tmp_path / "out").exists()


def test_help_shows_examples(command: Command) -> None:
    told = command("gate", "--help")
    assert told.code == 0
    assert "lupustrial gate fcs/ --panel" in told.out
    assert "--resume" in told.out
