"""What a view keeps of the events, whatever the events."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_tubes import GATES, cloud, gate_by_hand, gated_cloud, reviewed

from lupustrial.cytometry import Ellipse, Every, Interval, Polygon, Region, Tube, region_from
from lupustrial.cytometry.review import (
    estimate,
    handles_of,
    pack,
    part_of,
    review_files,
    review_tube,
    tube_from,
    tube_of,
    tube_plain,
    unpack,
    with_handles,
)

NUMBERS = st.floats(-2, 2, allow_nan=False, width=32)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=60)


@settings(max_examples=40, deadline=None)
@given(points=PAIRS, low=NUMBERS)
def test_a_view_counts_every_event_of_the_parent_once(points: list[tuple[float, float]], low: float) -> None:
    x, y = (np.array(each, dtype=np.float32) for each in (zip(*points, strict=True) if points else ((), ())))
    region = Every(of=(Interval(column="X", low=low), Interval(column="Y", high=0.5)))
    gated = gate_by_hand(Tube.of_columns("t", {"X": x, "Y": y}), [("P", None, region, 1.0)])
    made = review_tube(gated)
    (view,) = made.gates[0].views
    assert view.counts.sum() == len(points)
    assert made.gates[0].count == gated.gate("P").count
    again = tube_from(json.loads(json.dumps(tube_plain(made))))
    assert (again.gates[0].views[0].counts == view.counts).all()
    assert tube_plain(again) == tube_plain(made)


def test_events_without_a_value_are_in_no_view() -> None:
    tube = Tube.of_columns("t", {"X": np.array([0.1, np.nan, 0.9])})
    made = review_tube(gate_by_hand(tube, [("P", None, Interval(column="X", low=0.5), 1.0)]))
    assert made.gates[0].views[0].counts.sum() == 2


@pytest.mark.parametrize("row", GATES, ids=lambda row: row[0])
def test_a_gate_is_counted_from_its_view_about_as_from_the_events(row: tuple) -> None:
    gate = review_tube(gated_cloud(3, events=20_000)).gate(row[0])
    assert gate is not None
    counted = estimate(gate.views[0], gate.region)
    assert counted is not None
    assert abs(counted - gate.count) <= 0.01 * gate.parent_count


@given(move=st.floats(-0.2, 0.2))
@settings(max_examples=20, deadline=None)
def test_a_moved_edge_is_counted_too(move: float) -> None:
    gated = gated_cloud(3)
    gate = review_tube(gated).gate("CD3+")
    assert gate is not None
    moved = with_handles(gate.region, {"low": 0.5 + move})
    inside = moved.contains(gated.tube) & gated.gate("Lymphocytes").inside
    counted = estimate(gate.views[0], moved)
    assert counted is not None
    assert abs(counted - np.count_nonzero(inside)) <= 0.01 * gate.parent_count


def test_a_region_of_another_column_is_not_guessed() -> None:
    gate = review_tube(gated_cloud(3)).gate("CD3+")
    assert gate is not None
    assert estimate(gate.views[0], Interval(column="CD56", low=0.5)) is None


REGIONS = [
    Interval(column="X", low=0.1, high=0.9),
    Polygon(x="X", y="Y", vertices=((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))),
    Ellipse(x="X", y="Y", centre=(0.5, 0.4), covariance=((0.02, 0.01), (0.01, 0.03)), distance=4.0),
    Every(of=(Interval(column="X", high=0.9),), out=(Interval(column="Y", low=0.2),)),
]


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: type(region).__name__)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_number_that_is_moved_is_the_only_one_that_changes(region: Region, data: st.DataObject) -> None:
    handles = handles_of(region)
    chosen = data.draw(st.sampled_from(handles))
    moved = with_handles(region, {chosen.path: chosen.value + 0.001})
    after = {handle.path: handle.value for handle in handles_of(moved)}
    before = {handle.path: handle.value for handle in handles}
    assert after.pop(chosen.path) == pytest.approx(before.pop(chosen.path) + 0.001)
    assert after == before
    assert region_from(moved.as_plain()) == moved


def test_pages_and_material_are_the_same_bytes_in_any_order_and_over_any_part() -> None:
    tubes = reviewed(6)
    first = review_files(tubes)
    parts = [json.loads(json.dumps(part_of(tube))) for tube in reversed(tubes)]
    assert review_files([tube_of(part, batch="B1") for part in parts]) == first


def test_what_is_unpacked_is_what_was_packed() -> None:
    tubes = reviewed(3)
    material = unpack(pack(tubes))
    assert [tube_plain(tube) for tube in material.tubes] == sorted(
        (tube_plain(tube) for tube in tubes), key=lambda plain: plain["code"]
    )
    assert unpack(pack(reversed(tubes))).digest == material.digest
    assert unpack(pack(tubes[:2])).digest != material.digest


def test_clouds_differ_by_seed() -> None:
    assert (cloud(1)["CD3"] != cloud(2)["CD3"]).any()
