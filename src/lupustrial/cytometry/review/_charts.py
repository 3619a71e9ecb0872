"""Control charts of a run: the technical control of every batch, one chart a population."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lupustrial.cytometry.review._model import TubeReview
from lupustrial.cytometry.review._sheets import sheets_of
from lupustrial.cytometry.review._westgard import ControlChart, ControlPoint, control_chart


def charts_of(
    tubes: Sequence[TubeReview], targets: Mapping[str, tuple[float, float]]
) -> tuple[ControlChart, ...]:
    """Return the charts of the technical control.

    Args:
        tubes: All tubes of a run; those that are technical controls are charted, batches in the order of
            their labels (2 before 10).
        targets: Mean and SD by population, where they were laid down before.
    """
    controls = [tube for tube in tubes if tube.control]
    charts = []
    for sheet in sheets_of(controls):
        ordered = sorted(sheet.rows, key=lambda one: (_natural(one.tube.batch), one.tube.code))
        points = [
            ControlPoint(batch=one.tube.batch, value=one.gate.percent, code=one.tube.code)
            for one in ordered
            if one.gate.percent is not None
        ]
        if points:
            target = targets.get(sheet.population)
            charts.append(control_chart(points, name=sheet.title, unit="% of parent", target=target))
    return tuple(charts)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"(\d+)", text)
    return tuple(
        (1, int(part), "") if part.isascii() and part.isdecimal() else (0, 0, part) for part in parts
    )
