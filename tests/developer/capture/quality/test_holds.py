"""Freezes and locks: every way of writing data stops at them; the lock of the database and its checklist."""

from __future__ import annotations

import pytest
from capture_site import PASSWORD, SYSTEM, CaptureSite
from quality import (
    VITALS,
    acting,
    ask,
    checklist,
    close_query,
    hold,
    lift,
    lock_database,
    place,
    put,
    scope,
    visited,
)

from lupustrial.capture.store import hold_on, holds, write
from lupustrial.errors import CaptureError
from lupustrial.ledger import entries

SCOPES = [
    {"participant": "01-001", "visit": "SCR", "form": "vitals", "repeat": 1},
    {"participant": "01-001", "visit": "SCR", "form": "vitals"},
    {"participant": "01-001", "visit": "SCR"},
    {"participant": "01-001"},
    {"site": "01"},
    {"form": "vitals"},
    {"visit": "SCR"},
    {},
]


@pytest.fixture
def filled(site: CaptureSite) -> CaptureSite:
    """A participant with vital signs at screening."""
    site.register()
    put(site, place(), VITALS)
    return site


@pytest.mark.requirement("REQ-QUAL-005")
@pytest.mark.parametrize("parts", SCOPES, ids=lambda parts: "+".join(parts) or "everything")
def test_a_frozen_page_is_changed_by_nobody_until_it_is_open_again(
    filled: CaptureSite, parts: dict[str, str]
) -> None:
    manager = acting(filled, "data_manager")
    number = hold(filled.trial, manager, scope(**parts), lock=False, why="Cleaning is done.")
    with pytest.raises(CaptureError) as error:
        put(filled, place(), {"WEIGHT": "59.0"})
    assert error.value.faults[0].id == "CAPT-002"
    with pytest.raises(CaptureError):
        _strike(filled)
    lift(filled.trial, manager, number, why="A late result.")
    assert put(filled, place(), {"WEIGHT": "59.0"}).page.items["WEIGHT"].value == "59.0"


def _strike(site: CaptureSite) -> None:
    with site.trial.writing() as tx:
        data = {"participant": "01-001", "visit": "SCR", "form": "vitals", "repeat": 1}
        write(tx, study=site.trial.study.id, kind="page struck", by=SYSTEM, data=data)


def test_what_is_not_held_goes_on(filled: CaptureSite) -> None:
    manager = acting(filled, "data_manager")
    hold(filled.trial, manager, scope(participant="01-001", visit="SCR"), lock=False, why="Clean.")
    put(filled, place(visit="W0"), VITALS)
    filled.register("01-002")
    put(filled, place(participant="01-002"), VITALS)
    number = ask(filled, place(), "WEIGHT")
    close_query(filled.trial, manager, number, "Queries go on.")


@pytest.mark.parametrize("parts", [{"site": "01"}, {}], ids=["site", "everything"])
def test_nobody_is_registered_into_what_is_locked(filled: CaptureSite, parts: dict[str, str]) -> None:
    hold(filled.trial, acting(filled, "data_manager"), scope(**parts), lock=False, why="Recruitment is over.")
    with pytest.raises(CaptureError) as error:
        filled.register("01-002")
    assert error.value.faults[0].id == "CAPT-043"


def test_a_lock_goes_before_a_freeze(filled: CaptureSite) -> None:
    manager = acting(filled, "data_manager")
    hold(filled.trial, manager, scope(participant="01-001"), lock=False, why="Clean.")
    locked = hold(filled.trial, manager, scope(site="01"), lock=True, why="The site is closed.")
    with filled.trial.reading() as tx:
        found = hold_on(tx, place())
        assert found is not None
        assert (found.position, found.kind, found.by, found.why) == (
            locked,
            "locked",
            "data_manager",
            "The site is closed.",
        )


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"participant": "99-001"}, "x"),
        ({"site": "99"}, "x"),
        ({"visit": "W99"}, "x"),
        ({"form": "nosuch"}, "x"),
        ({"participant": "01-001", "repeat": 2}, "x"),
        ({"participant": "01-001", "site": "02"}, "x"),
        ({"participant": "01-001"}, "  "),
    ],
)
def test_a_hold_needs_something_that_exists_and_a_reason(
    filled: CaptureSite, parts: dict[str, str], why: str
) -> None:
    with pytest.raises(CaptureError) as error:
        hold(filled.trial, acting(filled, "data_manager"), scope(**parts), lock=False, why=why)
    assert error.value.faults[0].id == "CAPT-041"


@pytest.mark.parametrize("role", ["monitor", "investigator", "coordinator"])
def test_who_may_not_hold_neither_freezes_nor_locks_nor_opens(filled: CaptureSite, role: str) -> None:
    number = hold(filled.trial, acting(filled, "data_manager"), scope(site="01"), lock=False, why="Clean.")
    for attempt in (
        lambda: hold(filled.trial, acting(filled, role), scope(), lock=False, why="x"),
        lambda: lift(filled.trial, acting(filled, role), number, why="x"),
        lambda: lock_database(filled.trial, acting(filled, role), why="x"),
    ):
        with pytest.raises(CaptureError) as error:
            attempt()
        assert error.value.faults[0].id == "CAPT-041"


def _counts(site: CaptureSite, role: str = "data_manager") -> dict[str, tuple[int, bool]]:
    return {line.id: (line.count, line.hidden) for line in checklist(site.trial, acting(site, role))}


@pytest.mark.requirement("REQ-QUAL-006")
def test_the_checklist_counts_what_stands_in_the_way(filled: CaptureSite) -> None:
    visited(filled, "SCR", "2026-01-02")
    ask(filled, place(), "WEIGHT")
    put(filled, place("cbc"), {"WBC": "5.10"}, state="started")
    found = _counts(filled)
    assert found["queries"] == (1, False)
    assert found["incomplete"] == (1, False)
    assert found["unsigned"] == (2, False)  # visit and vitals; a blood count is shown whole to no signer
    assert found["missing"][0] > 5
    assert found["ledger"] == (0, False)
    assert found["unverified"] == (0, False)  # the study has no plan of verification


def test_what_the_role_does_not_see_stands_in_the_way_without_a_number(filled: CaptureSite) -> None:
    put(filled, place("cbc"), {"EOS": "0.31"})
    ask(filled, place("cbc"), "EOS")
    assert _counts(filled)["queries"] == (0, True)
    with pytest.raises(CaptureError) as error:
        lock_database(filled.trial, acting(filled, "data_manager"), why="All is clean.")
    assert any("not shown to your role" in fault.message for fault in error.value.faults)


@pytest.mark.requirement("REQ-QUAL-006")
def test_the_database_is_locked_in_spite_of_it_with_a_justification_that_is_kept(filled: CaptureSite) -> None:
    manager = acting(filled, "data_manager")
    ask(filled, place(), "WEIGHT")
    with pytest.raises(CaptureError) as error:
        lock_database(filled.trial, manager, why="All is clean.")
    assert {fault.id for fault in error.value.faults} == {"CAPT-042"}
    with filled.trial.reading() as tx:
        assert holds(tx) == []
    locked = lock_database(filled.trial, manager, why="The query cannot be answered.", override=True)
    assert locked.allocation is None  # no list was sealed in this trial
    with filled.trial.reading() as tx:
        entry = next(one for one in entries(tx) if one.position == locked.number)
    assert entry.why == "The query cannot be answered."
    assert entry.data["checklist"]["queries"] == 1
    assert len(entry.data["records"]) == 64
    with pytest.raises(CaptureError) as error:
        put(filled, place(), {"WEIGHT": "60.0"})
    assert error.value.faults[0].id == "CAPT-002"
    with pytest.raises(CaptureError) as error:
        lock_database(filled.trial, manager, why="Again.", override=True)
    assert error.value.faults[0].id == "CAPT-041"


def test_the_whole_database_is_not_locked_around_its_checklist(filled: CaptureSite) -> None:
    with pytest.raises(CaptureError) as error:
        hold(filled.trial, acting(filled, "data_manager"), scope(), lock=True, why="Quickly.")
    assert error.value.faults[0].id == "CAPT-042"


@pytest.mark.requirement("REQ-QUAL-007")
def test_the_page_opens_a_lock_by_reason_and_password(filled: CaptureSite) -> None:
    client = filled.client("data_manager")
    page = client.get("/holds?checklist=1").content.decode()
    assert "Lock in spite of what stands in the way" in page
    given = {"action": "lock database", "why": "Nothing more comes."}
    assert client.post("/holds", given).status_code == 422
    assert client.post("/holds", given | {"override": "yes"}).status_code == 302
    with filled.trial.reading() as tx:
        number = holds(tx)[0].position
    opening = {"action": "open", "number": str(number), "why": "A death was reported late."}
    refused = client.post("/holds", opening | {"password": "wrong"})
    assert refused.status_code == 422
    assert "CAPT-044" in refused.content.decode()
    with filled.trial.reading() as tx:
        assert [one.position for one in holds(tx)] == [number]
    assert client.post("/holds", opening | {"password": PASSWORD, "why": " "}).status_code == 422
    assert client.post("/holds", opening | {"password": PASSWORD}).status_code == 302
    with filled.trial.reading() as tx:
        assert holds(tx) == []
        assert [one.why for one in entries(tx) if one.kind == "hold lifted"] == ["A death was reported late."]


def test_the_page_of_holds_refuses_what_makes_no_sense(filled: CaptureSite) -> None:
    client = filled.client("data_manager")
    for given in (
        {},
        {"action": "open", "number": "x", "why": "y"},
        {"action": "open", "number": "9" * 30, "why": "y"},
        {"action": "freeze", "repeat": "1", "why": "y"},
    ):
        assert client.post("/holds", given).status_code == 422
    assert filled.client("monitor").post("/holds", {"action": "freeze", "why": "x"}).status_code == 403
