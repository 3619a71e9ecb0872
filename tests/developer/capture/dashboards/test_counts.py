"""The numbers of the overview against a small trial counted by hand."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from capture_site import SYSTEM, CaptureSite

from lupustrial.capture.store import Answer, Place, Visited, page_at, save_page, write
from lupustrial.ledger import Actor

TODAY = dt.datetime.now(dt.UTC).date()
COORDINATOR = Actor(id="coordinator", role="coordinator")


def _state(site: CaptureSite, participant: str, state: str) -> None:
    with site.trial.writing() as tx:
        data = {"participant": participant, "state": state}
        write(tx, study=site.trial.study.id, kind="participant state", by=SYSTEM, data=data)


def _save(
    site: CaptureSite,
    participant: str,
    visit: str,
    form: str,
    answers: dict[str, Answer | None],
    *,
    days_ago: int | None = None,
    late: int = 0,
    state: str = "complete",
) -> None:
    """Save a page; with `days_ago`, that of the visit date, entered `late` days after the visit."""
    study = site.trial.study
    place = Place(participant=participant, visit=visit, form=form)
    planned = study.visit(visit)
    visited, at = None, None
    if days_ago is not None:
        day = TODAY - dt.timedelta(days=days_ago)
        visited = Visited(date=str(day), number=str(planned.number), baseline=planned.baseline)
        at = f"{day + dt.timedelta(days=late)}T10:00:00.000000Z"
        answers = {"VISDAT": Answer(value=str(day))}
    with site.trial.writing() as tx:
        held = page_at(tx, place)
        save_page(
            tx,
            study=study.id,
            place=place,
            site="01",
            version=study.version,
            state=state,  # type: ignore[arg-type]  # "started" or "complete"
            answers=answers,
            by=COORDINATOR,
            revision=0 if held is None else held.revision,
            visited=visited,
            at=at,
        )


@pytest.fixture
def small(site: CaptureSite) -> CaptureSite:
    """One in screening, one of week 2 overdue, one due at week 2, one screen failure."""
    for number in ("01-001", "01-002", "01-003", "01-004"):
        site.register(number)
    _save(site, "01-001", "SCR", "visit", {}, days_ago=2, late=1)
    for number, ago in (("01-002", 30), ("01-003", 14)):
        _state(site, number, "enrolled")
        _save(site, number, "SCR", "visit", {}, days_ago=ago + 7, late=5)
        _save(site, number, "W0", "visit", {}, days_ago=ago, late=0)
    _state(site, "01-004", "screen failure")
    pga = {"PGA": Answer(value="1.5")}
    _save(site, "01-002", "W0", "pga", pga)
    _save(site, "01-003", "W0", "pga", {"PGA": Answer(value=None, status="not done", why="Absent")})
    return site


def _part(site: CaptureSite, part: str, role: str = "coordinator") -> str:
    response = site.client(role).get(f"/overview/{part}")
    assert response.status_code == 200
    text = re.sub(r"(?s)<svg.*?</svg>|<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


@pytest.mark.requirement("REQ-DASH-001")
def test_participants_are_counted_by_state(small: CaptureSite) -> None:
    # heads: site, in screening, screen failure, enrolled, all
    assert "01 1 1 2 4" in _part(small, "enrolment")


@pytest.mark.requirement("REQ-DASH-002")
def test_visits_due_and_overdue(small: CaptureSite) -> None:
    # 01-002, day 31: W2 (to day 18) overdue, W4 (days 26 to 32) due. 01-003, day 15: W2 due.
    # 01-001, screened two days ago: W0 due. By site: due 3, overdue 1.
    assert "Site Due Overdue 01 3 1" in _part(small, "visits")


def test_the_day_shows_what_waits(small: CaptureSite) -> None:
    page = small.client("coordinator").get("/").content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "1 visit overdue" in text
    assert "3 visits due" in text
    assert text.index("01-002 Week 2") < text.index("01-003 Week 2")  # what waits longest comes first


@pytest.mark.requirement("REQ-DASH-003")
def test_pages_expected_complete_and_lacking(small: CaptureSite) -> None:
    # Two week-0 visits took place: two PGA pages are expected there, and at no screening visit.
    text = _part(small, "pages")
    planned = {visit for visit in small.trial.study.form("pga").visits if visit in ("SCR", "W0")}
    expected = 5 if "SCR" in planned else 2
    assert f"Physician's global assessment {expected} 2 0 {expected - 2}" in text


@pytest.mark.requirement("REQ-DASH-004")
def test_lag_is_counted_in_bands(small: CaptureSite) -> None:
    # Visit pages after 1, 5, 0, 5, 0 days; the two PGA pages are saved today, 30 and 14 days after.
    text = _part(small, "pages")
    table = text[text.index("Days Pages") :]
    assert table.startswith("Days Pages 0–1 3 2–3 0 4–7 2 8–14 1 15+ 1")


@pytest.mark.requirement("REQ-DASH-005")
def test_an_item_that_was_not_done_is_missing_for_the_primary_endpoint(small: CaptureSite) -> None:
    text = _part(small, "primary", "data_manager")
    item = small.trial.study.form("pga").item("PGA").label
    assert f"Week 0: Physician's global assessment, {item} 1" in text


def test_a_value_that_comes_later_is_missing_no_more(small: CaptureSite) -> None:
    _save(small, "01-003", "W0", "pga", {"PGA": Answer(value="2.0", why="Found")})
    text = _part(small, "primary", "data_manager")
    assert "Week 0: Physician's global assessment, " not in text


def _query(site: CaptureSite, form: str, item: str, days_ago: int) -> None:
    at = f"{TODAY - dt.timedelta(days=days_ago)}T00:00:01.000000Z"
    data = {
        "participant": "01-002", "visit": "W0", "form": form, "repeat": 1, "item": item, "site": "01",
        "origin": "", "text": "Please check.",
    }  # fmt: skip
    with site.trial.writing() as tx:
        write(tx, study=site.trial.study.id, kind="query opened", by=SYSTEM, data=data, at=at)


@pytest.mark.requirement("REQ-DASH-006")
def test_queries_are_counted_by_age_and_only_where_the_item_is_seen(small: CaptureSite) -> None:
    for form, item, days in (("pga", "PGA", 2), ("pga", "PGA", 40), ("cbc", "EOS", 3)):
        _query(small, form, item, days)
    heads = "Days Open Answered, not closed 0–7 {} 0 8–14 0 0 15–30 0 0 31–60 1 0 61+ 0 0"
    # Eosinophils betray the treatment: a blinded role does not know that there is a query on them.
    assert heads.format(1) in _part(small, "queries", "coordinator")
    assert heads.format(2) in _part(small, "queries", "unblinded_statistician")


@pytest.mark.requirement("REQ-DASH-007")
def test_a_site_sees_its_own_numbers(small: CaptureSite) -> None:
    client = small.client("coordinator", person="elsewhere", sites=("99",))
    for part in ("enrolment", "visits", "pages", "queries", "primary", "safety"):
        page = client.get(f"/overview/{part}").content.decode()
        assert "<td" not in page or not re.search(r"<th scope=.row.>01</th>", page)
    assert "Nothing waits for you" in client.get("/").content.decode()
    assert "01-001" not in client.get("/search?q=01-001").content.decode().partition("<main")[2].replace(
        "“01-001”", ""
    )


def test_adverse_events_are_counted_for_who_sees_them(small: CaptureSite) -> None:
    event = {
        "AETERM": Answer(value="FEVER"), "AESEV": Answer(value="MILD"), "AESER": Answer(value="N"),
    }  # fmt: skip
    _save(small, "01-002", "W0", "ae", dict(event))
    assert "FEVER 1 1 0" in _part(small, "safety", "investigator")
    hidden = _part(small, "safety", "assessor")
    assert "FEVER" not in hidden
    assert "may not see" in hidden


def test_an_end_is_not_told_to_whom_the_disposition_is_hidden(small: CaptureSite) -> None:
    _state(small, "01-002", "withdrawn")
    assert "Withdrawn" in _part(small, "enrolment", "investigator")
    told = _part(small, "enrolment", "assessor")
    assert "Withdrawn" not in told
    assert "Ended" in told


def test_few_results_of_the_response_are_not_shown(small: CaptureSite) -> None:
    assert "fewer than 5" in _part(small, "response", "data_manager")


@pytest.mark.parametrize("role", ["packager", "administrator"])
def test_who_sees_no_clinical_data_gets_no_part(small: CaptureSite, role: str) -> None:
    client = small.client(role)
    assert client.get("/overview/enrolment").status_code == 403
    assert client.get("/search?q=01").status_code == 403
    assert "How the trial goes" not in client.get("/").content.decode()


def test_there_is_no_other_part(small: CaptureSite) -> None:
    assert small.client("coordinator").get("/overview/nothing").status_code == 404
