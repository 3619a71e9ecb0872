"""A functional response: the stimulated tube less its unstimulated twin."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lupustrial.cytometry.functional._tally import Tally
from lupustrial.cytometry.functional._tests import beta_binomial_p, exact_p
from lupustrial.cytometry.results import Blank, limit_of_detection, wilson

#: One-sided level at which a response is called positive.
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Response:
    """Stimulated minus unstimulated, in percentage points of the parent; None where a parent is empty.

    Attributes:
        stimulated: Counts of the stimulated tube.
        unstimulated: Counts of its unstimulated twin.
        difference: Percentage points; below 0 where the twin has more, and left so.
        low: Lower limit of the 95 % interval.
        high: Upper limit.
        p: One-sided p value of "no more than the twin".
        positive: Whether p is at most the level; None where there is no p.
        lod: Smallest difference found with 95 % certainty (Currie), in percentage points.
    """

    stimulated: Tally
    unstimulated: Tally
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    positive: bool | None
    lod: float | None


def background(
    stimulated: Tally, unstimulated: Tally, *, tube_cv: float = 0.0, level: float = LEVEL
) -> Response:
    """Subtract the unstimulated tube, and test whether anything is left.

    Args:
        stimulated: Counts of the stimulated tube.
        unstimulated: Counts of its unstimulated twin, with the same gates.
        tube_cv: Coefficient of variation of the true share between replicate tubes (:func:`tube_cv_of`);
            with 0 Fisher's exact test, above it the beta-binomial E test.
        level: One-sided level of a positive response.

    Returns:
        The interval is Newcombe's hybrid of two Wilson intervals (Stat Med 1998;17:873, method 10); it
        speaks of counting only, not of `tube_cv`.
    """
    of_s, of_u = (wilson(tally.positive, tally.parent) for tally in (stimulated, unstimulated))
    one, two = stimulated.share, unstimulated.share
    if of_s is None or of_u is None or one is None or two is None:
        return _nothing(stimulated, unstimulated)
    low = one - two - math.hypot(one - of_s[0], of_u[1] - two)
    high = one - two + math.hypot(of_s[1] - one, two - of_u[0])
    p = (
        exact_p(stimulated, unstimulated)
        if tube_cv == 0
        else beta_binomial_p(stimulated, unstimulated, tube_cv)
    )
    blank = Blank(positive=unstimulated.positive, parent=unstimulated.parent)
    return Response(
        stimulated=stimulated,
        unstimulated=unstimulated,
        difference=100 * (one - two),
        low=100 * low,
        high=100 * high,
        p=p,
        positive=None if p is None else p <= level,
        lod=100 * limit_of_detection(stimulated.parent, blank) / stimulated.parent,
    )


def _nothing(stimulated: Tally, unstimulated: Tally) -> Response:
    return Response(
        stimulated=stimulated, unstimulated=unstimulated,
        difference=None, low=None, high=None, p=None, positive=None, lod=None,
    )  # fmt: skip
