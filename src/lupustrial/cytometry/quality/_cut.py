"""Where a column parts into dim and bright, without knowing which marker it bears.

The cut must not depend on the label, since it is the label that is on trial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

_BINS = 256
_SMOOTH = 4.0
#: Least share of events above a valley, since bright cells may be rare, and below it.
_LEAST_SHARE, _LEAST_BELOW = 0.004, 0.02
#: A valley is at least so much lower than the lower of its two hills; more where nearly all events lie above,
#: since debris makes a small hill of its own on the left of every column.
_LEAST_DEPTH, _LEAST_DEPTH_LEFT, _LEFT = 0.1, 0.4, 0.1
_CLEAR_DEPTH = 0.2
#: Fewer values show no shape.
_FEWEST = 50
#: A tail begins so many spreads of the left flank above the hill.
_TAIL = 3.0


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A cut of one column.

    Attributes:
        at: Values at or above are bright; None where the column shows one hill without a tail.
        depth: How far the valley lies below the lower of its hills, 0 to 1; 0 for a tail.
        share: Share of events that are bright.
    """

    at: float | None
    depth: float = 0.0
    share: float = 0.0


def cut_of(values: NDArray[np.floating], smooth: float = _SMOOTH) -> Cut:
    """Return the valley that parts the column best, else the start of its right tail.

    Of all valleys of the smoothed density the one is taken with the greatest depth times variance between
    its sides (Otsu 1979 weighed by the depth of the valley). Values that are no numbers do not count.
    """
    seen = np.asarray(values, dtype=np.float64)
    seen = seen[np.isfinite(seen)]
    if seen.size < _FEWEST:
        return Cut(at=None)
    low, high = np.quantile(seen, [0.001, 0.999])
    if not high > low:
        return Cut(at=None)
    middle, density = _density(seen, smooth)
    valleys = _valleys(middle, density)
    best = max(valleys, default=None, key=lambda each: each[2])
    if best is not None:
        at, depth, _ = best
        return Cut(at=at, depth=depth, share=float(np.mean(seen >= at)))
    return _tail(seen, float(middle[int(density.argmax())]))


def clear_valleys_of(values: NDArray[np.floating], smooth: float = _SMOOTH) -> tuple[float, ...]:
    """Return the clear valleys from left to right: in side scatter, what parts the kinds of cells."""
    seen = np.asarray(values, dtype=np.float64)
    seen = seen[np.isfinite(seen)]
    if seen.size < _FEWEST or not np.quantile(seen, 0.999) > np.quantile(seen, 0.001):
        return ()
    return tuple(at for at, depth, _ in _valleys(*_density(seen, smooth)) if depth >= _CLEAR_DEPTH)


def _density(values: NDArray[np.floating], smooth: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    seen = np.asarray(values, dtype=np.float64)
    low, high = np.quantile(seen, [0.001, 0.999])
    counts, edges = np.histogram(seen, _BINS, (low, high))
    density = gaussian_filter1d(counts.astype(np.float64), smooth, mode="constant")
    return (edges[1:] + edges[:-1]) / 2, density


def _valleys(middle: NDArray[np.float64], density: NDArray[np.float64]) -> list[tuple[float, float, float]]:
    """Return place, depth and weight of every valley, from left to right."""
    cumulated = np.cumsum(density) / density.sum()
    moment = np.cumsum(density * middle) / density.sum()
    found = []
    lows = np.flatnonzero((density[1:-1] < density[:-2]) & (density[1:-1] <= density[2:])) + 1
    for at in lows:
        below = float(cumulated[at])
        lower = float(min(density[:at].max(), density[at + 1 :].max()))
        depth = 1.0 - float(density[at]) / lower if lower > 0 else 0.0
        if (
            depth < (_LEAST_DEPTH if below >= _LEFT else _LEAST_DEPTH_LEFT)
            or below < _LEAST_BELOW
            or 1 - below < _LEAST_SHARE
        ):
            continue
        apart = (moment[-1] - moment[at]) / (1 - below) - moment[at] / below
        found.append((float(middle[at]), depth, float(depth * below * (1 - below) * apart**2)))
    return found


def _tail(seen: NDArray[np.float64], hill: float) -> Cut:
    left = seen[seen <= hill]
    spread = float(np.median(hill - left)) / 0.6745 if left.size else 0.0
    at = hill + _TAIL * spread
    share = float(np.mean(seen >= at))
    return Cut(at=at, share=share) if share >= _LEAST_SHARE else Cut(at=None)
