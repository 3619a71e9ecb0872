"""Saving a page: what is held, what is refused, what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lupustrial.capture.store import (
    Answer,
    Place,
    Saved,
    Visited,
    create_tables,
    page_at,
    pages_of,
    participant_of,
    save_page,
    write,
)
from lupustrial.errors import CaptureError
from lupustrial.ledger import Actor, Database, Transaction, entries

NURSE = Actor(id="nurse", role="coordinator")
PLACE = Place(participant="01-001", visit="W0", form="vitals")
DAY = "2026-01-05T08:00:00.000000Z"


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    with database.writing() as tx:
        create_tables(tx)
        data = {"participant": "01-001", "site": "01"}
        write(tx, study="T", kind="participant registered", by=NURSE, data=data, at=DAY)
    return database


def save(
    tx: Transaction,
    revision: int,
    *,
    place: Place = PLACE,
    visited: Visited | None = None,
    **values: str | None,
) -> Saved:
    answers = {item: None if value is None else Answer(value=value) for item, value in values.items()}
    return save_page(
        tx,
        study="T",
        place=place,
        site="01",
        version="1.0",
        state="complete",
        answers=answers,
        by=NURSE,
        revision=revision,
        visited=visited,
        why="typing error" if revision else "",
        at=DAY,
    )


@pytest.mark.requirement("REQ-STORE-001")
def test_a_page_holds_what_was_saved(db: Database) -> None:
    with db.writing() as tx:
        saved = save(tx, 0, WEIGHT="61.5", HEIGHT="160")
    with db.reading() as tx:
        page = page_at(tx, PLACE)
    assert page is not None
    assert {item: held.value for item, held in page.items.items()} == {"WEIGHT": "61.5", "HEIGHT": "160"}
    assert saved.entry is not None
    assert {(held.at, held.by, held.position) for held in page.items.values()} == {
        (DAY, "nurse", saved.entry.position)
    }


@pytest.mark.requirement("REQ-STORE-001", "REQ-STORE-002")
def test_a_change_keeps_the_old_value_in_the_ledger_with_the_reason(db: Database) -> None:
    with db.writing() as tx:
        first = save(tx, 0, WEIGHT="61.5", HEIGHT="160")
        save(tx, first.page.revision, WEIGHT="65.1", HEIGHT="160")
    with db.reading() as tx:
        last = list(entries(tx))[-1]
    assert last.data["changes"] == {
        "WEIGHT": {
            "from": {"value": "61.5", "unit": None, "status": "entered"},
            "to": {"value": "65.1", "unit": None, "status": "entered"},
            "why": "typing error",
        }
    }


def test_an_item_that_is_cleared_is_held_no_more(db: Database) -> None:
    with db.writing() as tx:
        first = save(tx, 0, WEIGHT="61.5", HEIGHT="160")
        second = save(tx, first.page.revision, WEIGHT=None)
    assert set(second.page.items) == {"HEIGHT"}


def test_nothing_new_makes_no_entry(db: Database) -> None:
    with db.writing() as tx:
        first = save(tx, 0, WEIGHT="61.5")
        again = save(tx, first.page.revision, WEIGHT="61.5")
    assert again.entry is None
    assert again.page == first.page


@pytest.mark.requirement("REQ-STORE-003")
def test_the_second_of_two_people_is_told_and_overwrites_nothing(db: Database) -> None:
    with db.writing() as tx:
        first = save(tx, 0, WEIGHT="61.5")
        save(tx, first.page.revision, WEIGHT="62.0")
    with pytest.raises(CaptureError, match="CAPT-001"), db.writing() as tx:
        save(tx, first.page.revision, WEIGHT="99.9", HEIGHT="160")
    with db.reading() as tx:
        page = page_at(tx, PLACE)
    assert page is not None
    assert {item: held.value for item, held in page.items.items()} == {"WEIGHT": "62.0"}


def test_two_who_begin_the_same_page_are_told_too(db: Database) -> None:
    with db.writing() as tx:
        save(tx, 0, WEIGHT="61.5")
    with pytest.raises(CaptureError, match="CAPT-001"), db.writing() as tx:
        save(tx, 0, WEIGHT="62.0")


@pytest.mark.parametrize(
    "scope",
    [
        ("01-001", "W0", "vitals", 1),
        ("01-001", "W0", "vitals", 0),
        ("01-001", "W0", "", 0),
        ("01-001", "", "", 0),
        ("", "", "", 0),
    ],
)
@pytest.mark.requirement("REQ-STORE-004")
def test_what_is_frozen_or_locked_cannot_be_changed(db: Database, scope: tuple[str, str, str, int]) -> None:
    data = dict(zip(("participant", "visit", "form", "repeat"), scope, strict=True))
    with db.writing() as tx:
        held = write(tx, study="T", kind="hold set", by=NURSE, data={"hold": "frozen", **data})
    with pytest.raises(CaptureError, match="CAPT-002"), db.writing() as tx:
        save(tx, 0, WEIGHT="61.5")
    with db.writing() as tx:
        write(tx, study="T", kind="hold lifted", by=NURSE, data={"position": held.position}, why="asked")
        save(tx, 0, WEIGHT="61.5")


@pytest.mark.parametrize(
    "scope",
    [
        ("01-002", "", "", 0),
        ("01-001", "W2", "", 0),
        ("01-001", "W0", "ae", 0),
        ("01-001", "W0", "vitals", 2),
    ],
)
def test_a_freeze_of_something_else_is_in_nobodys_way(db: Database, scope: tuple[str, str, str, int]) -> None:
    data = dict(zip(("participant", "visit", "form", "repeat"), scope, strict=True))
    with db.writing() as tx:
        write(tx, study="T", kind="hold set", by=NURSE, data={"hold": "locked", **data})
        assert save(tx, 0, WEIGHT="61.5").entry is not None


def test_a_struck_page_is_restored_before_it_is_changed(db: Database) -> None:
    data = {"participant": "01-001", "visit": "W0", "form": "vitals", "repeat": 1}
    with db.writing() as tx:
        save(tx, 0, WEIGHT="61.5")
        struck = write(tx, study="T", kind="page struck", by=NURSE, data=data, why="twice")
    with pytest.raises(CaptureError, match="CAPT-003"), db.writing() as tx:
        save(tx, struck.position, WEIGHT="62.0")
    with db.reading() as tx:
        assert pages_of(tx, "01-001") == []
        assert [page.items["WEIGHT"].value for page in pages_of(tx, "01-001", removed=True)] == ["61.5"]


def test_the_date_of_a_visit_moves_the_participant_on(db: Database) -> None:
    with db.writing() as tx:
        for visit, number, date in (
            ("SCR", "1", "2026-01-02"),
            ("W0", "2", "2026-01-09"),
            ("UNS1", "2.1", "2026-01-12"),
        ):
            place = Place(participant="01-001", visit=visit, form="visit")
            save(
                tx,
                0,
                place=place,
                visited=Visited(date=date, number=number, baseline=visit == "W0"),
                VISDAT=date,
            )
        found = participant_of(tx, "01-001")
    assert found is not None
    assert (found.anchor, found.last_visit, found.last_date) == ("2026-01-09", "UNS1", "2026-01-12")
