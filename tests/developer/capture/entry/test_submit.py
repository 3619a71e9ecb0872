"""A page is checked whole, then saved whole with its queries, or not at all."""

from __future__ import annotations

import pytest
from capture_site import CaptureSite
from entering import enter, given, held, place, said, somebody

from lupustrial.errors import CaptureError


def _given(**about: str) -> object:
    from lupustrial.capture.entry import Given

    return Given(**about)


def _queries(site: CaptureSite, where: object) -> list[tuple[str, str, str]]:
    from lupustrial.capture.store import queries_on

    with site.trial.reading() as tx:
        return [(one.item, one.origin, one.state) for one in queries_on(tx, where)]  # type: ignore[arg-type]  # a Place


@pytest.mark.requirement("REQ-ENTRY-001")
def test_first_entry_is_saved_without_a_reason(site: CaptureSite) -> None:
    site.register()
    outcome = enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L"), C4=("15.0", "mg/dL")))
    assert not outcome.refused
    page = held(site, place("complement"))
    assert page is not None
    assert outcome.entry == page.revision
    assert {item: (one.value, one.unit, one.status) for item, one in page.items.items()} == {
        "C3": ("0.85", "g/L", "entered"),
        "C4": ("15.0", "mg/dL", "entered"),
    }
    assert page.state == "complete"


@pytest.mark.requirement("REQ-ENTRY-002")
def test_a_saved_value_changes_with_a_reason_alone(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L")))
    refused = enter(site, "coordinator", place("complement"), given(C3=("0.58", "g/L"), C4=("0.2", "g/L")))
    assert said(refused) == {("C3", "CAPT-013")}
    page = held(site, place("complement"))
    assert page is not None
    assert set(page.items) == {"C3"}
    changed = enter(
        site, "coordinator", place("complement"),
        given(C3=_given(value="0.58", unit="g/L", why="digits swapped"), C4=("0.2", "g/L")),  # type: ignore[arg-type]  # a Given
    )  # fmt: skip
    assert not changed.refused
    page = held(site, place("complement"))
    assert page is not None
    assert (page.items["C3"].value, page.items["C3"].reason) == ("0.58", "digits swapped")
    assert page.items["C4"].reason == ""


def test_a_value_is_cleared_with_its_own_reason(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L")))
    enter(site, "coordinator", place("complement"), given(C3=_given(why="other person")))  # type: ignore[arg-type]  # a Given
    page = held(site, place("complement"))
    assert page is not None
    assert not page.items
    from lupustrial.ledger import entries

    with site.trial.reading() as tx:
        last = list(entries(tx))[-1]
    assert last.data["changes"]["C3"]["why"] == "other person"


@pytest.mark.requirement("REQ-ENTRY-003")
def test_a_gap_refuses_a_page_that_is_said_to_be_complete(site: CaptureSite) -> None:
    site.register()
    answers = given(C3=("0.85", "g/L"))
    refused = enter(site, "coordinator", place("complement"), answers, complete=True)
    assert said(refused) == {("C4", "RECORD-041")}
    assert held(site, place("complement")) is None
    saved = enter(site, "coordinator", place("complement"), answers)
    assert said(saved, "note") == {("C4", "RECORD-041")}
    assert saved.page is not None
    assert saved.page.state == "started"


@pytest.mark.requirement("REQ-ENTRY-004")
def test_not_done_has_a_reason(site: CaptureSite) -> None:
    site.register()
    answers = given(C3=("0.85", "g/L"), C4=_given(status="not done"))  # type: ignore[arg-type]  # a Given
    assert said(enter(site, "coordinator", place("complement"), answers)) == {("C4", "CAPT-014")}
    saved = enter(site, "coordinator", place("complement"), answers, why="tube broke", complete=True)
    assert saved.page is not None
    assert (saved.page.items["C4"].status, saved.page.items["C4"].reason) == ("not done", "tube broke")
    assert saved.page.state == "complete"


@pytest.mark.requirement("REQ-ENTRY-005")
def test_a_hard_check_refuses_and_a_soft_one_asks(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("consent"), given(ICDAT="2026-03-02"))
    early = enter(site, "coordinator", place("visit"), given(VISDAT="2026-03-01"))
    assert said(early) == {("VISDAT", "VISIT_AFTER_CONSENT")}
    assert held(site, place("visit")) is None
    enter(site, "coordinator", place("urinalysis"), given(CASTS="N"))
    asked = enter(site, "assessor", place("sledai"), given(CAST="Y"))
    assert said(asked, "query") == {("CAST", "SLEDAI_CAST_UNEXPLAINED")}
    assert _queries(site, place("sledai")) == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "open")]


def test_a_query_closes_when_the_value_no_longer_fails(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("urinalysis"), given(CASTS="N"))
    enter(site, "assessor", place("sledai"), given(CAST="Y"))
    enter(site, "assessor", place("sledai"), given(CAST="N"), why="counted anew")
    assert _queries(site, place("sledai")) == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "closed")]
    enter(site, "assessor", place("sledai"), given(CAST="Y"), why="counted again")
    assert _queries(site, place("sledai"))[1:] == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "open")]


def test_a_laboratory_value_that_comes_later_asks_about_the_score(site: CaptureSite) -> None:
    site.register()
    enter(site, "assessor", place("sledai"), given(CAST="Y"))
    assert _queries(site, place("sledai")) == []
    enter(site, "coordinator", place("urinalysis"), given(CASTS="N"))
    assert _queries(site, place("sledai")) == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "open")]
    enter(site, "coordinator", place("urinalysis"), given(CASTS="Y"), why="second reading")
    assert _queries(site, place("sledai")) == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "closed")]


@pytest.mark.requirement("REQ-ENTRY-006")
def test_a_query_that_a_person_closed_is_not_raised_again_for_the_same_value(site: CaptureSite) -> None:
    from lupustrial.capture.store import queries_on, write

    site.register()
    enter(site, "coordinator", place("urinalysis"), given(CASTS="N"))
    enter(site, "assessor", place("sledai"), given(CAST="Y"))
    with site.trial.writing() as tx:
        (query,) = queries_on(tx, place("sledai"))
        write(
            tx, study=site.trial.study.id, kind="query closed", by=somebody(site, "monitor").actor,
            data={"number": query.number, "text": "seen in a second sample"},
        )  # fmt: skip
    enter(site, "assessor", place("sledai"), given(SEIZ="N"))
    assert _queries(site, place("sledai")) == [("CAST", "SLEDAI_CAST_UNEXPLAINED", "closed")]


@pytest.mark.requirement("REQ-ENTRY-007")
def test_what_is_no_longer_asked_is_cleared_with_confirmation_and_a_reason(site: CaptureSite) -> None:
    site.register()
    where = place("injections", "W0")
    enter(site, "coordinator", where, given(EXPERF="Y", EXLOC="ABDOMINAL REGION", KIT="K1"))
    changed = given(EXPERF=_given(value="N", why="not given after all"))  # type: ignore[arg-type]  # a Given
    refused = enter(site, "coordinator", where, changed)
    assert said(refused) == {("EXLOC", "CAPT-015"), ("KIT", "CAPT-015")}
    assert said(enter(site, "coordinator", where, changed | given(EXLOC="", KIT=""))) == {
        ("EXLOC", "CAPT-013"),
        ("KIT", "CAPT-013"),
    }
    saved = enter(site, "coordinator", where, changed | given(EXLOC="", KIT=""), why="not given after all")
    assert saved.page is not None
    assert set(saved.page.items) == {"EXPERF"}


def test_an_answer_to_what_is_not_asked_is_refused(site: CaptureSite) -> None:
    site.register()
    refused = enter(site, "coordinator", place("injections", "W0"), given(EXPERF="N", KIT="K1"))
    assert said(refused) == {("KIT", "CAPT-015")}


@pytest.mark.requirement("REQ-ENTRY-008")
@pytest.mark.parametrize(
    ("role", "form", "fault"),
    [
        ("coordinator", "sledai", "CAPT-010"),  # entered by the assessor
        ("monitor", "complement", "CAPT-010"),  # may not enter
        ("assessor", "ae", "CAPT-010"),  # hidden from the assessor
        ("coordinator", "randomisation", "CAPT-011"),  # not planned at screening
        ("coordinator", "nothing", "CAPT-011"),
    ],
)
def test_who_may_not_enter_a_page_is_refused(site: CaptureSite, role: str, form: str, fault: str) -> None:
    site.register()
    with pytest.raises(CaptureError) as refused:
        enter(site, role, place(form), given(X="1"))
    assert [one.id for one in refused.value.faults] == [fault]


def test_a_site_that_is_not_his_is_closed(site: CaptureSite) -> None:
    from lupustrial.capture.entry import submit

    site.register()
    acting = somebody(site, "coordinator", sites=frozenset({"02"}))
    with pytest.raises(CaptureError, match="CAPT-010"):
        submit(site.trial, acting, place("consent"), given(ICDAT="2026-03-02"), revision=0)


@pytest.mark.requirement("REQ-ENTRY-009")
def test_who_saves_second_is_told_and_overwrites_nothing(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L")))
    with pytest.raises(CaptureError, match="CAPT-001"):
        enter(site, "investigator", place("complement"), given(C3=("0.9", "g/L")), revision=0)
    page = held(site, place("complement"))
    assert page is not None
    assert page.items["C3"].value == "0.85"


def test_the_date_of_the_baseline_visit_anchors_the_schedule(site: CaptureSite) -> None:
    from lupustrial.capture.store import participant_of

    site.register()
    enter(site, "coordinator", place("consent"), given(ICDAT="2026-03-02"))
    enter(site, "coordinator", place("visit"), given(VISDAT="2026-03-02"))
    enter(site, "coordinator", place("visit", "W0"), given(VISDAT="2026-03-09"))
    with site.trial.reading() as tx:
        known = participant_of(tx, "01-001")
    assert known is not None
    assert (known.anchor, known.last_visit, known.last_number) == ("2026-03-09", "W0", "2")


def test_visits_out_of_order_raise_a_query_on_the_later_one(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("consent"), given(ICDAT="2026-03-02"))
    enter(site, "coordinator", place("visit", "W0"), given(VISDAT="2026-03-09"))
    enter(site, "coordinator", place("visit"), given(VISDAT="2026-03-19"))
    assert _queries(site, place("visit", "W0")) == [("VISDAT", "RECORD-036", "open")]
    enter(site, "coordinator", place("visit"), given(VISDAT="2026-03-05"), why="wrong month")
    assert _queries(site, place("visit", "W0")) == [("VISDAT", "RECORD-036", "closed")]


def test_the_projection_is_what_the_ledger_says(site: CaptureSite) -> None:
    from lupustrial.capture.store import verify_projection

    site.register()
    enter(site, "coordinator", place("urinalysis"), given(CASTS="N"))
    enter(site, "assessor", place("sledai"), given(CAST="Y"))
    enter(site, "assessor", place("sledai"), given(CAST="N"), why="counted anew")
    assert verify_projection(site.trial.db, site.trial.study.id) == []
