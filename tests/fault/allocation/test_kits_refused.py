"""Bad files, raw SQL, tampering: what is wrong with kits is named, and nothing is half done."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import kit_trial as trial
import pytest

from lupustrial.allocation.kits import (
    Released,
    find,
    label_sheet,
    labels,
    lift,
    pack,
    quarantine,
    read_kits,
    read_number,
    read_release,
    rebuild,
    receive,
    release,
    return_kit,
    ship,
    verify_kits,
)
from lupustrial.allocation.store import create_store
from lupustrial.errors import AllocationError
from lupustrial.ledger import Database, append, open_database
from lupustrial.study import Study

FIRST, SECOND, SPARE = (trial.number(1107, nth) for nth in (1, 2, 3))


@pytest.fixture
def study() -> Study:
    return trial.study()


@pytest.fixture
def packed(tmp_path: Path, study: Study) -> Database:
    database = open_database(str(tmp_path / "trial.db"), create=True)
    trial.set_up(database, study)
    return database


@pytest.fixture
def given(database: Database, study: Study) -> Database:
    """A database on which 01-1 got FIRST."""
    trial.stocked(database, study)
    with database.writing() as tx:
        trial.give(tx, study)
    return database


def ids(error: pytest.ExceptionInfo[AllocationError]) -> list[str]:
    return [fault.id for fault in error.value.faults]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (b"", "wave.csv row 1", "column `kit` is missing"),
        (b"kit,batch\n", "wave.csv row 1", "column `expiry` is missing"),
        (b"kit,batch,expiry,arm\n", "wave.csv row 1 column 4", "column 4 does not belong there"),
        (b"kit,batch,kit,expiry\n", "wave.csv row 1 column 3", "column 3 stands twice"),
        (b"kit;batch;expiry\n110710;W01;2027-05\n", "wave.csv row 1", "column `kit` is missing"),
        (b"kit,batch,expiry\n110710,W01\n", "wave.csv row 2", "2 cells, not 3"),
        (b"kit,batch,expiry\n\n110710,,2027-05\n", "wave.csv row 3 column batch", "`batch` is empty"),
        (b"kit,batch,expiry\n110710,W01,05/2027\n", "wave.csv row 2 column expiry", "`05/2027` is no date"),
        (b"kit,batch,expiry\n110710,W01,2027-13\n", "wave.csv row 2 column expiry", "`2027-13` is no date"),
        (b"kit,batch,expiry\n110710,W01,2027-02-30\n", "wave.csv row 2 column expiry", "`2027-02-30`"),
        (b"kit,batch,expiry\n110711,W01,2027-05\n", "wave.csv row 2 column kit", "check digit of 110711"),
        (b"kit,batch,expiry\nK7,W01,2027-05\n", "wave.csv row 2 column kit", "`K7` is no kit number"),
        (b"\xff\xfe\x00", "wave.csv", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_with_row_and_column(
    tmp_path: Path, study: Study, text: bytes, place: str, words: str
) -> None:
    path = tmp_path / "wave.csv"
    path.write_bytes(text)
    with pytest.raises(AllocationError) as error:
        read_release(study, path)
    assert any(fault.place == place and words in fault.message for fault in error.value.faults), str(
        error.value
    )


def test_what_stands_in_a_column_too_many_is_not_repeated(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "wave.csv"
    path.write_text("kit,batch,expiry,secret-arm-A\n110710,W01,2027-05,PLACEBO-CELL\n")
    with pytest.raises(AllocationError) as error:
        read_release(study, path)
    assert not any(word in str(error.value) for word in ("secret", "PLACEBO"))


def test_all_faults_of_a_file_are_told_at_once_and_a_good_one_is_read(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "wave.csv"
    path.write_text("kit,batch,expiry\n110711,W01,2027-05\n110710,,2027-05\n110710,W01,x\n")
    with pytest.raises(AllocationError) as error:
        read_release(study, path)
    assert ids(error) == ["ALLOC-060", "ALLOC-077", "ALLOC-077"]
    path.write_text("﻿batch,kit,expiry\r\nW01,110710,2028-02\r\n", encoding="utf-8")
    assert read_release(study, path) == [
        Released(kit=110710, batch="W01", expiry=dt.date(2028, 2, 29), row=2)
    ]


def wave(kits: list[int], batch: str = "W01", expiry: dt.date = trial.EXPIRY) -> list[Released]:
    return [Released(kit=kit, batch=batch, expiry=expiry, row=row) for row, kit in enumerate(kits, start=2)]


def refused_release(database: Database, study: Study, lines: list[Released], **more: Any) -> AllocationError:
    with pytest.raises(AllocationError) as error, database.writing() as tx:
        release(tx, study, lines, trial.PACKAGER, **more)
    return error.value


def test_a_wave_with_two_batches_or_dates_is_refused(packed: Database, study: Study) -> None:
    two = [*wave([FIRST]), *wave([SECOND], batch="W02")]
    assert [fault.id for fault in refused_release(packed, study, two).faults] == ["ALLOC-078"]
    dates = [*wave([FIRST]), *wave([SECOND], expiry=dt.date(2025, 7, 31))]
    error = refused_release(packed, study, dates)
    assert [fault.id for fault in error.faults] == ["ALLOC-078"]
    assert "column expiry" in str(error)


@pytest.mark.parametrize("label", ["PLACEBO-1", "ctl-0017", "lot Dummy drug", "Real drug", "ACT", "active/7"])
def test_a_batch_label_that_names_an_arm_or_product_is_refused_unrepeated(
    packed: Database, study: Study, label: str
) -> None:
    error = refused_release(packed, study, wave([FIRST], batch=label))
    assert [fault.id for fault in error.faults] == ["ALLOC-079"]
    assert label not in str(error)


def test_a_batch_label_may_bear_the_name_of_the_study(packed: Database, study: Study) -> None:
    named = dataclasses.replace(study, id="KITS")
    with packed.writing() as tx:
        assert len(release(tx, named, wave([FIRST], batch="KITS-W01"), trial.PACKAGER)) == 1


def test_waves_that_alternate_along_the_list_are_refused_unless_explained(
    packed: Database, study: Study
) -> None:
    # The list of site 01 is 1107, 1103, 1111, 1101: the first two are a wave, the first and third are not.
    alternating = wave(trial.kits_of([1107, 1111]))
    error = refused_release(packed, study, alternating)
    assert [fault.id for fault in error.faults] == ["ALLOC-080"]
    assert "stratum `01`" in str(error)
    with packed.writing() as tx:
        release(tx, study, wave(trial.kits_of([1107, 1103])), trial.PACKAGER)
        release(tx, study, wave(trial.kits_of([1111, 1101]), batch="W02"), trial.PACKAGER)
    with packed.writing() as tx:  # the first slot of two: the order of the list explains it
        release(tx, study, wave(trial.kits_of([1205])), trial.PACKAGER)


def test_a_reason_lets_an_alternating_wave_through_and_it_is_asked_once(
    packed: Database, study: Study
) -> None:
    with packed.writing() as tx:
        release(tx, study, wave(trial.kits_of([1107, 1111])), trial.PACKAGER, why="box 2 was dropped")
        release(tx, study, wave(trial.kits_of([1103, 1101]), batch="W02"), trial.PACKAGER, why="new box")
        release(tx, study, wave(trial.kits_of([1205, 1202]), batch="W03"), trial.PACKAGER)
        kept = tx.all("SELECT body FROM ledger WHERE body LIKE '%kits released%' ORDER BY position")
    assert ['"alternates":true' in body for (body,) in kept] == [True, False, False]


def test_batches_that_sort_the_slots_of_a_later_wave_are_refused(packed: Database, study: Study) -> None:
    slots = [slot for slots in trial.LISTS.values() for slot in slots]
    with packed.writing() as tx:
        release(tx, study, wave([trial.number(slot, 1) for slot in slots]), trial.PACKAGER)
    active = wave([trial.number(slot, 2) for slot in (1107, 1111)], expiry=dt.date(2025, 9, 30))
    assert [fault.id for fault in refused_release(packed, study, active).faults] == ["ALLOC-080"]


def test_kits_of_a_list_are_those_that_the_study_declares(tmp_path: Path, study: Study) -> None:
    database = open_database(str(tmp_path / "new.db"), create=True)
    good = [(trial.number(1107, nth), 1107, "CYC", nth) for nth in (1, 2, 3)]
    bad = {
        "ALLOC-088": [good[:2], [*good[:2], (SPARE, 1107, "CYC", 4)], [*good[:2], (SPARE, 1107, "TAB", 3)]],
        "ALLOC-062": [[*good[:2], (FIRST, 1107, "CYC", 3)]],
        "ALLOC-060": [[*good[:2], (SPARE + 1, 1107, "CYC", 3)]],
    }
    with database.writing() as tx:
        create_store(tx)
        for expected, lists in bad.items():
            for rows in lists:
                with pytest.raises(AllocationError) as error:
                    pack(tx, study, rows, trial.SPONSOR)
                assert expected in ids(error)
        assert pack(tx, study, good, trial.SPONSOR) == 3


def test_a_scanned_label_of_another_study_is_refused(study: Study) -> None:
    with pytest.raises(AllocationError) as error:
        read_number(study.id, f"OTHER:{FIRST}")
    assert ids(error) == ["ALLOC-060"]
    assert "another trial" in error.value.faults[0].hint
    assert read_number(study.id, " 110 710 ") == FIRST
    for text in ("", "abc", "-110710", "9" * 30, "١١٠٧١٠"):
        with pytest.raises(AllocationError):
            read_number(study.id, text)


def test_shipments_are_refused_whole(packed: Database, study: Study) -> None:
    def refused(numbers: list[int], to: str | None = "01") -> list[str]:
        with pytest.raises(AllocationError) as error, packed.writing() as tx:
            ship(tx, study, numbers, to=to, on=trial.SHIPPED, by=trial.SPONSOR)
        return ids(error)

    assert refused([FIRST, FIRST + 1, trial.number(9999, 1)]) == ["ALLOC-060", "ALLOC-061", "ALLOC-071"]
    with packed.writing() as tx:
        trial.release_all(tx, study)
        trial.deliver(tx, study, "02", trial.kits_of([1205]))
    assert refused([FIRST, FIRST]) == ["ALLOC-062"]
    assert refused([]) == ["ALLOC-061"]
    assert refused([FIRST], "09") == ["ALLOC-081"]
    assert refused([FIRST], None) == ["ALLOC-081"]  # it is at the depot
    assert refused([FIRST, trial.number(1205, 1)]) == ["ALLOC-081"]  # at two places
    with pytest.raises(AllocationError) as error, packed.writing() as tx:
        ship(tx, study, [FIRST], to="01", on=trial.SHIPPED, by=trial.PHARMACIST)
    assert ids(error) == ["ALLOC-031"]  # a pharmacist does not ship from the depot


def test_a_shipment_is_received_once_and_with_its_own_kits(packed: Database, study: Study) -> None:
    with packed.writing() as tx:
        trial.release_all(tx, study)
        ship(tx, study, [FIRST, SECOND], to="01", on=trial.SHIPPED, by=trial.SPONSOR)

    def refused(number: int = 1, **more: Any) -> list[str]:
        given = {"on": trial.RECEIVED, "low": Decimal(3), "high": Decimal(5), **more}
        with pytest.raises(AllocationError) as error, packed.writing() as tx:
            receive(tx, study, number, by=trial.PHARMACIST, **given)
        return ids(error)

    assert refused(2) == ["ALLOC-081"]
    assert refused(missing=[SPARE]) == ["ALLOC-081"]
    assert refused(missing=[FIRST], damaged=[FIRST]) == ["ALLOC-062"]
    assert refused(on=dt.date(2025, 1, 5)) == ["ALLOC-082"]
    assert refused(low=None) == ["ALLOC-089"]
    assert refused(low=Decimal(6)) == ["ALLOC-089"]
    assert refused(high=Decimal("NaN")) == ["ALLOC-089"]
    with packed.writing() as tx:
        receive(tx, study, 1, on=trial.RECEIVED, by=trial.PHARMACIST)
    assert refused() == ["ALLOC-081"]


def test_a_quarantine_its_lifting_and_a_find_need_a_reason(packed: Database, study: Study) -> None:
    with packed.writing() as tx:
        trial.release_all(tx, study)
    for do in (quarantine, lift, find):
        with pytest.raises(AllocationError) as error, packed.writing() as tx:
            do(tx, study, [FIRST], by=trial.SPONSOR, why="  ")
        assert "ALLOC-076" in ids(error)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kit SET participant = '02-1' WHERE number = ?",
        "UPDATE kit SET state = 'received', participant = NULL, visit = NULL WHERE number = ?",
        "UPDATE kit SET slot = 1103 WHERE number = ?",
        "UPDATE kit SET expiry = '2030-01-31' WHERE number = ?",
        "UPDATE kit SET used = 3, unused = 0, lost = 0, state = 'returned' WHERE number = ?",
        "UPDATE kit SET state = 'destroyed', entry = entry + 1000 WHERE number = ?",
        "DELETE FROM kit WHERE number = ?",
    ],
)
def test_the_database_refuses_to_change_a_kit_beside_the_ledger(
    given: Database, study: Study, statement: str
) -> None:
    with (
        pytest.raises(Exception, match="a kit changes with an entry of the ledger only"),
        given.writing() as tx,
    ):
        tx.run(statement, FIRST)
    with given.reading() as tx:
        assert verify_kits(tx, study) == []


def test_even_with_a_new_entry_a_dispensed_kit_stays_with_its_participant(
    given: Database, study: Study
) -> None:
    def change() -> None:
        with given.writing() as tx:
            entry = append(tx, study=study.id, kind="note", by=trial.SPONSOR, data={})
            tx.run("UPDATE kit SET participant = '02-1', entry = ? WHERE number = ?", entry.position, FIRST)

    with pytest.raises(Exception, match="a kit changes"):
        change()


def test_an_entry_about_something_else_does_not_let_a_kit_change(given: Database, study: Study) -> None:
    def change(number: int) -> None:
        with given.writing() as tx:
            entry = append(tx, study=study.id, kind="note", by=trial.SPONSOR, data={"kits": [SECOND]})
            tx.run("UPDATE kit SET state = 'quarantined', entry = ? WHERE number = ?", entry.position, number)

    with pytest.raises(Exception, match="a kit changes"):
        change(SPARE)
    change(SECOND)  # it is named; the comparison with the ledger finds what the entry does not say
    with given.reading() as tx:
        assert [fault.place for fault in verify_kits(tx, study)] == [f"kit {SECOND}"]


def test_a_shipment_that_came_is_not_changed(given: Database) -> None:
    with pytest.raises(Exception, match="a shipment changes"), given.writing() as tx:
        tx.run("UPDATE shipment SET high = '5', entry = 9999 WHERE number = 1")


def _unguarded(database: Database, *statements: str) -> None:
    """Change tables behind the guards, as the owner of the database can."""
    with database.writing() as tx:
        for table, triggers in (("kit", "kit"), ("shipment", "shipment")):
            if tx.dialect == "sqlite":
                tx.run(f"DROP TRIGGER {triggers}_no_update")
                tx.run(f"DROP TRIGGER {triggers}_no_delete")
            else:
                tx.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            tx.run(statement)


def test_what_was_changed_behind_the_guards_is_named_and_mended(given: Database, study: Study) -> None:
    _unguarded(
        given,
        f"UPDATE kit SET participant = '02-1', expiry = '2030-01-31' WHERE number = {FIRST}",  # noqa: S608 - ours
        f"DELETE FROM kit WHERE number = {SECOND}",  # noqa: S608 - ours
        "INSERT INTO kit (number, study, slot, type, nth, state, entry) "
        "VALUES (17, 'KITS', 1, 'X', 1, 'packed', 1)",
        "UPDATE shipment SET high = '4' WHERE number = 1",
    )
    with given.reading() as tx:
        faults = verify_kits(tx, study)
    assert {fault.id for fault in faults} == {"ALLOC-085"}
    told = {fault.place: fault.message for fault in faults}
    assert told[f"kit {FIRST}"].endswith("differs from the ledger in expiry, participant")
    assert told[f"kit {SECOND}"].endswith("is in the ledger and not in the table")
    assert told["kit 17"].endswith("is in the table and not in the ledger")
    assert told["shipment 1"].endswith("in high")
    with given.writing() as tx:
        assert rebuild(tx, study, by=trial.SPONSOR, why="restored after an attack") == 4
        assert verify_kits(tx, study) == []
        assert read_kits(tx, study.id)[FIRST].participant == "01-1"
    with pytest.raises(Exception, match="a kit changes"), given.writing() as tx:  # the guards are back
        tx.run("UPDATE kit SET participant = '02-1' WHERE number = ?", FIRST)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("kit dispensed", {"kit": FIRST, "participant": "02-1", "visit": "V0", "on": "2025-01-10"}),
        ("kits released", {"kits": [SECOND], "batch": "X", "expiry": "2030-01-31"}),
        ("kits destroyed", {"kits": [17]}),
        ("kits shipped", {"nothing": "that is needed"}),
        ("kits packed", {"kits": [[FIRST, 1, "CYC", 1]]}),
        ("kits packed", {"kits": [["x"]]}),
    ],
)
def test_a_forged_entry_that_cannot_follow_is_named(
    given: Database, study: Study, kind: str, data: dict[str, Any]
) -> None:
    with given.writing() as tx:
        entry = append(tx, study=study.id, kind=kind, by=trial.SPONSOR, data=data)
        faults = verify_kits(tx, study)
    assert [(fault.id, fault.place) for fault in faults] == [("ALLOC-086", f"ledger entry {entry.position}")]


def test_a_count_in_the_ledger_that_does_not_add_up_is_named(given: Database, study: Study) -> None:
    with given.writing() as tx:
        data = {"kit": FIRST, "on": "2025-01-20", "used": 3, "unused": 3, "lost": 0}
        return_kit(tx, study, FIRST, on=trial.DAY, by=trial.PHARMACIST, used=2, unused=1, lost=0)
        assert verify_kits(tx, study) == []
        append(tx, study=study.id, kind="kit returned", by=trial.PHARMACIST, data=data)
        assert "ALLOC-086" in [fault.id for fault in verify_kits(tx, study)]


def test_kits_of_another_study_in_the_same_database_are_apart(given: Database, study: Study) -> None:
    other = dataclasses.replace(study, id="OTHER")
    with given.writing() as tx:
        pack(tx, other, [(trial.number(1107, nth), 1107, "CYC", nth) for nth in (1, 2, 3)], trial.SPONSOR)
        assert verify_kits(tx, study) == verify_kits(tx, other) == []
        assert read_kits(tx, "OTHER")[FIRST].participant is None
        assert rebuild(tx, study, by=trial.SPONSOR, why="test") == 0


def test_labels_that_cannot_be_set_are_refused(packed: Database, study: Study) -> None:
    with packed.reading() as tx:
        bare = list(read_kits(tx, study.id).values())[:1]
    with pytest.raises(AllocationError) as error:
        labels(study, bare)
    assert ids(error) == ["ALLOC-083"]
    with pytest.raises(AllocationError, match="no kit is named"):
        labels(study, [])
    kind = dataclasses.replace(study.kits[0], label=("仅供临床试验使用",))
    with pytest.raises(AllocationError, match="no font has the characters"):
        label_sheet(labels(dataclasses.replace(study, kits=(kind,)), bare, blank=True))
    long = dataclasses.replace(study.kits[0], label=("word " * 400,))
    with pytest.raises(AllocationError, match="does not fit"):
        label_sheet(labels(dataclasses.replace(study, kits=(long,)), bare, blank=True))


@pytest.mark.requirement("REQ-SUPPLY-005")
def test_two_pharmacists_at_once_hand_out_one_kit(database_url: str, study: Study) -> None:
    first = open_database(database_url, create=True)
    trial.stocked(first, study)
    first.close()
    start = threading.Barrier(4)

    def hand_out(_: int) -> str:
        mine = open_database(database_url)
        try:
            start.wait()
            with mine.writing() as tx:
                return f"kit {trial.give(tx, study).kit.number}"
        except AllocationError as error:
            return error.faults[0].id
        finally:
            mine.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(hand_out, range(4)))
    assert told == ["ALLOC-072"] * 3 + [f"kit {FIRST}"]
