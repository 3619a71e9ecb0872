"""What quality control says of tubes whose fault is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from quality_tubes import MARKERS, blood, changed, exchanged

from lupustrial.cytometry import Finding, Tube
from lupustrial.cytometry.quality import (
    Reference,
    check_tube,
    clean_time,
    evidence_of,
    plots_of,
    reference_of,
)
from lupustrial.cytometry.quality._flow import check_flow

CHECKS = [
    "QC-EVENTS", "QC-TIME", "QC-FLOW", "QC-MARGIN", "QC-SATURATION", "QC-SPILL", "QC-GAIN", "QC-STAIN",
    "QC-LABELS",
]  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    return reference_of([blood(seed) for seed in (101, 102, 103)])


def _check(tube: Tube, reference: Reference | None = None) -> dict[str, Finding]:
    return {each.check: each for each in check_tube(None, tube, specimen="PBMC", reference=reference)}


def test_a_good_tube_gets_every_finding_once_and_none_fails(reference: Reference) -> None:
    for known in (None, reference):
        found = check_tube(None, blood(7), specimen="PBMC", reference=known)
        assert [each.check for each in found] == CHECKS
        assert {each.check for each in found if each.verdict != "pass"} == {"QC-EVENTS"}


@pytest.mark.parametrize("pair", [("CD3", "CD19"), ("CD4", "CD56"), ("CD8", "CD14"), ("CD19", "CD56")])
def test_exchanged_labels_fail_without_a_reference_and_are_named(pair: tuple[str, str]) -> None:
    finding = _check(exchanged(blood(8), *pair))["QC-LABELS"]
    assert finding.verdict == "fail"
    assert set(finding.columns) == set(pair)
    assert all(name in finding.message for name in pair)


def test_what_would_not_be_noticed_is_told() -> None:
    # Nothing tells CD19 from CD20 where B cells bear both.
    tube = exchanged(blood(9), "CD19", "CD20")
    finding = _check(tube)["QC-LABELS"]
    assert finding.verdict == "pass"
    assert finding.numbers["noticed"] < finding.numbers["pairs"] == len(list(combinations(MARKERS, 2)))
    assert "would be noticed" in finding.message


def test_a_reference_tells_labels_apart_of_which_nothing_is_known() -> None:
    random = np.random.default_rng(0)

    def tube() -> Tube:
        columns = {f"X{at}": 0.2 + 0.1 * at + 0.05 * random.standard_normal(3000) for at in range(3)}
        return Tube.of_columns("x", columns)

    known = reference_of([tube(), tube(), tube()])
    good, wrong = tube(), exchanged(tube(), "X0", "X2")
    assert _check(good)["QC-LABELS"].message.startswith("Not looked at")
    assert _check(good, known)["QC-LABELS"].verdict == "pass"
    assert _check(wrong, known)["QC-LABELS"].verdict == "fail"
    assert set(_check(wrong, known)["QC-LABELS"].columns) == {"X0", "X2"}


def test_a_stain_left_out_fails(reference: Reference) -> None:
    random = np.random.default_rng(1)
    tube = changed(blood(10), "CD3", 0.2 + 0.05 * random.standard_normal(8000))
    alone = _check(tube)["QC-STAIN"]
    assert (alone.verdict, alone.columns) == ("fail", ("CD3",))
    tube = changed(blood(10), "CD16", 0.2 + 0.05 * random.standard_normal(8000))
    assert _check(tube, reference)["QC-STAIN"].columns == ("CD16",)


def test_another_gain_fails_beside_the_reference(reference: Reference) -> None:
    tube = blood(11)
    tube = changed(tube, "CD8", tube.column("CD8") + 0.22)
    finding = _check(tube, reference)["QC-GAIN"]
    assert (finding.verdict, finding.columns) == ("fail", ("CD8",))
    assert _check(tube)["QC-GAIN"].message == "Not looked at: no reference."


def test_a_spillover_of_another_day_fails_beside_the_reference(reference: Reference) -> None:
    tube = blood(12)
    dragged = tube.column("CD8") - 0.35 * np.maximum(tube.column("CD4") - 0.3, 0)
    finding = _check(changed(tube, "CD8", dragged), reference)["QC-SPILL"]
    assert (finding.verdict, finding.columns) == ("fail", ("CD4", "CD8"))


def test_fewer_than_three_tubes_only_warn(reference: Reference) -> None:
    tube = blood(11)
    tube = changed(tube, "CD8", tube.column("CD8") + 0.22)
    two = reference_of([blood(101), blood(102)])
    assert _check(tube, two)["QC-GAIN"].verdict == "warn"
    assert _check(tube, reference)["QC-GAIN"].verdict == "fail"


@pytest.mark.parametrize(
    ("events", "verdict"), [(200, "fail"), (999, "fail"), (1000, "warn"), (9999, "warn"), (10000, "pass")]
)
def test_the_verdict_on_the_number_of_events(events: int, verdict: str) -> None:
    assert _check(blood(13, events=events))["QC-EVENTS"].verdict == verdict


def test_a_burst_of_odd_signal_is_left_out_and_the_rest_kept() -> None:
    tube = blood(14)
    seconds = tube.column("Time")
    burst = (seconds > 40) & (seconds < 50)
    tube = changed(tube, "CD4", np.where(burst, tube.column("CD4") - 0.3, tube.column("CD4")))
    stable = clean_time(tube)
    assert stable[burst].mean() < 0.05
    assert stable[~burst].mean() > 0.9
    assert _check(tube)["QC-TIME"].verdict == "warn"


def test_a_clog_fails_and_its_events_are_left_out() -> None:
    tube = blood(15)
    seconds = tube.column("Time")
    kept = (seconds < 30) | (seconds > 50) | (np.arange(len(tube)) % 10 == 0)
    clogged = replace(tube, values=tube.values[kept])
    assert check_flow(clogged, "Time").verdict == "fail"
    within = (clogged.column("Time") > 31) & (clogged.column("Time") < 49)
    assert clean_time(clogged)[within].mean() < 0.1


def test_a_laser_that_fades_fails() -> None:
    tube = blood(16)
    faded = tube.column("CD3") * (1 - 0.5 * tube.column("Time") / 80)
    finding = _check(changed(tube, "CD3", faded))["QC-TIME"]
    assert finding.verdict == "fail"
    assert "CD3" in finding.columns


def test_events_at_the_top_of_a_stain_fail() -> None:
    tube = blood(17)
    finding = _check(changed(tube, "CD3", np.minimum(tube.column("CD3"), 0.6)))["QC-SATURATION"]
    assert (finding.verdict, finding.columns) == ("fail", ("CD3",))


def test_plots_are_the_same_bytes_twice() -> None:
    tube = blood(18, events=2500, markers=("CD3", "CD4", "CD8"))
    first, second = (plots_of(tube, specimen="PBMC") for _ in range(2))
    assert first == second
    assert list(first) == ["Flow rate", "Signal against time", "Pairs of stains", "Labels"]
    assert all("<svg" in text and "<dc:date>" not in text for text in first.values())


def test_a_reference_survives_its_plain_form(reference: Reference) -> None:
    again = Reference.from_plain(reference.as_plain())
    tube = blood(19)
    assert [each.verdict for each in check_tube(None, tube, specimen="PBMC", reference=again)] == [
        each.verdict for each in check_tube(None, tube, specimen="PBMC", reference=reference)
    ]


def test_what_a_panel_declares_of_its_own_markers_is_asked() -> None:
    random = np.random.default_rng(21)
    kind = random.random(6000)
    bright = {"Q1": kind < 0.5, "Q2": kind < 0.2, "Q3": kind >= 0.6, "Q4": kind >= 0.8}
    tube = Tube.of_columns(
        "own",
        {
            name: np.where(is_on, 0.7, 0.2) + 0.05 * random.standard_normal(6000)
            for name, is_on in bright.items()
        },
    )
    declared = ("Q2 within Q1", "Q4 within Q3", "Q1 excludes Q3", "Q2 excludes Q4", "Q1+ -> Q2+ 0.2..0.6")
    good = evidence_of(tube, "", declared)
    assert (len(good.looked), good.expected.stated, good.expected.exchanges) == (5, 0, ())
    assert [each.share for each in good.looked[:2]] == pytest.approx([1, 1], abs=0.01)
    wrong = evidence_of(exchanged(tube, "Q1", "Q4"), "", declared).expected
    assert [set(pair) for pair in wrong.exchanges] == [{"Q1", "Q4"}]


def test_a_reference_of_another_panel_is_not_used_and_warns(reference: Reference) -> None:
    finding = _check(blood(22, markers=("CD3", "CD4", "CD8")), reference)["QC-GAIN"]
    assert finding.verdict == "warn"
    assert set(finding.columns) == {"CD5", "CD19", "CD20", "CD56", "CD16", "CD14"}
