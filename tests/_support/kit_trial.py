"""A trial with kits of three vials, small enough to follow each of them by hand.

Two sites with a list of their own. Each slot has three kits ``CYC``: the first two are handed out at V0 and
V4 (day 1 and day 29, windows 0 and +-3 days), the third is the spare. The three doses of a kit are taken
every other day, so that the last one is taken four days after the first. Kits keep between 2 and 8 degrees.
Kit k of slot s has the number ``10 s + k`` with its check digit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import tiny_trial

from lupustrial.allocation._numbers import with_check
from lupustrial.allocation.kits import Released, dispense, pack, read_kits, receive, release, ship
from lupustrial.allocation.store import create_store
from lupustrial.ledger import Actor, Database, Transaction, append
from lupustrial.study import KitType, Role, Site, Storage, Study

SPONSOR = Actor(id="sam", role="sponsor")
PACKAGER = Actor(id="paul", role="packager")
PHARMACIST = Actor(id="petra", role="pharmacist")
#: Slots of each site's list, in the order of the list.
LISTS = {"01": (1107, 1103, 1111, 1101), "02": (1205, 1202)}
EXPIRY = dt.date(2025, 6, 30)
SHIPPED, RECEIVED, DAY = dt.date(2025, 1, 6), dt.date(2025, 1, 8), dt.date(2025, 1, 10)
LOW, HIGH = Decimal("2.0"), Decimal("8.0")


def study(**changes: Any) -> Study:
    """Return the study, with changes."""
    tiny = tiny_trial.study()
    kind = KitType(
        id="CYC",
        name="Kit of a cycle",
        units=3,
        dispensed=("V0", "V4"),
        spare=1,
        storage=Storage(low=LOW, high=HIGH),
        label=("Contact: Trial Pharmacy, 1 Main Road, Tel. 0123 456789",),
    )
    own: dict[str, Any] = {
        "id": "KITS",
        "kits": (kind,),
        "sites": (Site(id="01", name="One", country="CHN"), Site(id="02", name="Two", country="CHN")),
        "roles": (
            Role(id="sponsor", name="Sponsor", may=("supply",)),
            Role(id="packager", name="Packager", blinded=False, may=("pack",)),
            Role(id="pharmacist", name="Pharmacist", may=("dispense",)),
            Role(id="monitor", name="Monitor"),
        ),
        "randomisation": dataclasses.replace(tiny.randomisation, by_site=True, slots=4),
    }
    return dataclasses.replace(tiny, **{**own, **changes})


def number(slot: int, nth: int) -> int:
    """Return the number of a kit."""
    return with_check(slot * 10 + nth)


def kits_of(slots: Iterable[int]) -> list[int]:
    """Return the numbers of the three kits of each slot."""
    return [number(slot, nth) for slot in slots for nth in (1, 2, 3)]


def set_up(database: Database, trial: Study) -> None:
    """Make the tables, the lists without envelopes, and pack the kits."""
    with database.writing() as tx:
        create_store(tx)
        rows = []
        for stratum, slots in LISTS.items():
            for position, slot in enumerate(slots, start=1):
                tx.run(
                    "INSERT INTO allocation_slot (study, number, stratum, position, leaf, envelope) "
                    "VALUES (?, ?, ?, ?, '', '')",
                    trial.id,
                    slot,
                    stratum,
                    position,
                )
                rows += [
                    (number(slot, nth + 4 * place), slot, kind.id, nth)
                    for place, kind in enumerate(trial.kits)
                    for nth in range(1, len(kind.dispensed) + kind.spare + 1)
                ]
        pack(tx, trial, rows, SPONSOR)


def enrol(tx: Transaction, trial: Study, participant: str, site: str, slot: int) -> None:
    """Give somebody a slot."""
    tx.run(
        "INSERT INTO allocation_candidate "
        "(study, participant, site, stratum, levels, consented, eligible, entry) "
        "VALUES (?, ?, ?, ?, '{}', 1, 1, 0)",
        trial.id,
        participant,
        site,
        site,
    )
    data = {"number": slot, "participant": participant}
    entry = append(tx, study=trial.id, kind="allocated", by=PHARMACIST, data=data)
    tx.run(
        "UPDATE allocation_slot SET participant = ?, entry = ? WHERE study = ? AND number = ?",
        participant,
        entry.position,
        trial.id,
        slot,
    )


def release_all(tx: Transaction, trial: Study, expiry: dt.date = EXPIRY, by: Actor = PACKAGER) -> None:
    """Release every kit in one wave."""
    numbers = [kit for kit, found in read_kits(tx, trial.id).items() if found.state == "packed"]
    lines = [
        Released(kit=kit, batch="W01", expiry=expiry, row=row) for row, kit in enumerate(numbers, start=2)
    ]
    release(tx, trial, lines, by)


def deliver(tx: Transaction, trial: Study, site: str, numbers: list[int]) -> None:
    """Ship released kits to a site, where they arrive sound."""
    sent = ship(tx, trial, numbers, to=site, on=SHIPPED, by=SPONSOR)
    receive(tx, trial, sent.number, on=RECEIVED, by=PHARMACIST, low=Decimal(3), high=Decimal(5))


def stocked(database: Database, trial: Study) -> None:
    """Set up; release all; the kits of each site's list lie there; 01-1 has slot 1107, 02-1 slot 1205."""
    set_up(database, trial)
    with database.writing() as tx:
        release_all(tx, trial)
        for site, slots in LISTS.items():
            deliver(tx, trial, site, kits_of(slots))
        enrol(tx, trial, "01-1", "01", 1107)
        enrol(tx, trial, "02-1", "02", 1205)


def give(tx: Transaction, trial: Study, visit: str = "V0", on: dt.date = DAY, **more: Any) -> Any:
    """Hand out a kit to 01-1."""
    return dispense(tx, trial, "01-1", visit, on=on, by=PHARMACIST, **more)
