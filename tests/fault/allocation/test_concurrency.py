"""Many clients at once: every slot is given once, in the order of the list, and the ledger is whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from clients import STRATA, answers, begin_stratified, deal, finish, start, stratified_trial

from lupustrial.allocation.store import verify_store
from lupustrial.ledger import Database, entries

CLIENTS = 8


@pytest.mark.requirement("REQ-SUPPLY-001")
def test_thousand_allocations_by_eight_processes_take_the_lists_in_order(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    sealed = stratified_trial(slots=510)
    names = begin_stratified(database, sealed, 1000)
    finish(start(database_url, sealed.study, deal(names, CLIENTS), tmp_path / "notes"))
    told = {answer.participant: answer.number for answer in answers(tmp_path / "notes")}
    assert len(told) == len(set(told.values()) - {None}) == 1000

    list_order = {
        name: [slot.number for slot in sealed.made.slots if slot.stratum == name] for name in STRATA
    }
    with database.reading() as tx:
        allocated = [entry.data for entry in entries(tx) if entry.kind == "allocated"]
    assert {one["participant"]: one["number"] for one in allocated} == told
    for place, stratum in enumerate(STRATA):  # no gap, none passed over, in the order in which they came
        mine = [one["number"] for one in allocated if one["participant"] in names[place::2]]
        assert mine == list_order[stratum][:500]
    verified = verify_store(database, sealed.study)
    assert (verified.faults, verified.allocated, verified.slots) == ((), 1000, 1020)


@pytest.mark.requirement("REQ-SUPPLY-002")
def test_who_asks_at_the_same_moment_for_one_participant_gets_one_number(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    sealed = stratified_trial(slots=30)
    names = begin_stratified(database, sealed, 25)
    finish(start(database_url, sealed.study, [names] * CLIENTS, tmp_path / "notes"))
    found = answers(tmp_path / "notes")
    numbers = {answer.participant: answer.number for answer in found if answer.number is not None}
    assert Counter(answer.participant for answer in found if answer.number is not None) == Counter(names)
    refused = [answer for answer in found if answer.number is None]
    assert len(refused) == len(names) * (CLIENTS - 1)
    for answer in refused:  # and says which number it is, so that whoever lost can go on
        assert answer.told == (
            f"ALLOC-035 participant {answer.participant} is allocated already: "
            f"randomisation number {numbers[answer.participant]}"
        )
    assert verify_store(database, sealed.study).faults == ()


def test_the_last_slots_go_to_the_first_who_ask_and_the_rest_are_refused(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    sealed = stratified_trial(slots=10)
    names = begin_stratified(database, sealed, 60)
    finish(start(database_url, sealed.study, deal(names, CLIENTS), tmp_path / "notes"))
    found = answers(tmp_path / "notes")
    assert sum(answer.number is not None for answer in found) == 20
    assert {answer.told.split(" ")[0] for answer in found if answer.number is None} == {"ALLOC-041"}
    verified = verify_store(database, sealed.study)
    assert (verified.faults, verified.allocated) == ((), 20)
