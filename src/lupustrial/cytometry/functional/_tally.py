"""A tally: events of a parent and how many of them are positive."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.errors import CytometryError, Fault


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Positive events of a parent population in one tube.

    Attributes:
        positive: Events inside the functional gate.
        parent: Events of its parent.

    Raises:
        CytometryError: CYTO-066 counts that cannot be.
    """

    positive: int
    parent: int

    def __post_init__(self) -> None:
        """Check the counts."""
        if not 0 <= self.positive <= self.parent:
            raise CytometryError(
                Fault(
                    id="CYTO-066",
                    message=f"{self.positive} positive of {self.parent} events cannot be",
                    place="background",
                    hint="give counts of events: 0 <= positive <= parent",
                )
            )

    @property
    def share(self) -> float | None:
        """Positive events as a share of 1; None where the parent is empty."""
        return None if self.parent == 0 else self.positive / self.parent
