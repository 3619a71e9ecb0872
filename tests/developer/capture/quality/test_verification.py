"""Verification against source: of a value, lost when it changes; the trail names person and item."""

from __future__ import annotations

import dataclasses

import pytest
from capture_site import CaptureSite
from quality import VITALS, acting, checked_of, drawn, place, put, verify, withdraw_verification

from lupustrial.capture.store import Wanted, changes_of
from lupustrial.errors import CaptureError
from lupustrial.study import VerificationPlan


@pytest.fixture
def filled(site: CaptureSite) -> CaptureSite:
    """A participant with vital signs at screening."""
    site.register()
    put(site, place(), VITALS)
    return site


def _states(site: CaptureSite, role: str = "monitor") -> dict[str, str]:
    with site.trial.reading() as tx:
        return {one.item: one.state for one in checked_of(tx, site.trial, acting(site, role), "01-001")}


def _keys(site: CaptureSite, *items: str) -> list[str]:
    with site.trial.reading() as tx:
        found = checked_of(tx, site.trial, acting(site, "monitor"), "01-001")
    return [one.key for one in found if one.item in items]


@pytest.mark.requirement("REQ-QUAL-004")
def test_a_verification_is_lost_when_its_value_changes_and_no_other(filled: CaptureSite) -> None:
    verify(filled.trial, acting(filled, "monitor"), "01-001", _keys(filled, "WEIGHT", "TEMP"))
    assert _states(filled) == {
        "HEIGHT": "left", "WEIGHT": "verified", "SYSBP": "left", "DIABP": "left", "TEMP": "verified",
    }  # fmt: skip
    put(filled, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    assert _states(filled)["WEIGHT"] == "lost"
    assert _states(filled)["TEMP"] == "verified"
    verify(filled.trial, acting(filled, "monitor"), "01-001", _keys(filled, "WEIGHT"))
    assert _states(filled)["WEIGHT"] == "verified"


@pytest.mark.requirement("REQ-QUAL-004")
def test_a_value_that_was_changed_after_it_was_shown_is_not_verified(filled: CaptureSite) -> None:
    stale = _keys(filled, "WEIGHT", "TEMP")
    put(filled, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    with pytest.raises(CaptureError) as error:
        verify(filled.trial, acting(filled, "monitor"), "01-001", stale)
    assert [fault.id for fault in error.value.faults] == ["CAPT-040"]
    assert "WEIGHT" in error.value.faults[0].place
    assert set(_states(filled).values()) == {"left"}  # all or none


@pytest.mark.requirement("REQ-QUAL-013")
def test_the_trail_names_who_verified_which_item(filled: CaptureSite) -> None:
    """OC#377 and OC#2800: the log named another person, or another item, than the one that was verified."""
    verify(filled.trial, acting(filled, "monitor", person="m_one"), "01-001", _keys(filled, "TEMP"))
    verify(filled.trial, acting(filled, "monitor", person="m_two"), "01-001", _keys(filled, "WEIGHT"))
    withdraw_verification(
        filled.trial,
        acting(filled, "monitor", person="m_two"),
        "01-001",
        _keys(filled, "TEMP"),
        why="Not mine.",
    )
    with filled.trial.reading() as tx:
        rows = changes_of(tx, Wanted(participant="01-001"), oldest_first=True)
    told = [(row.kind, row.item, row.by, row.role, row.why) for row in rows if "verif" in row.kind]
    assert told == [
        ("verified", "TEMP", "m_one", "monitor", ""),
        ("verified", "WEIGHT", "m_two", "monitor", ""),
        ("verification withdrawn", "TEMP", "m_two", "monitor", "Not mine."),
    ]
    assert _states(filled)["TEMP"] == "left"


def test_hidden_items_are_neither_listed_nor_verified(filled: CaptureSite) -> None:
    saved = put(filled, place("cbc"), {"WBC": "5.10", "EOS": "0.31"})
    assert "EOS" not in _states(filled)
    with pytest.raises(CaptureError):
        verify(filled.trial, acting(filled, "monitor"), "01-001", [f"SCR|cbc|1|EOS|{saved.page.revision}"])


@pytest.mark.parametrize(
    "key", ["", "SCR|vitals", "SCR|vitals|x|TEMP|1", "SCR|vitals|1|TEMP|-1", "a|b|1|c|9" * 99]
)
def test_keys_that_name_nothing_are_refused(filled: CaptureSite, key: str) -> None:
    with pytest.raises(CaptureError) as error:
        verify(filled.trial, acting(filled, "monitor"), "01-001", [key])
    assert error.value.faults[0].id == "CAPT-040"


@pytest.mark.parametrize("role", ["investigator", "data_manager", "coordinator"])
def test_who_may_not_verify_does_not(filled: CaptureSite, role: str) -> None:
    with pytest.raises(CaptureError):
        verify(filled.trial, acting(filled, role), "01-001", _keys(filled, "TEMP"))
    assert filled.client(role).post("/verification?participant=01-001", {}).status_code == 403


def test_the_page_verifies_an_item_a_page_and_a_visit(filled: CaptureSite) -> None:
    put(filled, place("complement"), {"C3": "0.85"})
    client = filled.client("monitor")
    assert "01-001" in client.get("/verification").content.decode()
    here = "/verification?participant=01-001"
    every = _keys(filled, *VITALS, "C3")
    ticked = {"value": _keys(filled, "TEMP"), "scope": "", "shown": every}
    assert client.post(here, ticked).status_code == 302
    assert [item for item, state in _states(filled).items() if state == "verified"] == ["TEMP"]
    left = _keys(filled, "HEIGHT", "WEIGHT", "SYSBP", "DIABP", "C3")
    assert client.post(here, {"scope": "SCR|vitals|1", "shown": left}).status_code == 302
    assert [item for item, state in _states(filled).items() if state == "left"] == ["C3"]
    assert client.post(here, {"scope": "SCR", "shown": _keys(filled, "C3")}).status_code == 302
    assert "left" not in _states(filled).values()
    assert client.post(here, {"scope": "withdraw", "value": every, "why": ""}).status_code == 422
    assert client.get("/verification?participant=77-001").status_code == 404
    other = filled.client("monitor", person="elsewhere", sites=("99",))
    assert other.get(here).status_code == 404


@pytest.mark.requirement("REQ-QUAL-022")
def test_a_plan_draws_participants_in_its_share_and_the_same_every_time(site: CaptureSite) -> None:
    plan = VerificationPlan(otherwise=0, forms={"vitals": 20}, items={"vitals.TEMP": 100})
    site.trial.study = dataclasses.replace(site.trial.study, verification=plan)
    people = [f"01-{n:03}" for n in range(1, 1001)]
    chosen = [who for who in people if drawn(site.trial, who, "vitals", "WEIGHT")]
    assert 137 <= len(chosen) <= 263  # five standard errors of a binomial(1000, 0.2) on either side
    assert chosen == [who for who in people if drawn(site.trial, who, "vitals", "WEIGHT")]
    assert all(drawn(site.trial, who, "vitals", "TEMP") for who in people)
    assert not any(drawn(site.trial, who, "cbc", "WBC") for who in people)
