"""``lupustrial blinding``: what it prints and writes, what hiding buys, what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command import Command

STUDY = Path(__file__).resolve().parents[3] / "studies" / "il2-sle"
FEW = ("--permutations", "39")


@pytest.fixture
def source(il2_out: Path) -> Path:
    return il2_out / "source"


@pytest.fixture
def blinded(source: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(source, tmp_path / "blinded"))
    (folder / "allocation.csv").unlink()
    return folder


def test_hiding_takes_away_what_tells_the_arm_by_itself(command: Command, source: Path) -> None:
    told = command("blinding", STUDY, "--source", source, "--role", "investigator", *FEW, "--json")
    assert told.code == 0
    (role,) = json.loads(told.out)["roles"]
    best = role["unhidden"]["singles"][0]
    assert best["item"] in role["hidden_items"]
    assert best["p_value"] == role["unhidden"]["p_value"] == 1 / 40
    assert not {one["item"] for one in role["seen"]["singles"]} & set(role["hidden_items"])
    assert role["seen"]["auc"] < role["unhidden"]["auc"]


def test_the_table_has_a_line_for_roles_that_see_the_same(command: Command, source: Path) -> None:
    roles = ("--role", "dmc", "--role", "administrator", "--role", "unblinded_statistician")
    told = command("blinding", STUDY, "--source", source, *roles, *FEW, "--out", "page.html")
    assert told.code == 0
    lines = [line.split("  ")[1].strip() for line in told.out.splitlines() if line.startswith("  ")]
    assert "unblinded_statistician, dmc" in lines
    assert "administrator" in lines
    assert "Administrator of the system: sees nothing that could tell the arm" in told.out
    assert "For the unblinded statistician only" in told.err
    assert "wrote page.html" in told.err
    assert "For the unblinded statistician only" in Path("page.html").read_text("utf-8")


def test_no_arm_is_printed_or_written(command: Command, source: Path) -> None:
    told = command("blinding", STUDY, "--source", source, "--role", "dmc", *FEW, "--out", "page.html")
    page = Path("page.html").read_text("utf-8")
    for arm in ("PBO", "placebo", "Low-dose interleukin-2"):
        assert arm not in told.out + told.err
        assert arm not in page


def test_dummy_labels_need_no_allocation_and_are_stamped(command: Command, blinded: Path) -> None:
    arguments = ("--role", "assessor", *FEW, "--labels", "dummy", "--out", "page.html")
    told = command("blinding", STUDY, "--source", blinded, *arguments)
    assert told.code == 0
    assert "Dummy labels" in told.out
    assert "unblinded statistician only" not in told.err
    assert "Dummy labels" in Path("page.html").read_text("utf-8")


def test_without_allocation_it_refuses_and_writes_nothing(command: Command, blinded: Path) -> None:
    told = command("blinding", STUDY, "--source", blinded, "--out", "page.html")
    assert told.code == 1
    assert "BLIND-001" in told.err
    assert "--labels dummy" in told.err
    assert not Path("page.html").exists()


def test_an_unknown_role_and_a_wrong_ending(command: Command, source: Path) -> None:
    told = command("blinding", STUDY, "--source", source, "--role", "investigater")
    assert (told.code, "did you mean investigator?" in told.err) == (1, True)
    told = command("blinding", STUDY, "--source", source, "--out", "page.pdf")
    assert (told.code, "USAGE-004" in told.err) == (2, True)
