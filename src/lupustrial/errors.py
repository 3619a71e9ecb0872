"""The one tree of errors.

::

    LupustrialError
    ├── StudyError          a study folder is at fault          (STUDY-…)
    ├── RecordError         source records are at fault         (RECORD-…)
    ├── InstrumentError     items given to an instrument        (INSTR-…)
    ├── StatisticsError     arguments of a statistical method   (STAT-…)
    ├── ReconstructError    published targets cannot be used    (RECON-…)
    ├── AuditError          published claims cannot be used    (AUDIT-…)
    ├── ScoreError          a file of items cannot be scored    (SCORE-…)
    ├── LedgerError         a ledger is broken or out of reach  (LEDGER-…)
    ├── AllocationError     allocation, kits, keys, unblinding  (ALLOC-…)
    ├── BlindingError       what roles may see cannot be judged (BLIND-…)
    ├── CaptureError        the web application refuses        (CAPT-…)
    ├── CytometryError      FCS files, panels, gating          (CYTO-…)
    └── UsageError          a command was called wrongly        (USAGE-…)

Each carries *all* the faults found, since input is validated whole, reported whole and refused whole.
A fault has a stable id, says what is wrong, where (file, line or row, item, participant) and how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes:
        id: Stable identifier, e.g. ``"RECORD-003"``; documented in ``docs/faults.md``.
        message: What is wrong, in one sentence, with the offending value.
        place: Where: ``"forms/sledai.yaml:14"`` or
            ``"records.csv row 12, participant 01-001, visit W2, item sledai.SEIZ"``.
        hint: How to mend it.
        severity: ``"error"`` refuses the input, ``"warning"`` does not.
    """

    id: str
    message: str
    place: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """Render as one paragraph: place, id, message, hint."""
        text = f"{self.place}: {self.id} {self.message}"
        return f"{text}\n    {self.hint}" if self.hint else text


class LupustrialError(Exception):
    """Base of every error that this package raises on purpose; holds the faults, at least one."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        """Keep the faults in the order in which they were found."""
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        if not self.faults:
            raise ValueError("an error needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))


class StudyError(LupustrialError):
    """A study folder cannot be used."""


class RecordError(LupustrialError):
    """Source records do not fit the study."""


class InstrumentError(LupustrialError):
    """Items, settings or components given to an instrument are at fault."""


class StatisticsError(LupustrialError):
    """A statistical method was given arguments for which it is not defined."""


class ReconstructError(LupustrialError):
    """Published targets cannot be read or cannot be met."""


class AuditError(LupustrialError):
    """A table of published claims cannot be read."""


class ScoreError(LupustrialError):
    """A file of items, its mapping or its settings cannot be used, so that nothing is scored."""


class LedgerError(LupustrialError):
    """A ledger is broken, or its database cannot be used."""


class AllocationError(LupustrialError):
    """A participant cannot be allocated, a kit cannot be handed out, or a seal cannot be opened."""


class BlindingError(LupustrialError):
    """It cannot be judged what a role may see, or how well that tells the arm."""


class CaptureError(LupustrialError):
    """The web application refuses what somebody asked of it, or cannot be started."""


class CytometryError(LupustrialError):
    """A file of events, a panel or a gating strategy cannot be used."""


class UsageError(LupustrialError):
    """A command was called with something that does not exist or does not go together."""


def closest(name: str, known: Sequence[str]) -> str:
    """Return ``"did you mean X?"`` for the known name nearest to ``name``, or an empty string."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if not near:
        near = [k for k in known if k.casefold() == name.casefold()][:1]
    return f"did you mean {near[0]}?" if near else ""
