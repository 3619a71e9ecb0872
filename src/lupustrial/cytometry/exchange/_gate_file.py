"""Gate files of events with a workspace or a Gating-ML file, no panel needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lupustrial.cytometry.exchange._count import masks_of
from lupustrial.cytometry.exchange._events import GateColumns, events_of, read_events
from lupustrial.cytometry.exchange._read import read_gates
from lupustrial.cytometry.exchange._tree import Tree


@dataclass(frozen=True, kw_only=True)
class Row:
    """A population of a file.

    Attributes:
        file: Name of the file of events.
        population: Name of the population.
        parent: Name of its parent; None at the top.
        path: Names from the top down, joined by ``/``.
        count: Events inside.
        percent_parent: 100 x count / events of the parent; None where the parent is empty.
    """

    file: str
    population: str
    parent: str | None
    path: str
    count: int
    percent_parent: float | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A population as FlowJo counted it, and as it is counted here, exactly and over FlowJo's bins."""

    path: str
    flowjo: int
    exact: int
    binned: int
    parent: int


def gate_file(
    strategy_path: str | Path,
    fcs_path: str | Path,
    *,
    sample: str | None = None,
    group: str | None = None,
    binned: bool = False,
) -> tuple[Row, ...]:
    """Count the populations of one file.

    Args:
        strategy_path: A FlowJo 10 workspace or a Gating-ML 2.0 file.
        fcs_path: The file of events; in a workspace its gates are found by its file name.
        sample: The sample of the workspace whose gates, scales and compensation are used instead.
        group: Look among the samples of this group only.
        binned: Count polygons and ellipses over bins as FlowJo does; for comparison with FlowJo only.

    Returns:
        A row for each population, parents first, in the order of the strategy.

    Raises:
        CytometryError: CYTO-030 to 036 about the strategy and channels that the file lacks, CYTO-018 about
        its
            matrix; CYTO-010 to 019 the events cannot be read.
    """
    strategy_path, fcs_path = Path(strategy_path), Path(fcs_path)
    tree = read_gates(strategy_path, file=fcs_path.name, sample=sample, group=group)
    return rows_of(tree, fcs_path, binned=binned)


def gate_files(
    strategy_path: str | Path,
    fcs_paths: Sequence[str | Path],
    *,
    sample: str | None = None,
    group: str | None = None,
    binned: bool = False,
) -> tuple[Row, ...]:
    """Count the populations of several files, in the order given; see :func:`gate_file`."""
    return tuple(
        row
        for path in fcs_paths
        for row in gate_file(strategy_path, path, sample=sample, group=group, binned=binned)
    )


def rows_of(tree: Tree, fcs_path: Path, *, binned: bool = False) -> tuple[Row, ...]:
    """Count the populations of a tree over a file; see :func:`gate_file`."""
    columns = GateColumns(tree, events_of(read_events(fcs_path)))
    masks = masks_of(tree, columns, binned=binned)
    counts = {path: int(np.count_nonzero(mask)) for path, mask in masks.items()}
    counts[()] = len(columns)
    return tuple(
        Row(
            file=fcs_path.name,
            population=path[-1],
            parent=path[-2] if len(path) > 1 else None,
            path="/".join(path),
            count=counts[path],
            percent_parent=100 * counts[path] / counts[path[:-1]] if counts[path[:-1]] else None,
        )
        for path in masks
        if not tree.by_path[path].part
    )


def count_like_flowjo(
    workspace_path: str | Path, fcs_path: str | Path, *, sample: str | None = None
) -> tuple[Compared, ...]:
    """Compare the counts that FlowJo stored in a workspace with ours, exact and over FlowJo's bins.

    Populations for which FlowJo stored no count are left out.

    Raises:
        CytometryError: as :func:`gate_file`.
    """
    fcs_path = Path(fcs_path)
    tree = read_gates(workspace_path, file=fcs_path.name, sample=sample)
    columns = GateColumns(tree, events_of(read_events(fcs_path)))
    exact, binned = (masks_of(tree, columns, binned=on) for on in (False, True))
    found = []
    for gate in tree.gates:
        if gate.count is None:
            continue
        above = gate.path[:-1]
        parent = len(columns) if not above else int(np.count_nonzero(exact[above]))
        numbers = [int(np.count_nonzero(masks[gate.path])) for masks in (exact, binned)]
        found.append(
            Compared(
                path="/".join(gate.path),
                flowjo=gate.count,
                exact=numbers[0],
                binned=numbers[1],
                parent=parent,
            )
        )
    return tuple(found)
