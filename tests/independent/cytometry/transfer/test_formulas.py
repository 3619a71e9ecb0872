"""Formulas beside their closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lupustrial.cytometry import Ellipse, Every, Interval, Polygon, Setting, Tube
from lupustrial.cytometry.transfer import Warp, make_template, warped
from lupustrial.cytometry.transfer._fit import fit, match_of, warps_of
from lupustrial.cytometry.transfer._ground import Cells

EVENTS = 20_000
#: Smoothing of either density, in standard deviations (docs/cytometry/transfer.md).
SMOOTHING = 0.2


def _tube(values: np.ndarray) -> Setting:
    tube = Tube.of_columns("normal", {"A": values})
    everything = np.ones(len(values), dtype=np.bool_)
    return Setting(tube=tube, parent=everything, populations={})


def _normal(middle: float = 0.0, spread: float = 1.0) -> np.ndarray:
    """Return quantiles of a normal distribution: a sample without chance."""
    return np.asarray(norm.ppf((np.arange(EVENTS) + 0.5) / EVENTS, middle, spread))


# a sample that is both far and wide leaves the grid, and so the closed form
@pytest.mark.parametrize(("shift", "factor"), [(0.0, 1.0), (0.3, 1.0), (1.0, 1.0), (0.0, 1.3), (0.3, 1.3)])
def test_the_match_of_two_normal_densities_is_the_closed_form(shift: float, factor: float) -> None:
    # Bhattacharyya 1943: sqrt(2 s t / (s^2 + t^2)) exp(-d^2 / (4 (s^2 + t^2)))
    setting = _tube(_normal())
    template = make_template(setting, Interval(column="A", low=3.5), population="x", rests_on="whole")
    ground = template.grounds[0]
    found = match_of(ground, Cells.of(_normal(shift, factor)[:, None]))(warps_of(ground, np.zeros(2)))
    s, t = np.hypot(1.0, SMOOTHING), np.hypot(factor, SMOOTHING)
    expected = np.sqrt(2 * s * t / (s**2 + t**2)) * np.exp(-(shift**2) / (4 * (s**2 + t**2)))
    assert found == pytest.approx(expected, abs=0.005)


def test_the_alignment_of_a_normal_sample_is_its_mean_though_the_gate_holds_a_crowd() -> None:
    setting = _tube(_normal())
    template = make_template(setting, Interval(column="A", low=2.0), population="x")
    # a tenth of the events is put far into the gate: it moves mean and median, not the alignment
    crowd = np.concatenate([_normal(0.5), np.full(EVENTS // 10, 3.2)])
    fitted = fit(template.grounds[0], Cells.of(crowd[:, None]), template.priors[0])
    assert fitted.at[0] == pytest.approx(0.5, abs=0.05)
    assert np.median(crowd) > 0.6


def test_a_region_holds_the_same_events_after_both_were_carried() -> None:
    random = np.random.default_rng(5)
    points = random.normal(0.0, 1.0, (5000, 2))
    warps = {
        "A": Warp(column="A", middle=0.2, spread=1.5, shift=0.7, stretch=0.3),
        "B": Warp(column="B", middle=-0.4, spread=0.8, shift=-1.1, stretch=-0.2),
    }
    before = Tube.of_columns("a", {"A": points[:, 0], "B": points[:, 1]})
    # by hand: 0.2 + 1.5 (0.7 + e^0.3 u) and -0.4 + 0.8 (-1.1 + e^-0.2 v)
    x = 0.2 + 1.5 * (0.7 + np.exp(0.3) * (points[:, 0] - 0.2) / 1.5)
    y = -0.4 + 0.8 * (-1.1 + np.exp(-0.2) * (points[:, 1] + 0.4) / 0.8)
    after = Tube.of_columns("b", {"A": x, "B": y})
    ellipse = Ellipse(x="A", y="B", centre=(0.3, 0.1), covariance=((1.0, 0.4), (0.4, 0.7)), distance=1.2)
    triangle = Polygon(x="B", y="A", vertices=((-1.0, -1.0), (1.5, 0.0), (0.0, 2.0)))
    for region in (
        Interval(column="B", low=-0.5, high=None),
        triangle,
        ellipse,
        Every(of=(ellipse, Interval(column="A", high=0.9)), out=(triangle,)),
    ):
        same = region.contains(before) == warped(region, warps).contains(after)
        # events are held in single precision: those on an edge may change sides
        assert np.count_nonzero(~same) <= 2


def test_a_bent_warp_passes_its_knots_rises_and_is_undone() -> None:
    warp = Warp(
        column="A",
        middle=1.0,
        spread=2.0,
        shift=0.5,
        stretch=0.1,
        bends=((-1.0, 0.2), (0.0, -0.1), (2.0, 0.3)),
    )
    # by hand at the knot u = 2, x = 5: 1 + 2 (0.5 + e^0.1 (2 + 0.3))
    assert warp.forward(np.asarray([5.0]))[0] == pytest.approx(2 + 4.6 * np.exp(0.1))
    values = np.linspace(-9.0, 9.0, 200)
    there = warp.forward(values)
    assert (np.diff(there) > 0).all()
    assert warp.back(there) == pytest.approx(values)
