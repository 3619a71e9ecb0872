"""Signing: what it needs, what it shows, what breaks it, and that nothing of it can be carried elsewhere."""

from __future__ import annotations

import json

import pytest
from capture_site import PASSWORD, CaptureSite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from quality import (
    VITALS,
    acting,
    ask,
    close_query,
    content_of,
    lift,
    lock_database,
    place,
    put,
    sign,
    standing_of,
    visited,
)

from lupustrial.capture.store import (
    Place,
    Signature,
    genuine,
    signature_of,
    signatures_on,
    values_at,
    verify_signatures,
    write,
)
from lupustrial.errors import CaptureError
from lupustrial.ledger import Actor

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VISIT = Place(participant="01-001", visit="SCR", form="", repeat=0)
WHOLE = Place(participant="01-001", visit="", form="", repeat=0)


@pytest.fixture
def filled(site: CaptureSite) -> CaptureSite:
    """A participant with vital signs at screening, and an investigator whose key the ledger names."""
    site.register()
    put(site, place(), VITALS)
    with site.trial.writing() as tx:
        data = {"account": "investigator", "public": KEY.public_key().public_bytes_raw().hex()}
        by = Actor(id="investigator", role="")
        write(tx, study=site.trial.study.id, kind="signing key made", by=by, data=data)
    return site


def signed(
    site: CaptureSite, *scopes: Place, role: str = "investigator", meaning: str = "review"
) -> list[int]:
    """Sign what stands there now."""
    who = acting(site, role)
    with site.trial.reading() as tx:
        shown = {scope: content_of(tx, site.trial, who, scope).digest for scope in scopes}
    numbers: list[int] = sign(site.trial, who, shown, meaning=meaning, key=KEY)
    return numbers


def found(site: CaptureSite, number: int) -> Signature:
    """Return a signature."""
    with site.trial.reading() as tx:
        signature = signature_of(tx, number)
    assert signature is not None
    return signature


def _faults(site: CaptureSite, *scopes: Place, role: str = "investigator") -> set[tuple[str, str]]:
    with pytest.raises(CaptureError) as error:
        signed(site, *scopes, role=role)
    return {(fault.id, fault.message) for fault in error.value.faults}


@pytest.mark.requirement("REQ-QUAL-017", "REQ-QUAL-018", "REQ-QUAL-019", "REQ-QUAL-023")
def test_a_signature_says_who_when_in_which_meaning_and_over_what(filled: CaptureSite) -> None:
    (number,) = signed(filled, place())
    signature = found(filled, number)
    payload = json.loads(signature.payload)
    assert payload["who"] == "investigator"
    assert payload["name"] == signature.name == "Investigator"
    assert payload["role"] == "investigator"
    assert payload["meaning"] == signature.meaning == "I have reviewed these data"
    assert payload["at"] == signature.at
    assert signature.at.endswith("Z")
    assert payload["study"] == "IL2-SLE"
    assert payload["digest"] == filled.trial.study.digest
    assert payload["scope"] == ["01-001", "SCR", "vitals", 1]
    assert genuine(signature.payload, signature.signature, signature.public)
    with filled.trial.reading() as tx:
        values = values_at(tx, [place()], number)
        assert verify_signatures(tx, filled.trial.study.id) == []
    assert {row[3]: row[4] for row in values} == VITALS


@pytest.mark.requirement("REQ-QUAL-009")
@pytest.mark.parametrize("scope", [place(), VISIT, WHOLE], ids=["page", "visit", "participant"])
def test_a_later_change_breaks_it_and_signing_again_mends_it(filled: CaptureSite, scope: Place) -> None:
    (number,) = signed(filled, scope) if scope.form else [_force(filled, scope)]
    saved = put(filled, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    assert saved.entry is not None
    assert found(filled, number).broken == saved.entry.position
    (again,) = signed(filled, place())
    assert found(filled, again).broken is None
    assert found(filled, number).broken == saved.entry.position


def _force(site: CaptureSite, scope: Place) -> int:
    """Sign a scope of which not every planned form is there: vital signs alone are asked for at the visit."""
    import dataclasses

    study = site.trial.study
    only = tuple(form for form in study.forms if form.id == "vitals")
    site.trial.study = dataclasses.replace(study, forms=only)
    try:
        return signed(site, scope)[0]
    finally:
        site.trial.study = study


@pytest.mark.requirement("REQ-QUAL-009")
@pytest.mark.parametrize("kind", ["page struck", "page restored"])
def test_striking_and_restoring_a_page_break_it(filled: CaptureSite, kind: str) -> None:
    (number,) = signed(filled, place())
    with filled.trial.writing() as tx:
        data = {"participant": "01-001", "visit": "SCR", "form": "vitals", "repeat": 1}
        entry = write(tx, study=filled.trial.study.id, kind=kind, by=Actor(id="x", role="y"), data=data)
    assert found(filled, number).broken == entry.position


@pytest.mark.requirement("REQ-QUAL-009")
def test_a_page_that_is_added_breaks_the_signature_of_its_visit_alone(filled: CaptureSite) -> None:
    visit, page = _force(filled, VISIT), signed(filled, place())[0]
    put(filled, place(visit="W0"), VITALS)
    assert found(filled, visit).broken is None
    put(filled, place("complement"), {"C3": "0.85"})
    assert found(filled, visit).broken is not None
    assert found(filled, page).broken is None


def test_what_the_signer_did_not_sign_for_breaks_nothing(filled: CaptureSite) -> None:
    number = signed_visit_without_blood_count(filled)
    put(filled, place("cbc"), {"WBC": "5.10"}, why="Late.")
    assert found(filled, number).broken is None


def signed_visit_without_blood_count(site: CaptureSite) -> int:
    """Sign a visit with vital signs and a blood count, of which the investigator does not see all."""
    import dataclasses

    put(site, place("cbc"), {"WBC": "4.90", "EOS": "0.31"})
    study = site.trial.study
    only = tuple(form for form in study.forms if form.id in ("vitals", "cbc"))
    site.trial.study = dataclasses.replace(study, forms=only)
    number = signed(site, VISIT)[0]
    assert json.loads(found(site, number).payload)["left_out"] == ["cbc"]
    assert json.loads(found(site, number).payload)["pages"] == [["SCR", "vitals", 1]]
    site.trial.study = study
    return number


@pytest.mark.requirement("REQ-QUAL-023")
def test_open_queries_gaps_and_unseen_pages_are_refused(filled: CaptureSite) -> None:
    number = ask(filled, place(), "WEIGHT")
    assert _faults(filled, place()) == {("CAPT-045", f"not closed: query {number}")}
    close_query(filled.trial, acting(filled, "monitor"), number, "Settled by telephone.")
    put(filled, place(), {"TEMP": None}, state="started", why="Not measured.")
    assert _faults(filled, place()) == {("CAPT-045", "this page is incomplete")}
    put(filled, place("cbc"), {"WBC": "5.10"})
    assert {fault for fault, _ in _faults(filled, place("cbc"))} == {"CAPT-046"}
    assert {fault for fault, _ in _faults(filled, place("pga"))} == {"CAPT-045"}
    missing = {message for _, message in _faults(filled, VISIT)}
    assert "nothing was saved on this page" in missing


def test_signing_is_all_or_nothing(filled: CaptureSite) -> None:
    """LibreClinica signs what it can and swallows what it cannot."""
    put(filled, place(visit="W0"), VITALS, state="started")
    with pytest.raises(CaptureError):
        signed(filled, place(), place(visit="W0"))
    with filled.trial.reading() as tx:
        assert signatures_on(tx, place()) == []


def test_what_was_changed_after_it_was_shown_is_not_signed(filled: CaptureSite) -> None:
    who = acting(filled, "investigator")
    with filled.trial.reading() as tx:
        shown = {place(): content_of(tx, filled.trial, who, place()).digest}
    put(filled, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    with pytest.raises(CaptureError) as error:
        sign(filled.trial, who, shown, meaning="review", key=KEY)
    assert "changed after it was shown" in error.value.faults[0].message


@pytest.mark.parametrize(
    ("role", "meaning"), [("monitor", "review"), ("investigator", "love"), ("investigator", "")]
)
def test_who_may_not_sign_or_not_in_this_meaning_does_not(
    filled: CaptureSite, role: str, meaning: str
) -> None:
    with pytest.raises(CaptureError) as error:
        signed(filled, place(), role=role, meaning=meaning)
    assert error.value.faults[0].id == "CAPT-049"


def test_an_assessor_signs_at_the_visit_at_hand_alone(filled: CaptureSite) -> None:
    put(filled, place("pga"), {"PGA": "1.20"})
    signed(filled, place("pga"), role="assessor")
    visited(filled, "W0", "2026-01-08", number="2")
    assert {fault for fault, _ in _faults(filled, place("pga"), role="assessor")} == {"CAPT-046"}


@pytest.mark.requirement("REQ-QUAL-007")
def test_a_signature_is_final_under_the_lock_and_not_after_it_is_opened(filled: CaptureSite) -> None:
    (number,) = signed(filled, place())
    manager = acting(filled, "data_manager")

    def standing() -> tuple[str, bool, bool]:
        with filled.trial.reading() as tx:
            found = standing_of(tx, _signature(tx, number))
        return found.state, found.final, bool(found.reopened)

    assert standing() == ("holds", False, False)
    locked = lock_database(filled.trial, manager, why="End of trial.", override=True)
    assert standing() == ("holds", True, False)
    lift(filled.trial, manager, locked.number, why="A late death.")
    assert standing() == ("holds", False, True)
    page = filled.client("monitor").get(f"/signatures/{number}").content.decode()
    assert "Not final: the database was opened again" in page
    lock_database(filled.trial, manager, why="End of trial.", override=True)
    assert standing() == ("holds", True, False)


def _signature(tx: object, number: int) -> Signature:
    signature = signature_of(tx, number)  # type: ignore[arg-type]
    assert signature is not None
    return signature


@pytest.mark.requirement("REQ-QUAL-010", "REQ-QUAL-011", "REQ-QUAL-020", "REQ-QUAL-021")
def test_the_page_takes_account_and_password_first_and_the_password_afterwards(filled: CaptureSite) -> None:
    put(filled, place(visit="W0"), VITALS)
    client = filled.client("investigator")

    def post(visit: str, **given: str) -> int:
        scope = f"01-001|{visit}|vitals|1"
        context = client.get("/sign", {"scope": scope}).context["contents"]
        fields = {"scope": scope, f"digest-{scope}": context[0][0].digest, "meaning": "responsibility"}
        response = client.post("/sign", fields | given)
        return int(response.status_code)

    page = client.get("/sign?scope=01-001|SCR|vitals|1").content.decode()
    assert 'id="account"' in page
    assert "58.2" in page
    assert post("SCR", password=PASSWORD) == 422
    assert post("SCR", account="monitor", password=PASSWORD) == 422
    assert post("SCR", account="investigator", password=PASSWORD[1:]) == 422
    assert post("SCR", account="investigator", password=PASSWORD, meaning="x") == 422
    with filled.trial.reading() as tx:
        assert signatures_on(tx, place()) == []
    assert post("SCR", account="investigator", password=PASSWORD) == 302
    assert 'id="account"' not in client.get("/sign?scope=01-001|W0|vitals|1").content.decode()
    assert post("W0") == 422
    assert post("W0", password=PASSWORD) == 302
    with filled.trial.reading() as tx:
        assert [one.by for one in signatures_on(tx, place(visit="W0"))] == ["investigator"]
        assert verify_signatures(tx, filled.trial.study.id) == []


@pytest.mark.requirement("REQ-QUAL-008")
def test_the_signed_record_prints_name_time_zone_and_meaning(filled: CaptureSite) -> None:
    (number,) = signed(filled, place())
    at = found(filled, number).at
    for address in (f"/signatures/{number}", "/signatures?tab=given"):
        page = filled.client("monitor").get(address).content.decode()
        assert "Investigator" in page
        assert f"{at[:10]} {at[11:19]} UTC" in page
        assert "I have reviewed these data" in page
    put(filled, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    page = filled.client("monitor").get(f"/signatures/{number}").content.decode()
    assert "Broken: what was signed has changed" in page
    assert "Read wrongly." in page
    assert f"/signatures/{number}" in filled.client("monitor").get("/signatures?tab=broken").content.decode()


def test_scopes_that_name_nothing_are_refused(filled: CaptureSite) -> None:
    client = filled.client("investigator")
    nothing = ("", "x", "01-001|SCR|vitals|0", "01-001||vitals|1", "99-001|SCR|vitals|1", "01-001|SCR|no|1")
    for scope in nothing:
        assert client.get("/sign", {"scope": scope}).status_code == 200
    assert client.get("/sign", {"scope": "01-001|\0||0"}).status_code == 400
    given = {"scope": nothing, "account": "investigator", "password": PASSWORD, "meaning": "review"}
    assert client.post("/sign", given).status_code == 422
    assert client.get("/signatures/99999").status_code == 404
    assert client.get("/signatures/99999/proof").status_code == 404


def test_a_signature_at_another_site_does_not_exist(filled: CaptureSite) -> None:
    (number,) = signed(filled, place())
    client = filled.client("monitor", person="elsewhere", sites=("99",))
    assert client.get(f"/signatures/{number}").status_code == 404
