"""What kits need to know of the slots of the list, read from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Transaction

_PLACES = (
    "SELECT s.number, s.stratum, s.position, s.participant, c.site FROM allocation_slot s "
    "LEFT JOIN allocation_candidate c ON c.study = s.study AND c.participant = s.participant "
    "WHERE s.study = ?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A slot of the list, without its arm.

    Attributes:
        slot: Its number.
        stratum: Id of its stratum.
        position: Place in the list of the stratum, from 1.
        participant: Who got it; None: free.
        site: Where; None: free.
    """

    slot: int
    stratum: str
    position: int
    participant: str | None = None
    site: str | None = None


def read_places(tx: Transaction, study: str) -> dict[int, Place]:
    """Return the slots of a study by number, in the order of the strata and their lists."""
    rows = tx.all(f"{_PLACES} ORDER BY s.stratum, s.position", study)
    places = (
        Place(slot=slot, stratum=stratum, position=position, participant=participant, site=site)
        for slot, stratum, position, participant, site in rows
    )
    return {place.slot: place for place in places}


def place_of_participant(tx: Transaction, study: str, participant: str) -> Place:
    """Return the slot of a participant; AllocationError ALLOC-074 where he has none."""
    row = tx.one(f"{_PLACES} AND s.participant = ?", study, participant)
    if row is None:
        raise AllocationError(
            Fault(
                id="ALLOC-074",
                message=f"participant {participant} has no slot",
                place=f"participant {participant}",
                hint="allocate the participant first, or read the number again",
            )
        )
    return Place(slot=row[0], stratum=row[1], position=row[2], participant=row[3], site=row[4])


def by_stratum(places: Mapping[int, Place]) -> dict[str, list[Place]]:
    """Return the slots of each stratum in the order of its list."""
    lists: dict[str, list[Place]] = {}
    for place in sorted(places.values(), key=lambda place: (place.stratum, place.position)):
        lists.setdefault(place.stratum, []).append(place)
    return lists
