"""The page of a form: shown to whom it is open to, saved, given back whole where it is refused."""

from __future__ import annotations

import json

import pytest
from capture_site import CaptureSite
from django.test import Client
from entering import enter, given, held, place, somebody

from lupustrial.errors import CaptureError

URL = "/participants/01-001/visits/{}/forms/{}/{}"


def _url(form: str, visit: str = "SCR", repeat: int = 1) -> str:
    return URL.format(visit, form, repeat)


def _fields(**values: str) -> dict[str, object]:
    """Return what a browser sends for a new page."""
    fields: dict[str, object] = {"i": list(values), "revision": "0", "action": "gaps"}
    for item, value in values.items():
        fields[f"v.{item}"] = value
        fields[f"u.{item}"] = ""
    return fields


def test_a_page_is_saved_and_the_next_form_opens(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    answer = client.post(_url("consent"), {**_fields(ICDAT="2026-03-02"), "action": "form"})
    assert answer.status_code == 302
    order = [form.id for form in site.trial.study.forms]
    following = answer["Location"].split("/forms/")[1].split("/")[0]
    assert order.index(following) > order.index("consent")
    page = held(site, place("consent"))
    assert page is not None
    assert page.items["ICDAT"].value == "2026-03-02"


@pytest.mark.requirement("REQ-ENTRY-011")
def test_a_refusal_gives_back_what_was_typed(site: CaptureSite) -> None:
    site.register()
    typed = " 2026-13-45 <b>&"
    answer = site.client("coordinator").post(_url("consent"), _fields(ICDAT=typed))
    assert answer.status_code == 422
    assert b'value=" 2026-13-45 &lt;b&gt;&amp;"' in answer.content
    assert held(site, place("consent")) is None


@pytest.mark.requirement("REQ-ENTRY-014")
def test_the_branching_is_judged_on_the_server_and_keeps_what_was_typed(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    typed = _fields(EXDAT="2026-03-10", EXPERF="N", EXDOSE="1", EXLOC="THIGH", KIT="K1")
    checked = client.post(_url("injections", "W0") + "/check", typed)
    shown = json.loads(checked["HX-Trigger"])["entry:asked"]["shown"]
    assert shown == ["EXDAT", "EXPERF"]
    typed |= {"v.EXPERF": "Y", "u.EXDOSE": "10^6 IU"}
    checked = client.post(_url("injections", "W0") + "/check", typed)
    shown = json.loads(checked["HX-Trigger"])["entry:asked"]["shown"]
    assert shown == ["EXDAT", "EXPERF", "EXDOSE", "EXLOC", "KIT"]
    assert held(site, place("injections", "W0")) is None
    client.post(_url("injections", "W0"), typed | {"v.EXPERF": "N"})
    page = held(site, place("injections", "W0"))
    assert page is not None
    assert set(page.items) == {"EXDAT", "EXPERF"}  # what the branching hid is not saved


@pytest.mark.requirement("REQ-ENTRY-009", "REQ-ENTRY-011")
def test_two_people_in_one_page(site: CaptureSite) -> None:
    site.register()
    enter(site, "investigator", place("complement"), given(C3=("0.85", "g/L"), C4=("0.2", "g/L")))
    client = site.client("coordinator")
    opened = held(site, place("complement"))
    assert opened is not None
    mine: dict[str, object] = {
        "i": ["C3", "C4"], "revision": str(opened.revision), "why": "misread", "action": "save",
        "b.C3": "0.85\x1fg/L\x1fentered", "b.C4": "0.2\x1fg/L\x1fentered",
        "v.C3": "0.95", "u.C3": "g/L", "v.C4": "0.2", "u.C4": "g/L",
    }  # fmt: skip
    enter(site, "investigator", place("complement"), given(C3=("0.75", "g/L"), C4=("0.3", "g/L")), why="typo")
    late = client.post(_url("complement"), mine)
    assert late.status_code == 409
    text = late.content.decode()
    assert "0.75 g/L" in text  # theirs, beside
    assert "0.95 g/L" in text  # mine
    assert 'name="k.C4"' not in text  # I had not changed it: theirs is shown
    now = held(site, place("complement"))
    assert now is not None
    assert (now.items["C3"].value, now.items["C4"].value) == ("0.75", "0.3")
    mine |= {"revision": str(now.revision), "v.C4": "0.3", "b.C3": "0.75\x1fg/L\x1fentered", "clash": "C3"}
    unsettled = client.post(_url("complement"), mine)
    assert unsettled.status_code == 409
    assert held(site, place("complement")) == now
    settled = client.post(_url("complement"), mine | {"k.C3": "mine"})
    assert settled.status_code == 302
    last = held(site, place("complement"))
    assert last is not None
    assert (last.items["C3"].value, last.items["C4"].value) == ("0.95", "0.3")


@pytest.mark.requirement("REQ-ENTRY-011", "REQ-ENTRY-012")
def test_a_draft_is_kept_for_its_author_alone(site: CaptureSite) -> None:
    from lupustrial.capture.models import Draft

    site.register()
    client = site.client("coordinator")
    kept = client.post(_url("consent") + "/draft", _fields(ICDAT="2026-03-0"))
    assert kept.status_code == 200
    assert b"2026-03-0" not in bytes(Draft.objects.get().body)
    assert b"Take the draft" in client.get(_url("consent")).content
    taken = client.get(_url("consent") + "?draft=take").content
    assert b'value="2026-03-0"' in taken
    assert b"Take the draft" not in site.client("investigator").get(_url("consent")).content
    client.post(_url("consent"), _fields(ICDAT="2026-03-02"))
    assert not Draft.objects.exists()


def test_a_draft_is_dropped(site: CaptureSite) -> None:
    site.register()
    client = site.client("coordinator")
    client.post(_url("consent") + "/draft", _fields(ICDAT="2026-03-0"))
    client.post(_url("consent") + "/draft", {"action": "drop"})
    assert b"Take the draft" not in client.get(_url("consent")).content


@pytest.mark.requirement("REQ-ENTRY-013")
def test_a_record_is_struck_out_and_restored_with_a_reason(site: CaptureSite) -> None:
    site.register()
    where = place("ae", "W2")
    saved = enter(site, "coordinator", where, given(AETERM="FEVER", AESHOSP="Y", AESER="N"))
    assert saved.page is not None
    client = site.client("coordinator")
    address = _url("ae", "W2") + "/strike"
    client.post(address, {"revision": str(saved.page.revision), "why": " "})
    page = held(site, where)
    assert page is not None
    assert not page.removed
    client.post(address, {"revision": str(page.revision), "why": "entered twice"})
    page = held(site, where)
    assert page is not None
    assert page.removed
    assert page.items["AETERM"].value == "FEVER"
    assert b"Restore this record" in client.get(_url("ae", "W2")).content
    client.post(address, {"revision": str(page.revision), "action": "restore", "why": "it was another day"})
    page = held(site, where)
    assert page is not None
    assert not page.removed


@pytest.mark.requirement("REQ-ENTRY-015")
def test_an_assessor_sees_no_earlier_value_of_what_is_hidden_earlier(site: CaptureSite) -> None:
    site.register()
    enter(site, "assessor", place("sledai", "W0"), given(SEIZ="Y"))
    later = site.client("assessor").get(_url("sledai", "W2")).content
    assert b"Week 0: " not in later
    assert b"Week 0: Yes" in site.client("investigator").get(_url("sledai", "W2")).content


@pytest.mark.requirement("REQ-ENTRY-015")
def test_a_complete_page_of_an_earlier_visit_opens_to_the_assessor_while_a_query_is_open(
    site: CaptureSite,
) -> None:
    from lupustrial.capture.queries import answer_query, open_query

    site.register()
    early = place("pga", "SCR")
    enter(site, "assessor", early, given(PGA="1.5"), complete=True)
    client = site.client("assessor")
    assert _closed_to(client, _url("pga", "SCR")) == 200
    enter(site, "assessor", place("pga", "W0"), given(PGA="1.2"), complete=True)
    assert _closed_to(client, _url("pga", "SCR")) == 404
    with pytest.raises(CaptureError) as refused:
        enter(site, "assessor", early, given(PGA="1.0"), why="Misread")
    assert refused.value.faults[0].id == "CAPT-010"

    asked = open_query(site.trial, somebody(site, "monitor"), early, item="PGA", text="Chart says 1.0.")
    assert _closed_to(client, _url("pga", "SCR")) == 200
    assert _closed_to(client, _url("pga", "W0")) == 200
    enter(site, "assessor", early, given(PGA="1.0"), why="Misread")
    answer_query(site.trial, somebody(site, "assessor"), asked, "Corrected.")
    assert _closed_to(client, _url("pga", "SCR")) == 404
    page = held(site, early)
    assert page is not None
    assert page.items["PGA"].value == "1.0"


def _closed_to(client: Client, address: str) -> int:
    return client.get(address).status_code


@pytest.mark.requirement("REQ-ENTRY-008", "REQ-ENTRY-015")
def test_who_does_not_enter_a_form_reads_it_or_nothing(site: CaptureSite) -> None:
    site.register()
    enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L")))
    monitor = site.client("monitor")
    shown = monitor.get(_url("complement"))
    assert b"0.85 g/L" in shown.content
    assert b'name="v.C3"' not in shown.content
    assert monitor.post(_url("complement"), _fields(C3="9")).status_code == 403
    assert _closed_to(site.client("assessor"), _url("ae", "W2")) == 403
    assert _closed_to(site.client("administrator"), _url("complement")) == 403
    assert _closed_to(monitor, _url("complement", "NEVER")) == 404
    assert _closed_to(monitor, _url("complement", repeat=2)) == 404
    outside = site.client("coordinator", person="elsewhere", sites=("99",))
    assert _closed_to(outside, _url("complement")) == 404


def test_a_held_page_is_read_only(site: CaptureSite) -> None:
    from capture_site import SYSTEM

    from lupustrial.capture.store import write

    site.register()
    enter(site, "coordinator", place("complement"), given(C3=("0.85", "g/L")))
    hold = {"hold": "locked", "participant": "01-001", "visit": "SCR", "form": "", "repeat": 0, "site": ""}
    with site.trial.writing() as tx:
        write(tx, study=site.trial.study.id, kind="hold set", by=SYSTEM, data=hold)
    client = site.client("coordinator")
    assert b"locked" in client.get(_url("complement")).content
    refused = client.post(_url("complement"), _fields(C4="0.2"))
    assert refused.status_code == 409
    page = held(site, place("complement"))
    assert page is not None
    assert "C4" not in page.items
