"""``lupustrial gate --decisions``: what readers decided changes the gates they decided on, and no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from command import Command
from synthetic_folder import STRATEGY

from lupustrial.cytometry import Interval, Region
from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.review import TubeReview, digest_of_gate, unpack
from lupustrial.cytometry.synthetic import make_file, panel_text

ROOT = Path(__file__).resolve().parents[3]
GIVEN = ("--panel", "p.yaml", "--strategy", "s.yaml", "--processes", "1", "--quiet")
MOVED = Interval(column="CD3", low=0.6)


@pytest.fixture
def tubes(command: Command, tmp_path: Path) -> dict[str, TubeReview]:
    """Gate three tubes, and return what a reader is shown of each."""
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    (tmp_path / "s.yaml").write_text(STRATEGY)
    (tmp_path / "fcs").mkdir()
    for seed in (1, 2, 3):
        make_file(tmp_path / f"fcs/{seed}.fcs", panel="tbnk", seed=seed, events=1_200)
    assert command("gate", "fcs", *GIVEN, "--out", "before").code == 0
    return shown(tmp_path, "before")


def shown(folder: Path, out: str) -> dict[str, TubeReview]:
    """Return the tubes of a run by their file."""
    files = dict(pl.read_parquet(folder / out / "files.parquet").select("file_sha256", "file").iter_rows())
    packed = (folder / out / "review" / "review-material.zip").read_bytes()
    return {files[tube.file_sha256]: tube for tube in unpack(packed).tubes}


def row(
    tube: TubeReview, population: str, decision: str, region: Region | None = None, *, digest: bool = False
) -> dict[str, Any]:
    """Return a decision as the web application gives it out."""
    gate = tube.gate(population)
    assert gate is not None
    plain = None if region is None else region.as_plain()
    told = {"shown": digest_of_gate(tube, gate)} if digest else {}
    return {
        "file_sha256": tube.file_sha256, "code": tube.code, "strategy": tube.strategy,
        "population": population, "gating": tube.gate_hash, "decision": decision, "region": plain,
        "why": "" if decision == "accepted" else "doublets", "by": "gate_reader",
        "at": "2026-01-05T08:00:00Z", "entry": 7, **told,
    }  # fmt: skip


def write(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write a file of decisions."""
    (folder / name).write_text(json.dumps({"format": 1, "study": "S", "decisions": list(rows)}))


def results(folder: Path, out: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of results by file and population."""
    frame = pl.read_parquet(folder / out / "results.parquet")
    return {(each["file"], each["population"]): each for each in frame.to_dicts()}


def told(folder: Path, out: str) -> list[tuple[str, str]]:
    """Return the decisions that do not hold: file and message."""
    quality = pl.read_parquet(folder / out / "quality.parquet").filter(pl.col("check") == "QC-DECISION")
    return list(quality.select("file", "message").iter_rows())


@pytest.mark.parametrize("digest", [False, True])
def test_only_what_was_decided_changes(
    command: Command, tubes: dict[str, TubeReview], tmp_path: Path, *, digest: bool
) -> None:
    rows = [
        row(tubes["1.fcs"], "CD4 T cells", "accepted", digest=digest),
        row(tubes["2.fcs"], "T cells", "edited", MOVED, digest=digest),
        row(tubes["3.fcs"], "T cells", "rejected", digest=digest),
    ]
    write(tmp_path, "d.json", [*rows, {**rows[0], "file_sha256": "f" * 64}])
    answer = command("gate", "fcs", *GIVEN, "--out", "after", "--decisions", "d.json")
    assert answer.code == 0
    assert "decisions 1 accepted, 1 edited, 1 rejected, 1 on files that are not here" in answer.out
    before, after = results(tmp_path, "before"), results(tmp_path, "after")
    changed = {key for key in after if after[key]["count"] != before[key]["count"]}
    assert changed == {(file, name) for file in ("2.fcs", "3.fcs") for name in ("T cells", "CD4 T cells")}
    decisions = {key: (each["decision"], each["decided_by"]) for key, each in after.items()}
    assert {key: each for key, each in decisions.items() if each != ("auto", "")} == {
        ("1.fcs", "CD4 T cells"): ("accepted", "gate_reader"),
        ("2.fcs", "T cells"): ("edited", "gate_reader"),
        ("3.fcs", "T cells"): ("rejected", "gate_reader"),
    }
    gate = tubes["2.fcs"].gate("lymphocytes")
    assert gate is not None
    tube = prepare(read_fcs(tmp_path / "fcs/2.fcs"), read_panel(tmp_path / "p.yaml"))
    inside = gate.region.contains(tube) & (tube.column("CD3") >= 0.6)
    assert after["2.fcs", "T cells"]["count"] == inside.sum()
    assert after["3.fcs", "T cells"]["reason"] == "rejected by gate_reader: doublets"
    assert "rejected by gate_reader" in after["3.fcs", "CD4 T cells"]["reason"]
    same = {file: after[file, "lymphocytes"]["gate_hash"] == before[file, "lymphocytes"]["gate_hash"]
            for file in tubes}  # fmt: skip
    assert same == {"1.fcs": True, "2.fcs": False, "3.fcs": False}


def test_a_gate_that_changed_meanwhile_keeps_no_decision_and_says_so(
    command: Command, tubes: dict[str, TubeReview], tmp_path: Path
) -> None:
    rows = [row(tubes["1.fcs"], "T cells", "rejected"), row(tubes["2.fcs"], "T cells", "edited", MOVED)]
    rows += [row(tubes["3.fcs"], "lymphocytes", "accepted", digest=True)]
    rows += [row(tubes["3.fcs"], "T cells", "rejected", digest=True)]
    write(tmp_path, "d.json", rows)
    other = STRATEGY.replace("column: CD3}", "column: CD3, side: below}")
    (tmp_path / "s.yaml").write_text(other)
    assert command("gate", "fcs", *GIVEN, "--out", "alone").code == 0
    answer = command("gate", "fcs", *GIVEN, "--out", "after", "--decisions", "d.json")
    assert "3 that do not hold any more" in answer.out
    alone, after = results(tmp_path, "alone"), results(tmp_path, "after")
    assert {key: each["count"] for key, each in after.items()} == {
        key: each["count"] for key, each in alone.items()
    }
    # a decision that names the gate it was made on holds where that gate is still the same
    assert {key for key, each in after.items() if each["decision"] != "auto"} == {("3.fcs", "lymphocytes")}
    assert [file for file, _ in told(tmp_path, "after")] == ["1.fcs", "2.fcs", "3.fcs"]
    assert all("is another gate now" in message for _, message in told(tmp_path, "after"))


def test_decisions_on_a_run_with_decisions_count_on_top_of_them(
    command: Command, tubes: dict[str, TubeReview], tmp_path: Path
) -> None:
    first = [row(tubes["2.fcs"], "T cells", "edited", MOVED), row(tubes["2.fcs"], "CD4 T cells", "accepted")]
    write(tmp_path, "1.json", first)
    command("gate", "fcs", *GIVEN, "--out", "once", "--decisions", "1.json")
    # what rests on a gate that was moved is another one than was accepted
    assert [message for _, message in told(tmp_path, "once")] == [
        "CD4 T cells was accepted before what it rests on was moved: look at it again."
    ]
    assert results(tmp_path, "once")["2.fcs", "CD4 T cells"]["decision"] == "auto"
    anew = shown(tmp_path, "once")["2.fcs"]
    second = [row(anew, "T cells", "accepted") | {"by": "second"}, row(anew, "CD4 T cells", "accepted")]
    write(tmp_path, "2.json", second)
    both = ("--decisions", "1.json", "--decisions", "2.json")
    command("gate", "fcs", *GIVEN, "--out", "twice", *both)
    once, twice = results(tmp_path, "once"), results(tmp_path, "twice")
    assert told(tmp_path, "twice") == []
    assert {key: each["count"] for key, each in twice.items()} == {
        key: each["count"] for key, each in once.items()
    }
    moved = twice["2.fcs", "T cells"]
    assert (moved["decision"], moved["decided_by"]) == ("edited", "gate_reader, second")
    assert twice["2.fcs", "CD4 T cells"]["decision"] == "accepted"
    command("gate", "fcs", *GIVEN, "--out", "alone", "--decisions", "2.json")
    assert len(told(tmp_path, "alone")) == 2


def test_a_run_goes_on_with_decisions_where_nothing_was_decided(
    command: Command, tubes: dict[str, TubeReview], tmp_path: Path
) -> None:
    write(tmp_path, "d.json", [row(tubes["2.fcs"], "T cells", "edited", MOVED)])
    going = ("--out", "before", "--resume", "--decisions", "d.json", "--json")
    answer = json.loads(command("gate", "fcs", *GIVEN, *going).out)
    assert (answer["gated"], answer["kept"]) == (1, 2)
    again = json.loads(command("gate", "fcs", *GIVEN, *going).out)
    assert (again["gated"], again["kept"], again["same_as_before"]) == (0, 3, True)
    assert results(tmp_path, "before")["2.fcs", "T cells"]["decision"] == "edited"
    one = command("gate", "fcs/2.fcs", *GIVEN[:4], "--decisions", "d.json", "--json")
    assert {each["population"]: each["decision"] for each in json.loads(one.out)} == {
        "lymphocytes": "auto", "T cells": "edited", "CD4 T cells": "auto",
    }  # fmt: skip


def test_the_files_of_a_study_too(command: Command, tmp_path: Path) -> None:
    (tmp_path / "fcs").mkdir()
    make_file(tmp_path / "fcs/a.fcs", panel="tbnk", seed=6, events=2_000)
    header = "file,panel,batch,participant,visit\n"
    panel = read_panel(ROOT / "studies/il2-sle/cytometry/tbnk-panel.yaml").id
    (tmp_path / "fcs/samples.csv").write_text(f"{header}a.fcs,{panel},1,01-007,W0\n")
    study = ("gate", ROOT / "studies/il2-sle", "fcs", "--processes", "1", "--quiet")
    assert command(*study, "--out", "before").code == 0
    tube = shown(tmp_path, "before")["a.fcs"]
    write(tmp_path, "d.json", [row(tube, "NK cells", "rejected"), row(tube, "lymphocytes", "accepted")])
    assert command(*study, "--out", "after", "--decisions", "d.json").code == 0
    before, after = results(tmp_path, "before"), results(tmp_path, "after")
    assert before["a.fcs", "NK cells"]["count"]
    assert after["a.fcs", "NK cells"]["count"] is None
    assert after["a.fcs", "NK cells"]["decision"] == "rejected"


@pytest.mark.parametrize(
    ("text", "code", "fault"), [("{}", 1, "CYTO-089"), (None, 2, "USAGE-012")], ids=["none", "absent"]
)
def test_a_file_of_decisions_that_is_none_stops_before_anything_is_gated(
    command: Command, small_folder: Path, tmp_path: Path, text: str | None, code: int, fault: str
) -> None:
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    (tmp_path / "s.yaml").write_text(STRATEGY)
    if text is not None:
        (tmp_path / "d.json").write_text(text)
    answer = command("gate", small_folder, *GIVEN, "--decisions", "d.json")
    assert answer.code == code
    assert fault in answer.err
    assert "d.json" in answer.err
    assert not (tmp_path / "out").exists()
