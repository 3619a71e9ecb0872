"""Tubes for quality control: columns made by hand, so that what is wrong with them is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lupustrial.cytometry import Tube

#: Cells of blood: share, and the bright markers of each.
CELLS = {
    "CD4 T": (0.35, {"CD3", "CD4", "CD5"}),
    "CD8 T": (0.20, {"CD3", "CD8", "CD5"}),
    "B": (0.12, {"CD19", "CD20"}),
    "NK": (0.13, {"CD56", "CD16"}),
    "monocyte": (0.20, {"CD14"}),
}
MARKERS = ("CD3", "CD4", "CD8", "CD5", "CD19", "CD20", "CD56", "CD16", "CD14")


def blood(seed: int, *, events: int = 8_000, markers: tuple[str, ...] = MARKERS) -> Tube:
    """Return a good tube: dim 0.2, bright 0.6, standard deviation 0.05; events evenly over 80 seconds."""
    random = np.random.default_rng(seed)
    shares = [share for share, _ in CELLS.values()]
    cell = random.choice(len(CELLS), size=events, p=shares)
    columns = {"Time": np.sort(random.random(events)) * 80}
    for marker in markers:
        bright = np.asarray([marker in bears for _, bears in CELLS.values()])[cell]
        columns[marker] = np.where(bright, 0.6, 0.2) + 0.05 * random.standard_normal(events)
    side = np.where(cell == list(CELLS).index("monocyte"), 0.5, 0.2)
    columns["SSC-A"] = side + 0.04 * random.standard_normal(events)
    return Tube.of_columns("blood", columns)


def exchanged(tube: Tube, first: str, second: str) -> Tube:
    """Return the tube with two labels at each other's column."""
    return replace(tube, names=tuple({first: second, second: first}.get(name, name) for name in tube.names))


def changed(tube: Tube, name: str, values: np.ndarray) -> Tube:
    """Return the tube with other values in a column."""
    all_values = tube.values.copy()
    all_values[:, tube.names.index(name)] = values
    return replace(tube, values=all_values)
