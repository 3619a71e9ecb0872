"""Channels of a panel in a file."""

from __future__ import annotations

import re

from lupustrial.cytometry.fcs import Channel, FcsFile
from lupustrial.cytometry.panel._model import Panel

#: What analysis software puts before the name of a channel whose values it compensated.
COMPENSATED = re.compile(r"^(FJ)?Comp[-_ ]", re.IGNORECASE)


def find_channel(file: FcsFile, name: str) -> Channel | None:
    """Return the channel of a $PnN, or that of its compensated export (``Comp-PE-A``); None without one."""
    exact = [channel for channel in file.channels if channel.name == name]
    if exact:
        return exact[0]
    bare = [each for each in file.channels if COMPENSATED.sub("", each.name) == COMPENSATED.sub("", name)]
    return bare[0] if len(bare) == 1 else None


def needed(panel: Panel) -> tuple[str, ...]:
    """Return every channel the panel asks of a file: time, scatter, stains."""
    clock = () if panel.time is None else (panel.time,)
    return (*clock, *panel.scatter, *(stain.channel for stain in panel.stains))
