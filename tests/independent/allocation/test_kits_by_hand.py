"""Kits through a trial that is followed by hand: refusals with their reasons, boundary days, units."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import kit_trial as trial
import pytest

from lupustrial.allocation.kits import (
    destroy,
    dispense,
    excursion,
    find,
    last_dose,
    lift,
    quarantine,
    read_kits,
    read_shipments,
    receive,
    return_kit,
    ship,
    verify_kits,
)
from lupustrial.errors import AllocationError
from lupustrial.ledger import Actor, Database, Transaction, entries
from lupustrial.study import Storage, Study

FIRST, SECOND, SPARE = (trial.number(1107, nth) for nth in (1, 2, 3))
OTHER = trial.number(1205, 1)  # packed for the slot of 02-1, and lies at site 02


@pytest.fixture
def study() -> Study:
    return trial.study()


@pytest.fixture
def stocked(database: Database, study: Study) -> Database:
    trial.stocked(database, study)
    return database


def ids(error: pytest.ExceptionInfo[AllocationError]) -> list[str]:
    return [fault.id for fault in error.value.faults]


def refused(database: Database, study: Study, visit: str = "V0", **more: Any) -> AllocationError:
    with pytest.raises(AllocationError) as error, database.writing() as tx:
        trial.give(tx, study, visit, **more)
    return error.value


def state(database: Database, study: Study, number: int) -> str:
    with database.reading() as tx:
        return read_kits(tx, study.id)[number].state


def test_the_number_of_a_kit_ends_in_its_check_digit() -> None:
    # ISO/IEC 7064 MOD 11,10 of 11071, product starts at 10: 1: 11 % 10 = 1, 2; 1: 3, 6; 0: 6, 12 % 11 = 1;
    # 7: 8, 16 % 11 = 5; 1: 6, 12 % 11 = 1; check digit (11 - 1) % 10 = 0
    assert FIRST == 110710


def test_the_next_kit_of_the_slot_is_handed_out_and_lasts_four_days(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        done = trial.give(tx, study)
    assert (done.kit.number, done.kit.participant, done.kit.visit) == (FIRST, "01-1", "V0")
    assert done.last_dose == dt.date(2025, 1, 14)  # 10, 12 and 14 January
    assert done.warnings == ()


def test_a_kit_of_another_slot_is_refused_and_nothing_is_told_of_whose_it_is(
    stocked: Database, study: Study
) -> None:
    error = refused(stocked, study, kit=OTHER)
    assert [fault.id for fault in error.faults] == ["ALLOC-065"]
    assert "another slot" in str(error)
    assert not any(word in str(error) for word in ("02-1", "1205 ", "site"))
    assert state(stocked, study, OTHER) == "received"


def test_a_misread_number_is_told_from_an_unknown_one(stocked: Database, study: Study) -> None:
    assert refused(stocked, study, kit=FIRST + 1).faults[0].id == "ALLOC-060"
    unknown = trial.number(9999, 1)
    assert refused(stocked, study, kit=unknown).faults[0].id == "ALLOC-061"


def test_a_kit_is_good_until_its_last_dose_on_the_day_it_expires(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.release_all(tx, study, expiry=dt.date(2025, 1, 31))
        trial.deliver(tx, study, "01", trial.kits_of([1107]))
        trial.enrol(tx, study, "01-1", "01", 1107)
    late = refused(database, study, on=dt.date(2025, 1, 28), kit=FIRST)  # last dose on 1 February
    assert [fault.id for fault in late.faults] == ["ALLOC-068"]
    assert "expires on 2025-01-31, before its last dose on 2025-02-01" in str(late)
    same_day = refused(database, study, on=dt.date(2025, 1, 31), kit=FIRST)
    assert "before its last dose on 2025-02-04" in str(same_day)
    over = refused(database, study, on=dt.date(2025, 2, 1), kit=FIRST)
    assert "expired on 2025-01-31" in str(over)
    assert [fault.id for fault in refused(database, study, on=dt.date(2025, 2, 1)).faults] == [
        "ALLOC-073",
        *["ALLOC-068"] * 3,
    ]
    with database.writing() as tx:  # last dose on 31 January, the last day
        assert trial.give(tx, study, on=dt.date(2025, 1, 27)).kit.number == FIRST


def test_the_longest_dosing_of_all_arms_counts(study: Study) -> None:
    kind = study.kits[0]
    arms = tuple(
        dataclasses.replace(arm, dosing=dataclasses.replace(arm.dosing, every_days=days))
        for arm, days in zip(study.arms, (2, 7), strict=True)
        if arm.dosing is not None
    )
    assert last_dose(dataclasses.replace(study, arms=arms), kind, dt.date(2025, 1, 1)) == dt.date(2025, 1, 15)
    undosed = tuple(dataclasses.replace(arm, dosing=None) for arm in study.arms)
    assert last_dose(dataclasses.replace(study, arms=undosed), kind, trial.DAY) == trial.DAY
    # five units: doses 0, 2, 4 of the first cycle, 28 and 30 of the second
    five = dataclasses.replace(kind, units=5)
    assert last_dose(study, five, dt.date(2025, 1, 1)) == dt.date(2025, 1, 31)


def test_a_kit_in_quarantine_is_refused_until_the_sponsor_lifts_it(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        quarantine(
            tx, study, [FIRST], by=trial.PHARMACIST, why="fridge failed", high=Decimal(12), low=Decimal(4)
        )
    error = refused(stocked, study, kit=FIRST)
    assert [fault.id for fault in error.faults] == ["ALLOC-069"]
    assert "quarantine" in str(error)
    with pytest.raises(AllocationError) as own, stocked.writing() as tx:
        lift(tx, study, [FIRST], by=trial.PHARMACIST, why="looks fine")
    assert ids(own) == ["ALLOC-031"]
    with stocked.writing() as tx:
        lift(tx, study, [FIRST], by=trial.SPONSOR, why="stable at 12 degrees")
        assert trial.give(tx, study, kit=FIRST).kit.number == FIRST


def test_who_hands_out_kits_never_lifts_a_quarantine(stocked: Database, study: Study) -> None:
    both = dataclasses.replace(study.roles[2], may=("dispense", "supply"))
    mixed = dataclasses.replace(study, roles=(study.roles[0], both))
    with stocked.writing() as tx:
        quarantine(tx, mixed, [FIRST], by=trial.PHARMACIST, why="fridge failed")
    with pytest.raises(AllocationError) as error, stocked.writing() as tx:
        lift(tx, mixed, [FIRST], by=trial.PHARMACIST, why="looks fine")
    assert ids(error) == ["ALLOC-063"]
    assert "ask sponsor" in str(error.value)


def test_a_used_kit_is_never_handed_out_again(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
    assert [
        fault.id for fault in refused(stocked, study, "V4", kit=FIRST, on=dt.date(2025, 2, 7)).faults
    ] == ["ALLOC-070"]
    with stocked.writing() as tx:
        return_kit(tx, study, FIRST, on=trial.DAY, used=0, unused=3, lost=0, by=trial.PHARMACIST)
    back = refused(stocked, study, "V4", kit=FIRST, on=dt.date(2025, 2, 7))
    assert "came back" in str(back)
    with stocked.writing() as tx:
        destroy(tx, study, [FIRST], on=trial.DAY, by=trial.PHARMACIST, why="returned")
    assert "was destroyed" in str(refused(stocked, study, "V4", kit=FIRST, on=dt.date(2025, 2, 7)))


def test_a_kit_that_is_not_there_yet_is_refused_with_the_next_step(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.enrol(tx, study, "01-1", "01", 1107)
    assert "kits release" in str(refused(database, study, kit=FIRST))
    with database.writing() as tx:
        trial.release_all(tx, study)
    assert "kits ship" in str(refused(database, study, kit=FIRST))
    with database.writing() as tx:
        ship(tx, study, [FIRST, SECOND], to="01", on=trial.SHIPPED, by=trial.SPONSOR)
    underway = refused(database, study, kit=FIRST)
    assert [fault.id for fault in underway.faults] == ["ALLOC-071"]
    assert "shipment 1" in str(underway)
    assert "kits receive" in str(underway)


def test_a_kit_at_another_site_is_refused_and_can_be_sent_on(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.release_all(tx, study)
        trial.deliver(tx, study, "02", trial.kits_of([1107]))
        trial.enrol(tx, study, "01-1", "01", 1107)
    error = refused(database, study, kit=FIRST)
    assert [fault.id for fault in error.faults] == ["ALLOC-067"]
    assert "lies at site 02" in str(error)
    with database.writing() as tx:
        sent = ship(tx, study, [FIRST], to="01", on=trial.RECEIVED, by=trial.PHARMACIST)
        assert (sent.number, sent.origin, sent.site) == (2, "02", "01")
        receive(tx, study, 2, on=trial.DAY, by=trial.PHARMACIST, low=Decimal(2), high=Decimal(8))
        assert trial.give(tx, study, kit=FIRST).kit.site == "01"


def test_a_visit_without_kits_an_unknown_visit_and_a_wrong_type_are_refused(
    stocked: Database, study: Study
) -> None:
    none = refused(stocked, study, "V2")
    assert [fault.id for fault in none.faults] == ["ALLOC-066"]
    assert "V0, V4" in str(none)
    assert "no visit `V9`" in str(refused(stocked, study, "V9"))
    assert "no kit `TAB`" in str(refused(stocked, study, "V0", kind="TAB"))


def test_a_visit_with_kits_of_two_types_asks_which(database: Database) -> None:
    one = trial.study()
    tablets = dataclasses.replace(one.kits[0], id="TAB", dispensed=("V0",), spare=0)
    study = dataclasses.replace(one, kits=(*one.kits, tablets))
    trial.set_up(database, study)
    tab = trial.number(1107, 5)  # the first of the second type
    with database.writing() as tx:
        trial.release_all(tx, study)
        trial.deliver(tx, study, "01", [FIRST, SECOND, SPARE, tab])
        trial.enrol(tx, study, "01-1", "01", 1107)
    which = refused(database, study)
    assert [fault.id for fault in which.faults] == ["ALLOC-066"]
    assert "CYC, TAB" in str(which)
    wrong = refused(database, study, kind="TAB", kit=FIRST)
    assert [fault.id for fault in wrong.faults] == ["ALLOC-066"]
    assert "a `TAB` is due" in str(wrong)
    with database.writing() as tx:
        assert trial.give(tx, study, kind="TAB").kit.number == tab
        assert trial.give(tx, study, kind="CYC").kit.number == FIRST  # of another type: no replacement
    assert [fault.id for fault in refused(database, study, kind="TAB").faults] == ["ALLOC-072"]


def test_a_second_kit_at_a_visit_is_a_replacement_with_a_reason_from_the_spare(
    stocked: Database, study: Study
) -> None:
    assert [fault.id for fault in refused(stocked, study, replacement=True, why="broken").faults] == [
        "ALLOC-072"
    ]
    with stocked.writing() as tx:
        trial.give(tx, study)
    assert [fault.id for fault in refused(stocked, study).faults] == ["ALLOC-072"]
    assert [fault.id for fault in refused(stocked, study, replacement=True).faults] == ["ALLOC-076"]
    with stocked.writing() as tx:
        done = trial.give(tx, study, replacement=True, why="a vial broke")
    assert done.kit.number == SPARE
    again = refused(stocked, study, replacement=True, why="lost on the bus")
    assert [fault.id for fault in again.faults] == ["ALLOC-073", "ALLOC-070"]
    with stocked.writing() as tx:  # the kit of a later visit, by its number, and a warning
        later = trial.give(tx, study, replacement=True, why="lost on the bus", kit=SECOND)
    assert later.kit.number == SECOND
    assert [(fault.id, fault.severity) for fault in later.warnings] == [("ALLOC-073", "warning")]
    assert "0 kits are left for 1 later visits (V4)" in later.warnings[0].message


def test_the_spare_stands_in_where_no_other_kit_is_fit(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        quarantine(tx, study, [FIRST, SECOND], by=trial.PHARMACIST, why="fridge failed")
        assert trial.give(tx, study).kit.number == SPARE


def test_nobody_without_a_slot_gets_a_kit(stocked: Database, study: Study) -> None:
    with pytest.raises(AllocationError) as error, stocked.writing() as tx:
        dispense(tx, study, "01-9", "V0", on=trial.DAY, by=trial.PHARMACIST)
    assert ids(error) == ["ALLOC-074"]


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (Actor(id="paul", role="packager"), "ALLOC-031"),
        (Actor(id="mona", role="monitor"), "ALLOC-031"),
        (Actor(id="x", role="nurse"), "ALLOC-030"),
        (Actor(id=" ", role="pharmacist"), "ALLOC-030"),
    ],
)
def test_only_who_dispenses_hands_out(stocked: Database, study: Study, actor: Actor, expected: str) -> None:
    with pytest.raises(AllocationError) as error, stocked.writing() as tx:
        dispense(tx, study, "01-1", "V0", on=trial.DAY, by=actor)
    assert ids(error) == [expected]


def test_whoever_was_unblinded_handles_no_kit_in_a_blinded_role(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        tx.run("INSERT INTO allocation_unblinded VALUES (?, ?, 1)", study.id, trial.PHARMACIST.id)
    assert [fault.id for fault in refused(stocked, study).faults] == ["ALLOC-032"]


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        ("2.0", "8.0", None),
        ("1.9", "8.0", "1.9 °C is below 2.0 °C"),
        ("2.0", "8.1", "8.1 °C is above 8.0 °C"),
        (None, None, "no temperature log"),
    ],
)
def test_temperatures_are_judged_with_their_limits_included(
    low: str | None, high: str | None, reason: str | None
) -> None:
    given = [None if text is None else Decimal(text) for text in (low, high)]
    assert excursion(Storage(low=Decimal("2.0"), high=Decimal("8.0")), *given) == reason
    assert excursion(None, *given) is None


def test_a_shipment_is_received_whole_each_kit_with_its_fate(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.release_all(tx, study)
        ship(tx, study, [FIRST, SECOND, SPARE], to="01", on=trial.SHIPPED, by=trial.SPONSOR)
        done = receive(
            tx,
            study,
            1,
            on=trial.RECEIVED,
            by=trial.PHARMACIST,
            low=Decimal(2),
            high=Decimal(8),
            damaged=[SECOND],
            missing=[SPARE],
        )
    assert (done.intact, done.quarantined, done.missing) == ((FIRST,), ((SECOND, "damaged"),), (SPARE,))
    with database.writing() as tx:
        find(tx, study, [SPARE], by=trial.PHARMACIST, why="was left in the van")
        shipment = read_shipments(tx, study.id)[1]
    assert state(database, study, SPARE) == "quarantined"  # nobody knows its temperatures
    assert (shipment.received_on, shipment.low, shipment.high) == (trial.RECEIVED, "2", "8")


def test_a_warm_shipment_goes_into_quarantine_as_a_whole(database: Database, study: Study) -> None:
    trial.set_up(database, study)
    with database.writing() as tx:
        trial.release_all(tx, study)
        ship(tx, study, [FIRST, SECOND], to="01", on=trial.SHIPPED, by=trial.SPONSOR)
        done = receive(
            tx, study, 1, on=trial.RECEIVED, by=trial.PHARMACIST, low=Decimal(3), high=Decimal("8.5")
        )
    assert done.quarantined == tuple((kit, "8.5 °C is above 8.0 °C") for kit in sorted((FIRST, SECOND)))


def test_units_that_come_back_add_up(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
    for counts in ({"used": 2, "unused": 0, "lost": 0}, {"used": 4, "unused": -1, "lost": 0}):
        with pytest.raises(AllocationError) as error, stocked.writing() as tx:
            return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, **counts)
        assert ids(error) == ["ALLOC-075"]
    with stocked.writing() as tx:
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=0, lost=1)
    with pytest.raises(AllocationError) as again, stocked.writing() as tx:
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=1, lost=0)
    assert ids(again) == ["ALLOC-076"]
    with stocked.writing() as tx:
        kit = return_kit(
            tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=1, lost=0, why="found it"
        )
    assert (kit.used, kit.unused, kit.lost) == (2, 1, 0)


def test_days_follow_each_other(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
    with pytest.raises(AllocationError) as error, stocked.writing() as tx:
        return_kit(tx, study, FIRST, on=dt.date(2025, 1, 9), by=trial.PHARMACIST, used=3, unused=0, lost=0)
    assert ids(error) == ["ALLOC-082"]
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
    assert "ALLOC-082" in [fault.id for fault in refused(stocked, study, "V4", on=tomorrow).faults]


def test_a_day_that_has_begun_somewhere_is_not_in_the_future(stocked: Database, study: Study) -> None:
    latest = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date()
    with pytest.raises(AllocationError) as error, stocked.writing() as tx:
        destroy(tx, study, [SPARE], on=latest + dt.timedelta(days=2), by=trial.PHARMACIST, why="old")
    assert ids(error) == ["ALLOC-082"]
    with stocked.writing() as tx:
        destroy(tx, study, [SPARE], on=latest, by=trial.PHARMACIST, why="old")


def test_every_step_stands_in_the_ledger_with_who_and_why(stocked: Database, study: Study) -> None:
    with stocked.writing() as tx:
        trial.give(tx, study)
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=0, lost=1)
        quarantine(tx, study, [SECOND], by=trial.PHARMACIST, why="fridge failed")
        lift(tx, study, [SECOND], by=trial.SPONSOR, why="stable")
        destroy(tx, study, [FIRST], on=trial.DAY, by=trial.PHARMACIST, why="returned")
        told = [(one.kind, one.by.role, one.why) for one in entries(tx) if one.kind.startswith("kit")]
        assert verify_kits(tx, study) == []
    assert [kind for kind, _, _ in told] == [
        "kits packed",
        "kits released",
        *["kits shipped", "kits received"] * 2,
        "kit dispensed",
        "kit returned",
        "kits quarantined",
        "kits released from quarantine",
        "kits destroyed",
    ]
    assert told[-2:] == [
        ("kits released from quarantine", "sponsor", "stable"),
        ("kits destroyed", "pharmacist", "returned"),
    ]


def test_a_refusal_writes_nothing(stocked: Database, study: Study) -> None:
    def ledger(tx: Transaction) -> int:
        return sum(1 for _ in entries(tx))

    with stocked.reading() as tx:
        before = ledger(tx)
    refused(stocked, study, kit=OTHER)
    with pytest.raises(AllocationError), stocked.writing() as tx:
        quarantine(tx, study, [SECOND, OTHER + 1], by=trial.PHARMACIST, why="one of them misread")
    with stocked.reading() as tx:
        assert ledger(tx) == before
    assert state(stocked, study, SECOND) == "received"
