"""`mixture`: one cloud among several Gaussians of two columns, chosen by the direction in which it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field, model_validator
from scipy.special import chdtri

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry._regions import Ellipse
from lupustrial.cytometry.gates._density import Line
from lupustrial.cytometry.gates._plane import (
    Matrix,
    Plane,
    distances,
    plane_of,
    robust_moments,
    second_moments,
)
from lupustrial.cytometry.gates._registry import Parameters, Unplaced

_ROUNDS = 200
_LEAST = 0.05  # squared bins: no cloud shrinks to a bin
_SAME = 1e-4  # change of a responsibility at which the fit rests


class MixtureParameters(Parameters):
    """Parameters of `mixture`.

    Attributes:
        columns: Two columns.
        towards: Direction from the main cloud to the cloud that is sought, in standard deviations of each
            column: ``[1, -1]`` for CD25 high and CD127 low.
        clouds: Gaussians that are fitted.
        hold: Share of the cloud that the ellipse holds.
        share: Plausible share of the parent.
    """

    columns: tuple[str, str]
    towards: tuple[float, float]
    clouds: int = Field(default=3, ge=2, le=8)
    hold: float = Field(default=0.9, gt=0, lt=1)
    share: tuple[float, float] = (0.002, 0.5)

    @model_validator(mode="after")
    def _has_direction(self) -> MixtureParameters:
        if not any(self.towards):
            raise ValueError("`towards` is no direction")
        return self


def place_mixture(setting: Setting, parameters: Any) -> Placed:
    """Fit Gaussians to the binned events and lay an ellipse around the one farthest in a direction.

    The start is the robust main cloud, and its copies along the direction; expectation and maximisation then
    run to rest (Dempster, Laird and Rubin 1977), without a random number. Confidence is the mean probability
    with which the events of the ellipse belong to that cloud, halved where its share is not plausible.

    Raises:
        Unplaced: There are fewer than 30 events, or the fit leaves no cloud in that direction.
    """
    given: MixtureParameters = parameters
    x, y = given.columns
    plane = plane_of(setting.values(x), setting.values(y))
    centre, matrix = robust_moments(plane.points, plane.weights)
    width = np.sqrt(np.diag(matrix))
    unit = np.asarray(given.towards) / float(np.hypot(*given.towards))
    parts, means, matrices, belongs = _fit(plane, centre, matrix, unit * width, given.clouds)
    along = ((means - means[int(np.argmax(parts))]) / width) @ unit
    chosen = int(np.argmax(np.where(parts > 1 / plane.weights.sum(), along, -np.inf)))
    if along[chosen] <= 0:
        raise Unplaced(f"no cloud of {x} and {y} lies in the direction {list(given.towards)}")
    return _placed(plane, given, float(parts[chosen]), means[chosen], matrices[chosen], belongs[chosen])


def _placed(
    plane: Plane, given: MixtureParameters, part: float, mean: Line, matrix: Matrix, belongs: Line
) -> Placed:
    limit = float(chdtri(2, 1 - given.hold))
    inside = distances(plane.points, mean, matrix) <= limit
    weights = plane.weights[inside]
    pure = float((weights * belongs[inside]).sum() / weights.sum()) if weights.sum() else 0.0
    plausible = given.share[0] <= part <= given.share[1]
    x, y = given.columns
    at, (row_x, row_y) = plane.values(mean), plane.covariance(matrix)
    doubt = "" if plausible else ", which is not plausible"
    return Placed(
        region=Ellipse(
            x=x, y=y, centre=(float(at[0]), float(at[1])),
            covariance=((float(row_x[0]), float(row_x[1])), (float(row_y[0]), float(row_y[1]))),
            distance=limit,
        ),
        confidence=round(pure * (1.0 if plausible else 0.5), 3),
        reason=f"cloud of {part:.1%} of the events in {x} and {y}{doubt}; {pure:.0%} of the ellipse its own",
        numbers={"share": part, "pure": pure, "centre_x": float(at[0]), "centre_y": float(at[1])},
    )  # fmt: skip


def _fit(
    plane: Plane, centre: Line, matrix: Matrix, step: Line, clouds: int
) -> tuple[Line, Matrix, Matrix, Matrix]:
    means = np.array([centre + 2.0 * i * step for i in range(clouds)])
    matrices = np.array([matrix] * clouds)
    parts = np.array([1.0, *[0.1] * (clouds - 1)])
    parts /= parts.sum()
    belongs = np.zeros((clouds, len(plane.points)))
    for _ in range(_ROUNDS):
        before, belongs = belongs, _posterior(plane.points, parts, means, matrices)
        if float(np.abs(belongs - before).max()) < _SAME:
            break
        each = belongs * plane.weights
        total = np.maximum(each.sum(axis=1), 1e-9)
        parts = total / plane.weights.sum()
        means = np.einsum("ki,ij->kj", each, plane.points) / total[:, None]
        for k in range(clouds):
            moments = second_moments(plane.points - means[k], each[k])
            matrices[k] = moments / total[k] + _LEAST * np.eye(2)
    return parts, means, matrices, belongs


def _posterior(points: Matrix, parts: Line, means: Matrix, matrices: Matrix) -> Matrix:
    logs = np.empty((len(parts), len(points)))
    for k, (part, mean, matrix) in enumerate(zip(parts, means, matrices, strict=True)):
        size = np.log(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] ** 2)
        logs[k] = np.log(max(part, 1e-300)) - 0.5 * (distances(points, mean, matrix) + size)
    logs -= logs.max(axis=0)
    found = np.exp(logs)
    return np.asarray(found / found.sum(axis=0))
