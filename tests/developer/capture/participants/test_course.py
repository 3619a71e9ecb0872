"""Registering, the list, the course and the visits of a participant."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from quality import place, put, visited

from lupustrial.capture.store import participants_of
from lupustrial.errors import CaptureError


@pytest.mark.requirement("REQ-PART-001")
def test_a_participant_gets_the_next_number_of_the_site(site: CaptureSite) -> None:
    client = site.client("investigator")
    assert client.post("/participants/new", {"site": "01"})["Location"] == "/participants/01-001"
    assert client.post("/participants/new", {"site": "01"})["Location"] == "/participants/01-002"
    with site.trial.reading() as tx:
        assert [one.participant for one in participants_of(tx)] == ["01-001", "01-002"]


@pytest.mark.requirement("REQ-PART-001")
def test_the_thousandth_number_follows_the_one_before_it(site: CaptureSite) -> None:
    site.register("01-999")
    site.register("01-1000")
    response = site.client("investigator").post("/participants/new", {"site": "01"})
    assert response["Location"] == "/participants/01-1001"


def test_a_site_that_is_not_ones_own_is_refused(site: CaptureSite) -> None:
    response = site.client("investigator").post("/participants/new", {"site": "99"})
    assert response.status_code == 422
    assert b"not one of yours" in response.content
    with site.trial.reading() as tx:
        assert participants_of(tx) == []


def test_an_assessor_may_not_register(site: CaptureSite) -> None:
    assert site.client("assessor").post("/participants/new", {"site": "01"}).status_code == 403


def test_who_runs_the_system_sees_no_participant(site: CaptureSite) -> None:
    site.register()
    assert site.client("administrator").get("/participants").status_code == 403
    assert site.client("administrator").get("/participants/01-001").status_code == 403


def test_the_list_finds_by_number(site: CaptureSite) -> None:
    site.register("01-001")
    site.register("01-002")
    shown = site.client("investigator").get("/participants?q=002").content.decode()
    assert "01-002" in shown
    assert "01-001" not in shown


@pytest.mark.parametrize("page", ["0", "9999", "x", "-1", "1" * 400])
def test_any_page_of_the_list_that_is_asked_for_is_a_page(site: CaptureSite, page: str) -> None:
    site.register()
    assert site.client("investigator").get(f"/participants?page={page}").status_code == 200


@pytest.mark.requirement("REQ-PART-003")
def test_the_page_of_a_participant_lists_every_visit_of_the_protocol(site: CaptureSite) -> None:
    site.register()
    shown = site.client("investigator").get("/participants/01-001").content.decode()
    for visit in site.trial.study.visits:
        assert f"/participants/01-001/visits/{visit.id}" in shown


def test_a_visit_shows_its_forms_and_not_those_hidden_from_the_role(site: CaptureSite) -> None:
    site.register()
    for role, hidden in (("investigator", False), ("assessor", True)):
        shown = site.client(role).get("/participants/01-001/visits/W4").content.decode()
        assert "SLEDAI" in shown
        assert ("Adverse events" not in shown) is hidden


@pytest.mark.parametrize("visit", ["W99", "UNS1", "%00", "a" * 300])
def test_a_visit_that_is_not_there_is_not_found(site: CaptureSite, visit: str) -> None:
    site.register()
    assert site.client("investigator").get(f"/participants/01-001/visits/{visit}").status_code == 404


def test_register_names_the_sites_of_who_registers(site: CaptureSite) -> None:
    from lupustrial.capture.access import Acting
    from lupustrial.capture.participants import register

    role = site.trial.study.role("investigator")
    acting = Acting(id="x", name="X", role=role, sites=frozenset({"01"}))
    with site.trial.writing() as tx, pytest.raises(CaptureError) as caught:
        register(tx, site.trial, acting, "02")
    assert caught.value.faults[0].id == "CAPT-020"
    assert "01" in caught.value.faults[0].hint


def test_a_visit_outside_its_window_offers_a_record_of_the_deviation_until_there_is_one(
    site: CaptureSite,
) -> None:
    site.register()
    visited(site, "W0", "2026-01-05", number="2")
    visited(site, "W2", "2026-01-30", number="3")  # 25 days after week 0; planned on day 15, within 3 days
    address = "/participants/01-001/visits/{}"
    offer = "/participants/01-001/visits/W2/forms/deviations/1"
    coordinator = site.client("coordinator")
    shown = coordinator.get(address.format("W2")).content.decode()
    assert "Record the deviation" in shown
    assert shown.count(offer) == 2  # there, and in the list of forms
    assert "Record the deviation" not in coordinator.get(address.format("W0")).content.decode()
    assert "Record the deviation" not in site.client("monitor").get(address.format("W2")).content.decode()
    put(site, place("deviations", visit="W2"), {"DVTERM": "Visit late"})
    assert "Record the deviation" not in coordinator.get(address.format("W2")).content.decode()
