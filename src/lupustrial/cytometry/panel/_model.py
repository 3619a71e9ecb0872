"""A panel: which antibody stains which channel, how the file is compensated and shown."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.fcs import Offsets
from lupustrial.cytometry.panel._transform import Transform

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FROM_FILE, NONE, APPLIED = "file", "none", "already applied"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Matrix(_Frozen):
    """A spillover matrix of a panel: what each dye (row) spills into each detector (column)."""

    channels: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]


class Reading(_Frozen):
    """How files of the panel are read: the options of `read_fcs`, for instruments that break the standard."""

    data_set: Annotated[int, Field(ge=0)] = 0
    offsets: Offsets = "strict"
    empty_values: bool = False


class Stain(_Frozen):
    """One antibody or dye.

    Attributes:
        marker: What it binds; the name of the tube's column (``CD3``).
        channel: Detector ($PnN) of the file.
        fluorochrome, clone, lot: Of the reagent; they are part of the panel's hash.
        control: What its gate is set against: ``FMO``, ``isotype``, ``unstimulated``; empty for none.
        aliases: Other names under which $PnS may hold the marker.
        transform: Where it differs from that of the panel.
        expected: Expectations of quality control (docs/cytometry, quality), e.g. ``CD4 within CD3``.
    """

    marker: Name
    channel: Name
    fluorochrome: str = ""
    clone: str = ""
    lot: str = ""
    control: str = ""
    aliases: tuple[Name, ...] = ()
    transform: Transform | None = None
    expected: tuple[str, ...] = ()


class Panel(_Frozen):
    """The staining, detectors and scales of one tube of a trial, frozen.

    Attributes:
        id: Name of the panel.
        instrument: On which cytometer, in words.
        cytometer: Text that $CYT of every file must contain; empty to accept any.
        specimen: Kind of specimen (``PBMC``, ``whole blood``); empty where not told.
        time: Channel of the clock; None where files have none.
        reading: Options of `read_fcs` for files of this instrument.
        scatter: Channels of light scatter.
        scatter_top: Top of the scatter axis; None takes $PnR of each file.
        compensation: ``file``, ``none``, ``already applied`` or the name of a CSV file.
        matrix: The matrix of that CSV file.
        transform: Of every stain that has none of its own.
        stains: The stains.
        expected: Expectations of quality control.
    """

    format: Annotated[int, Field(ge=1, le=1)] = 1
    id: Name
    instrument: Name
    cytometer: str = ""
    specimen: str = ""
    reading: Reading = Reading()
    time: Name | None = "Time"
    scatter: tuple[Name, ...]
    scatter_top: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    compensation: Name
    matrix: Matrix | None = None
    transform: Transform
    stains: Annotated[tuple[Stain, ...], Field(min_length=1)]
    expected: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _compensation(self) -> Self:
        words = (FROM_FILE, NONE, APPLIED)
        if self.compensation not in words and not self.compensation.casefold().endswith(".csv"):
            raise ValueError(f"compensation must be {', '.join(words)} or the name of a .csv file")
        return self

    @property
    def markers(self) -> tuple[str, ...]:
        """Markers in the order of the panel."""
        return tuple(stain.marker for stain in self.stains)

    @property
    def hash(self) -> str:
        """SHA-256 of everything the panel states, its matrix included."""
        return hash_of(self.model_dump(mode="json"))

    def stain(self, marker: str) -> Stain:
        """Return the stain of a marker; KeyError where there is none."""
        for stain in self.stains:
            if stain.marker == marker:
                return stain
        raise KeyError(marker)

    def transform_of(self, marker: str) -> Transform:
        """Return the transform of a marker: its own, or the panel's."""
        return self.stain(marker).transform or self.transform
