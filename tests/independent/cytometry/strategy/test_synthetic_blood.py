"""Ready strategies on synthetic blood, whose every event is known; gains of a batch of ± 30 %."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lupustrial.cytometry import Gated, Tube
from lupustrial.cytometry.panel import read_panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.cytometry.strategy import gate_tube, ready_strategy
from lupustrial.cytometry.synthetic import as_file, batch_gain, make_events, panel_text, synthetic_panel

CD4 = ("cd4_naive", "cd4_cm", "cd4_em", "cd4_emra", "treg_naive", "treg_memory", "tfh", "th17")


def gate(panel: str, strategy: str, seed: int, folder: Path, **tube: Any) -> tuple[Gated, np.ndarray]:
    """Make, prepare and gate a tube."""
    events = make_events(
        panel, seed=seed, donor=seed, events=30_000, gain=batch_gain(synthetic_panel(panel), seed), **tube
    )
    path = folder / "panel.yaml"
    path.write_text(panel_text(panel), encoding="utf-8")
    return gate_tube(prepare(as_file(events), read_panel(path)), ready_strategy(strategy)), events.labels


def f1(gated: Gated, population: str, labels: np.ndarray, of: tuple[str, ...]) -> float:
    """Return F1 of a population beside labels."""
    inside, true = gated.gate(population).inside, np.isin(labels, of)
    return 2 * np.count_nonzero(inside & true) / (np.count_nonzero(inside) + np.count_nonzero(true))


@pytest.mark.parametrize("seed", [1101, 1102, 1103])
def test_cd4_b_and_nk_cells_reach_their_goals(seed: int, tmp_path: Path) -> None:
    gated, labels = gate("tbnk", "tbnk", seed, tmp_path)
    assert f1(gated, "CD4 T cells", labels, CD4) >= 0.97
    assert f1(gated, "B cells", labels, ("b_naive", "b_memory", "plasmablast")) >= 0.95
    assert f1(gated, "NK cells", labels, ("nk_cd56dim", "nk_cd56bright")) >= 0.95


@pytest.mark.parametrize("seed", [1108, 1109])
def test_in_a_good_tube_no_gate_asks_for_a_reader(seed: int, tmp_path: Path) -> None:
    for panel in ("tbnk", "nk"):
        gated, _ = gate(panel, panel, seed, tmp_path)
        assert {each.population: 1 for each in gated.gates if each.placed.confidence < 0.5} == {}


def test_monocytes_are_asked_where_there_are_enough(tmp_path: Path) -> None:
    gated, labels = gate("tbnk", "tbnk", 1110, tmp_path)
    assert f1(gated, "monocytes", labels, ("monocyte", "monocyte_cd16")) >= 0.85


def test_after_depletion_hardly_any_b_cell_is_reported(tmp_path: Path) -> None:
    none = {"b_naive": 0.0, "b_memory": 0.0, "plasmablast": 0.0}
    gated, _ = gate("tbnk", "tbnk", 1104, tmp_path, fractions=none)
    assert gated.gate("B cells").count <= 0.001 * gated.gate("lymphocytes").count


def test_naive_cells_reach_their_goal(tmp_path: Path) -> None:
    gated, labels = gate("memory", "t-memory", 1105, tmp_path)
    assert f1(gated, "CD4 naive", labels, ("cd4_naive", "treg_naive")) >= 0.90
    assert f1(gated, "CD8 naive", labels, ("cd8_naive",)) >= 0.90


def test_an_answer_without_its_control_is_not_reported(tmp_path: Path) -> None:
    gated, _ = gate("functional", "functional", 1106, tmp_path)
    assert "the tube has no control unstimulated" in gated.skipped["IFNg+ CD8"]


def test_a_tube_is_not_changed_by_gating(tmp_path: Path) -> None:
    events = make_events("tbnk", seed=1107, events=5_000)
    path = tmp_path / "panel.yaml"
    path.write_text(panel_text("tbnk"), encoding="utf-8")
    tube: Tube = prepare(as_file(events), read_panel(path))
    before = tube.values.copy()
    first = gate_tube(tube, ready_strategy("tbnk"))
    assert np.array_equal(before, tube.values, equal_nan=True)
    assert gate_tube(tube, ready_strategy("tbnk")).hash == first.hash
