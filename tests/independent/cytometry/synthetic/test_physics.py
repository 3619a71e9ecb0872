"""The physics of synthetic events against what can be worked out by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from lupustrial.cytometry.synthetic import catalogue, make_events, synthetic_panel
from lupustrial.cytometry.synthetic._catalogue import read_plain
from lupustrial.cytometry.synthetic._detection import detect, written_spill


def test_one_dye_alone_spills_as_its_table_says() -> None:
    panel = synthetic_panel("tbnk")
    others = [marker for marker in panel.markers if marker != "CD8"]
    made = make_events("tbnk", seed=1, events=20_000, without=others)
    bright = made.labels == "cd8_naive"
    emits = read_plain("dyes.yaml")["dyes"]["BV711"]["emits"]
    own = made.column("V710-A")[bright].mean()
    # Autofluorescence adds at most 260 to a signal of some 20,000.
    assert made.column("V780-A")[bright].mean() / own == pytest.approx(emits["V780-A"], abs=0.01)
    assert made.column("V450-A")[bright].mean() / own == pytest.approx(emits["V450-A"], abs=0.012)
    assert abs(made.column("G780-A")[bright].mean() / own) < 0.01


def test_the_noise_of_a_constant_light_is_that_of_counted_photons() -> None:
    panel = synthetic_panel("tbnk")
    column = panel.detectors.index("G575-A")
    light = np.zeros((40_000, len(panel.stains)))
    light[:, column] = 10_000.0
    signal = detect(panel, light, np.zeros(40_000), seed=1)[:, column]
    physics = read_plain("dyes.yaml")["detectors"]["G575-A"]
    optics = 0.02 * 10_000
    expected = sqrt(physics["photons"] * 10_000 + physics["noise"] ** 2 + optics**2)
    assert signal.mean() == pytest.approx(10_000, abs=5 * expected / sqrt(40_000))
    # The standard error of a standard deviation of n normal values is sd / sqrt(2 n).
    assert signal.std() == pytest.approx(expected, rel=5 / sqrt(2 * 40_000))


def test_a_gain_scales_column_and_row_of_the_written_matrix() -> None:
    panel = synthetic_panel("tbnk")
    row, column = panel.markers.index("CD8"), panel.markers.index("CD45")
    plain = written_spill(panel, {}, seed=1)
    moved = written_spill(panel, {"V780-A": 1.3, "V710-A": 0.7}, seed=1)
    assert moved[row, column] == pytest.approx(plain[row, column] * 1.3 / 0.7)
    assert moved[row, row] == 1
    assert plain[row, column] == pytest.approx(0.38, rel=0.1)  # BV711 into V780-A, error of 2 %


def test_compensated_negatives_lie_around_their_autofluorescence() -> None:
    made = make_events("tbnk", seed=2, events=30_000)
    place = len(made.panel.detectors)
    measured = made.values[:, 3 : 3 + place].astype(float)
    true = np.linalg.solve(made.spill.T, measured.T).T
    cd4 = made.labels == "cd4_naive"
    cd14 = true[cd4, made.panel.markers.index("CD14")]
    # glow of B530-A, and what sticks: 10 ** (3.65 - 2.25) = 25
    assert np.median(cd14) == pytest.approx(170 + 25, abs=40)


def test_shares_are_those_asked_within_chance() -> None:
    events = 40_000
    made = make_events("tbnk", seed=11, events=events, fractions={"nk": 0.12, "treg": 0.04})
    single = ~np.isin(made.labels, ("debris", "dead", "doublet"))
    for group, share in (("nk", 0.12), ("treg", 0.04)):
        found = np.isin(made.labels[single], catalogue().groups[group]).mean()
        assert found == pytest.approx(share, abs=4.5 * sqrt(share * (1 - share) / single.sum()))
    assert (made.labels == "dead").mean() == pytest.approx(0.04, abs=4.5 * sqrt(0.04 * 0.96 / events))
