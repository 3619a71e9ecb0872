"""Queries: who may do which step, from which state, and for whom a query exists."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from quality import (
    VITALS,
    acting,
    answer_query,
    ask,
    close_queries,
    close_query,
    open_query,
    place,
    put,
    reopen_query,
    visited,
)

from lupustrial.capture.store import notes_of, query_of
from lupustrial.errors import CaptureError


@pytest.fixture
def asked(site: CaptureSite) -> int:
    """A query of a monitor on the weight."""
    site.register()
    put(site, place(), VITALS)
    return open_query(site.trial, acting(site, "monitor"), place(), item="WEIGHT", text="As in the source?")


def _fault(error: pytest.ExceptionInfo[CaptureError]) -> str:
    return error.value.faults[0].id


def _state(site: CaptureSite, number: int) -> str:
    with site.trial.reading() as tx:
        query = query_of(tx, number)
        assert query is not None
        return query.state


@pytest.mark.requirement("REQ-QUAL-001")
def test_a_query_goes_from_question_to_answer_to_end_and_keeps_what_was_said(
    site: CaptureSite, asked: int
) -> None:
    answer_query(site.trial, acting(site, "coordinator"), asked, "Yes, read again.")
    reopen_query(site.trial, acting(site, "data_manager"), asked, "Which scale?")
    answer_query(site.trial, acting(site, "investigator"), asked, "The one of the ward.")
    close_query(site.trial, acting(site, "monitor"), asked)
    with site.trial.reading() as tx:
        said = [(note.step, note.by, note.role, note.text) for note in notes_of(tx, asked)]
    assert said == [
        ("opened", "monitor", "monitor", "As in the source?"),
        ("answered", "coordinator", "coordinator", "Yes, read again."),
        ("reopened", "data_manager", "data_manager", "Which scale?"),
        ("answered", "investigator", "investigator", "The one of the ward."),
        ("closed", "monitor", "monitor", ""),
    ]
    assert _state(site, asked) == "closed"


@pytest.mark.parametrize("role", ["coordinator", "investigator", "assessor", "blinded_statistician"])
def test_the_site_opens_closes_and_reopens_nothing(site: CaptureSite, asked: int, role: str) -> None:
    who = acting(site, role)
    for attempt in (
        lambda: open_query(site.trial, who, place(), item="WEIGHT", text="?"),
        lambda: close_query(site.trial, who, asked, "done"),
        lambda: reopen_query(site.trial, who, asked, "again"),
    ):
        with pytest.raises(CaptureError) as error:
            attempt()
        assert _fault(error) == "CAPT-036"
    assert _state(site, asked) == "open"


def test_who_asks_does_not_answer(site: CaptureSite, asked: int) -> None:
    with pytest.raises(CaptureError) as error:
        answer_query(site.trial, acting(site, "monitor"), asked, "It is right.")
    assert _fault(error) == "CAPT-036"


def test_a_second_answer_and_a_second_end_are_refused(site: CaptureSite, asked: int) -> None:
    answer_query(site.trial, acting(site, "coordinator"), asked, "Yes.")
    with pytest.raises(CaptureError) as error:
        answer_query(site.trial, acting(site, "investigator"), asked, "No.")
    assert _fault(error) == "CAPT-037"
    close_query(site.trial, acting(site, "monitor"), asked)
    with pytest.raises(CaptureError) as error:
        close_query(site.trial, acting(site, "data_manager"), asked, "too late")
    assert _fault(error) == "CAPT-037"


@pytest.mark.requirement("REQ-QUAL-002")
def test_what_an_edit_check_raised_is_closed_with_a_justification_alone(site: CaptureSite) -> None:
    site.register()
    put(site, place(), VITALS)
    number = ask(site, place(), "DIABP", origin="BP_ORDER")
    answer_query(site.trial, acting(site, "coordinator"), number, "Measured twice.")
    with pytest.raises(CaptureError) as error:
        close_query(site.trial, acting(site, "data_manager"), number)
    assert _fault(error) == "CAPT-038"
    close_query(site.trial, acting(site, "data_manager"), number, "Confirmed by the source.")
    assert _state(site, number) == "closed"


def test_an_unanswered_query_is_closed_with_a_justification_alone(site: CaptureSite, asked: int) -> None:
    with pytest.raises(CaptureError) as error:
        close_query(site.trial, acting(site, "monitor"), asked, "   ")
    assert _fault(error) == "CAPT-038"
    close_query(site.trial, acting(site, "monitor"), asked, "Asked by mistake.")
    assert _state(site, asked) == "closed"


def test_several_are_closed_all_or_none(site: CaptureSite, asked: int) -> None:
    other = open_query(site.trial, acting(site, "monitor"), place(), item="TEMP", text="Fever?")
    answer_query(site.trial, acting(site, "coordinator"), other, "No.")
    with pytest.raises(CaptureError) as error:
        close_queries(site.trial, acting(site, "monitor"), [other, asked])
    assert [(fault.id, fault.place) for fault in error.value.faults] == [("CAPT-038", f"query {asked}")]
    assert [_state(site, one) for one in (other, asked)] == ["answered", "open"]
    close_queries(site.trial, acting(site, "monitor"), [other, asked], "Round of cleaning.")
    assert [_state(site, one) for one in (other, asked)] == ["closed", "closed"]


@pytest.mark.requirement("REQ-QUAL-003")
def test_a_query_on_a_hidden_item_does_not_exist_for_the_role(site: CaptureSite) -> None:
    site.register()
    put(site, place("cbc"), {"WBC": "5.10", "EOS": "0.31"})
    hidden, shown = ask(site, place("cbc"), "EOS", text="Really so high?"), ask(site, place("cbc"), "WBC")
    client = site.client("monitor")
    listing = client.get("/queries?state=all").content.decode()
    assert f"/queries/{shown}" in listing
    assert f"/queries/{hidden}" not in listing
    assert "1 query" in listing
    assert client.get(f"/queries/{hidden}").status_code == 404
    assert client.post(f"/queries/{hidden}", {"step": "close", "text": "x"}).status_code == 404
    assert b"Really" not in client.get("/audit/history").content
    page = client.get("/participants/01-001/visits/SCR/forms/cbc/1/query").content.decode()
    assert f"/queries/{shown}" in page
    assert f"/queries/{hidden}" not in page
    assert client.get("/participants/01-001/visits/SCR/forms/cbc/1/query?item=EOS").status_code == 404
    with pytest.raises(CaptureError) as error:
        close_query(site.trial, acting(site, "monitor"), hidden, "x")
    assert _fault(error) == "CAPT-035"


def test_a_query_of_another_site_does_not_exist(site: CaptureSite, asked: int) -> None:
    client = site.client("monitor", person="elsewhere", sites=("99",))
    assert client.get(f"/queries/{asked}").status_code == 404
    assert f"/queries/{asked}" not in client.get("/queries?state=all").content.decode()
    with pytest.raises(CaptureError) as error:
        close_query(site.trial, acting(site, "monitor", sites=("99",)), asked, "x")
    assert _fault(error) == "CAPT-035"


def test_an_assessor_sees_an_earlier_query_while_it_is_open_and_no_longer(site: CaptureSite) -> None:
    site.register()
    put(site, place("sledai", visit="SCR"), {"SEIZ": "N"})
    early = ask(site, place("sledai", visit="SCR"), "SEIZ")
    client = site.client("assessor")
    visited(site, "W0", "2026-01-08", number="2")
    put(site, place("sledai", visit="W0"), {"SEIZ": "N"})
    assert client.get(f"/queries/{early}").status_code == 200
    answer_query(site.trial, acting(site, "assessor"), early, "Confirmed from the chart.")
    assert client.get(f"/queries/{early}").status_code == 404
    assert site.client("monitor").get(f"/queries/{early}").status_code == 200


def test_the_list_is_filtered_by_state_age_form_and_turn(site: CaptureSite, asked: int) -> None:
    other = ask(site, place(), "TEMP")
    answer_query(site.trial, acting(site, "coordinator"), other, "Yes.")
    client = site.client("monitor")

    def numbers(query: str) -> list[int]:
        page = client.get(f"/queries?{query}").context["page"]
        return [row.query.number for row in page]

    assert numbers("") == [asked, other]
    assert numbers("state=answered") == [other]
    assert numbers("state=closed") == []
    assert numbers("form=cbc") == []
    assert numbers("older=7") == []
    assert numbers("participant=01-002") == []
    assert numbers("mine=1") == [asked, other]  # one was opened by the monitor, one waits for a judgement
    answering = site.client("coordinator").get("/queries?mine=1").context["page"]
    assert [row.query.number for row in answering] == [asked]
    for nonsense in ("older=x", "older=-1", "older=٣", "state=?", "page=zz"):
        assert client.get(f"/queries?{nonsense}").status_code == 200
    assert client.get("/queries?participant=%00").status_code == 400


def test_the_pages_open_answer_and_close(site: CaptureSite) -> None:
    site.register()
    put(site, place(), VITALS)
    monitor, coordinator = site.client("monitor"), site.client("coordinator")
    here = "/participants/01-001/visits/SCR/forms/vitals/1/query"
    opened = monitor.post(here, {"item": "WEIGHT", "text": "As in the source?"})
    assert opened.status_code == 302
    number = int(opened["Location"].rsplit("/", 1)[1])
    assert coordinator.post(here, {"item": "WEIGHT", "text": "x"}).status_code == 403
    fragment = monitor.get(f"{here}?item=WEIGHT", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "As in the source?" in fragment
    empty = coordinator.post(f"/queries/{number}", {"step": "answer", "text": " "})
    assert empty.status_code == 422
    assert "CAPT-038" in empty.content.decode()
    assert coordinator.post(f"/queries/{number}", {"step": "answer", "text": "Yes."}).status_code == 302
    assert coordinator.post(f"/queries/{number}", {"step": "close", "text": "."}).status_code == 422
    assert monitor.post("/queries", {"query": [str(number)], "text": ""}).status_code == 302
    assert _state(site, number) == "closed"
    assert monitor.post(f"/queries/{number}", {"step": "burn", "text": "."}).status_code == 404


def test_a_query_cannot_be_opened_on_nothing(site: CaptureSite) -> None:
    site.register()
    for item in ("WEIGHT", "NOSUCH"):
        with pytest.raises(CaptureError) as error:
            open_query(site.trial, acting(site, "monitor"), place(), item=item, text="?")
        assert _fault(error) == "CAPT-039"
    missing = open_query(site.trial, acting(site, "monitor"), place(), text="Where is this page?")
    assert _state(site, missing) == "open"
