"""``lupustrial gate`` with blanks, with a reference tube that a reader gated, with a secret and MIFlowCyt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from command import Command
from synthetic_folder import STRATEGY

from lupustrial.cytometry import Interval, Placed
from lupustrial.cytometry.exchange import write_gatingml
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.review import code_of, unpack
from lupustrial.cytometry.strategy import gate_tube, ready_strategy, strategy_from
from lupustrial.cytometry.synthetic import make_file, make_fmo, make_pair, panel_text

SECRET = "0123456789abcdef" * 4

#: A reader draws the population `bright`; the line of the stand-in is far from it.
DRAWN = """
format: 1
id: drawn
version: 1
title: CD4 T cells, and the bright ones as a reader draws them
populations:
  T cells: {method: valley, column: CD3}
  CD4 T cells: {parent: T cells, method: valley, column: CD4}
  Treg:
    parent: CD4 T cells
    method: template
    template: Treg
    otherwise: {method: tail, column: CD25, hold: 0.9}
"""


def samples(folder: Path, header: str, rows: Sequence[str]) -> None:
    """Write samples.csv of a folder."""
    (folder / "samples.csv").write_text("\n".join([header, *rows]) + "\n")


def results(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of results by file and population."""
    frame = pl.read_parquet(out / "results.parquet")
    return {(each["file"], each["population"]): each for each in frame.to_dicts()}


def region(out: Path, name: str, population: str) -> dict[str, Any]:
    """Return the gate of a population of the file whose name begins so."""
    (path,) = (out / "gates").glob(f"{name}*.json")
    gates = json.loads(path.read_text())["gates"]
    return next(gate["region"] for gate in gates if gate["population"] == population)


def test_blanks_of_a_draw_place_the_cuts_of_its_sample(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "fcs"
    folder.mkdir()
    (tmp_path / "p.yaml").write_text(panel_text("functional"))
    make_pair(folder, seed=5, responders=0.02, events=12_000)
    make_fmo(folder / "fmo.fcs", panel="functional", seed=31, marker="Perforin", events=12_000)
    make_file(folder / "other.fcs", panel="functional", seed=32, events=4_000)
    rows = ["stimulated.fcs,sample,x1,", "unstimulated.fcs,unstimulated,x1,", "fmo.fcs,FMO,x1,FMO Perforin"]
    samples(folder, "file,role,pair,control", [*rows, "other.fcs,sample,x2,"])
    given = ("--panel", "p.yaml", "--strategy", "functional", "--processes", "1", "--quiet")
    answer = command("gate", "fcs", *given, "--out", "o")
    assert answer.code == 0
    assert "against unstimulated tubes" in answer.out
    found = results(tmp_path / "o")
    stimulated, fmo = found["stimulated.fcs", "Perforin+ CD8"], found["fmo.fcs", "Perforin+ CD8"]
    assert stimulated["method"] == "quantile_of_control"
    # without its blanks a sample is gated by the strategy's stand-in, or not at all
    assert found["other.fcs", "Perforin+ CD8"]["method"] == "internal_control"
    assert found["other.fcs", "IFNg+ CD8"]["count"] is None
    quantile = ready_strategy("functional").population("Perforin+ CD8").steps[0].parameters
    above = 1 - quantile.model_dump()["quantile"]
    assert fmo["count"] <= above * fmo["parent_count"] + 1
    # the cut is the same in the blank and in the sample of its draw
    assert region(tmp_path / "o", "fmo", "Perforin+ CD8") == region(tmp_path / "o", "stim", "Perforin+ CD8")
    response = pl.read_parquet(tmp_path / "o" / "responses.parquet")
    assert set(response["file"]) == {"stimulated.fcs"}
    # 2 % of its CD8 T cells answer, and no CD4 T cell does
    assert dict(response.select("population", "positive").iter_rows()) == {
        "IFNg+ CD8": True, "IFNg+ CD4": False,
    }  # fmt: skip


@pytest.fixture
def reference(tmp_path: Path, command: Command) -> Path:
    """Make a batch of a reference tube with a drawn gate and one sample."""
    del command  # it makes the folder the current one
    folder = tmp_path / "fcs"
    folder.mkdir()
    (tmp_path / "p.yaml").write_text(panel_text("treg"))
    (tmp_path / "s.yaml").write_text(DRAWN)
    for name, seed in (("r", 11), ("a", 12)):
        make_file(folder / f"{name}.fcs", panel="treg", seed=seed, events=8_000)
    panel, strategy = read_panel(tmp_path / "p.yaml"), strategy_from(DRAWN, "s.yaml")
    gated = gate_tube(prepare(read_fcs(folder / "r.fcs"), panel), strategy)
    drawn = Placed(region=Interval(column="CD25", low=0.55), confidence=1.0, reason="drawn")
    gates = tuple(replace(g, placed=drawn) if g.population == "Treg" else g for g in gated.gates)
    text = write_gatingml(replace(gated, gates=gates), panel=panel)
    (folder / "r.xml").write_text(text)
    gates = tuple(g for g in gated.gates if g.population != "Treg")
    (folder / "less.xml").write_text(write_gatingml(replace(gated, gates=gates), panel=panel))
    return folder


GIVEN = ("--panel", "p.yaml", "--strategy", "s.yaml", "--processes", "1", "--quiet")


def test_a_sample_is_gated_as_the_reader_drew_on_the_reference_of_its_batch(
    command: Command, reference: Path, tmp_path: Path
) -> None:
    header = "file,role,batch,gates"
    samples(reference, header, ["r.fcs,reference,7,r.xml", "a.fcs,sample,7,"])
    assert command("gate", "fcs", *GIVEN, "--borrow", "--out", "o").code == 0
    samples(reference, header, ["r.fcs,reference,7,r.xml", "a.fcs,sample,8,"])
    assert command("gate", "fcs", *GIVEN, "--out", "other").code == 0
    found, other = (results(tmp_path / out)["a.fcs", "Treg"] for out in ("o", "other"))
    assert (found["method"], other["method"]) == ("template", "tail")
    # the same instrument and no other gain: the line of the reference, as the tube's own cells move it
    assert region(tmp_path / "o", "a-", "Treg")["low"] == pytest.approx(0.55, abs=0.05)
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text())
    assert list(manifest["templates"]["7"]) == ["Treg"]
    # one sample tells too little of its batch
    assert manifest["borrowed"] == {"7 synthetic-treg": manifest["templates"]["7"]}


@pytest.mark.parametrize(
    ("gates", "told"),
    [("absent.xml", "there is no file of gates absent.xml"), ("less.xml", "less.xml has no gate Treg")],
)
def test_gates_of_a_reference_that_cannot_be_used_stop_the_run(
    command: Command, reference: Path, tmp_path: Path, gates: str, told: str
) -> None:
    samples(reference, "file,role,batch,gates", [f"r.fcs,reference,7,{gates}", "a.fcs,sample,7,"])
    answer = command("gate", "fcs", *GIVEN, "--out", "o")
    assert answer.code == 1
    assert "CYTO-079" in answer.err
    assert told in answer.err
    assert "samples.csv, r.fcs" in answer.err
    assert not (tmp_path / "o").exists()


def test_only_a_reference_has_gates(command: Command, reference: Path) -> None:
    samples(reference, "file,role,batch,gates", ["r.fcs,sample,7,r.xml"])
    assert "CYTO-068" in command("gate", "fcs", *GIVEN, "--out", "o").err


@pytest.fixture
def tube(tmp_path: Path, command: Command) -> str:
    """Make one tube, and return the hash of its file."""
    del command
    (tmp_path / "fcs").mkdir()
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    (tmp_path / "s.yaml").write_text(STRATEGY)
    make_file(tmp_path / "fcs/a.fcs", panel="tbnk", seed=2, events=1_200)
    return read_fcs(tmp_path / "fcs/a.fcs").sha256


def test_with_a_secret_who_has_the_files_cannot_find_the_codes(
    command: Command, tube: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    answer = command("gate", "fcs", *GIVEN[:-1], "--out", "o", "--secret-file", "secret")
    assert answer.code == 0
    review = tmp_path / "o" / "review"
    (seen,) = unpack((review / "review-material.zip").read_bytes()).tubes
    assert seen.code == code_of(tube, SECRET) != code_of(tube)
    written = [path for path in (tmp_path / "o").rglob("*") if path.is_file()]
    pages = [path.read_bytes() for path in review.rglob("*.html")]
    assert len(pages) > 3
    assert not any(SECRET.encode() in path.read_bytes() for path in written)
    assert SECRET not in answer.out + answer.err
    # a hash beside a code would give it away
    assert not any(tube.encode() in page or code_of(tube).encode() in page for page in pages)
    command("gate", "fcs", *GIVEN, "--out", "plain")
    for name in ("results.csv", "quality.csv", "files.csv"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "o" / name).read_bytes()


@pytest.mark.parametrize("text", ["", "short", f"{SECRET}\n{SECRET}", SECRET * 100])
def test_a_secret_that_is_none_is_refused_and_not_printed(
    command: Command, tube: str, tmp_path: Path, text: str
) -> None:
    del tube
    (tmp_path / "secret").write_text(text)
    answer = command("gate", "fcs", *GIVEN, "--secret-file", "secret")
    assert answer.code == 2
    assert "USAGE-010" in answer.err
    assert not text or text[:5] not in answer.err.replace("secret", "")


def test_answers_to_miflowcyt_stand_in_its_report(command: Command, tube: str, tmp_path: Path) -> None:
    del tube
    (tmp_path / "m.yaml").write_text("purpose: Cells under <low> dose\nspecimen: Heparin blood\n")
    assert command("gate", "fcs", *GIVEN, "--out", "o", "--miflowcyt", "m.yaml").code == 0
    page = (tmp_path / "o" / "review" / "miflowcyt.html").read_text()
    assert "Cells under &lt;low&gt; dose" in page
    assert "Heparin blood" in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("purpos: x\n", "did you mean purpose?"),
        ("purpose: [1]\n", "is no text"),
        ("- a\n", "no headings"),
        ("a: [", "cannot be read"),
    ],
)
def test_answers_to_miflowcyt_that_are_none_stop_before_anything_is_gated(
    command: Command, tube: str, tmp_path: Path, text: str, told: str
) -> None:
    del tube
    (tmp_path / "m.yaml").write_text(text)
    answer = command("gate", "fcs", *GIVEN, "--out", "o", "--miflowcyt", "m.yaml")
    assert answer.code == 1
    assert "CYTO-088" in answer.err
    assert told in answer.err
    assert not (tmp_path / "o").exists()
