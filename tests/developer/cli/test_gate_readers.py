"""The whole round: gated, shown in the web application, decided on by a reader, gated again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from capture_site import CaptureSite
from command import Command
from gate_site import held, signed, upload
from synthetic_folder import STRATEGY

from lupustrial.cytometry.synthetic import make_file, panel_text

GIVEN = ("--panel", "p.yaml", "--strategy", "s.yaml", "--processes", "1", "--quiet")


def counts(out: Path) -> dict[str, tuple[int | None, str, str]]:
    """Return count, decision and reader of each population."""
    frame = pl.read_parquet(out / "results.parquet")
    rows = frame.select("population", "count", "decision", "decided_by").iter_rows()
    return {population: (count, decision, by) for population, count, decision, by in rows}


def test_what_a_reader_signs_in_the_web_application_is_gated(
    command: Command, site: CaptureSite, tmp_path: Path
) -> None:
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    (tmp_path / "s.yaml").write_text(STRATEGY)
    (tmp_path / "fcs").mkdir()
    make_file(tmp_path / "fcs/a.fcs", panel="tbnk", seed=6, events=1_200)
    (tmp_path / "secret").write_text("0123456789abcdef" * 2)
    given = (*GIVEN, "--secret-file", "secret")
    assert command("gate", "fcs", *given, "--out", "before").code == 0
    material = tmp_path / "before" / "review" / "review-material.zip"
    assert upload(site.client("data_manager"), material.read_bytes()).status_code == 302
    gates = {gate.population: gate for gate in held(site)}
    reader = site.client("gate_reader")

    def decide(population: str, decision: str, **more: str) -> None:
        gate = gates[population]
        fields = signed(shown=gate.shown, decision=decision, step="sign", **more)
        answer = reader.post(f"/gates/{gate.code}/{gate.number}", fields)
        assert answer.status_code == 302, answer.content.decode()

    decide("lymphocytes", "accepted")
    decide("T cells", "edited", why="Too low.", **{"h-low": "0.6"})
    (tmp_path / "d.json").write_bytes(reader.get("/gates/decisions").content)
    assert command("gate", "fcs", *given, "--out", "after", "--decisions", "d.json").code == 0
    before, after = counts(tmp_path / "before"), counts(tmp_path / "after")
    assert after["lymphocytes"] == (before["lymphocytes"][0], "accepted", "gate_reader")
    assert after["T cells"][1:] == ("edited", "gate_reader")
    assert 0 < (after["T cells"][0] or 0) < (before["T cells"][0] or 0)
    # brought in again, the moved gate waits to be looked at, and the accepted one does not
    material = tmp_path / "after" / "review" / "review-material.zip"
    assert upload(site.client("data_manager"), material.read_bytes()).status_code == 302
    assert {gate.population: gate.state for gate in held(site)} == {
        "lymphocytes": "accepted", "T cells": "waiting", "CD4 T cells": "waiting",
    }  # fmt: skip
