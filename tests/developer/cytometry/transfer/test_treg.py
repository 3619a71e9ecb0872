"""Regulatory T cells of a batch from one gated tube; the strategy's method `template`; regions of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cytometry_files import shared
from treg_clouds import Labelled, batch, by_median_and_mad

from lupustrial.cytometry import Every, Setting, Tube
from lupustrial.cytometry.strategy import gate_tube, read_strategy
from lupustrial.cytometry.transfer import (
    TemplateGate,
    make_template,
    place_template,
    region_of_labels,
    template_of_gated,
)
from lupustrial.cytometry.transfer._bend import bent
from lupustrial.cytometry.transfer._fit import Prior, fit
from lupustrial.cytometry.transfer._ground import Cells, ground_of

STRATEGY = """
format: 1
id: clouds
version: 1
title: Clouds of CD4 T cells
populations:
  naive: {method: valley, column: CD45RA}
  Treg: {method: template, template: Treg, anchor: naive}
"""


def _setting(tube: Labelled, **templates: object) -> Setting:
    populations = {"naive": tube.naive}
    return Setting(tube=tube.tube, parent=tube.parent, populations=populations, templates=templates)


def _f1(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


def test_one_gated_tube_serves_a_batch_better_than_median_and_mad() -> None:
    ours, theirs, unchanged = [], [], []
    for seed in (41, 42, 43):
        tubes = batch(seed, 3, 1)
        reference = tubes[0][0]
        template = make_template(_setting(reference), reference.drawn, population="Treg", anchor="naive")
        for (tube,) in tubes[1:]:
            placed = place_template(_setting(tube, t=template), TemplateGate(template="t", anchor="naive"))
            ours.append(_f1(placed.region.contains(tube.tube), tube.treg))
            theirs.append(_f1(by_median_and_mad(reference, tube).contains(tube.tube), tube.treg))
            unchanged.append(_f1(reference.drawn.contains(tube.tube), tube.treg))
    assert np.median(ours) >= 0.87
    assert np.median(ours) > np.median(theirs)
    assert np.median(ours) > np.median(unchanged)


def test_a_strategy_gates_with_a_template_of_its_own_reference(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(STRATEGY)
    strategy = read_strategy(path)
    (reference,), (tube,) = batch(44, 2, 1)
    naive = gate_tube(reference.tube, read_strategy(path), templates={"Treg": _of(reference)})
    template = template_of_gated(naive, "Treg", anchor="naive")
    gated = gate_tube(tube.tube, strategy, templates={"Treg": template})
    gate = gated.gate("Treg")
    assert gate.method == "template"
    assert gate.placed.numbers["aligned"] == 1
    assert _f1(gate.inside, tube.treg) > 0.8
    other = gate_tube(tube.tube, strategy, templates={"Treg": _of(reference)})
    assert other.strategy_hash != gated.strategy_hash


def _of(tube: Labelled) -> object:
    return make_template(_setting(tube), tube.drawn, population="Treg", anchor="naive")


def test_a_region_of_labels_is_the_polygon_that_was_drawn() -> None:
    ((cloud,),) = batch(45, 1, 1)
    region = region_of_labels(_setting(cloud), cloud.treg, ("CD25", "CD127"))
    assert _f1(region.contains(cloud.tube), cloud.treg) > 0.95
    # a third column adds nothing, and so no polygon
    assert not isinstance(region_of_labels(_setting(cloud), cloud.treg, ("CD25", "CD127", "CD45RA")), Every)


def test_two_peaks_that_moved_apart_bend_the_warp() -> None:
    random = np.random.default_rng(6)
    low, high = random.normal(0.0, 0.3, 5000), random.normal(3.0, 0.3, 5000)
    third = random.normal(6.0, 0.3, 5000)
    ours = np.concatenate([low, high, third])[:, None]
    theirs = np.concatenate([low, high + 0.2, third])[:, None]
    ground = ground_of(ours, np.zeros(len(ours), dtype=np.bool_), ("A",), None)
    cells = Cells.of(theirs)
    straight = fit(ground, cells, Prior.usual(("A",)))
    found = bent(straight, cells)
    assert found.match > straight.match
    carried = found.warps["A"].forward(np.asarray([0.0, 3.0, 6.0]))
    assert carried == pytest.approx([0.0, 3.2, 6.0], abs=0.05)


def test_cd56bright_is_carried_to_a_tube_with_brighter_cd56_where_the_gate_as_it_is_fails() -> None:
    frames = {name: pl.read_parquet(shared(f"euroflow_lst_sim/{name}.parquet")) for name in ("C04", "C01")}
    settings, labels = {}, {}
    for name, frame in frames.items():
        subset = frame["subset"].to_numpy().astype(str)
        columns = {each: frame[each].to_numpy().astype(float) for each in ("CD56+IgK", "CD8+IgL")}
        nk = np.isin(subset, ("CD56dim", "CD56bright"))
        settings[name] = Setting(tube=Tube.of_columns(name, columns), parent=nk, populations={})
        labels[name] = subset == "CD56bright"
    region = region_of_labels(settings["C04"], labels["C04"], ("CD56+IgK", "CD8+IgL"))
    template = make_template(settings["C04"], region, population="CD56bright", hold=("CD8+IgL",))
    there = settings["C01"]
    there = Setting(tube=there.tube, parent=there.parent, populations={}, templates={"t": template})
    placed = place_template(there, TemplateGate(template="t"))
    assert _f1(placed.region.contains(there.tube) & there.parent, labels["C01"]) >= 0.7
    assert _f1(region.contains(there.tube) & there.parent, labels["C01"]) < 0.5
    assert "the shift is large" in placed.reason
