"""Quality control beside reference tubes: what only the reference tells is a warning, not a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lupustrial.cytometry.fcs import read_fcs
from lupustrial.cytometry.panel import Panel, read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.quality import reference_of
from lupustrial.cytometry.run._judge import judged
from lupustrial.cytometry.synthetic import make_file, panel_text


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    """Return the panel of T, B and NK cells."""
    (tmp_path / "p.yaml").write_text(panel_text("tbnk"))
    return read_panel(tmp_path / "p.yaml")


def _verdicts(folder: Path, panel: Panel, **asked: Any) -> dict[str, str]:
    """Return the verdict of each check of a tube, beside three good tubes."""
    for seed in (1, 2, 3):
        make_file(folder / f"{seed}.fcs", panel="tbnk", seed=seed, events=4_000)
    good = [prepare(read_fcs(folder / f"{seed}.fcs"), panel) for seed in (1, 2, 3)]
    make_file(folder / "t.fcs", panel="tbnk", seed=9, events=4_000, **asked)
    file = read_fcs(folder / "t.fcs")
    found = judged(file, prepare(file, panel), panel, reference_of(good))
    return {finding.check: finding.verdict for finding in found}


def test_a_participant_without_b_cells_is_looked_at_and_not_refused(tmp_path: Path, panel: Panel) -> None:
    # As under rituximab: the bright end of CD19 is far below that of the reference.
    verdicts = _verdicts(tmp_path, panel, fractions={"b_naive": 0.0, "b_memory": 0.0})
    assert verdicts["QC-STAIN"] == "warn"
    assert verdicts["QC-LABELS"] != "fail"


def test_a_tube_without_cd3_is_refused_by_itself(tmp_path: Path, panel: Panel) -> None:
    assert "fail" in _verdicts(tmp_path, panel, faults={"missing_stain": ("CD3",)}).values()
