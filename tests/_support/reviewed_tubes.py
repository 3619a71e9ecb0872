"""Small reviewed tubes for tests of the review: clouds of events with gates placed by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from lupustrial.cytometry import (
    Ellipse,
    Every,
    Finding,
    Gate,
    Gated,
    Interval,
    Placed,
    Polygon,
    Region,
    Tube,
)
from lupustrial.cytometry.review import TubeReview, review_tube

LYMPHOCYTES = Ellipse(
    x="FSC-A", y="SSC-A", centre=(0.3, 0.2), covariance=((0.0036, 0.0), (0.0, 0.0016)), distance=9.0
)
T_CELLS = Interval(column="CD3", low=0.5)
CD4_T = Polygon(x="CD4", y="CD8", vertices=((0.5, 0.0), (0.95, 0.0), (0.95, 0.45), (0.5, 0.45)))
NK_CELLS = Every(of=(Interval(column="CD3", high=0.45), Interval(column="CD56", low=0.5)))

#: Population, parent, region, confidence.
Row = tuple[str, str | None, Region, float]
GATES: tuple[Row, ...] = (
    ("Lymphocytes", None, LYMPHOCYTES, 0.9),
    ("CD3+", "Lymphocytes", T_CELLS, 0.95),
    ("CD4+ T", "CD3+", CD4_T, 0.8),
    ("NK", "Lymphocytes", NK_CELLS, 0.7),
)


def cloud(seed: int, *, events: int = 4000, nk: float = 0.12) -> dict[str, np.ndarray]:
    """Draw events: CD4 and CD8 T cells, NK cells, others; of each the last tenth is debris."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(4, size=events, p=[0.45, 0.25, nk, 0.3 - nk])
    middle = {
        "CD3": np.array([0.7, 0.7, 0.2, 0.2]),
        "CD4": np.array([0.72, 0.2, 0.2, 0.25]),
        "CD8": np.array([0.2, 0.75, 0.3, 0.2]),
        "CD56": np.array([0.2, 0.22, 0.68, 0.2]),
    }
    columns = {name: at[kind] + rng.normal(0, 0.06, events) for name, at in middle.items()}
    debris = np.arange(events) >= events * 9 // 10
    columns["FSC-A"] = np.where(debris, rng.uniform(0, 0.15, events), rng.normal(0.3, 0.05, events))
    columns["SSC-A"] = np.where(debris, rng.uniform(0, 0.9, events), rng.normal(0.2, 0.035, events))
    return columns


def gate_by_hand(tube: Tube, gates: Sequence[Row], *, strategy: str = "small") -> Gated:
    """Return a tube with gates at known places."""
    masks: dict[str, np.ndarray] = {}
    made = []
    for population, parent, region, confidence in gates:
        inside = region.contains(tube) & (masks[parent] if parent else True)
        masks[population] = inside
        placed = Placed(region=region, confidence=confidence, reason=f"placed by hand in {tube.name}")
        made.append(Gate(population=population, parent=parent, method="static", placed=placed, inside=inside))
    return Gated(tube=tube, strategy=strategy, strategy_hash="5" * 64, gates=tuple(made))


def gated_cloud(
    seed: int,
    *,
    name: str = "",
    gates: Sequence[Row] = GATES,
    keywords: Mapping[str, str] | None = None,
    events: int = 4000,
    nk: float = 0.12,
) -> Gated:
    """Return a tube of a cloud with its gates."""
    plain = Tube.of_columns(name or f"tube-{seed}.fcs", cloud(seed, events=events, nk=nk))
    tube = Tube(
        name=plain.name,
        sha256=hashlib.sha256(f"tube {seed}".encode()).hexdigest(),
        names=plain.names,
        values=plain.values,
        keywords=keywords or {},
    )
    return gate_by_hand(tube, gates)


def reviewed(
    count: int = 8, *, findings: Mapping[int, Sequence[Finding]] | None = None, batch: str = "B1"
) -> list[TubeReview]:
    """Return a batch of reviewed tubes, of the seeds from 1."""
    return [
        review_tube(gated_cloud(seed), (findings or {}).get(seed, ()), batch=batch)
        for seed in range(1, count + 1)
    ]
