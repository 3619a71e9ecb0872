"""A gate as it is shown to a reader: its tube, its drawings, and where it would lie if it were moved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lupustrial.capture.store import HeldGate, gate_material, gate_of, tube_of_code
from lupustrial.cytometry import Region, region_from
from lupustrial.cytometry.review import (
    Axes,
    GateReview,
    TubeReview,
    axes_of,
    draw_view,
    estimate,
    tube_from,
)
from lupustrial.ledger import Transaction


@dataclass(frozen=True, kw_only=True)
class ShownGate:
    """A gate with what a reader sees of it.

    Attributes:
        held: What is true of it now.
        tube: Its tube; no name of a file, no keyword of a person is in it.
        gate: The gate as it was placed.
    """

    held: HeldGate
    tube: TubeReview
    gate: GateReview

    @property
    def region(self) -> Region:
        """Where it lies: as it was placed, or as a reader moved it."""
        return region_from(json.loads(self.held.region)) if self.held.region else self.gate.region

    def counted(self, region: Region) -> int | None:
        """Return about how many events a region holds; None where no one view shows all of its columns."""
        if region == self.gate.region:
            return self.gate.count
        found = [estimate(view, region) for view in self.gate.views]
        known = [count for count in found if count is not None]
        return round(known[0]) if known else None

    def drawn(
        self, region: Region, *, axes: Mapping[tuple[str, ...], Axes] | None = None
    ) -> Sequence[SafeString]:
        """Return the drawings of a region, the gate as it was placed with dashes where that is another."""
        was = None if region == self.gate.region else self.gate.region
        title = self._title(region)
        return [
            mark_safe(  # noqa: S308 - draw_view escapes every text
                draw_view(
                    view,
                    region,
                    title=title,
                    ident=f"v{self.held.code}n{self.held.number}v{at}",
                    axes=(axes or {}).get(view.columns),
                    was=was,
                )
            )
            for at, view in enumerate(self.gate.views)
        ]

    def _title(self, region: Region) -> str:
        count = self.counted(region)
        told = {
            "population": self.gate.population,
            "code": self.held.code,
            "parent": self.gate.parent_count,
            "count": _("an unknown number") if count is None else count,
        }
        if region == self.gate.region:
            return _("%(population)s of tube %(code)s: %(count)s of %(parent)s events.") % told
        return _("%(population)s of tube %(code)s, moved: about %(count)s of %(parent)s events.") % told


def shown_gate(tx: Transaction, code: str, number: int) -> ShownGate | None:
    """Return a gate with what is shown of it; None where there is none, or its material is not there."""
    held, tube = gate_of(tx, code, number), tube_of_code(tx, code)
    if held is None or tube is None:
        return None
    return shown_of(tx, held, tube.digest)


def shown_of(tx: Transaction, held: HeldGate, digest: str) -> ShownGate | None:
    """Return a gate with what is shown of it; None where its material is not there."""
    text = gate_material(tx, digest)
    if text is None:
        return None
    tube = tube_from(json.loads(text))
    return ShownGate(held=held, tube=tube, gate=tube.gates[held.number - 1])


def shared_axes(shown: Sequence[ShownGate]) -> dict[tuple[str, ...], Axes]:
    """Return the axes that drawings of the same columns share."""
    views: dict[tuple[str, ...], list[object]] = {}
    for one in shown:
        for view in one.gate.views:
            views.setdefault(view.columns, []).append(view)
    return {columns: axes_of(each) for columns, each in views.items()}  # type: ignore[arg-type]
