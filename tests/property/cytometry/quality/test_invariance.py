"""What must not change a verdict: order of columns, scale of the display, order of tubes of a reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_tubes import MARKERS, blood, exchanged

from lupustrial.cytometry import Tube
from lupustrial.cytometry.quality import check_tube, evidence_of, reference_of


def _verdicts(tube: Tube) -> dict[str, str]:
    return {each.check: each.verdict for each in check_tube(None, tube, specimen="PBMC")}


@settings(max_examples=4, deadline=None, derandomize=True)
@given(order=st.permutations(range(len(MARKERS) + 2)))
def test_the_order_of_columns_does_not_matter(order: list[int]) -> None:
    tube = exchanged(blood(1, events=3000), "CD4", "CD19")
    mixed = replace(tube, names=tuple(tube.names[at] for at in order), values=tube.values[:, order])
    assert _verdicts(mixed) == _verdicts(tube)
    found = [evidence_of(each, "PBMC").expected for each in (tube, mixed)]
    assert {frozenset(pair) for pair in found[0].exchanges} == {
        frozenset(pair) for pair in found[1].exchanges
    }


@settings(max_examples=4, deadline=None, derandomize=True)
@given(factor=st.sampled_from([0.25, 2.0, 64.0, 4096.0]))
def test_the_scale_of_the_display_does_not_matter(factor: float) -> None:
    tube = exchanged(blood(2, events=3000), "CD3", "CD14")
    columns = {name: tube.column(name) * (1 if name == "Time" else factor) for name in tube.names}
    assert _verdicts(Tube.of_columns("scaled", columns)) == _verdicts(tube)


def test_the_order_of_the_tubes_of_a_reference_does_not_matter() -> None:
    tubes = [blood(seed, events=2000) for seed in range(4)]
    assert reference_of(tubes).as_plain() == reference_of(tubes[::-1]).as_plain()


def test_twice_the_same_findings() -> None:
    tube = blood(3, events=2000)
    assert check_tube(None, tube, specimen="PBMC") == check_tube(None, tube, specimen="PBMC")
    assert np.array_equal(tube.values, blood(3, events=2000).values)
