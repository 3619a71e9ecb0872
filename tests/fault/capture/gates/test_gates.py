"""What must not happen with gates: foreign files, stale pages, unsigned decisions, changed material."""

from __future__ import annotations

import pytest
from capture_site import SYSTEM, CaptureSite
from gate_site import bring, held, material, signed, upload
from reviewed_tubes import GATES, gated_cloud

from lupustrial.capture.store import verify_gates, write
from lupustrial.cytometry import Interval
from lupustrial.cytometry.review import pack, review_tube
from lupustrial.errors import CaptureError

pytestmark = pytest.mark.requirement("REQ-GATES-005")


def test_a_foreign_file_is_refused_and_nothing_is_held(site: CaptureSite) -> None:
    client = site.client("data_manager")
    for content in (b"", b"no zip", b"PK\x03\x04", pack(material(1))[:-40]):
        answer = upload(client, content)
        assert answer.status_code == 422
        assert b"CYTO-085" in answer.content or b"CAPT-100" in answer.content
    assert held(site) == []


def test_no_file_and_a_file_too_large_are_refused(site: CaptureSite) -> None:
    from lupustrial.capture.gates import BYTES

    client = site.client("data_manager")
    assert b"CAPT-100" in client.post("/gates/import").content
    assert b"CAPT-100" in upload(client, b"\0" * (BYTES + 1)).content


def decide_on(site: CaptureSite, gate: object, **fields: object) -> object:
    return site.client("gate_reader").post(f"/gates/{gate.code}/{gate.number}", fields)  # type: ignore[attr-defined]


#: What is sent beside a signature that is right, and the fault that is told.
REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"decision": "accepted", "password": "wrong"}, "CAPT-047"),
    ({"decision": "accepted", "account": "monitor"}, "CAPT-047"),
    ({"decision": "accepted", "shown": "0" * 64}, "CAPT-101"),
    ({"decision": "rejected"}, "CAPT-101"),
    ({"decision": "rejected", "why": " "}, "CAPT-101"),
    ({"decision": "rejected", "why": "x" * 2001}, "CAPT-101"),
    ({"decision": "edited", "why": "So."}, "CAPT-101"),
    ({"decision": "accepted", "h-low": "0.4"}, "CAPT-101"),
    ({"decision": "edited", "why": "So.", "h-low": "nan"}, "CAPT-101"),
    ({"decision": "edited", "why": "So.", "h-low": "0,4"}, "CAPT-101"),
    ({"decision": "edited", "why": "So.", "h-low": "9" * 400}, "CAPT-101"),
    ({"decision": "forgotten"}, "CAPT-101"),
    ({}, "CAPT-101"),
)


def test_a_decision_that_cannot_be_is_refused(site: CaptureSite) -> None:
    bring(site)
    gate = next(gate for gate in held(site) if gate.population == "CD3+")
    for fields, fault in REFUSED:
        answer = decide_on(site, gate, **(signed(shown=gate.shown) | fields))
        assert answer.status_code == 422, fields  # type: ignore[attr-defined]
        assert fault in answer.content.decode(), fields  # type: ignore[attr-defined]
    assert len(held(site, state="waiting")) == len(held(site))


def test_a_gate_that_would_be_empty_is_refused(site: CaptureSite) -> None:
    bring(site)
    gate = next(gate for gate in held(site) if gate.population == "Lymphocytes")
    fields = signed(shown=gate.shown, decision="edited", why="So.", **{"h-distance": "-1"})
    answer = decide_on(site, gate, **fields)
    assert "no size" in answer.content.decode()  # type: ignore[attr-defined]
    assert held(site, state="edited") == []


def test_a_tube_gated_anew_meanwhile_refuses_the_decision_on_what_was_seen(site: CaptureSite) -> None:
    bring(site)
    gate = next(gate for gate in held(site) if gate.population == "CD3+")
    seed = next(at for at in (1, 2, 3) if material()[at - 1].code == gate.code)
    anew = list(GATES)
    anew[1] = ("CD3+", "Lymphocytes", Interval(column="CD3", low=0.4), 0.9)
    bring(site, [review_tube(gated_cloud(seed, gates=anew))])
    answer = decide_on(site, gate, **signed(shown=gate.shown, decision="accepted"))
    assert "gated anew" in answer.content.decode()  # type: ignore[attr-defined]


def test_one_wrong_of_several_refuses_all(site: CaptureSite) -> None:
    bring(site)
    first, second = held(site)[:2]
    fields = {"gate": [first.key, second.key], f"shown-{first.key}": first.shown, f"shown-{second.key}": "x"}
    assert site.client("gate_reader").post("/gates", signed(**fields)).status_code == 422
    assert held(site, state="accepted") == []
    assert site.client("gate_reader").post("/gates", signed()).status_code == 422


def test_what_is_not_there_is_no_fault_of_the_server(site: CaptureSite) -> None:
    bring(site)
    reader = site.client("gate_reader")
    for address in ("ABCDEFGH/1", "ABCDEFGH/99999999999999999999", "%E4%B8%AD/1", "x/0"):
        assert reader.get(f"/gates/{address}").status_code == 404
    assert reader.get("/gates?population=%00").status_code == 400
    assert reader.get("/gates?page=99999999999999999999&state=y&population=y").status_code == 200


def test_a_locked_database_takes_neither_gates_nor_decisions(site: CaptureSite) -> None:
    bring(site)
    gate = held(site)[0]
    everything = {"hold": "locked", "site": "", "participant": "", "visit": "", "form": "", "repeat": 0}
    with site.trial.writing() as tx:
        write(tx, study=site.trial.study.id, kind="hold set", by=SYSTEM, data=everything, why="End.")
    answer = decide_on(site, gate, **signed(shown=gate.shown, decision="accepted"))
    assert "CAPT-104" in answer.content.decode()  # type: ignore[attr-defined]
    answer = upload(site.client("data_manager"), pack(material(4)))
    assert b"CAPT-104" in answer.content
    assert held(site, state="accepted") == []


def test_the_functions_ask_for_the_task_too(site: CaptureSite) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lupustrial.capture.access import Acting
    from lupustrial.capture.gates import Decision, bring_gates, decide

    role = next(role for role in site.trial.study.roles if role.id == "monitor")
    acting = Acting(id="monitor", name="Monitor", role=role, sites=None)
    with pytest.raises(CaptureError, match="CAPT-102"):
        bring_gates(site.trial, acting, pack(material(1)))
    made = [Decision(code="A", number=1, shown="", decision="accepted")]
    with pytest.raises(CaptureError, match="CAPT-102"):
        decide(site.trial, acting, made, key=Ed25519PrivateKey.generate())


def test_changed_material_and_a_changed_decision_are_found(site: CaptureSite) -> None:
    bring(site)
    gate = held(site)[0]
    decide_on(site, gate, **signed(shown=gate.shown, decision="accepted"))
    study = site.trial.study.id
    with site.trial.writing() as tx:
        entry = tx.one("SELECT digest, body FROM capture_gate_material ORDER BY digest LIMIT 1")
        assert entry is not None
        tx.run("UPDATE capture_gate_material SET body = ? WHERE digest = ?", entry[1] + " ", entry[0])
        tx.run("INSERT INTO capture_gate_material (digest, body) VALUES ('foreign', '{}')")
    with site.trial.reading() as tx:
        assert [fault.id for fault in verify_gates(tx, study)] == ["CAPT-103", "CAPT-103"]


def test_a_decision_that_nobody_signed_is_found(site: CaptureSite) -> None:
    bring(site)
    gate = held(site)[0]
    data = {
        "code": gate.code, "number": gate.number, "population": gate.population, "file_sha256": "",
        "gating": "", "shown": gate.shown, "decision": "accepted", "region": "",
        "payload": "{}", "signature": "00", "public": "00",
    }  # fmt: skip
    study = site.trial.study.id
    with site.trial.writing() as tx:
        write(tx, study=study, kind="gate decided", by=SYSTEM, data=data)
    with site.trial.reading() as tx:
        (fault,) = verify_gates(tx, study)
    assert fault.id == "CAPT-103"
