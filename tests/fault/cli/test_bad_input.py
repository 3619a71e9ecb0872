"""Bad input: one clear report of all faults, place and remedy, exit status not 0, nothing half-written."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lupustrial.cli import main

ROOT = Path(__file__).resolve().parents[3]
IL2 = ROOT / "studies" / "il2-sle"

#: One participant, correct: site, participant, visit, form, repeat, item, value, unit.
GOOD = """site,participant,visit,form,repeat,item,value,unit
01,01-001,SCR,visit,1,VISDAT,2016-01-04,
01,01-001,SCR,consent,1,ICDAT,2016-01-04,
01,01-001,SCR,demography,1,BRTHDAT,1986-05-05,
01,01-001,SCR,demography,1,SEX,F,
01,01-001,W0,visit,1,VISDAT,2016-01-11,
01,01-001,W0,sledai,1,RASH,Y,
01,01-001,W0,cbc,1,HGB,118,g/L
"""
STAMP = '{"synthetic": false, "origin": "a test", "published": [], "notes": []}'

Result = tuple[int, str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command as a user would; return exit status and everything printed."""

    def call(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["lupustrial", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        else:
            code = 0
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Write source records as CSV, with replacements of text in the correct ones."""

    def write(*changes: tuple[str, str]) -> Path:
        folder = tmp_path / "records"
        folder.mkdir()
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "records.csv").write_text(text, encoding="utf-8")
        (folder / "allocation.csv").write_text("participant,slot,arm\n01-001,1,IL2\n", encoding="utf-8")
        (folder / "stamp.json").write_text(STAMP, encoding="utf-8")
        return folder

    return write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sledai,1,RASH,Y", "sledai,1,RASHH,Y"), ["records.csv", "row 7", "RASHH", "did you mean RASH?"]),
        (("sledai,1,RASH,Y", "sledai,1,RASH,maybe"), ["records.csv", "row 7", "RASH", "maybe"]),
        (("HGB,118,g/L", "HGB,118,mmol/L"), ["records.csv", "row 8", "HGB", "mmol/L", "g/L"]),
        (("BRTHDAT,1986-05-05", "BRTHDAT,2016-01-08"), ["records.csv", "01-001", "birth"]),
        (
            ("01,01-001,W0,sledai", "01,01-001,W0,visit,1,VISDAT,2016-01-18,\n01,01-001,W0,sledai"),
            ["records.csv", "W0", "VISDAT"],
        ),
    ],
    ids=["misspelt item", "outside the codelist", "wrong unit", "date before birth", "duplicated visit"],
)
def test_a_fault_in_the_records_is_named_with_its_row_and_nothing_is_written(
    run: Callable[..., Result],
    source: Callable[..., Path],
    tmp_path: Path,
    change: tuple[str, str],
    said: list[str],
) -> None:
    code, printed = run("run", IL2, "--source", source(change), "--out", tmp_path / "out")
    assert code == 1
    for words in said:
        assert words in printed
    assert "→" in printed  # a remedy
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records"]


def test_all_faults_are_reported_at_once(
    run: Callable[..., Result], source: Callable[..., Path], tmp_path: Path
) -> None:
    folder = source(("RASH,Y", "RASHH,Y"), ("HGB,118,g/L", "HGB,118,mmol/L"), ("SEX,F", "SEX,W"))
    code, printed = run("run", IL2, "--source", folder, "--out", tmp_path / "out")
    assert code == 1
    assert all(words in printed for words in ("RASHH", "mmol/L", "SEX"))


def test_an_earlier_output_survives_a_failed_run(
    run: Callable[..., Result], source: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text('{"content": "old"}', encoding="utf-8")
    (out / "report.html").write_text("old", encoding="utf-8")
    code, _ = run("run", IL2, "--source", source(("RASH,Y", "RASHH,Y")), "--out", out)
    assert code == 1
    assert (out / "report.html").read_text(encoding="utf-8") == "old"


def test_a_folder_that_is_not_ours_is_never_replaced(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter1.txt").write_text("years of work", encoding="utf-8")
    code, printed = run("run", IL2, "--out", out)
    assert code == 2
    assert "was not written by lupustrial" in printed
    assert (out / "chapter1.txt").read_text(encoding="utf-8") == "years of work"


def test_a_missing_file_of_the_study_is_named(run: Callable[..., Result], tmp_path: Path) -> None:
    study = Path(shutil.copytree(IL2, tmp_path / "il2-sle"))
    (study / "instruments.yaml").unlink()
    code, printed = run("check", study)
    assert code == 1
    assert "instruments.yaml" in printed


def test_unreadable_yaml_is_named_with_its_line(run: Callable[..., Result], tmp_path: Path) -> None:
    study = Path(shutil.copytree(IL2, tmp_path / "il2-sle"))
    form = study / "forms" / "pga.yaml"
    lines = form.read_text(encoding="utf-8").splitlines()
    form.write_text("\n".join([*lines[:3], "title: [never closed", *lines[3:]]), encoding="utf-8")
    code, printed = run("run", study, "--out", tmp_path / "out")
    assert code == 1
    assert "forms/pga.yaml:" in printed
    assert not (tmp_path / "out").exists()


def test_an_unknown_study_names_the_nearest_that_exists(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    code, printed = run("run", "studies/il2-sel")
    assert code == 2
    assert "did you mean il2-sle?" in printed


def test_a_participant_who_does_not_exist_is_told_with_the_nearest(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    code, printed = run("explain", "01-999", "--out", tmp_path)
    assert code == 2
    assert "not the output folder of a run" in printed
