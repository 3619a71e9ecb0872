"""Identity, order of events, gain and offset, hash: what holds for every template."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from treg_clouds import Labelled, batch

from lupustrial.cytometry import Interval, Setting, Tube
from lupustrial.cytometry.transfer import (
    Template,
    TemplateGate,
    align,
    borrow,
    make_template,
    place_template,
    read_template,
    write_template,
)

NAMES = ("CD25", "CD127", "CD45RA")


@pytest.fixture(scope="module")
def cloud() -> Labelled:
    return batch(21, 1, 1, events=6000)[0][0]


@pytest.fixture(scope="module")
def template(cloud: Labelled) -> Template:
    return make_template(_setting(cloud.tube), cloud.drawn, population="Treg")


def _setting(tube: Tube, template: Template | None = None) -> Setting:
    everything = np.ones(len(tube), dtype=np.bool_)
    templates = {} if template is None else {"t": template}
    return Setting(tube=tube, parent=everything, populations={}, templates=templates)


def _moved(tube: Tube, **moves: tuple[float, float]) -> Tube:
    columns = {name: tube.column(name).astype(np.float64) for name in NAMES}
    for name, (by, factor) in moves.items():
        middle = float(np.median(columns[name]))
        columns[name] = middle + factor * (columns[name] - middle) + by
    return Tube.of_columns(tube.name, columns)


def _count(template: Template, tube: Tube) -> int:
    placed = place_template(_setting(tube, template), TemplateGate(template="t"))
    return int(np.count_nonzero(placed.region.contains(tube)))


def test_a_template_on_its_own_reference_holds_the_same_events(cloud: Labelled, template: Template) -> None:
    placed = place_template(_setting(cloud.tube, template), TemplateGate(template="t"))
    before, after = cloud.drawn.contains(cloud.tube), placed.region.contains(cloud.tube)
    assert np.count_nonzero(before != after) <= 0.01 * np.count_nonzero(before)
    assert placed.confidence > 0.5


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_events_does_not_matter(seed: int, cloud: Labelled, template: Template) -> None:
    order = np.random.default_rng(seed).permutation(len(cloud.tube))
    shuffled = Tube.of_columns("cloud", {name: cloud.tube.column(name)[order] for name in NAMES})
    one, other = (
        place_template(_setting(t, template), TemplateGate(template="t")) for t in (cloud.tube, shuffled)
    )
    assert one == other


@settings(max_examples=10, deadline=None)
@given(by=st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)))
def test_an_offset_of_a_tube_is_followed(
    by: tuple[float, float], cloud: Labelled, template: Template
) -> None:
    # 0.05 is about a standard deviation of the bulk, and a gain of 1.8 where the scale is logarithmic
    moved = _moved(cloud.tube, CD25=(by[0], 1.0), CD127=(by[1], 1.0))
    assert _count(template, moved) == pytest.approx(
        np.count_nonzero(cloud.drawn.contains(cloud.tube)), rel=0.08
    )


@settings(max_examples=4, deadline=None)
@given(by=st.floats(-0.06, 0.06), factor=st.floats(0.8, 1.25))
def test_offset_and_gain_of_a_batch_are_followed_once_its_tubes_are_known(
    by: float, factor: float, cloud: Labelled, template: Template
) -> None:
    moved = _moved(cloud.tube, CD25=(by, factor), CD127=(-by, 1 / factor))
    learnt = template
    for _ in range(4):
        learnt = borrow(template, [align(learnt, _setting(moved))] * 3)
    assert _count(learnt, moved) == pytest.approx(
        np.count_nonzero(cloud.drawn.contains(cloud.tube)), rel=0.08
    )


def test_borrowing_knows_no_order_and_needs_three_tubes(cloud: Labelled, template: Template) -> None:
    fits = [align(template, _setting(_moved(cloud.tube, CD25=(by, 1.0)))) for by in (0.0, 0.01, 0.03)]
    assert borrow(template, fits).hash == borrow(template, fits[::-1]).hash
    assert borrow(template, fits[:2]) is template
    assert borrow(template, fits).hash != template.hash


def test_a_held_column_stays(cloud: Labelled) -> None:
    held = make_template(_setting(cloud.tube), cloud.drawn, population="Treg", hold=("CD127",))
    moved = _moved(cloud.tube, CD25=(0.03, 1.0), CD127=(0.03, 1.0))
    placed = place_template(_setting(moved, held), TemplateGate(template="t"))
    assert placed.numbers["shift CD127"] == 0
    assert placed.numbers["scale CD127"] == 1
    assert placed.numbers["shift CD25"] > 0.3


def test_the_hash_outlives_the_file_and_follows_every_part(
    cloud: Labelled, template: Template, tmp_path: Path
) -> None:
    write_template(template, tmp_path / "a.json")
    write_template(read_template(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    again = read_template(tmp_path / "a.json")
    assert again.hash == template.hash
    assert place_template(_setting(cloud.tube, again), TemplateGate(template="t")) == place_template(
        _setting(cloud.tube, template), TemplateGate(template="t")
    )
    others = [
        make_template(_setting(cloud.tube), cloud.drawn, population="other"),
        make_template(_setting(cloud.tube), cloud.straight, population="Treg"),
        make_template(_setting(cloud.tube), cloud.drawn, population="Treg", rests_on="whole"),
        make_template(_setting(cloud.tube), cloud.drawn, population="Treg", hold=("CD25",)),
    ]
    assert len({template.hash, *(each.hash for each in others)}) == 5


def test_a_gate_of_one_column_follows_its_column(cloud: Labelled) -> None:
    gate = Interval(column="CD25", low=0.4)
    template = make_template(_setting(cloud.tube), gate, population="CD25 high")
    moved = _moved(cloud.tube, CD25=(0.04, 1.0))
    assert _count(template, moved) == pytest.approx(np.count_nonzero(gate.contains(cloud.tube)), rel=0.08)
