"""A polygon without the corners that tell nothing: the same shape within the tolerance."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lupustrial.cytometry import Polygon, Tube
from lupustrial.cytometry.exchange._carry import THIN, thinned


def _cut_up(corners: list[tuple[float, float]], pieces: int) -> Polygon:
    ends = [*corners[1:], corners[0]]
    vertices = tuple(
        (x + (u - x) * step / pieces, y + (v - y) * step / pieces)
        for (x, y), (u, v) in zip(corners, ends, strict=True)
        for step in range(pieces)
    )
    return Polygon(x="A", y="B", vertices=vertices)


@settings(deadline=None, max_examples=50)
@given(corners=st.integers(3, 12), pieces=st.integers(2, 80), turn=st.floats(0, 6))
def test_a_side_that_was_cut_up_is_one_side_again(corners: int, pieces: int, turn: float) -> None:
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    star = [(0.5 + 0.3 * float(np.cos(a)), 0.5 + 0.3 * float(np.sin(a))) for a in angles]
    found = thinned(_cut_up(star, pieces))
    assert isinstance(found, Polygon)
    assert len(found.vertices) == corners
    apart = np.asarray(found.vertices)[:, None] - np.asarray(star)[None]
    assert np.hypot(apart[..., 0], apart[..., 1]).min(axis=1).max() < 1e-9


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 999))
def test_events_away_from_the_edge_stay_where_they_were(seed: int) -> None:
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0, 2 * np.pi, 400))
    radius = 0.3 + 0.05 * np.sin(3 * angles)
    ring = Polygon(
        x="A",
        y="B",
        vertices=tuple(zip(0.5 + radius * np.cos(angles), 0.5 + radius * np.sin(angles), strict=True)),
    )
    few = thinned(ring)
    assert isinstance(few, Polygon)
    assert len(few.vertices) < len(ring.vertices)
    points = random.uniform(0, 1, (5000, 2))
    tube = Tube.of_columns("t", {"A": points[:, 0], "B": points[:, 1]})
    differ = np.flatnonzero(ring.contains(tube) != few.contains(tube))
    corners = np.asarray(ring.vertices)
    for x, y in points[differ]:  # each lies within the tolerance of the ring
        start, end = corners, np.roll(corners, -1, axis=0)
        along = end - start
        at = np.clip((([x, y] - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
        assert np.hypot(*(start + at[:, None] * along - [x, y]).T).min() <= THIN + 1e-6
