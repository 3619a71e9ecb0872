"""The plots of one tube, by title."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.quality._labels import evidence_of
from lupustrial.cytometry.quality._plots import draw_flow, draw_labels, draw_spill, draw_time


def plots_of(tube: Tube, *, specimen: str = "", declared: Sequence[str] = ()) -> dict[str, str]:
    """Return the plots of a tube as SVG text by title; what cannot be drawn is left out.

    Args:
        tube: As :func:`check_tube` was given it.
        specimen: Of the panel.
        declared: Expectations of the panel.
    """
    drawn = {
        "Flow rate": draw_flow(tube),
        "Signal against time": draw_time(tube),
        "Pairs of stains": draw_spill(tube),
        "Labels": draw_labels(evidence_of(tube, specimen, declared)) if len(tube) else None,
    }
    return {title: text for title, text in drawn.items() if text is not None}
