"""Eligibility confirmed, consent, files, identifying data, unscheduled visits, dosing, the end."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import Any

import pytest
from capture_site import CaptureSite
from django.core.files.uploadedfile import SimpleUploadedFile

from lupustrial.capture.store import (
    Answer,
    Place,
    Visited,
    confirmation_of,
    consents_of,
    page_at,
    participant_of,
    save_page,
    sealed_of,
    verify_projection,
    verify_sealed,
    visits_of,
)
from lupustrial.ledger import Actor, entries

BY = Actor(id="maker", role="investigator")
ONE = "/participants/01-001"
TODAY = dt.datetime.now(zoneinfo.ZoneInfo("Asia/Shanghai")).date()  # at the site


def save(
    site: CaptureSite, form: str, values: dict[str, str], *, visit: str = "SCR", repeat: int = 1
) -> None:
    """Save a page as it is, without asking the checks of entry."""
    study = site.trial.study
    place = Place(participant="01-001", visit=visit, form=form, repeat=repeat)
    units = {item.id: item.unit for item in study.form(form).items}
    visited = None
    if form == "visit":
        planned = study.visit(visit)
        visited = Visited(date=values["VISDAT"], number=str(planned.number), baseline=planned.baseline)
    with site.trial.writing() as tx:
        held = page_at(tx, place)
        save_page(
            tx,
            study=study.id,
            place=place,
            site="01",
            version=study.version,
            state="complete",
            answers={item: Answer(value=value, unit=units[item]) for item, value in values.items()},
            by=BY,
            revision=0 if held is None else held.revision,
            visited=visited,
        )


def text(response: Any) -> str:
    """Return what a page shows."""
    return str(response.content.decode())


def kinds(site: CaptureSite) -> list[str]:
    """Return the kinds of entry on the ledger."""
    with site.trial.reading() as tx:
        return [entry.kind for entry in entries(tx)]


@pytest.fixture
def screened(site: CaptureSite) -> CaptureSite:
    """Somebody in screening whose every criterion is decided, and one of them not met."""
    site.register()
    study = site.trial.study
    wanted: dict[str, dict[str, str]] = {}
    from lupustrial.study import Expression

    for criterion in (*study.eligibility.inclusion, *study.eligibility.exclusion):
        for form, item in Expression.compile(criterion.expression).references:
            if form != "participant":
                kind = study.form(form).item(item).type
                wanted.setdefault(form, {})[item] = "N" if kind == "code" else "20"
    wanted["demography"] = {"BRTHDAT": "1990-05-01", "SEX": "F"}
    wanted["consent"] = {"ICDAT": "2026-01-10"}
    for form, values in wanted.items():
        save(site, form, values)
    return site


@pytest.mark.requirement("REQ-PART-005")
def test_a_confirmed_verdict_is_held_to_the_facts_that_were_seen(screened: CaptureSite) -> None:
    client = screened.client("investigator")
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text(client.get(f"{ONE}/eligibility")))
    assert seen is not None
    assert client.post(f"{ONE}/eligibility", {"seen": seen[1]}).status_code == 302
    with screened.trial.reading() as tx:
        held = confirmation_of(tx, "01-001")
    assert held is not None
    assert (held.eligible, held.by, held.verdicts["INC02"]) == (False, "investigator", "not met")
    assert kinds(screened)[-2:] == ["screened", "eligibility confirmed"]
    assert "does not hold any more" not in text(client.get(f"{ONE}/eligibility"))
    save(screened, "history", {"MALIG": "Y"})
    assert "does not hold any more" in text(client.get(f"{ONE}/eligibility"))


@pytest.mark.requirement("REQ-PART-005")
def test_a_fact_that_changed_meanwhile_refuses_the_confirmation(screened: CaptureSite) -> None:
    client = screened.client("investigator")
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text(client.get(f"{ONE}/eligibility")))
    assert seen is not None
    save(screened, "history", {"MALIG": "Y"})
    response = client.post(f"{ONE}/eligibility", {"seen": seen[1]})
    assert response.status_code == 422
    assert "a fact changed" in text(response)
    with screened.trial.reading() as tx:
        assert confirmation_of(tx, "01-001") is None


@pytest.mark.requirement("REQ-PART-005")
def test_what_is_not_decided_cannot_be_confirmed(site: CaptureSite) -> None:
    site.register()
    save(site, "consent", {"ICDAT": "2026-01-10"})
    client = site.client("investigator")
    page = text(client.get(f"{ONE}/eligibility"))
    assert "<button>Confirm" not in page
    assert f"{ONE}/visits/SCR/forms/history/1" in page
    response = client.post(f"{ONE}/eligibility", {"seen": "0" * 64})
    assert response.status_code == 422
    assert "eligibility confirmed" not in kinds(site)


def test_a_role_that_may_not_screen_cannot_confirm(screened: CaptureSite) -> None:
    for role in ("assessor", "monitor", "data_manager"):
        assert screened.client(role).post(f"{ONE}/eligibility", {"seen": "0" * 64}).status_code == 403


@pytest.mark.requirement("REQ-PART-006")
def test_a_consent_on_the_screen_keeps_the_hash_of_the_text_and_hides_the_name(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    page = text(client.get(f"{ONE}/consent/sign/1.0"))
    assert "Why this trial" in page
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert shown is not None
    given = {
        "read": "1",
        "agree": "1",
        "signer": "participant",
        "signature": "Zhou Qiuyun",
        "shown": shown[1],
    }
    assert client.post(f"{ONE}/consent/sign/1.0", given).status_code == 302
    with site.trial.reading() as tx:
        (consent,) = consents_of(tx, "01-001")
        page_of_form = page_at(tx, Place(participant="01-001", visit="SCR", form="consent"))
        rows = tx.all("SELECT body FROM capture_sealed_text")
        ledger = "".join(entry.body for entry in entries(tx))
    document = (site.trial.config.study / "documents" / "consent-1.0.md").read_bytes()
    import hashlib

    assert consent.digest == hashlib.sha256(document).hexdigest()
    assert page_of_form is not None
    assert page_of_form.items["ICDAT"].value == TODAY.isoformat()
    assert "Qiuyun" not in ledger + str(rows)


@pytest.mark.requirement("REQ-PART-006")
@pytest.mark.parametrize("lacking", ["read", "agree", "signature", "shown", "signer"])
def test_a_signature_that_lacks_something_is_refused(site: CaptureSite, lacking: str) -> None:
    site.register()
    client = site.client("coordinator")
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', text(client.get(f"{ONE}/consent/sign/1.0")))
    assert shown is not None
    given = {"read": "1", "agree": "1", "signer": "participant", "signature": "Zhou", "shown": shown[1]}
    given[lacking] = "" if lacking != "shown" else "f" * 64
    assert client.post(f"{ONE}/consent/sign/1.0", given).status_code == 422
    with site.trial.reading() as tx:
        assert consents_of(tx, "01-001") == []


@pytest.mark.requirement("REQ-PART-006", "REQ-PART-013")
def test_a_withdrawal_of_consent_closes_the_schedule(site: CaptureSite) -> None:
    site.register()
    client = site.client("investigator")
    paper = {
        "what": "paper", "version": "1.0", "date": "2026-01-10", "signer": "representative", "witness": "1",
    }  # fmt: skip
    assert client.post(f"{ONE}/consent", paper).status_code == 302
    early = {"what": "withdrawal", "date": "2026-01-09"}
    assert client.post(f"{ONE}/consent", early).status_code == 422
    assert client.post(f"{ONE}/consent", {**early, "date": "2026-02-01"}).status_code == 302
    with site.trial.reading() as tx:
        person = participant_of(tx, "01-001")
    assert person is not None
    assert person.state == "screen failure"
    assert "No visit is due." in text(client.get(ONE))


@pytest.mark.parametrize("date", ["2015-05-31", "2999-01-01", "yesterday", ""])
def test_a_consent_on_an_impossible_day_is_refused(site: CaptureSite, date: str) -> None:
    site.register()
    given = {"what": "paper", "version": "1.0", "date": date, "signer": "participant"}
    response = site.client("investigator").post(f"{ONE}/consent", given)
    assert response.status_code == 422
    assert "could not be signed on this day" in text(response)


@pytest.mark.requirement("REQ-PART-007")
def test_a_scan_is_encrypted_and_opens_for_the_site_alone(site: CaptureSite) -> None:
    site.register()
    content = b"%PDF-1.7 signed by Zhou Qiuyun"
    upload = SimpleUploadedFile("Zhou Qiuyun.pdf", content, "application/pdf")
    client = site.client("coordinator")
    assert client.post(f"{ONE}/consent", {"what": "file", "file": upload}).status_code == 302
    with site.trial.reading() as tx:
        (kept,) = sealed_of(tx, "01-001", "document")
        everything = "".join(entry.body for entry in entries(tx)) + str(
            tx.all("SELECT body FROM capture_sealed_text")
        )
        assert verify_sealed(tx, site.trial.study.id) == []
    assert "Qiuyun" not in everything
    address = f"{ONE}/consent/files/{kept.position}"
    response = site.client("monitor").post(address)
    assert (response.content, response["Content-Type"]) == (content, "application/pdf")
    assert response["Content-Disposition"].startswith("attachment")
    assert kinds(site).count("sealed text seen") == 1
    assert site.client("data_manager").post(address).status_code == 403
    with site.trial.writing() as tx:
        tx.run("UPDATE capture_sealed_text SET body = 'x' WHERE position = ?", kept.position)
        assert [fault.id for fault in verify_sealed(tx, site.trial.study.id)] == ["CAPT-029"]
    assert client.post(address).status_code == 302  # told, not shown, and no failure


@pytest.mark.requirement("REQ-PART-007")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>"),
        ("macro.pdf", b"PK\x03\x04"),
        ("none.pdf", b""),
        ("large.pdf", b"%PDF-" + b"0" * (8 * 1024 * 1024)),
    ],
)
def test_a_file_of_another_kind_or_size_is_refused(site: CaptureSite, name: str, content: bytes) -> None:
    site.register()
    upload = SimpleUploadedFile(name, content, "application/pdf")
    response = site.client("coordinator").post(f"{ONE}/consent", {"what": "file", "file": upload})
    assert response.status_code == 422
    with site.trial.reading() as tx:
        assert sealed_of(tx, "01-001") == []


@pytest.mark.requirement("REQ-PART-002")
def test_identifying_data_are_encrypted_and_every_view_is_recorded(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    given = {"what": "keep", "name": "Zhou Qiuyun", "telephone": "010 5550 100", "hospital number": ""}
    assert client.post(f"{ONE}/identifiers", given).status_code == 302
    assert "Qiuyun" not in text(client.get(f"{ONE}/identifiers"))
    assert "sealed text seen" not in kinds(site)
    assert "Qiuyun" in text(client.post(f"{ONE}/identifiers", {"what": "show"}))
    assert kinds(site).count("sealed text seen") == 1
    with site.trial.reading() as tx:
        everything = str(tx.all("SELECT body FROM ledger")) + str(
            tx.all("SELECT body FROM capture_sealed_text")
        )
    assert "Qiuyun" not in everything
    assert "5550" not in everything
    for role in ("monitor", "sponsor", "blinded_statistician", "administrator"):
        assert site.client(role).get(f"{ONE}/identifiers").status_code == 403
    again = client.post(f"{ONE}/identifiers", {"what": "keep", "name": "Zhou Q."})
    assert again.status_code == 422  # a change needs a reason


@pytest.mark.requirement("REQ-PART-008")
def test_an_unscheduled_visit_lies_between_the_planned_ones(site: CaptureSite) -> None:
    site.register()
    for visit, day in (("SCR", "2026-01-05"), ("W0", "2026-01-12"), ("W4", "2026-02-09")):
        save(site, "visit", {"VISDAT": day}, visit=visit)
    client = site.client("investigator")
    save(site, "consent", {"ICDAT": "2026-01-05"})
    response = client.post(f"{ONE}/unscheduled", {"date": "2026-01-20", "why": "Fever"})
    assert response["Location"] == f"{ONE}/visits/UNS1"
    assert client.post(f"{ONE}/unscheduled", {"date": "2026-01-22", "why": "Rash"}).status_code == 302
    with site.trial.reading() as tx:
        order = [(one.visit, one.number, one.date) for one in visits_of(tx, "01-001")]
    assert order == [
        ("SCR", "1", "2026-01-05"),
        ("W0", "2", "2026-01-12"),
        ("UNS1", "2.01", "2026-01-20"),
        ("UNS2", "2.02", "2026-01-22"),
        ("W4", "4", "2026-02-09"),
    ]
    page = text(client.get(f"{ONE}/visits/UNS1"))
    assert "vital signs" in page
    assert "BILAG" not in page
    assert client.post(f"{ONE}/unscheduled", {"date": "2999-01-01", "why": "x"}).status_code == 422
    assert client.post(f"{ONE}/unscheduled", {"date": "2026-01-25", "why": " "}).status_code == 422


def test_a_cycle_of_injections_is_saved_as_a_whole_or_not_at_all(site: CaptureSite) -> None:
    site.register()
    save(site, "consent", {"ICDAT": "2026-01-05"})
    save(site, "visit", {"VISDAT": "2026-01-12"}, visit="W0")
    save(site, "randomisation", {"RANDDAT": "2026-01-12", "RANDNO": "7"}, visit="W0")
    client = site.client("coordinator")
    page = text(client.get(f"{ONE}/diary/W0"))
    for planned in ("2026-01-12", "2026-01-14", "2026-01-24"):  # every other day, seven of them
        assert planned in page
    assert "2026-01-26" not in page
    row = {"EXDAT": "2026-01-12", "EXPERF": "Y", "EXDOSE": "1.00", "EXLOC": "THIGH", "KIT": "K1"}
    first = {f"1-{item}": value for item, value in row.items()}
    bad = {f"2-{item}": value for item, value in {**row, "EXDAT": "2026-01-01"}.items()}
    response = client.post(f"{ONE}/diary/W0", {**first, **bad})
    assert response.status_code == 422
    assert "The injection lies before the randomisation" in text(response)
    with site.trial.reading() as tx:
        assert page_at(tx, Place(participant="01-001", visit="W0", form="injections")) is None
    assert client.post(f"{ONE}/diary/W0", first).status_code == 302
    with site.trial.reading() as tx:
        held = page_at(tx, Place(participant="01-001", visit="W0", form="injections"))
    assert held is not None
    assert held.items["EXDOSE"].value in ("1.00", "1")
    assert client.get(f"{ONE}/diary/W2").status_code == 404
    assert site.client("assessor").get(f"{ONE}/diary/W0").status_code == 404


@pytest.mark.requirement("REQ-PART-012", "REQ-PART-013")
def test_the_end_is_recorded_on_its_form_and_hidden_with_it(site: CaptureSite) -> None:
    site.register()
    save(site, "consent", {"ICDAT": "2026-01-05"})
    save(site, "visit", {"VISDAT": "2026-01-05"})
    client = site.client("investigator")
    given = {"DSDECOD": "SCREEN FAILURE", "DSDAT": "2026-01-06", "DSTERM": "Malignancy"}
    assert client.post(f"{ONE}/withdraw", {**given, "DSDECOD": ""}).status_code == 422
    assert client.post(f"{ONE}/withdraw", given).status_code == 302
    with site.trial.reading() as tx:
        person = participant_of(tx, "01-001")
        page = page_at(tx, Place(participant="01-001", visit="SCR", form="disposition"))
    assert person is not None
    assert page is not None
    assert (person.state, page.items["DSTERM"].value) == ("screen failure", "Malignancy")
    assert site.client("assessor").get(f"{ONE}/withdraw").status_code == 404


@pytest.mark.requirement("REQ-PART-012")
def test_a_withdrawal_shows_to_an_assessor_as_an_end_without_how(site: CaptureSite) -> None:
    from lupustrial.capture.store import write

    site.register()
    with site.trial.writing() as tx:
        data = {"participant": "01-001", "state": "withdrawn"}
        write(tx, study=site.trial.study.id, kind="participant state", by=BY, data=data)
    for address in (ONE, "/participants", f"{ONE}/visits/W4"):
        assert "Withdrawn" not in text(site.client("assessor").get(address))
        assert "Withdrawn" in text(site.client("investigator").get(address))


@pytest.mark.requirement("REQ-PART-009")
@pytest.mark.parametrize(
    ("grave", "days", "expected"),
    [("N", 15, "running"), ("N", 16, "overdue"), ("Y", 7, "running"), ("Y", 8, "overdue")],
)
def test_the_clock_of_a_serious_event(site: CaptureSite, grave: str, days: int, expected: str) -> None:
    from lupustrial.capture.participants import clocks_of
    from lupustrial.capture.store import pages_of

    site.register()
    values = {"AETERM": "PNEUMONIA", "AESER": "Y", "AESDTH": grave, "AEAWDAT": "2026-03-01"}
    save(site, "ae", values, visit="W4")
    save(site, "ae", {"AETERM": "COLD", "AESER": "N"}, visit="W4", repeat=2)
    with site.trial.reading() as tx:
        pages = pages_of(tx, "01-001")
    (clock,) = clocks_of(site.trial.study, pages, dt.date(2026, 3, 1) + dt.timedelta(days=days))
    assert clock.state == expected
    assert clock.due == dt.date(2026, 3, 8 if grave == "Y" else 16)
    assert "PNEUMONIA" in text(site.client("investigator").get("/safety"))
    assert site.client("assessor").get("/safety").status_code == 404
    assert "PNEUMONIA" not in text(site.client("assessor").get(ONE))


def test_the_projection_follows_from_the_ledger(site: CaptureSite) -> None:
    site.register()
    client = site.client("investigator")
    paper = {"what": "paper", "version": "1.0", "date": "2026-01-10", "signer": "participant"}
    client.post(f"{ONE}/consent", paper)
    client.post(f"{ONE}/identifiers", {"what": "keep", "name": "A"})
    client.post(f"{ONE}/unscheduled", {"date": "2026-01-20", "why": "Fever"})
    assert verify_projection(site.trial.db, site.trial.study.id) == []
