"""A kit and a shipment as the server knows them: everything but the arm."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: Where a kit is in its life (``docs/allocation/kits.md``).
State = Literal[
    "packed",
    "released",
    "shipped",
    "received",
    "missing",
    "quarantined",
    "dispensed",
    "returned",
    "destroyed",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """One kit.

    Attributes:
        number: Its number, check digit included.
        study: Id of the study.
        slot: Number of the slot of the sealed list for which it was packed.
        type: Id of its `KitType`.
        nth: Which of that type it is among the kits of the slot, from 1; the last ones are spares.
        state: Where it is in its life.
        batch: Blinded batch label; None until it is released.
        expiry: Last day on which it may be used; None until it is released.
        site: Where it lies, or whither it is on its way; None: the depot.
        shipment: Number of the last shipment it was in; None: none yet.
        participant: Who got it; None: nobody.
        visit: At which visit.
        dispensed_on: On which day.
        used: Units that were used, counted when it came back; None: not counted yet.
        unused: Units that came back unused.
        lost: Units that did not come back, or broken.
        entry: Position of the ledger entry that changed it last.
    """

    number: int
    study: str
    slot: int
    type: str
    nth: int
    state: State = "packed"
    batch: str | None = None
    expiry: dt.date | None = None
    site: str | None = None
    shipment: int | None = None
    participant: str | None = None
    visit: str | None = None
    dispensed_on: dt.date | None = None
    used: int | None = None
    unused: int | None = None
    lost: int | None = None
    entry: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipment:
    """Kits on one way.

    Attributes:
        number: Running number within the study, from 1.
        study: Id of the study.
        origin: Site from which it comes; None: the depot.
        site: Site to which it goes; None: the depot.
        shipped_on: Day on which it left.
        received_on: Day on which it came; None: it is on its way.
        low: Lowest temperature on the way, in degrees Celsius as text; None: no log.
        high: Highest temperature on the way.
        entry: Position of the ledger entry that changed it last.
    """

    number: int
    study: str
    origin: str | None
    site: str | None
    shipped_on: dt.date
    received_on: dt.date | None = None
    low: str | None = None
    high: str | None = None
    entry: int = 0


def place_of(site: str | None) -> str:
    """Return ``"the depot"`` or ``"site 01"``."""
    return "the depot" if site is None else f"site {site}"
