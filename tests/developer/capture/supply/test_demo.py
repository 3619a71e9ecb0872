"""The supply of the demonstration, and the search of the ledger by kind on which the notices rest."""

from __future__ import annotations

import datetime as dt

from capture_site import SYSTEM, CaptureSite

from lupustrial.allocation import kits as room
from lupustrial.allocation.sealing import make_list
from lupustrial.allocation.store import verify_store
from lupustrial.ledger import append, entries

DAY = dt.date(2026, 1, 5)


def test_a_demonstration_is_sealed_allocated_in_order_and_stocked(site: CaptureSite) -> None:
    from lupustrial.capture.supply import (
        Enrolled,
        allocate_demonstration,
        seal_demonstration,
        supply_demonstration,
    )

    made = make_list(site.trial.study, bytes(32))
    assert seal_demonstration(site.trial, made) is not None
    people = [
        Enrolled(
            participant=f"01-00{number}",
            site="01",
            at=f"2026-01-0{9 - number}T08:00:00.000000Z",
            levels={},
            visits={"W0": DAY},
        )
        for number in (1, 2, 3)
    ]
    numbers = allocate_demonstration(site.trial, people)
    assert list(numbers.values()) == [slot.number for slot in made.slots[:3]]
    assert list(numbers) == ["01-003", "01-002", "01-001"]  # who came first is first
    supply_demonstration(site.trial, people, on=DAY)
    with site.trial.reading() as tx:
        kits = room.read_kits(tx, site.trial.study.id).values()
    assert {(kit.participant, kit.visit) for kit in kits if kit.state == "dispensed"} == {
        (f"01-00{number}", "W0") for number in (1, 2, 3)
    }
    assert verify_store(site.trial.db, site.trial.study).faults == ()


def test_entries_of_a_kind_are_those_and_no_text_that_looks_like_it(site: CaptureSite) -> None:
    study = site.trial.study.id
    with site.trial.writing() as tx:
        append(
            tx, study=study, kind="told", by=SYSTEM, data={"text": '"kind":"broken"'}, why='"kind":"broken"'
        )
        append(tx, study=study, kind="broken", by=SYSTEM, data={})
        append(tx, study=study, kind="broken off", by=SYSTEM, data={"kind": "broken"})
    with site.trial.reading() as tx:
        assert [one.kind for one in entries(tx, kinds=("broken",))] == ["broken"]
        assert [one.kind for one in entries(tx, kinds=("broken", "told"))] == ["told", "broken"]
        last = next(entries(tx, kinds=("broken",))).position
        assert list(entries(tx, after=last, kinds=("broken",))) == []
