"""The supply of a demonstration: a list sealed for keys made here, participants allocated, kits out."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lupustrial.allocation import kits as room
from lupustrial.allocation import store
from lupustrial.allocation.sealing import (
    PURPOSES,
    AllocationList,
    Recipient,
    SecretKey,
    make_key,
    make_list,
    seal,
)
from lupustrial.capture._trial import Trial
from lupustrial.errors import AllocationError
from lupustrial.ledger import Actor
from lupustrial.study import Study, Task

_LASTS = dt.timedelta(days=3 * 365)
_LOW, _HIGH = Decimal("3.1"), Decimal("5.4")  # of the log of the demonstration's shipment


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolled:
    """Somebody of the demonstration who was randomised.

    Attributes:
        participant: Participant number.
        site: Site.
        at: When, UTC, as the ledger writes it.
        levels: Level of each factor of the randomisation.
        visits: Day of each visit at which a kit was handed out, by visit.
    """

    participant: str
    site: str
    at: str
    levels: Mapping[str, str]
    visits: Mapping[str, dt.date]


def seal_demonstration(trial: Trial, made: AllocationList | None = None) -> Mapping[str, SecretKey] | None:
    """Seal a list for the trial with keys that are made here, and set it up.

    Args:
        trial: The trial; its database has no list.
        made: The list by which the records of the demonstration were made; a fresh one where it is left out.

    Returns:
        The keys by purpose, e.g. for a vault of the demonstration; None where the study names nobody who may
        seal, or allocates by the vault.
    """
    study, by = trial.study, _somebody(trial.study, "seal")
    if by is None or study.randomisation.method in ("none", "minimisation"):
        return None
    keys = {purpose: make_key() for purpose in PURPOSES}
    people = [Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()]
    sealed = seal(study, made or make_list(study, secrets.token_bytes(32)), people)
    store.set_up(trial.db, study, sealed, by)
    return keys


def allocate_demonstration(trial: Trial, people: Iterable[Enrolled]) -> dict[str, int]:
    """Screen and allocate participants of the past in the order in which they were randomised.

    Returns:
        Their randomisation numbers, to be put into the pages that record them. Where `seal_demonstration`
        was given the list of the records and they are its first participants, the numbers are those of the
        records. Who finds no slot is left out.
    """
    study = trial.study
    screens, allocates = _somebody(study, "screen"), _somebody(study, "allocate")
    if screens is None or allocates is None:
        return {}
    numbers = {}
    for one in sorted(people, key=lambda one: (one.at, one.participant)):
        candidate = store.Candidate(
            participant=one.participant, site=one.site, consented=True, eligible=True, levels=one.levels
        )
        try:
            store.screen(trial.db, study, candidate, screens, at=one.at)
            done = store.allocate(trial.db, study, one.participant, allocates, at=one.at)
        except AllocationError:
            continue
        numbers[one.participant] = done.number
    return numbers


def supply_demonstration(trial: Trial, people: Iterable[Enrolled], *, on: dt.date) -> None:
    """Release the kits in one wave, ship each site's, and hand out those of the visits that were.

    Kits of slots that nobody has lie at the first site.

    Args:
        trial: The trial, its participants allocated.
        people: The same as for `allocate_demonstration`.
        on: The day on which the kits were shipped and came.
    """
    study = trial.study
    supplies, dispenses = _somebody(study, "supply"), _somebody(study, "dispense")
    if not study.kits or supplies is None or dispenses is None:
        return
    with trial.writing() as tx:
        packed = [kit for kit in room.read_kits(tx, study.id).values() if kit.state == "packed"]
        lines = [
            room.Released(kit=kit.number, batch="W01", expiry=on + _LASTS, row=row)
            for row, kit in enumerate(packed, start=2)
        ]
        if not lines:
            return
        room.release(tx, study, lines, supplies)
        homes = {place.slot: place.site for place in room.read_places(tx, study.id).values()}
        for site in (one.id for one in study.sites):
            first = site == study.sites[0].id
            mine = [
                kit.number for kit in packed if homes.get(kit.slot) in ({site, None} if first else {site})
            ]
            if mine:
                sent = room.ship(tx, study, mine, to=site, on=on, by=supplies)
                room.receive(tx, study, sent.number, on=on, by=dispenses, low=_LOW, high=_HIGH)
    for one in people:
        for visit, day in sorted(one.visits.items(), key=lambda pair: pair[1]):
            try:
                with trial.writing() as tx:
                    room.dispense(tx, study, one.participant, visit, on=day, by=dispenses)
            except AllocationError:
                break  # no kit, or somebody without a slot


def _somebody(study: Study, task: Task) -> Actor | None:
    """Return the account of the demonstration in the first role that may do something."""
    role = next((role for role in study.roles if task in role.may), None)
    return None if role is None else Actor(id=role.id, role=role.id)
