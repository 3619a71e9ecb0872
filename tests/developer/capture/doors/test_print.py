"""Forms on paper: what stands on them, for whom, and that they are the same bytes for the same state."""

from __future__ import annotations

from typing import Any

import pytest
from capture_files import acting, fill, head_of
from capture_site import CaptureSite

from lupustrial.errors import CaptureError


@pytest.fixture
def contents(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what is handed to the typesetter."""
    from lupustrial.capture.doors.paper import _blank, _filled, _set

    seen: list[dict[str, Any]] = []

    def collect(_study: Any, content: Any, name: str) -> Any:
        seen.append(content)
        return _set.Paper(content=b"%PDF", digest="0" * 64, name=name, forms=len(content["forms"]))

    monkeypatch.setattr(_blank, "set_paper", collect)
    monkeypatch.setattr(_filled, "set_paper", collect)
    return seen


def _items(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in form["items"]}


@pytest.mark.requirement("REQ-DOORS-012", "REQ-DOORS-002")
def test_a_casebook_holds_pages_and_audit_trail_as_the_role_sees_them(
    site: CaptureSite, contents: list[dict[str, Any]]
) -> None:
    from lupustrial.capture.doors.paper import casebook

    fill(site)
    study = site.trial.study
    with site.trial.reading() as tx:
        for role in ("investigator", "assessor", "dmc"):
            casebook(tx, study, acting(study, role), "01-001", demo=False)
    investigator, assessor, dmc = contents
    forms = {form["id"]: form for form in investigator["forms"]}
    assert set(forms) == {"consent", "visit", "demography", "cbc", "ae", "sledai"}
    assert _items(forms["cbc"])["WBC"]["value"] == "5.10"
    assert "EOS" not in _items(forms["cbc"])
    assert not any("EOS" in row["where"] for row in investigator["audit"])
    assert any(row["where"] == "SCR cbc WBC" and row["new"] == "5.10 10^9/L" for row in investigator["audit"])
    assert "ae" not in {form["id"] for form in assessor["forms"]}
    assert not any("ae" in row["where"].split() for row in assessor["audit"])
    assert _items({form["id"]: form for form in dmc["forms"]}["cbc"])["EOS"]["value"] == "0.31"


@pytest.mark.requirement("REQ-DOORS-012")
def test_a_signature_is_printed_with_name_time_meaning_and_state(
    site: CaptureSite, contents: list[dict[str, Any]]
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lupustrial.capture.doors.paper import filled_page
    from lupustrial.capture.signing import content_of, meanings_for, sign
    from lupustrial.capture.store import Place

    fill(site)
    who = acting(site.trial.study, "investigator")
    place = Place(participant="01-001", visit="SCR", form="consent")
    meaning, words = next(iter(meanings_for(site.trial, who).items()))
    with site.trial.reading() as tx:
        shown = {place: content_of(tx, site.trial, who, place).digest}
    sign(site.trial, who, shown, meaning=meaning, key=Ed25519PrivateKey.generate())
    with site.trial.reading() as tx:
        filled_page(tx, site.trial.study, who, place, demo=False)
    (signature,) = contents[-1]["forms"][0]["signatures"]
    assert signature["name"] == "Investigator"
    assert signature["meaning"] == words
    assert signature["at"].startswith("20")
    assert signature["state"] == "holds"


@pytest.mark.requirement("REQ-DOORS-003", "REQ-DOORS-004", "REQ-DOORS-012")
def test_a_print_is_the_same_bytes_and_on_the_ledger(site: CaptureSite) -> None:
    import hashlib

    from lupustrial.ledger import entries

    fill(site)
    client = site.client("investigator")
    before = head_of(site.trial)
    given = {"participant": "01-001", "visit": "SCR", "repeat": "1"}
    first, second = client.post("/doors/print/cbc", given), client.post("/doors/print/cbc", given)
    assert first.content[:5] == b"%PDF-"
    assert first.content == second.content
    with site.trial.reading() as tx:
        entry, _ = entries(tx, after=before)
    assert entry.kind == "printed"
    assert entry.data["sha256"] == hashlib.sha256(first.content).hexdigest()
    assert (entry.data["participant"], entry.data["form"]) == ("01-001", "cbc")


def test_looking_at_the_page_of_a_print_writes_nothing(site: CaptureSite) -> None:
    site.register()
    client = site.client("investigator")
    before = head_of(site.trial)
    for address in ("/doors/print", "/doors/print/cbc", "/doors/casebook/01-001"):
        assert client.get(address).status_code == 200
    assert head_of(site.trial) == before


@pytest.mark.requirement("REQ-DOORS-002")
def test_what_a_role_does_not_see_is_not_printed_for_it(site: CaptureSite) -> None:
    fill(site)
    assessor = site.client("assessor")
    assert assessor.post("/doors/print/ae").status_code == 403
    elsewhere = site.client("monitor", person="far", sites=("99",))
    assert elsewhere.get("/doors/casebook/01-001").status_code == 404
    given = {"participant": "01-001", "visit": "SCR"}
    assert elsewhere.post("/doors/print/cbc", given).status_code == 404
    assert site.client("administrator").get("/doors").status_code == 403


def test_an_annotated_form_carries_its_sdtm_targets(
    site: CaptureSite, contents: list[dict[str, Any]]
) -> None:
    from lupustrial.capture.doors.paper import blank_form

    study = site.trial.study
    blank_form(study, acting(study, "dmc"), "cbc", annotated=True)
    blank_form(study, acting(study, "dmc"), "cbc", annotated=False)
    assert _items(contents[0]["forms"][0])["WBC"]["annotation"] == "LB.LBORRES where LBTESTCD = WBC"
    assert _items(contents[1]["forms"][0])["WBC"]["annotation"] == ""


def test_signs_that_no_font_has_are_printed_as_their_numbers(site: CaptureSite) -> None:
    from lupustrial.capture.doors.paper._set import _known, _printable

    del site
    found, lacking = _printable({"a": ["头x", {"b": "é"}]}, _known(()))
    assert found == {"a": ["[U+5934]x", {"b": "é"}]}
    assert lacking


def test_a_page_of_which_nothing_is_held_is_told(site: CaptureSite) -> None:
    from lupustrial.capture.doors.paper import filled_page
    from lupustrial.capture.store import Place

    site.register()
    study = site.trial.study
    place = Place(participant="01-001", visit="W0", form="cbc")
    with site.trial.reading() as tx, pytest.raises(CaptureError, match="CAPT-077"):
        filled_page(tx, study, acting(study, "investigator"), place, demo=False)
