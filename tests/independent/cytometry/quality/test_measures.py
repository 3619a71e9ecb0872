"""The measures of quality control beside numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from quality_tubes import blood, changed
from scipy.stats import norm

from lupustrial.cytometry import Tube
from lupustrial.cytometry.quality import reference_of
from lupustrial.cytometry.quality._cut import cut_of
from lupustrial.cytometry.quality._flow import check_flow, flow_rate, slow_spells
from lupustrial.cytometry.quality._levels import parted, shares
from lupustrial.cytometry.quality._reference import shape_of
from lupustrial.cytometry.quality._spill import pairs_of
from lupustrial.cytometry.quality._time import check_time, course_of


def test_the_mean_rank_of_a_bin_is_the_chance_to_lie_above_an_event_of_the_tube() -> None:
    # Half the tube lies one standard deviation higher: within the whole, a late event lies above a random one
    # with chance (1/2 + Phi(1 / sqrt 2)) / 2, an early one with one less that.
    values = np.concatenate([norm.ppf((np.arange(4000) + 0.5) / 4000) + shift for shift in (0, 1)])
    random = np.random.default_rng(4)
    order = np.concatenate([random.permutation(4000), 4000 + random.permutation(4000)])
    tube = Tube.of_columns("step", {"Time": np.arange(8000.0), "CD3": values[order]})
    course = course_of(tube)
    assert course is not None
    late = (0.5 + norm.cdf(1 / np.sqrt(2))) / 2
    bins = len(course.middle)
    assert course.ranks[: bins // 2].mean() == pytest.approx(1 - late, abs=2e-3)
    assert course.ranks[bins // 2 :].mean() == pytest.approx(late, abs=2e-3)
    assert check_time(tube).numbers["drift"] >= 2 * late - 1 - 0.01


def test_an_even_tube_has_mean_ranks_within_their_standard_error() -> None:
    course = course_of(blood(1))
    assert course is not None
    count = 8000 / len(course.middle)
    away = np.abs(course.ranks - 0.5) * np.sqrt(12 * count)
    assert away.max() < norm.isf(1e-6)
    assert np.sqrt((away**2).mean()) == pytest.approx(1, abs=0.1)


def test_the_flow_rate_is_events_over_seconds() -> None:
    seconds = np.concatenate([np.linspace(0, 10, 2000, endpoint=False), np.linspace(10, 20, 200), [30.0]])
    flow = flow_rate(seconds)
    assert flow is not None
    edges, rate = flow
    assert (rate * np.diff(edges)).sum() == pytest.approx(2201)
    assert rate[0] == pytest.approx(200, rel=0.02)
    slow = slow_spells(seconds)
    assert slow[-1][1] == pytest.approx(30)
    assert not [spell for spell in slow if spell[1] < 9.5]


def test_a_clog_is_the_share_of_time_without_events() -> None:
    random = np.random.default_rng(2)
    seconds = np.sort(np.concatenate([random.uniform(0, 30, 3000), random.uniform(50, 100, 5000)]))
    tube = Tube.of_columns("clog", {"Time": seconds, "CD3": random.random(8000)})
    finding = check_flow(tube, "Time")
    assert finding.verdict == "fail"
    assert finding.numbers["slow"] == pytest.approx(0.2, abs=0.01)


def test_a_cut_lies_between_two_equal_hills() -> None:
    q = norm.ppf((np.arange(5000) + 0.5) / 5000)
    cut = cut_of(np.concatenate([0.2 + 0.05 * q, 0.6 + 0.05 * q]))
    assert cut.at == pytest.approx(0.4, abs=0.1)
    assert cut.share == pytest.approx(0.5, abs=1e-3)
    assert cut.depth > 0.95


def test_the_pull_is_the_shift_of_the_median_in_robust_standard_deviations() -> None:
    random = np.random.default_rng(3)
    bright = np.concatenate([random.normal(0, 10, 4000), random.normal(1000, 50, 4000)])
    seen = np.concatenate(
        [random.normal(0, 10, 4000), random.normal(0, 10, 4000), random.normal(900, 50, 800)]
    )
    bright = np.concatenate([bright, random.normal(0, 10, 800)])
    linear = np.column_stack([bright, seen - 0.05 * np.maximum(bright, 0)]).astype(np.float32)
    tube = Tube(name="pull", names=("A", "B"), values=np.arcsinh(linear / 30), linear=linear)
    pair = next(pair for pair in pairs_of(tube) if (pair.bright, pair.seen) == ("A", "B"))
    # 5 % too much taken away where A is 1034 (median of the brighter half); standard deviation 10.
    assert pair.pull == pytest.approx(-0.05 * 1034 / 10, rel=0.15)


def test_the_parts_of_a_column_are_its_deciles_and_log_odds() -> None:
    column = np.concatenate([np.linspace(0, 1, 301), np.linspace(2, 3, 101)])
    deciles, odds, bright = parted(column, 1.5)
    np.testing.assert_allclose(deciles[:9], np.arange(0.1, 0.95, 0.1), atol=1e-9)
    np.testing.assert_allclose(deciles[9:], np.arange(2.1, 2.95, 0.1), atol=1e-9)
    share = 101 / 402
    assert odds == pytest.approx(np.log((share + 0.005) / (1 - share + 0.005)))
    assert bright.sum() == 101


def test_a_part_of_few_events_has_no_deciles() -> None:
    deciles, _, _ = parted(np.concatenate([np.linspace(0, 1, 300), np.full(49, 2.0)]), 1.5)
    assert not np.isnan(deciles[:9]).any()
    assert np.isnan(deciles[9:]).all()


def test_bright_together_is_a_share_of_the_first() -> None:
    first, second = np.arange(100) < 40, (np.arange(100) >= 30) & (np.arange(100) < 50)
    together, counts = shares([first, second])
    np.testing.assert_allclose(together, [[1, 0.25], [0.5, 1]])
    np.testing.assert_allclose(counts, [40, 20])


def test_the_distance_of_a_tube_from_itself_is_nothing() -> None:
    tube = blood(6)
    reference = reference_of([tube, tube, tube])
    stated = range(len(reference.labels))
    itself = reference.on_trial(shape_of(tube, reference.labels)).distance(stated)
    assert itself == pytest.approx(0, abs=1e-9)
    moved = changed(tube, "CD3", tube.column("CD3") + 0.1)
    assert reference.on_trial(shape_of(moved, reference.labels)).distance(stated) > 0.1


def test_another_mixture_of_the_same_cells_is_hardly_farther_and_an_exchange_is() -> None:
    tube = blood(7)
    reference = reference_of([blood(8), blood(9), blood(10)])
    few = tube.column("CD8") < np.quantile(tube.column("CD8"), 0.85)  # most CD8 T cells are taken out
    fewer = Tube.of_columns("fewer", {name: tube.column(name)[few] for name in tube.names})
    at = {label: number for number, label in enumerate(reference.labels)}
    exchanged = [at[{"CD4": "CD8", "CD8": "CD4"}.get(label, label)] for label in reference.labels]
    for each in (tube, fewer):
        trial = reference.on_trial(shape_of(each, reference.labels))
        assert trial.distance(exchanged) > trial.distance(range(len(at))) + 0.7
