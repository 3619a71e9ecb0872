"""Doubt and the distance from the batch, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from reviewed_tubes import gate_by_hand

from lupustrial.cytometry import Finding, Interval, Tube
from lupustrial.cytometry.review import TubeReview, apart_of, doubted, review_tube


def tube(
    name: str,
    inside: int,
    *,
    low: float = 0.5,
    confidence: float = 1.0,
    findings: Sequence[Finding] = (),
    jitter: tuple[float, float] | None = None,
) -> TubeReview:
    """Return a tube of 100 events, of which some lie above a gate; axis from 0 to 1."""
    values = [0.0] * (99 - inside) + [low - 0.01] + [0.99] * (inside - 1) + [1.0]
    made = replace(Tube.of_columns(name, {"CD3": values}), sha256=name * 64)
    gated = gate_by_hand(made, [("CD3+", None, Interval(column="CD3", low=low), confidence)])
    moved = {} if jitter is None else {"CD3+": jitter}
    return review_tube(gated, findings, batch="B", jitter=moved)


def finding(verdict: str, *columns: str) -> Finding:
    return Finding(check="QC-X", verdict=verdict, message="", columns=columns)  # type: ignore[arg-type]


def test_each_reason_alone() -> None:
    def doubt(**more: object) -> float:
        return doubted([tube("a", 50, **more)], "CD3+")[0].doubt  # type: ignore[arg-type]

    assert doubt() == 0
    assert doubt(confidence=0.7) == pytest.approx(0.3)
    assert doubt(findings=[finding("fail")]) == pytest.approx(0.9)
    assert doubt(findings=[finding("fail", "CD3")]) == pytest.approx(0.9)
    assert doubt(findings=[finding("fail", "CD19")]) == pytest.approx(0.45)
    assert doubt(findings=[finding("warn"), finding("pass")]) == pytest.approx(0.4)
    assert doubt(jitter=(45.0, 55.0)) == pytest.approx(0.2)
    assert doubt(jitter=(0.0, 90.0)) == pytest.approx(0.9)


def test_reasons_are_put_together_as_if_they_were_independent() -> None:
    made = tube("a", 50, confidence=0.8, findings=[finding("warn")], jitter=(45.0, 55.0))
    found = doubted([made], "CD3+")[0]
    assert found.doubt == pytest.approx(1 - 0.8 * 0.6 * 0.8)
    assert found.parts == {"confidence": 0.2, "quality": 0.4, "jitter": 0.2, "batch": 0.0}
    assert found.look


def test_a_gate_of_low_confidence_waits_for_a_reader() -> None:
    found = doubted([tube("a", 50, confidence=0.49)], "CD3+")[0]
    assert found.look


def test_place_is_measured_against_median_and_spread_of_the_batch() -> None:
    # Edges .3 .4 .5 .5 .5 .6 .6 .9: median .5, deviations .2 .1 0 0 0 .1 .1 .4, MAD .1, robust SD .14826.
    edges = dict(zip("abcdefgh", (0.3, 0.4, 0.5, 0.5, 0.5, 0.6, 0.6, 0.9), strict=True))
    apart = apart_of([tube(name, 50, low=low) for name, low in edges.items()], "CD3+")
    assert sorted(one.place for one in apart.values()) == pytest.approx(
        [0, 0, 0, *([0.1 / 0.14826] * 3), 0.2 / 0.14826, 0.4 / 0.14826], abs=1e-4
    )
    assert all(one.percent == 0 and one.batch_percent == 50 for one in apart.values())


def test_percent_is_measured_on_the_logit_with_a_floor() -> None:
    # Seven tubes of 50 % have logit 0, so that the spread is 0 and the floor of 0.2 holds.
    tubes = [*(tube(name, 50) for name in "abcdfgh"), tube("e", 75)]
    apart = apart_of(tubes, "CD3+")
    far = max(apart.values(), key=lambda one: one.percent)
    logit = math.log(75.5 / 25.5)
    assert far.percent == pytest.approx(logit / 0.2, abs=1e-4)
    found = doubted(tubes, "CD3+")[0]
    assert found.parts["batch"] == pytest.approx((logit / 0.2) ** 2 / ((logit / 0.2) ** 2 + 9), abs=1e-4)


def test_a_batch_of_seven_is_compared_with_nothing() -> None:
    assert apart_of([tube(name, 50) for name in "abcdefg"], "CD3+") == {}


def test_technical_controls_count_for_no_batch() -> None:
    tubes = [tube(name, 50) for name in "abcdghi"]
    control = replace(tube("e", 90), control=True)
    assert apart_of([*tubes, control], "CD3+") == {}
    found = apart_of([*tubes, tube("f", 50), control], "CD3+")
    assert control.code not in found
    assert len(found) == 8
