"""What a file of events holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import CytometryError, Fault, closest

Events = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One parameter of the file (FCS 3.1 §3.2.20).

    Attributes:
        number: Its number n, from 1.
        name: $PnN, the detector.
        marker: $PnS, what the operator typed; empty where absent or blank.
        bits: $PnB.
        range: $PnR, raw values run below it.
        gain: $PnG of the amplifier; 1 where absent or 0.
        decades: $PnE, decades of a logarithmic amplifier and the value of its lower end; (0, 0) if linear.
    """

    number: int
    name: str
    marker: str = ""
    bits: int = 32
    range: float = 262144.0
    gain: float = 1.0
    decades: tuple[float, float] = (0.0, 0.0)

    @property
    def is_time(self) -> bool:
        """Whether it counts ticks of the clock rather than light."""
        return self.name.casefold() == "time"

    @property
    def is_scatter(self) -> bool:
        """Whether it measures scattered light, by its name."""
        return self.name.casefold().startswith(("fsc", "ssc", "fs ", "ss ")) or self.name.casefold() in (
            "fs", "ss",
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Spill:
    """Spillover of each dye (row) into each detector (column), 1 on the diagonal (FCS 3.1 §3.2.22)."""

    channels: tuple[str, ...]
    matrix: NDArray[np.float64]
    source: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class FcsFile:
    """One data set of an FCS file.

    Attributes:
        name: The file's name, for messages only.
        sha256: Hash of the whole file: its identity, whatever it is called ($FIL is not unique).
        version: ``2.0``, ``3.0``, ``3.1`` or ``3.2``.
        keywords: Keywords of TEXT, upper case, without ``$``.
        channels: In the order of the file.
        events: (events, channels) linear values: logarithmic amplifiers decoded, gain divided out, time
            in seconds where the file states $TIMESTEP. Not compensated.
        off_scale: (events,) whether any detector stood at the end of its range.
        spill: Matrix of the file; None where it has none or it cannot be read (`spill_fault`).
        spill_fault: Why the matrix of the file cannot be used.
        data_set: Which data set of the file this is, from 0.
        data_sets: How many the file holds.
        notes: What was recovered or looked odd, one sentence each.
    """

    name: str
    sha256: str
    version: str
    keywords: Mapping[str, str]
    channels: tuple[Channel, ...]
    events: Events
    off_scale: NDArray[np.bool_]
    spill: Spill | None = None
    spill_fault: Fault | None = None
    data_set: int = 0
    data_sets: int = 1
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self.events.shape[0])

    def channel(self, name: str) -> Channel:
        """Return the channel of a $PnN.

        Raises:
            CytometryError: CYTO-024 there is none.
        """
        for channel in self.channels:
            if channel.name == name:
                return channel
        names = tuple(channel.name for channel in self.channels)
        raise CytometryError(
            Fault(
                id="CYTO-024",
                message=f"there is no channel {name}",
                place=self.name,
                hint=closest(name, names) or f"the file has {', '.join(names)}",
            )
        )

    def values(self, name: str) -> Events:
        """Return the linear values of a channel, one for each event; CYTO-024 where there is none."""
        return np.asarray(self.events[:, self.channel(name).number - 1])
