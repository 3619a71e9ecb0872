"""The audit trail: every change, to whom it is shown, filtered, paged, exported."""

from __future__ import annotations

import csv
import io

import pytest
from capture_site import CaptureSite
from quality import VITALS, acting, ask, hold, lift, place, put, scope, visited

from lupustrial.capture.store import Wanted, changes_of
from lupustrial.ledger import Actor

INVESTIGATOR = Actor(id="investigator", role="investigator")


@pytest.fixture
def filled(site: CaptureSite) -> CaptureSite:
    """A weight that was entered, corrected by another person, and cleared."""
    site.register()
    put(site, place(), VITALS)
    put(
        site,
        place(),
        {"WEIGHT": "58.4"},
        why="Read wrongly.",
        by=Actor(id="investigator", role="investigator"),
    )
    put(site, place(), {"WEIGHT": None}, why="Of somebody else.", state="started")
    return site


@pytest.mark.requirement("REQ-QUAL-013")
def test_every_change_has_old_new_person_role_time_and_reason(filled: CaptureSite) -> None:
    with filled.trial.reading() as tx:
        rows = changes_of(tx, Wanted(form="vitals", item="WEIGHT"), oldest_first=True)
    told = [
        (
            row.old and row.old.value,
            row.new and row.new.value,
            row.by,
            row.role,
            row.why,
            row.at[-1],
        )
        for row in rows
    ]
    assert told == [
        (None, "58.2", "coordinator", "coordinator", "", "Z"),
        ("58.2", "58.4", "investigator", "investigator", "Read wrongly.", "Z"),
        ("58.4", None, "coordinator", "coordinator", "Of somebody else.", "Z"),
    ]


@pytest.mark.requirement("REQ-QUAL-014")
def test_filters_cut_it_by_participant_form_item_person_kind_and_day(filled: CaptureSite) -> None:
    filled.register("01-002")
    put(filled, place(participant="01-002"), {"TEMP": "37.0"}, at="2020-02-01T10:00:00.000000Z")
    client = filled.client("monitor")

    def items(query: str) -> list[tuple[str, str, str]]:
        rows = client.get(f"/audit/history?{query}").context["rows"]
        return [(row.kind, row.place.participant, row.item) for row in rows]

    assert items("item=WEIGHT&form=vitals") == [("page saved", "01-001", "WEIGHT")] * 3
    assert items("participant=01-002") == [
        ("page saved", "01-002", "TEMP"),
        ("participant registered", "01-002", ""),
    ]
    assert items("person=investigator") == [("page saved", "01-001", "WEIGHT")]
    assert items("kind=participant+registered&participant=01-001") == [
        ("participant registered", "01-001", "")
    ]
    assert items("until=2020-02-01") == [("page saved", "01-002", "TEMP")]
    assert items("since=2020-02-01&until=2020-02-01") == [("page saved", "01-002", "TEMP")]
    assert items("until=2020-01-31") == []
    assert items("visit=W0") == []


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2020-02-30", "since=20200201", f"item={'x' * 200}"]
)
def test_filters_that_make_no_sense_are_named(filled: CaptureSite, query: str) -> None:
    response = filled.client("monitor").get(f"/audit/history?{query}")
    assert response.status_code == 422
    assert "CAPT-051" in response.content.decode()
    assert filled.client("monitor").get(f"/audit/history.csv?{query}").status_code == 422


def test_it_is_paged_without_gap_or_double(filled: CaptureSite) -> None:
    for visit in ("W0", "W2", "W4", "W6", "W8", "W10", "W12", "W16"):
        for form in ("vitals", "complement", "sledai"):
            items = [item.id for item in filled.trial.study.form(form).items if not item.reveals_treatment]
            put(filled, place(form, visit=visit), dict.fromkeys(items, "1"))
    client = filled.client("monitor")
    seen: list[tuple[int, int]] = []
    before = ""
    while True:
        context = client.get(f"/audit/history?before={before}").context
        seen += [(row.position, row.order) for row in context["rows"]]
        before = context["next"]
        if not before:
            break
    with filled.trial.reading() as tx:
        every = [(row.position, row.order) for row in changes_of(tx, Wanted(), limit=100_000)]
    assert len(every) > 100
    assert seen == every


@pytest.mark.requirement("REQ-QUAL-014")
def test_nobody_sees_a_change_of_what_is_hidden(filled: CaptureSite) -> None:
    put(filled, place("cbc"), {"WBC": "5.10", "EOS": "0.31"})
    put(filled, place("cbc"), {"EOS": "0.77"}, why="Machine was wrong.")
    ask(filled, place("cbc"), "EOS", text="High eosinophils?")
    for role in ("monitor", "data_manager", "investigator"):
        client = filled.client(role)
        page = client.get("/audit/history?form=cbc").content.decode()
        assert "5.10" in page
        for secret in ("0.31", "0.77", "Machine was wrong", "eosinophils?"):
            assert secret not in page
    text = _csv(filled, "data_manager", "form=cbc")
    assert {row["item"] for row in text} == {"WBC"}


def test_an_assessor_sees_earlier_changes_of_hidden_forms_no_more(filled: CaptureSite) -> None:
    put(filled, place("pga"), {"PGA": "1.25"})
    client = filled.client("assessor")
    assert "1.25" in client.get("/audit/history?form=pga").content.decode()
    visited(filled, "W0", "2026-01-08", number="2")
    assert "1.25" not in client.get("/audit/history?form=pga").content.decode()


def test_another_site_is_not_there(filled: CaptureSite) -> None:
    client = filled.client("monitor", person="elsewhere", sites=("99",))
    assert client.get("/audit/history").context["rows"] == []
    response = client.get("/audit/history.csv")
    assert b"".join(response).decode().count("\n") == 1  # type: ignore[arg-type] # a stream of bytes


def _csv(site: CaptureSite, role: str, query: str = "") -> list[dict[str, str]]:
    response = site.client(role).get(f"/audit/history.csv?{query}")
    assert response.status_code == 200
    text = b"".join(response).decode()  # type: ignore[arg-type] # a stream of bytes
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.requirement("REQ-QUAL-014")
def test_the_export_holds_what_the_page_shows_and_no_formula(filled: CaptureSite) -> None:
    put(filled, place("complement"), {"C3": "-0.85"}, why="=HYPERLINK(1)")
    rows = _csv(filled, "data_manager")
    assert [(row["old_value"], row["new_value"], row["by"]) for row in rows if row["item"] == "WEIGHT"] == [
        ("58.4", "", "coordinator"),
        ("58.2", "58.4", "investigator"),
        ("", "58.2", "coordinator"),
    ]
    (c3,) = [row for row in rows if row["item"] == "C3"]
    assert c3["new_value"] == "-0.85"
    assert c3["why"] == "'=HYPERLINK(1)"


def test_holds_and_their_end_stand_in_it(filled: CaptureSite) -> None:
    manager = acting(filled, "data_manager")
    lift(filled.trial, manager, hold(filled.trial, manager, scope(site="01"), lock=False, why="A."), why="B.")
    with filled.trial.reading() as tx:
        rows = changes_of(tx, Wanted(person="data_manager"), oldest_first=True)
    assert [(row.kind, row.site, row.why) for row in rows] == [
        ("hold set", "01", "A."),
        ("hold lifted", "01", "B."),
    ]


def test_it_cannot_be_written_or_removed_by_a_page(filled: CaptureSite) -> None:
    client = filled.client("administrator")
    assert client.get("/audit/history").status_code == 403
    for verb in ("post", "put", "delete"):
        getattr(filled.client("data_manager"), verb)("/audit/history")
    with filled.trial.reading() as tx:
        assert len(changes_of(tx, Wanted(form="vitals", item="WEIGHT"))) == 3
