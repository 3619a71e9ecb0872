"""How the trial is conducted, as data: consent, identifying data, unscheduled visits, expedited reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: What may be asked of a person beside the number, for the site alone.
Identifier = Literal["name", "birth date", "hospital number", "telephone", "address", "other contact"]


@dataclass(frozen=True, kw_only=True)
class Unscheduled:
    """Visits beyond the plan, whose ids are UNS1, UNS2, … of each participant.

    Attributes:
        forms: The forms that may be filled in at one. VISITNUM lies between those of the planned visits
            before and after it, e.g. 4.01 (`unscheduled_number`).
    """

    forms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsentVersion:
    """A version of the document by which participants consent.

    Attributes:
        version: Its number or name, unique.
        valid: From which day participants are to sign it; a later one means that who signed an earlier one
            is to be asked again, unless `again` is false.
        document: The text, a file in the study folder under ``documents/`` (``.md`` or ``.txt``).
        protocol: The version of the protocol that it belongs to; empty where it was not changed for one.
        again: Whether who signed an earlier version has to sign this one.
    """

    version: str
    valid: dt.date
    document: str
    protocol: str = ""
    again: bool = True


@dataclass(frozen=True, kw_only=True)
class Expedited:
    """The clock of serious adverse events.

    Attributes:
        form: The log of adverse events; it has an item for ``AESER``.
        aware: Its date item that tells when the sponsor came to know of the event (day 0).
        reported: Its date item that tells when it was reported, which stops the clock; empty without one.
        fatal_days: Calendar days for a fatal or life-threatening suspected unexpected reaction.
        other_days: Calendar days for any other serious one. 7 and 15 are those of ICH E2A, III.B.
    """

    form: str
    aware: str
    reported: str = ""
    fatal_days: int = 7
    other_days: int = 15
