"""The gating tree of a tube as rows of a table, each population below its parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupustrial.cytometry.review._doubt import Doubted
from lupustrial.cytometry.review._draw import draw_view
from lupustrial.cytometry.review._model import GateReview, TubeReview
from lupustrial.cytometry.review._sheets import Sheet

#: A gate with its sheet, by code of the tube and population.
Found = Mapping[tuple[str, str], tuple[Sheet, Doubted]]


@dataclass(frozen=True, kw_only=True, eq=False)
class TreeRow:
    """A population: how deep it lies, its doubt, its drawings, its contact sheet."""

    gate: GateReview
    depth: int
    doubted: Doubted
    sheet: Sheet
    drawings: tuple[str, ...]


def found_in(sheets: Sequence[Sheet]) -> Found:
    """Return each gate with its sheet."""
    return {(one.tube.code, sheet.population): (sheet, one) for sheet in sheets for one in sheet.rows}


def tree_of(tube: TubeReview, found: Found) -> tuple[TreeRow, ...]:
    """Return the populations of a tube, children after their parent, else in the order of gating."""
    rows: list[TreeRow] = []

    def below(parent: str | None, depth: int) -> None:
        for number, gate in enumerate(tube.gates):
            if gate.parent == parent:
                sheet, doubted = found[tube.code, gate.population]
                drawings = tuple(_drawings(gate, number))
                rows.append(TreeRow(gate=gate, depth=depth, doubted=doubted, sheet=sheet, drawings=drawings))
                below(gate.population, depth + 1)

    below(None, 0)
    return tuple(rows)


def _drawings(gate: GateReview, number: int) -> list[str]:
    title = f"{gate.population}: {gate.count} of {gate.parent_count} events of {gate.parent or 'all events'}"
    return [
        draw_view(view, gate.region, title=title, ident=f"g{number}v{at}")
        for at, view in enumerate(gate.views)
    ]
