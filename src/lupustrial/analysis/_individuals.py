"""The value of each participant, for figures that draw individual lines beside a mean."""

from __future__ import annotations

import numpy as np

from lupustrial.analysis._ard import Result
from lupustrial.analysis._method import Method
from lupustrial.analysis._rows import Block

#: A statistic is named by this and the participant.
VALUE = "value:"

INDIVIDUALS = Method(
    id="individuals",
    label="Individual values",
    level="arm",
    suits="number",
    stats=("value",),
    definition="The value of each participant who has one; the statistic names the participant.",
    source="ICH E3, 11.4.4",
    joint=True,
)


def individual_values(block: Block) -> list[Result]:
    """Return a result for each participant who has a value, in order of their names."""
    return [
        Result(stat=f"{VALUE}{name}", value=float(value))
        for name, value in sorted(zip(block.participants, block.aval, strict=True))
        if not np.isnan(value)
    ]
