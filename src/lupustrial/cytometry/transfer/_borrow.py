"""Borrowing strength within a batch: tubes stained and acquired together are expected to lie alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.transfer._fit import Fit, Prior
from lupustrial.cytometry.transfer._template import Template

#: Fewest tubes whose alignments tell something of their batch.
FEWEST = 3
#: Narrowest spreads of shift and stretch between tubes that are believed.
_NARROWEST = (0.1, 0.03)


def borrow(template: Template, alignments: Iterable[tuple[Fit, ...]]) -> Template:
    """Return the template with what the alignments of its batch tell put into its priors.

    Expected shift and stretch become the medians over the tubes; usual is 1.4826 times their median absolute
    deviation, at least 0.1 spreads and 3 %. A column that is held stays held. The order of the tubes does not
    matter. With fewer than three tubes the template is returned as it is.

    Args:
        template: The template.
        alignments: From :func:`align`, one for each tube of the batch; none of a tube that failed.
    """
    found = list(alignments)
    if len(found) < FEWEST:
        return template
    priors = []
    for i, ground in enumerate(template.grounds):
        columns = len(ground.columns)
        at = np.asarray([each[i].at for each in found])
        middle = np.median(at, axis=0)
        spread = 1.4826 * np.median(np.abs(at - middle), axis=0)
        priors.append(
            Prior(
                shift=tuple(float(v) for v in middle[:columns]),
                stretch=tuple(float(v) for v in middle[columns:]),
                shift_spread=_widths(spread[:columns], template.priors[i].shift_spread, _NARROWEST[0]),
                stretch_spread=_widths(spread[columns:], template.priors[i].stretch_spread, _NARROWEST[1]),
                tubes=len(found),
            )
        )
    return template.with_priors(tuple(priors))


def _widths(found: NDArray[np.float64], before: tuple[float, ...], narrowest: float) -> tuple[float, ...]:
    return tuple(
        max(float(v), narrowest) if known > 0 else 0.0 for v, known in zip(found, before, strict=True)
    )
