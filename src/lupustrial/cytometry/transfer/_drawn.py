"""A region for events that a reader labelled: the convex polygon a reader would have drawn.

Over a grid of two columns the share of labelled events among all of the parent is smoothed. The cells where
it passes a threshold, in one piece with the most labelled events, are given a convex hull; of several
thresholds the one whose polygon agrees best with the labels is taken (F1).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label
from scipy.spatial import ConvexHull, QhullError

from lupustrial.cytometry._gate import Setting
from lupustrial.cytometry._regions import Every, Mask, Polygon, Region
from lupustrial.errors import CytometryError, Fault

Array = NDArray[np.float64]

_BINS = 96
#: Standard deviation of the smoothing, in standard deviations of the labelled events.
_SMOOTH = 0.25
_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
#: A further polygon must better F1 by this much.
_WORTH = 0.01
#: Fewest labelled events of which a polygon can be made.
_FEWEST = 20


def region_of_labels(setting: Setting, labelled: Mask, columns: tuple[str, ...]) -> Region:
    """Return the region that agrees best with a reader's labels.

    Args:
        setting: The reference tube with the events of the parent.
        labelled: (events,) events that the reader put into the population.
        columns: Two columns, or more: then the best pair is taken, and further pairs while they better F1.

    Returns:
        A polygon, or several of which an event must be inside.

    Raises:
        CytometryError: CYTO-059 fewer than 20 events of the parent are labelled, or no polygon holds them.
    """
    inside = labelled & setting.parent
    count = int(np.count_nonzero(inside))
    found: list[Polygon] = []
    score = 0.0
    pairs = list(combinations(columns, 2)) if count >= _FEWEST else []
    while pairs:
        tried = [(pair, _drawn(setting, inside, pair, found)) for pair in pairs]
        best_pair, (best, polygon) = max(tried, key=lambda each: each[1][0])
        if polygon is None or best < score + _WORTH:
            break
        found.append(polygon)
        score = best
        pairs.remove(best_pair)
    if not found:
        message = f"no region can be drawn around {count} labelled events in {', '.join(columns)}"
        hint = f"label at least {_FEWEST} events of the parent, in columns that tell them from the rest"
        raise CytometryError(Fault(id="CYTO-059", message=message, place=setting.tube.name, hint=hint))
    return found[0] if len(found) == 1 else Every(of=tuple(found))


def _drawn(
    setting: Setting, inside: Mask, pair: tuple[str, str], so_far: list[Polygon]
) -> tuple[float, Polygon | None]:
    """Return the best polygon of a pair of columns among the events that all others hold, and its F1."""
    parent = setting.parent.copy()
    for each in so_far:
        parent &= each.contains(setting.tube)
    values = np.column_stack([setting.tube.column(name)[parent] for name in pair]).astype(np.float64)
    ours = values[inside[parent]]
    if len(ours) < _FEWEST:
        return 0.0, None
    best: tuple[float, Polygon | None] = (0.0, None)
    for hull in _hulls(values, ours):
        polygon = Polygon(x=pair[0], y=pair[1], vertices=tuple((float(x), float(y)) for x, y in hull))
        held = polygon.contains(setting.tube) & parent
        both = np.count_nonzero(held & inside)
        score = 2 * both / (np.count_nonzero(held) + np.count_nonzero(inside))
        if score > best[0]:
            best = (float(score), polygon)
    return best


def _hulls(values: Array, ours: Array) -> list[Array]:
    ends = np.quantile(ours, (0.005, 0.995), axis=0)
    spread = np.maximum(ours.std(axis=0), 1e-9)
    low, high = ends[0] - 1.5 * spread, ends[1] + 1.5 * spread
    step = (high - low) / _BINS
    edges = [low[i] + step[i] * np.arange(_BINS + 1) for i in (0, 1)]
    width = _SMOOTH * spread / step
    every, labelled = (
        gaussian_filter(np.histogramdd(each, bins=edges)[0], width, mode="constant")
        for each in (values, ours)
    )
    share = labelled / np.maximum(every, 1e-12) * (labelled > 1e-3 * labelled.max())
    hulls = []
    for threshold in _THRESHOLDS:
        pieces, number = label(share >= threshold)
        if not number:
            continue
        held = [labelled[pieces == piece].sum() for piece in range(1, number + 1)]
        cells = np.argwhere(pieces == 1 + int(np.argmax(held)))
        corners = np.concatenate([cells + np.asarray(move) for move in ((0, 0), (0, 1), (1, 0), (1, 1))])
        try:
            hull = ConvexHull(corners)
        except QhullError:  # all in one line: too few to draw around
            continue
        hulls.append(low + step * corners[hull.vertices])
    return hulls
