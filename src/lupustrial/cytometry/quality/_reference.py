"""What good tubes of the same panel look like, label by label, and how far a tube lies from them.

Arm, visit and participant are not part of it: tubes come by their events alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._labelled import near_of, numbers_of, sample_of
from lupustrial.cytometry.quality._levels import TABLES as LEVELS
from lupustrial.cytometry.quality._levels import Levels, Trial, levels_of
from lupustrial.cytometry.quality._markers import is_stain
from lupustrial.errors import CytometryError, Fault

Numbers = NDArray[np.float64]

_SHARES = np.round(np.arange(0.02, 0.981, 0.04), 2)
#: Share of events that are very bright.
_TOP = 0.05
_QUARTILES = (0.25, 0.5, 0.75)
#: Tubes that tell how good tubes vary.
_FIRM = 3
_TABLES = ("quantiles", "beside", "strays")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """Summary of good tubes of one panel.

    Attributes:
        labels: The stains.
        tubes: Number of tubes.
        quantiles: (stains, shares) mean over the tubes, display scale.
        beside: (stains, stains, 3) quartiles of the second stain among events very bright in the first, mean
            over the tubes, display scale: what a wrong spillover matrix shifts as a whole.
        strays: (stains, stains, 3) their standard deviation.
        width: Usual width of a stain, display scale.
        levels: Levels of dim and bright cells, by which labels are told.
    """

    labels: tuple[str, ...]
    tubes: int
    quantiles: Numbers
    beside: Numbers
    strays: Numbers
    width: float
    levels: Levels

    @property
    def firm(self) -> bool:
        """Whether there are enough tubes, three, to know how they vary: else a difference only warns."""
        return self.tubes >= _FIRM

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "labels": list(self.labels), "tubes": self.tubes, "width": round(self.width, 6),
            **{name: _listed(getattr(self, name)) for name in _TABLES},
            "levels": {name: _listed(getattr(self.levels, name)) for name in LEVELS},
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Reference:
        """Return the reference of a plain form; KeyError where it is none."""
        return cls(
            labels=tuple(plain["labels"]),
            tubes=int(plain["tubes"]),
            width=float(plain["width"]),
            levels=_levels(plain["levels"]),
            **{name: _numbers(plain[name]) for name in _TABLES},
        )

    def on_trial(self, shape: Shape) -> Trial:
        """Return a tube's columns on trial for every label."""
        return Trial(shape.values, self.levels)

    def dragged(self, shape: Shape) -> Numbers:
        """Return (stains, stains) by how much the second stain of events very bright in the first is dragged.

        In widths of the panel; the least of the shifts of the three quartiles where all go the same way, else
        0, since a change of the kinds of cells moves some quartiles and not others. Less two standard
        deviations of the reference.
        """
        apart = (shape.beside - self.beside) / self.width
        least = np.abs(apart).min(axis=2)
        one_way = (apart > 0).all(axis=2) | (apart < 0).all(axis=2)
        dragged = np.where(one_way, np.maximum(least - 2 * self.strays.max(axis=2) / self.width, 0.0), 0.0)
        np.fill_diagonal(dragged, 0.0)
        return np.asarray(np.sign(apart[:, :, 1]) * dragged)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """Values (events, stains) of one tube, quantiles (stains, shares) and quartiles beside bright events."""

    values: Numbers
    quantiles: Numbers
    beside: Numbers


def shape_of(tube: Tube, labels: Sequence[str]) -> Shape:
    """Return the shape of some stains of a tube.

    Over at most 20,000 events evenly spaced; those with the side scatter of lymphocytes where it
    parts the events, since debris and granulocytes vary too much from tube to tube.
    """
    events = sample_of(tube)
    near, _ = near_of(tube, events)
    if near is not None:
        events = events[near]
    values = np.column_stack([tube.column(name)[events] for name in labels]).astype(np.float64)
    values = numbers_of(values)
    quantiles = np.quantile(values, _SHARES, axis=0).T
    count = max(int(_TOP * values.shape[0]), 1)
    very = np.argsort(values, axis=0, kind="stable")[-count:]
    beside = np.stack([np.quantile(values[very[:, at]], _QUARTILES, axis=0).T for at in range(len(labels))])
    return Shape(values=values, quantiles=quantiles, beside=beside)


def reference_of(tubes: Sequence[Tube]) -> Reference:
    """Return the summary of good tubes of one panel, in any order.

    Raises:
        CytometryError: CYTO-041 no tube is given, or the tubes bear no common stains.
    """
    common = [name for name in tubes[0].names if all(name in tube.names for tube in tubes)] if tubes else []
    labels = tuple(sorted(name for name in common if is_stain(name)))
    if not labels:
        raise CytometryError(
            Fault(
                id="CYTO-041",
                message="a reference cannot be made: no tubes, or no stain that all of them bear",
                place=", ".join(tube.name for tube in tubes) or "reference",
                hint="give tubes of one panel that passed quality control",
            )
        )
    shapes = sorted((shape_of(tube, labels) for tube in tubes), key=lambda each: each.quantiles.tolist())
    quantiles = np.stack([shape.quantiles for shape in shapes])
    beside = np.stack([shape.beside for shape in shapes])
    mean = quantiles.mean(axis=0)
    width = float(np.median(mean[:, -1] - mean[:, 0]))
    return Reference(
        labels=labels, tubes=len(tubes), quantiles=mean, width=width,
        beside=beside.mean(axis=0), strays=beside.std(axis=0),
        levels=levels_of([shape.values for shape in shapes], width),
    )  # fmt: skip


def _listed(numbers: Numbers) -> Any:
    """Return numbers as lists of JSON; null where one is none or infinite."""
    listed = np.round(numbers, 6).astype(object)
    listed[~np.isfinite(numbers)] = None
    return listed.tolist()


def _numbers(listed: Any) -> Numbers:
    return np.asarray(listed, dtype=np.float64)


def _levels(plain: Mapping[str, Any]) -> Levels:
    """Return levels of a plain form; a cut that is null is one that nothing passes."""
    tables = {name: _numbers(plain[name]) for name in LEVELS}
    return Levels(**{**tables, "cuts": np.where(np.isnan(tables["cuts"]), np.inf, tables["cuts"])})
