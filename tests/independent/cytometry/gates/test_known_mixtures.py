"""Cuts beside what the distributions that the events were drawn from say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from lupustrial.cytometry import Interval, Setting, Tube
from lupustrial.cytometry.gates import METHODS, Unplaced, density_of


def setting(columns: dict[str, np.ndarray], **populations: np.ndarray) -> Setting:
    """Return a tube whose parent is every event."""
    tube = Tube.of_columns("made", columns)
    return Setting(tube=tube, parent=np.ones(len(tube), dtype=bool), populations=populations)


def cut_of(method: str, where: Setting, **parameters: object) -> float:
    """Place a gate and return its cut."""
    registered = METHODS[method]
    region = registered.place(where, registered.model.model_validate(parameters)).region
    assert isinstance(region, Interval)
    cut = region.low if region.low is not None else region.high
    assert cut is not None
    return cut


def two(seed: int, share: float, apart: float, events: int = 40_000) -> np.ndarray:
    """Draw from N(0, 1) and, with a share, from N(apart, 1)."""
    random = np.random.default_rng(seed)
    positive = random.random(events) < share
    return random.normal(0, 1, events) + apart * positive


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
def test_a_valley_lies_where_the_density_of_the_mixture_is_lowest(share: float) -> None:
    apart = 7.0

    def slope(x: float) -> float:
        return float((1 - share) * x * norm.pdf(x) + share * (x - apart) * norm.pdf(x - apart))

    lowest = brentq(slope, 1.5, apart - 1.5)
    cut = cut_of("valley", setting({"CD3": two(3, share, apart)}), column="CD3")
    assert cut == pytest.approx(lowest, abs=0.5)


def test_beside_few_spread_out_events_the_cut_is_drawn_to_the_end_of_the_peak() -> None:
    lost: dict[str, list[float]] = {"plain": [], "held": []}
    for seed in range(20):
        random = np.random.default_rng(seed)
        # as rare everywhere between -12 and -2: no place there is the lowest but by chance
        negative = np.concatenate([random.normal(-15, 1.5, 150), random.uniform(-12, -2, 250)])
        where = setting({"CD3": np.concatenate([negative, random.normal(0, 1, 4_000)])})
        for name, more in (("plain", {}), ("held", {"hold": 0.9999})):
            cut = cut_of("valley", where, column="CD3", **more)
            assert cut <= norm.ppf(1e-4) + 0.5
            lost[name].append(float(np.mean(negative >= cut)))
    assert np.mean(lost["held"]) < 0.5 * np.mean(lost["plain"])


def test_of_a_plain_valley_the_end_of_the_peak_moves_nothing_much() -> None:
    where = setting({"CD3": two(3, 0.6, 9.0)})
    plain, held = (cut_of("valley", where, column="CD3", **each) for each in ({}, {"hold": 0.9999}))
    assert held == pytest.approx(9.0 - norm.isf(1e-4), abs=1.0)
    assert norm.cdf(held - 9.0) + norm.sf(held) < norm.cdf(plain - 9.0) + norm.sf(plain) + 1e-3


def test_without_a_valley_the_cut_is_where_two_gaussians_are_even() -> None:
    values = np.concatenate(
        [
            norm.ppf((np.arange(30_000) + 0.5) / 30_000),
            2.0 + 0.9 * norm.ppf((np.arange(30_000) + 0.5) / 30_000),
        ]
    )
    even = brentq(lambda x: norm.pdf(x) - norm.pdf(x, 2.0, 0.9), 0.2, 1.8)
    cut = cut_of("valley", setting({"CD25": values}), column="CD25", depth=0.9)
    assert cut == pytest.approx(even, abs=0.15)


def test_a_tail_is_cut_at_the_normal_quantile_of_the_main_peak() -> None:
    random = np.random.default_rng(5)
    values = np.concatenate([random.normal(10, 2, 50_000), random.normal(18, 1, 1_500)])
    cut = cut_of("tail", setting({"CD25": values}), column="CD25", hold=0.99)
    assert cut == pytest.approx(10 + 2 * norm.ppf(0.99), abs=0.35)


def test_an_internal_control_needs_no_negative_events() -> None:
    random = np.random.default_rng(7)
    control = np.arange(30_000) < 20_000
    values = np.where(control, random.normal(0, 1, 30_000), random.normal(6, 1, 30_000))
    tube = Tube.of_columns("made", {"CD56": values})
    where = Setting(tube=tube, parent=~control, populations={"CD4": control})
    cut = cut_of("internal_control", where, column="CD56", control="CD4")
    assert 1.6 < cut < 4.0
    assert np.mean(values[~control] >= cut) > 0.97


def test_an_internal_control_that_is_positive_in_part_does_not_raise_the_cut() -> None:
    random = np.random.default_rng(8)
    control = np.arange(40_000) < 20_000
    values = random.normal(0, 1, 40_000)
    values[:4_000] += 6.0  # a fifth of the control is positive after all
    values[30_000:] += 6.0
    where = Setting(
        tube=Tube.of_columns("made", {"CD56": values}), parent=~control, populations={"T": control}
    )
    assert 1.6 < cut_of("internal_control", where, column="CD56", control="T") < 4.5


def test_without_positive_events_the_cut_holds_the_share_of_the_control() -> None:
    random = np.random.default_rng(9)
    control = np.arange(60_000) < 40_000
    where = Setting(
        tube=Tube.of_columns("made", {"CD19": random.normal(0, 1, 60_000)}),
        parent=~control,
        populations={"T": control},
    )
    cut = cut_of("internal_control", where, column="CD19", control="T", hold=0.999)
    assert cut == pytest.approx(norm.ppf(0.999), abs=0.35)


def test_the_quantile_of_a_control_is_an_order_statistic() -> None:
    random = np.random.default_rng(11)
    control = Tube.of_columns("control", {"IFNg": random.permutation(np.arange(1000.0))})
    there = Setting(tube=control, parent=np.ones(1000, dtype=bool), populations={})
    tube = Tube.of_columns("made", {"IFNg": np.zeros(50)})
    where = Setting(
        tube=tube, parent=np.ones(50, dtype=bool), populations={}, controls={"unstimulated": there}
    )
    cut = cut_of("quantile_of_control", where, column="IFNg", control="unstimulated", quantile=0.995)
    assert int((control.column("IFNg") >= cut).sum()) == 5  # 0.5 % of 1000


def test_an_ellipse_holds_the_share_of_the_cells_that_it_was_asked_for() -> None:
    random = np.random.default_rng(13)
    cells = random.multivariate_normal([80, 20], [[36, 9], [9, 9]], 40_000)
    dirt = random.uniform([0, 0], [250, 250], (6_000, 2))
    events = np.concatenate([cells, dirt])
    known = np.ones(len(events), dtype=bool)
    where = setting({"FSC-A": events[:, 0], "SSC-A": events[:, 1]}, T=known)
    registered = METHODS["backgated_ellipse"]
    parameters = registered.model.model_validate({"columns": ("FSC-A", "SSC-A"), "of": "T", "hold": 0.95})
    inside = registered.place(where, parameters).region.contains(where.tube)
    assert np.mean(inside[:40_000]) == pytest.approx(0.95, abs=0.01)


def test_a_ratio_band_keeps_single_cells_and_drops_doublets() -> None:
    random = np.random.default_rng(17)
    area = random.lognormal(11, 0.2, 20_000)
    height = area * random.normal(0.8, 0.02, 20_000)
    doublet = np.arange(20_000) < 1_500
    area = np.where(doublet, 1.7 * area, area)
    where = setting({"FSC-A": area, "FSC-H": height})
    registered = METHODS["ratio_band"]
    placed = registered.place(where, registered.model.model_validate({"columns": ("FSC-A", "FSC-H")}))
    inside = placed.region.contains(where.tube)
    assert np.mean(inside[~doublet]) > 0.999
    assert np.mean(inside[doublet]) < 0.001


def test_a_mixture_finds_the_cloud_in_the_direction_that_is_told() -> None:
    random = np.random.default_rng(19)
    main = random.normal([2, 6], [0.6, 0.6], (20_000, 2))
    treg = random.normal([5, 3], [0.5, 0.5], (1_000, 2))
    events = np.concatenate([main, treg])
    where = setting({"CD25": events[:, 0], "CD127": events[:, 1]})
    registered = METHODS["mixture"]
    parameters = registered.model.model_validate(
        {"columns": ("CD25", "CD127"), "towards": (1, -1), "hold": 0.95}
    )
    inside = registered.place(where, parameters).region.contains(where.tube)
    assert np.mean(inside[20_000:21_000]) == pytest.approx(0.95, abs=0.04)
    assert np.mean(inside[:20_000]) < 0.002


@pytest.mark.parametrize(("share", "apart"), [(0.5, 6.0), (0.1, 5.0)])
def test_the_smoothed_density_is_near_the_true_one(share: float, apart: float) -> None:
    events = 40_000
    density = density_of(two(23, share, apart, events))
    x = density.low + (np.arange(len(density.counts)) + 0.5) * density.step
    true = events * density.step * ((1 - share) * norm.pdf(x) + share * norm.pdf(x - apart))
    assert np.abs(density.smooth - true).sum() / events < 0.03


@pytest.mark.parametrize("values", [np.array([]), np.ones(5), np.full(500, 3.0), np.full(500, np.nan)])
@pytest.mark.parametrize("method", ["valley", "tail"])
def test_a_gate_that_cannot_be_placed_says_so(values: np.ndarray, method: str) -> None:
    with pytest.raises(Unplaced, match=r"fewer than 30|same value"):
        cut_of(method, setting({"CD3": values}), column="CD3")
