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
from lupustrial.cytometry.quality._markers import is_stain
from lupustrial.errors import CytometryError, Fault

Numbers = NDArray[np.float64]

_SHARES = np.round(np.arange(0.02, 0.981, 0.04), 2)
#: A quantile may shift by so much of the panel's usual width from batch to batch; a correlation by so much.
_SHIFT, _TURN = 0.12, 0.15
#: One number tells no more than so many standard deviations.
_MOST = 4.0
#: Share of events that are very bright.
_TOP = 0.05
_QUARTILES = (0.25, 0.5, 0.75)
#: Tubes that tell how good tubes vary.
_FIRM = 3
_TABLES = ("quantiles", "spread", "together", "apart", "beside", "strays")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """Summary of good tubes of one panel.

    Attributes:
        labels: The stains.
        tubes: Number of tubes.
        quantiles: (stains, shares) mean over the tubes, display scale.
        spread: (stains, shares) standard deviation over the tubes, at least the shift allowed for a batch.
        together: (stains, stains) mean rank correlation over the tubes.
        apart: (stains, stains) its standard deviation, at least the turn allowed for a batch.
        beside: (stains, stains, 3) quartiles of the second stain among events very bright in the first, mean
            over the tubes, display scale: what a wrong spillover matrix shifts as a whole.
        strays: (stains, stains, 3) their standard deviation.
        width: Usual width of a stain, display scale.
    """

    labels: tuple[str, ...]
    tubes: int
    quantiles: Numbers
    spread: Numbers
    together: Numbers
    apart: Numbers
    beside: Numbers
    strays: Numbers
    width: float

    @property
    def firm(self) -> bool:
        """Whether there are enough tubes, three, to know how they vary: else a difference only warns."""
        return self.tubes >= _FIRM

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "labels": list(self.labels), "tubes": self.tubes, "width": round(self.width, 6),
            **{
                name: np.round(getattr(self, name), 6).tolist()
                for name in _TABLES
            },
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Reference:
        """Return the reference of a plain form; KeyError where it is none."""
        numbers = {name: np.asarray(plain[name], dtype=np.float64) for name in _TABLES}
        return cls(
            labels=tuple(plain["labels"]), tubes=int(plain["tubes"]), width=float(plain["width"]), **numbers
        )

    def distance(self, shape: Shape, labels: Sequence[str]) -> float:
        """Return how far a tube is from the good ones if its columns bear these labels.

        Sum over the stains of the mean squared standardised quantile and of the mean squared standardised
        rank correlation with the others; no number counts more than four standard deviations.
        """
        at = [self.labels.index(label) for label in labels]
        shift = (shape.quantiles - self.quantiles[at]) / self.spread[at]
        turn = (shape.together - self.together[np.ix_(at, at)]) / self.apart[np.ix_(at, at)]
        count = max(len(at) - 1, 1)
        squared = np.minimum(np.abs(shift), _MOST) ** 2
        turned = np.minimum(np.abs(turn), _MOST) ** 2
        return float(squared.mean(axis=1).sum() + turned.sum() / count)

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
    """Quantiles (stains, shares), rank correlations and quartiles beside bright events of one tube."""

    quantiles: Numbers
    together: Numbers
    beside: Numbers


def shape_of(tube: Tube, labels: Sequence[str]) -> Shape:
    """Return the shape of some stains of a tube.

    Over at most 20,000 events evenly spaced, those with the side scatter of lymphocytes where there is side
    scatter: debris and granulocytes vary too much from tube to tube.
    """
    events = sample_of(tube)
    near, _ = near_of(tube, events)
    if near is not None:
        events = events[near]
    values = np.column_stack([tube.column(name)[events] for name in labels]).astype(np.float64)
    values = numbers_of(values)
    quantiles = np.quantile(values, _SHARES, axis=0).T
    ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable").astype(np.float64)
    ranks -= ranks.mean(axis=0)
    norm = np.sqrt((ranks**2).sum(axis=0))
    count = max(int(_TOP * values.shape[0]), 1)
    very = np.argsort(values, axis=0, kind="stable")[-count:]
    beside = np.stack([np.quantile(values[very[:, at]], _QUARTILES, axis=0).T for at in range(len(labels))])
    return Shape(
        quantiles=quantiles,
        together=np.einsum("ni,nj->ij", ranks, ranks) / np.outer(norm, norm),
        beside=beside,
    )


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
    together = np.stack([shape.together for shape in shapes])
    beside = np.stack([shape.beside for shape in shapes])
    mean = quantiles.mean(axis=0)
    width = float(np.median(mean[:, -1] - mean[:, 0]))
    return Reference(
        labels=labels, tubes=len(tubes), quantiles=mean, width=width,
        spread=np.hypot(quantiles.std(axis=0), _SHIFT * width),
        beside=beside.mean(axis=0), strays=beside.std(axis=0),
        together=together.mean(axis=0), apart=np.hypot(together.std(axis=0), _TURN),
    )  # fmt: skip
