"""Every address × every role: the table here was written by hand, from what each role of the trial is for.

It knows nothing of the rules in the code. An address that is not in it fails the test, so that nobody adds
one without saying who may come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from capture_door import unblind
from capture_site import CaptureSite
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.requirement("REQ-ACCOUNTS-013")

#: One letter a role of studies/il2-sle.
ROLES = {
    "I": "investigator",
    "A": "assessor",
    "C": "coordinator",
    "P": "pharmacist",
    "S": "sponsor",
    "D": "data_manager",
    "M": "monitor",
    "B": "blinded_statistician",
    "U": "unblinded_statistician",
    "K": "packager",
    "X": "dmc",
    "R": "auditor",
    "G": "gate_reader",
    "Z": "administrator",
}
ALL = "".join(ROLES)
CLINICAL = "IACPSDMBUXR"  # neither who packs at the manufacturer nor who runs the system
UNBLINDED = "UKX"  # roles that know treatments
STAFF = "IAC"  # who enters data
CARE = "IC"  # who takes people into the trial, and knows who they are
REVIEW = "DMBR"  # who reviews the audit trail
DATA = "IACDMBR"  # who works on data: enters, answers, asks, verifies, signs or reviews


@dataclass(frozen=True)
class Open:
    """To whom an address is open: letters of the roles that may look, and those that may send something.

    `door`: ``role`` (both factors and a role), ``factors``, ``account`` (a password), ``public``, ``token``.
    """

    look: str
    send: str = ""
    door: str = "role"


PUBLIC = Open(ALL, ALL, "public")
TOKEN = Open("", "", "token")

#: By name of the address.
EXPECTED: dict[str, Open] = {
    # the door
    "login": PUBLIC,
    "language": PUBLIC,
    "healthz": PUBLIC,
    "one-time-link": PUBLIC,
    "demo": PUBLIC,  # answers 404 where no demonstration is served
    "api-openapi": PUBLIC,
    "logout": Open(ALL, ALL, "account"),
    "session-left": Open(ALL, ALL, "account"),
    "second-factor": Open(ALL, ALL, "account"),
    "second-factor-set": Open(ALL, ALL, "account"),
    "password": Open(ALL, ALL, "factors"),
    "choose-role": Open(ALL, ALL, "factors"),
    "account": Open(ALL, ALL, "factors"),
    # people
    "people": Open("Z", "Z"),
    "person": Open("Z", "Z"),
    "person-new": Open("Z", "Z"),
    "access-review": Open("Z" + REVIEW, "Z" + REVIEW),
    # dashboards
    "home": Open(ALL, ALL),
    "overview-part": Open(CLINICAL, CLINICAL),
    "search": Open(CLINICAL, CLINICAL),
    # participants
    "participants": Open(CLINICAL, CLINICAL),
    "participant": Open(CLINICAL, CLINICAL),
    "visit": Open(CLINICAL, CLINICAL),
    "register": Open("IC", "IC"),
    "eligibility": Open(CLINICAL, "IC"),
    "consents": Open(CLINICAL, CARE),
    "consent-sign": Open(CARE, CARE),
    "consent-file": Open(CARE + "M", CARE + "M"),
    "identifiers": Open(CARE, CARE),
    "withdraw": Open(STAFF, STAFF),
    "unscheduled": Open(STAFF, STAFF),
    "diary": Open(CLINICAL, STAFF),
    "safety": Open(CLINICAL, CLINICAL),
    "protocol": Open(ALL, "D"),
    "protocol-version": Open(ALL, "D"),
    # entry and scores
    "page": Open(CLINICAL, STAFF),
    "draft": Open(STAFF, STAFF),
    "page-check": Open(STAFF, STAFF),
    "strike": Open(STAFF, STAFF),
    "scores": Open(CLINICAL, CLINICAL),
    "participant-scores": Open(CLINICAL, CLINICAL),
    # queries, verification, holds
    "queries": Open(DATA, "DM"),
    "query": Open(DATA, STAFF + "DM"),
    "query-open": Open(DATA, "DM"),
    "verification": Open(REVIEW, "M"),
    "holds": Open(REVIEW, "D"),
    # signatures
    "signing": Open(DATA, DATA),
    "signature": Open(DATA, DATA),
    "signature-proof": Open("IA" + REVIEW + "UX", "IA" + REVIEW + "UX"),
    "sign": Open("IA", "IA"),
    # audit trail
    "review": Open(REVIEW, REVIEW),
    "finding": Open(REVIEW, REVIEW),
    "history": Open(CLINICAL, CLINICAL),
    "history-export": Open(REVIEW + "UX", REVIEW + "UX"),
    "anchor": Open(REVIEW, REVIEW),
    # study drug
    "supply": Open("ICPSMUK", "ICPSMUK"),
    "allocate": Open("IC", "IC"),
    "dispense": Open("P", "P"),
    "returns": Open("P", "P"),
    "stock": Open("PSK", "PSK"),
    "kits": Open("PSK", "PSK"),
    "move-kits": Open("PSK", "PSK"),
    "shipments": Open("PSK", "PSK"),
    "shipment": Open("PSK", "PSK"),
    "release": Open("SK", "SK"),
    "resupply": Open("S", "S"),
    "accountability": Open("PSM", "PSM"),
    "code-break": Open("I", "I"),
    "sealed-answers": Open(ALL, ALL, "answer"),
    "sealed-answer": Open(ALL, ALL, "answer"),
    "unblindings": Open("ISMU", "ISMU"),
    "unblinding": Open("ISMU", "IMU"),
    "report-unblinding": Open("IMU", "IMU"),
    "acknowledge": Open("ISMU", "ISMU"),
    "notices": Open(ALL, ALL),
    # gates of flow cytometry
    "gates": Open("G" + REVIEW, "G"),
    "gate": Open("G" + REVIEW, "G"),
    "gates-import": Open("D", "D"),
    "gates-decisions": Open("G" + REVIEW + "UX", "G" + REVIEW + "UX"),
    # doors
    "doors": Open(CLINICAL, CLINICAL),
    "export": Open("DBUXR", "DBUXR"),
    "import": Open("D", "D"),
    "print": Open(CLINICAL, CLINICAL),
    "print-crf": Open(CLINICAL, CLINICAL),
    "casebooks": Open(CLINICAL, CLINICAL),
    "casebook": Open(CLINICAL, CLINICAL),
    "tokens": Open(ALL, ALL),
    "api-guide": Open(ALL, ALL),
    "api:study": TOKEN,
    "api:participants": TOKEN,
    "api:schedule": TOKEN,
    "api:pages": TOKEN,
    "api:page": TOKEN,
    "api:queries": TOKEN,
    "api:query": TOKEN,
    "api:query-answer": TOKEN,
    "api:query-close": TOKEN,
    "api:query-reopen": TOKEN,
    "api:exports": TOKEN,
    "api:ledger": TOKEN,
}

#: What stands for the variable parts of addresses. What is let through to nothing is a 404.
PARTS = {
    "participant": "01-001",
    "visit": "SCR",
    "form": "vitals",
    "repeat": "1",
    "account": "investigator",
    "code": "00000000",
    "secret": "x",
    "version": "1.0",
    "number": "1",
    "part": "visits",
    "action": "receive",
}


def _addresses(patterns: list[Any], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    import re

    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _addresses(one.url_patterns, route, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: PARTS[part.group(1)], route)
            yield f"{space}{one.name}", f"/{filled}"


def _walked() -> list[tuple[str, str]]:
    return sorted(set(_addresses(get_resolver().url_patterns)))


def _outcome(answer: Any) -> str:
    """Return ``open``, ``shut``, or the step of the door to which somebody is sent."""
    assert answer.status_code < 500, answer.status_code
    if answer.status_code in (401, 403):
        return "shut"
    place = answer.get("Location", "") if answer.status_code == 302 else ""
    for step in ("/login", "/second-factor", "/role"):
        if place == step or place.startswith(f"{step}?"):
            return step
    return "open"


def _send(client: Client, method: str, address: str) -> str:
    return _outcome(client.post(address) if method == "POST" else client.get(address))


@pytest.fixture
def walk(site: CaptureSite) -> Iterator[CaptureSite]:
    """A trial with a participant, and no limit on requests."""
    site.register("01-001", "01")
    with override_settings(RATE_ACCOUNT=(1e9, 1e9), RATE_DOOR=(1e9, 1e9), RATE_PUBLIC=(1e9, 1e9)):
        yield site


def test_every_address_is_in_the_table_and_nothing_else_is(site: CaptureSite) -> None:
    del site
    assert {name for name, _ in _walked()} == set(EXPECTED)


def test_every_address_is_open_to_the_roles_of_the_table_and_to_no_other(walk: CaptureSite) -> None:
    wrong = []
    for letter, role in ROLES.items():
        client = walk.client(role)
        for name, address in _walked():
            expected = EXPECTED[name]
            if expected.door not in ("role", "token"):
                continue  # which step comes next is the business of the door: tests of accounts
            for method, who in (("GET", expected.look), ("POST", expected.send)):
                if method == "POST" and letter in who and expected.look == expected.send:
                    continue  # nothing tells sending from looking there
                found = _send(client, method, address)
                meant = "open" if letter in who else "shut"
                if found != meant:
                    wrong.append(f"{method} {name} as {role}: {found}, not {meant}")
    assert wrong == []


def test_who_is_not_signed_in_comes_no_further_than_the_door(walk: CaptureSite) -> None:
    del walk
    wrong = []
    for name, address in _walked():
        door = EXPECTED[name].door
        for method in ("GET", "POST"):
            found = _send(Client(), method, address)
            meant = {"public": found, "token": "shut"}.get(door, "/login")
            if found != meant:
                wrong.append(f"{method} {name}: {found}, not {meant}")
    assert wrong == []


def test_a_password_without_the_second_factor_opens_no_role(walk: CaptureSite) -> None:
    wrong = []
    account = walk.account("investigator", "investigator")
    for name, address in _walked():
        door = EXPECTED[name].door
        if door in ("public", "account"):
            continue
        for method in ("GET", "POST"):
            half = Client()
            half.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
            found = _send(half, method, address)
            meant = "shut" if door == "token" else "/second-factor"
            if found != meant and not (door == "answer" and method == "POST"):  # nothing can be sent there
                wrong.append(f"{method} {name}: {found}, not {meant}")
    assert wrong == []


@pytest.mark.parametrize("role", ["investigator", "data_manager"])
def test_who_knows_a_treatment_is_shut_out_of_a_blinded_role(walk: CaptureSite, role: str) -> None:
    wrong = []
    client = walk.client(role)
    unblind(walk, role)
    for name, address in _walked():
        if EXPECTED[name].door != "role":
            continue
        wrong += [
            f"{method} {name}" for method in ("GET", "POST") if _send(client, method, address) != "shut"
        ]
    assert wrong == []


@pytest.mark.parametrize("role", ["investigator", "pharmacist", "monitor", "data_manager"])
def test_a_participant_of_another_site_is_not_there(walk: CaptureSite, role: str) -> None:
    wrong = []
    client = walk.client(role, person="elsewhere", sites=("02",))
    for name, address in _walked():
        if PARTS["participant"] not in address or EXPECTED[name].door == "token":
            continue
        for method in ("GET", "POST"):
            answer = client.post(address) if method == "POST" else client.get(address)
            if answer.status_code not in (403, 404) or PARTS["participant"] in answer.content.decode():
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert wrong == []


def test_roles_of_the_study_and_of_the_table_are_the_same(site: CaptureSite) -> None:
    assert [role.id for role in site.trial.study.roles] == list(ROLES.values())
    assert {role.id for role in site.trial.study.roles if not role.blinded} == {
        ROLES[letter] for letter in UNBLINDED
    }


def test_a_number_too_large_for_any_database_names_nothing(site: CaptureSite) -> None:
    site.register()
    client = site.client("data_manager")
    for name, address in _walked():
        if "/1/" in f"{address}/" and not name.startswith("api:"):
            for digits in (19, 40):
                asked = f"{address}/".replace("/1/", f"/{'9' * digits}/").rstrip("/")
                assert client.get(asked).status_code in (403, 404, 405), asked
    for ask in ("/audit/history?before=", "/audit/history?after=", "/queries?page=", "/participants?page="):
        assert client.get(ask + "9" * 30).status_code < 500, ask
    assert client.post("/queries", {"query": "9" * 30, "action": "close"}).status_code < 500
