r"""Levels of dim and bright cells, label by label: what tells a label whatever the mixture of cells is.

How many CD8 T cells or B cells a person has says little about the labels of a tube; how bright the bright and
the dim are, and which bright go together, says much. A column on trial for a label is cut where the reference
tubes part that label. With $q$ the deciles of the dim and of the bright part, $m$ and $s$ their mean and
standard deviation over the reference tubes ($s$ at least 0.12 usual widths, the shift allowed for a batch),
$g$ the log odds of being bright, and $c_{ij}$ the share of those bright in $i$ that are bright in $j$, the
distance of a labelling is

    sum over columns of mean ((q - m) / s)^2  +  0.1 (g - g_m)^2  +  mean over j of ((c - c_m) / 0.25)^2

where no number counts more than four standard deviations. Parts of fewer than 50 events are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.quality._cut import cut_of

Numbers = NDArray[np.float64]

#: Names of the tables of `Levels`, for its plain form.
TABLES = ("cuts", "deciles", "strays", "odds", "bright")
_DECILES = np.linspace(0.1, 0.9, 9)
_SHIFT = 0.12
_BESIDE = 0.25
_OF_ODDS = 0.1
_MOST = 4.0
_FEWEST = 50
_PSEUDO = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """What the reference tubes have.

    Attributes:
        cuts: (stains,) where bright begins, display scale: the median of the tubes, infinite where none
            parts.
        deciles: (stains, 18) deciles of the dim and then of the bright part; NaN where too few are there.
        strays: (stains, 18) their standard deviation, at least the shift allowed for a batch.
        odds: (stains,) mean log odds of being bright.
        bright: (stains, stains) share of those bright in the first that are bright in the second.
    """

    cuts: Numbers
    deciles: Numbers
    strays: Numbers
    odds: Numbers
    bright: Numbers


class Trial:
    """A tube's columns, each on trial for every label of the reference.

    Args:
        values: (events, columns) in the order of the reference's labels.
        levels: Of the reference.
    """

    def __init__(self, values: Numbers, levels: Levels) -> None:
        """Cut every column where each label is cut."""
        self._levels = levels
        parts = [[parted(column, cut) for cut in levels.cuts] for column in values.T]
        self._deciles = np.array([[part[0] for part in row] for row in parts])
        self._odds = np.array([[part[1] for part in row] for row in parts])
        self._bright = [[part[2] for part in row] for row in parts]

    def distance(self, order: Sequence[int]) -> float:
        """Return the distance if column c bears label number ``order[c]``."""
        at, columns = np.asarray(order), np.arange(len(order))
        known = self._levels
        apart = _squared((self._deciles[columns, at] - known.deciles[at]) / known.strays[at])
        halves = np.stack([apart[:, : len(_DECILES)], apart[:, len(_DECILES) :]])
        seen = ~np.isnan(halves)
        sums = np.where(seen, halves, 0.0).sum(axis=2) / np.maximum(seen.sum(axis=2), 1)
        looked = np.maximum(seen.any(axis=2).sum(axis=0), 1)
        odds = _squared(self._odds[columns, at] - known.odds[at])
        bright, counts = shares([self._bright[c][label] for c, label in enumerate(order)])
        beside = _squared((bright - known.bright[np.ix_(at, at)]) / _BESIDE)
        beside[counts < _FEWEST] = 0.0
        np.fill_diagonal(beside, 0.0)
        total = (sums.sum(axis=0) / looked).sum() + _OF_ODDS * odds.sum()
        return float(total + beside.sum() / max(len(order) - 1, 1))


def levels_of(tubes: Sequence[Numbers], width: float) -> Levels:
    """Return the levels of reference tubes.

    Args:
        tubes: (events, stains) of each, in one order of stains.
        width: Usual width of a stain, display scale.
    """
    found = [[cut_of(column).at for column in values.T] for values in tubes]
    cuts = np.array([_middle([row[at] for row in found]) for at in range(len(found[0]))])
    parts = [[parted(column, cut) for column, cut in zip(values.T, cuts, strict=True)] for values in tubes]
    deciles = np.array([[part[0] for part in row] for row in parts])
    seen = (~np.isnan(deciles)).sum(axis=0)
    total = np.where(np.isnan(deciles), 0.0, deciles).sum(axis=0)
    mean = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    squares = np.where(np.isnan(deciles), 0.0, (deciles - mean) ** 2).sum(axis=0) / np.maximum(seen, 1)
    return Levels(
        cuts=cuts, deciles=mean, strays=np.sqrt(squares + (_SHIFT * width) ** 2),
        odds=np.array([[part[1] for part in row] for row in parts]).mean(axis=0),
        bright=np.mean([shares([part[2] for part in row])[0] for row in parts], axis=0),
    )  # fmt: skip


def parted(column: Numbers, cut: float) -> tuple[Numbers, float, NDArray[np.bool_]]:
    """Return deciles of the dim and the bright part, the log odds of being bright, and which are bright."""
    bright = column >= cut
    halves = [
        np.quantile(part, _DECILES) if part.size >= _FEWEST else np.full(_DECILES.size, np.nan)
        for part in (column[~bright], column[bright])
    ]
    share = float(bright.mean()) if bright.size else 0.0
    return np.concatenate(halves), float(np.log((share + _PSEUDO) / (1 - share + _PSEUDO))), bright


def shares(bright: Sequence[NDArray[np.bool_]]) -> tuple[Numbers, Numbers]:
    """Return (stains, stains) the share of those bright in one that are bright in the other; and counts."""
    masks = np.asarray(bright, dtype=np.float32)
    counts = masks.sum(axis=1, dtype=np.float64)
    together = (masks @ masks.T).astype(np.float64)
    return together / np.maximum(counts[:, None], 1.0), counts


def _middle(cuts: Sequence[float | None]) -> float:
    known = [cut for cut in cuts if cut is not None]
    return float(np.median(known)) if known else float("inf")


def _squared(apart: Numbers) -> Numbers:
    return np.asarray(np.minimum(np.abs(apart), _MOST) ** 2)
