"""A tube: the events of one file, compensated and in display scale, ready to be gated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import CytometryError, Fault, closest

Values = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tube:
    """Events by columns, named after the marker (``CD3``) or the scatter or time channel (``FSC-A``).

    Attributes:
        name: The file's name, for messages and listings only; identity is `sha256`.
        sha256: Hash of the file's bytes; empty for a tube that was made from columns.
        names: Names of the columns.
        values: (events, columns), display scale: fluorescence after compensation and the panel's frozen
            transform, scatter divided by its range, time in seconds.
        linear: (events, columns), compensated linear values, for median intensities; empty where unknown.
        off_scale: (events,) whether any detector stood at the end of its range.
        compensation: ``applied``, ``already applied`` or ``none``.
        keywords: Keywords of the file, upper case, without ``$``.
    """

    name: str
    sha256: str = ""
    names: tuple[str, ...]
    values: Values
    linear: Values = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))
    off_scale: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    compensation: str = "none"
    keywords: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_columns(cls, name: str, columns: Mapping[str, NDArray[np.floating]]) -> Tube:
        """Make a tube of columns that are compensated and in display scale already."""
        values = np.column_stack([np.asarray(column, dtype=np.float32) for column in columns.values()])
        return cls(name=name, names=tuple(columns), values=np.asfortranarray(values))

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self.values.shape[0])

    def column(self, name: str) -> Values:
        """Return the values of a column in display scale, one for each event.

        Raises:
            CytometryError: CYTO-001 there is no such column.
        """
        return np.asarray(self.values[:, self._index(name)])

    def linear_of(self, name: str) -> Values | None:
        """Return the compensated linear values of a column; None where the tube has none."""
        return np.asarray(self.linear[:, self._index(name)]) if self.linear.size else None

    def _index(self, name: str) -> int:
        if name not in self.names:
            raise CytometryError(
                Fault(
                    id="CYTO-001",
                    message=f"there is no column {name}",
                    place=self.name,
                    hint=closest(name, self.names) or f"the tube has {', '.join(self.names)}",
                )
            )
        return self.names.index(name)
