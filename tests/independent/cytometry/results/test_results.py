"""Results by hand: counts, percentages, cells per microlitre and the jitter of an even spread."""

from __future__ import annotations

import numpy as np
import pytest
from gated_tubes import ALL, both, even_tube, gate, gated

from lupustrial.cytometry import Ellipse, Finding, Interval, Polygon, Tube
from lupustrial.cytometry.results import intensities_of, results_of

#: Half of the distance from the 16th to the 84th percentile of an even spread from 0 to 1, times 0.1.
STEP = 0.0341345


def test_counts_percentages_and_cells_per_microlitre() -> None:
    tube = Tube.of_columns("a", {"CD3": np.repeat([0.0, 1.0, 2.0, 3.0], [400, 300, 200, 100])})
    lymphocytes = gate(tube, "lymphocytes", Interval(column="CD3", low=0.5))
    cd3 = gate(tube, "CD3", Interval(column="CD3", low=1.5), lymphocytes)
    cd4 = gate(tube, "CD4", Interval(column="CD3", low=2.5), cd3)
    frame = results_of(gated(tube, lymphocytes, cd3, cd4), blood_count=1.2)
    rows = {row["population"]: row for row in frame.iter_rows(named=True)}
    assert [rows[name]["count"] for name in ("lymphocytes", "CD3", "CD4")] == [600, 300, 100]
    assert [rows[name]["parent_count"] for name in ("lymphocytes", "CD3", "CD4")] == [1000, 600, 300]
    assert rows["CD4"]["percent_parent"] == pytest.approx(100 / 3)
    assert rows["CD4"]["percent_lymphocytes"] == pytest.approx(100 / 6)
    # 1.2 x 10^9 / L = 1,200 / uL, of which a sixth.
    assert rows["CD4"]["per_ul"] == pytest.approx(200)
    assert rows["lymphocytes"]["percent_lymphocytes"] == 100


def test_beside_and_above_the_lymphocytes_there_is_no_percentage_of_them() -> None:
    tube = even_tube()
    events = gate(tube, "singlets", ALL)
    lymphocytes = gate(tube, "lymphocytes", Interval(column="CD3", low=0.5), events)
    monocytes = gate(tube, "monocytes", Interval(column="CD3", high=0.2), events)
    frame = results_of(gated(tube, events, lymphocytes, monocytes), blood_count=2.0)
    assert frame["percent_lymphocytes"].to_list() == [None, 100, None]
    assert frame["per_ul"].to_list() == [None, 2000, None]


@pytest.mark.parametrize(
    ("region", "low", "high"),
    [
        (Interval(column="CD3", low=0.5), 50 - 100 * STEP, 50 + 100 * STEP),
        # Both edges at once: twice the step.
        (Interval(column="CD3", low=0.4, high=0.6), 20 - 200 * STEP, 20 + 200 * STEP),
        (
            both(Interval(column="CD3", low=0.4), Interval(column="CD4", low=0.4)),
            20 - 200 * STEP,
            20 + 200 * STEP,
        ),
        (
            Polygon(x="CD3", y="CD4", vertices=((0.4, -1), (0.6, -1), (0.6, 2), (0.4, 2))),
            20 - 200 * STEP,
            20 + 200 * STEP,
        ),
    ],
)  # fmt: skip
def test_jitter_of_an_even_spread_is_the_step_of_the_edges(region: Interval, low: float, high: float) -> None:
    tube = even_tube(20_001)
    row = results_of(gated(tube, gate(tube, "cut", region))).row(0, named=True)
    assert (row["jitter_low"], row["jitter_high"]) == pytest.approx((low, high), abs=0.02)


def test_an_ellipse_grows_by_the_step_along_each_axis() -> None:
    # A line through the middle of a circle of radius 0.2, seen along CD3 alone: |CD3 - 0.5| <= 0.2 / sqrt(2).
    tube = even_tube(20_001)
    circle = Ellipse(x="CD3", y="CD4", centre=(0.5, 0.5), covariance=((0.04, 0), (0, 0.04)), distance=1)
    row = results_of(gated(tube, gate(tube, "circle", circle))).row(0, named=True)
    assert row["percent_parent"] == pytest.approx(100 * 2 * 0.2 / 2**0.5, abs=0.02)
    assert row["jitter_high"] == pytest.approx(100 * 2 * (0.2 + STEP) / 2**0.5, abs=0.02)


def test_between_two_clouds_far_apart_the_gate_may_move_and_nothing_changes() -> None:
    values = np.concatenate([np.linspace(0, 0.1, 500), np.linspace(0.9, 1.0, 500)])
    tube = Tube.of_columns("two", {"CD3": values})
    row = results_of(gated(tube, gate(tube, "upper", Interval(column="CD3", low=0.5)))).row(0, named=True)
    assert (row["jitter_low"], row["jitter_high"]) == (50, 50)
    assert row["wilson_low"] < 50 < row["wilson_high"]


def test_an_empty_parent_gives_null_and_never_a_number() -> None:
    tube = even_tube()
    nobody = gate(tube, "lymphocytes", Interval(column="CD3", low=9))
    frame = results_of(gated(tube, nobody, gate(tube, "CD3", ALL, nobody)), blood_count=1.0)
    row = frame.row(1, named=True)
    assert row["count"] == row["parent_count"] == 0
    nothing = (
        "percent_parent",
        "wilson_low",
        "wilson_high",
        "jitter_low",
        "jitter_high",
        "percent_lymphocytes",
    )
    assert [row[name] for name in (*nothing, "per_ul", "lod", "loq")] == [None] * 9
    assert row["flags"] == "EMPTY-PARENT"
    assert row["verdict"] == "warn"


def test_median_intensity_is_of_the_linear_values_inside() -> None:
    tube = even_tube(3)
    linear = np.asarray([[10, 1], [20, 5], [60, np.nan]], dtype=np.float32)
    tube = Tube(name="m", names=("CD3", "SSC-A"), values=tube.values, linear=linear)
    upper = gate(tube, "upper", Interval(column="CD3", low=0.5))
    frame = intensities_of(gated(tube, gate(tube, "all", ALL), upper))
    assert frame.select("population", "stain", "median", "events").rows() == [
        ("all", "CD3", 20.0, 3),
        ("upper", "CD3", 40.0, 2),
    ]
    assert intensities_of(gated(even_tube(3), gate(even_tube(3), "all", ALL))).is_empty()


def test_findings_flag_what_they_concern() -> None:
    tube = even_tube()
    lymphocytes = gate(tube, "lymphocytes", ALL)
    cd4 = gate(tube, "CD4", Interval(column="CD4", low=0.5), lymphocytes, confidence=0.4)
    findings = [
        Finding(check="QC-STAIN", verdict="fail", message="CD4 is dim", columns=("CD4",)),
        Finding(check="QC-TIME", verdict="warn", message="a jump"),
        Finding(check="QC-FLOW", verdict="pass", message="steady"),
    ]
    first, second = results_of(gated(tube, lymphocytes, cd4), findings).iter_rows(named=True)
    assert (first["verdict"], first["flags"]) == ("warn", "QC-TIME:warn")
    assert (second["verdict"], second["flags"]) == ("fail", "QC-STAIN:fail;QC-TIME:warn;LOW-CONFIDENCE")


def test_swapped_labels_concern_every_population() -> None:
    tube = even_tube()
    finding = Finding(check="QC-LABELS", verdict="fail", message="CD38 and CD4", columns=("CD38", "CD4"))
    assert results_of(gated(tube, gate(tube, "CD3", ALL)), [finding])["verdict"].to_list() == ["fail"]


def test_few_events_are_flagged_below_detection_and_below_quantification() -> None:
    tube = even_tube(1000)
    cuts = {"none": 2.0, "two": 0.9985, "ten": 0.9905, "thirty": 0.9705}
    gates = [gate(tube, name, Interval(column="CD3", low=cut)) for name, cut in cuts.items()]
    frame = results_of(gated(tube, *gates))
    assert frame["count"].to_list() == [0, 2, 10, 30]
    assert frame["flags"].to_list() == ["BELOW-LOD", "BELOW-LOD", "BELOW-LOQ", ""]


def test_a_population_that_was_not_gated_is_no_count_of_zero() -> None:
    tube = even_tube()
    why = {"Treg": "the tube has no column CD25", "live": "no column; all events stands for it"}
    frame = results_of(gated(tube, gate(tube, "CD3", ALL), skipped=why))
    row = frame.row(1, named=True)
    assert (row["population"], row["count"], row["flags"]) == ("Treg", None, "NOT-GATED")
    assert row["reason"] == "the tube has no column CD25"
    assert frame["verdict"].to_list() == ["pass", "warn", "pass"]
