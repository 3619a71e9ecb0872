"""`backgated_ellipse`: where cells that were known by their stains lie in scatter."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field
from scipy.special import chdtri

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry._regions import Ellipse
from lupustrial.cytometry.gates._plane import plane_of, robust_moments
from lupustrial.cytometry.gates._registry import Parameters

_SURE = 1000  # events that fix an ellipse to a few per cent


class EllipseParameters(Parameters):
    """Parameters of `backgated_ellipse`.

    Attributes:
        columns: Two columns, as a rule FSC-A and SSC-A.
        of: Population whose cells are looked up (``T``); it may lie outside the parent.
        hold: Share of a Gaussian cloud of such cells that the ellipse holds.
    """

    columns: tuple[str, str]
    of: str
    hold: float = Field(default=0.995, gt=0, lt=1)

    def populations_used(self) -> tuple[str, ...]:
        """Return the population that is looked up."""
        return (self.of,)


def place_ellipse(setting: Setting, parameters: Any) -> Placed:
    """Lay an ellipse around the robust centre and covariance of the cells that are looked up.

    Raises:
        Unplaced: There are fewer than 30 of them.
    """
    given: EllipseParameters = parameters
    x, y = given.columns
    plane = plane_of(setting.values(x, given.of), setting.values(y, given.of))
    centre, matrix = robust_moments(plane.points, plane.weights)
    at = plane.values(centre)
    (a, b), (c, d) = plane.covariance(matrix)
    events = float(plane.weights.sum())
    return Placed(
        region=Ellipse(
            x=x, y=y, centre=(float(at[0]), float(at[1])),
            covariance=((float(a), float(b)), (float(c), float(d))),
            distance=float(chdtri(2, 1 - given.hold)),
        ),
        confidence=round(min(1.0, float(np.sqrt(events / _SURE))), 3),
        reason=f"ellipse of {given.of} ({events:.0f} events) in {x} and {y}, made to hold {given.hold:.1%}",
        numbers={"centre_x": float(at[0]), "centre_y": float(at[1]), "events": events},
    )  # fmt: skip
