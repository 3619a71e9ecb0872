"""Change any byte of a signature, of its payload, its key, its values: it is found, by us and without us."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lupustrial.capture.store import (
    Answer,
    Place,
    all_proofs,
    create_tables,
    genuine,
    page_at,
    payload_of,
    save_page,
    values_of,
    verify_signatures,
    write,
)
from lupustrial.ledger import Actor, Database, append, canonical, export_ledger, now, verify_ledger

SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "verify_signatures.py"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
BY = Actor(id="investigator", role="investigator")
HERE = Place(participant="01-001", visit="SCR", form="vitals")
THERE = Place(participant="01-002", visit="SCR", form="vitals")


def _save(db: Database, place: Place, **values: str) -> None:
    with db.writing() as tx:
        held = page_at(tx, place)
        save_page(
            tx, study="S", place=place, site="01", version="1", state="complete", by=BY,
            answers={item: Answer(value=value) for item, value in values.items()},
            revision=0 if held is None else held.revision,
        )  # fmt: skip


def _payload(db: Database, place: Place, at: str, who: str = "investigator") -> str:
    with db.reading() as tx:
        page = page_at(tx, place)
    assert page is not None
    return payload_of(
        study="S", version="1", digest="d", who=who, name="I. N.", role="investigator", meaning="review",
        at=at, scope=place, pages=[place], left_out=[], values=values_of([page]),
    )  # fmt: skip


def _data(place: Place, payload: str, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    return {
        "participant": place.participant, "site": "01", "visit": place.visit, "form": place.form,
        "repeat": place.repeat, "payload": payload, "signature": key.sign(payload.encode()).hex(),
        "public": key.public_key().public_bytes_raw().hex(),
    }  # fmt: skip


@pytest.fixture
def signed(database: Database) -> Database:
    """Two pages with the same values, of which one is signed."""
    with database.writing() as tx:
        create_tables(tx)
        data = {"account": "investigator", "public": KEY.public_key().public_bytes_raw().hex()}
        write(tx, study="S", kind="signing key made", by=BY, data=data)
        for who in ("01-001", "01-002"):
            data = {"participant": who, "site": "01"}
            write(tx, study="S", kind="participant registered", by=BY, data=data)
    for place in (HERE, THERE):
        _save(database, place, WEIGHT="58.2", TEMP="36.6")
    at = now()
    payload = _payload(database, HERE, at)
    with database.writing() as tx:
        write(tx, study="S", kind="signed", by=BY, data=_data(HERE, payload), at=at)
    return database


def _proof(db: Database) -> dict[str, Any]:
    with db.reading() as tx:
        found: dict[str, Any] = json.loads(all_proofs(tx))
    return found


def _script(folder: Path, proofs: list[dict[str, Any]], ledger: Path | None = None) -> int:
    file = folder / "signatures.jsonl"
    file.write_text("".join(canonical(proof) + "\n" for proof in proofs), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(file), *([str(ledger)] if ledger else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode


def _ledger(db: Database, folder: Path) -> Path:
    path = folder / "ledger.jsonl"
    with db.reading() as tx:
        export_ledger(tx, path)
    return path


@pytest.mark.requirement("REQ-QUAL-012")
def test_what_was_signed_holds_by_us_and_without_us(signed: Database, tmp_path: Path) -> None:
    with signed.reading() as tx:
        assert verify_signatures(tx, "S") == []
    assert _script(tmp_path, [_proof(signed)], _ledger(signed, tmp_path)) == 0
    _save(signed, HERE, WEIGHT="58.4")  # broken in the trial, genuine as what was signed then
    with signed.reading() as tx:
        assert verify_signatures(tx, "S") == []
    assert _script(tmp_path, [_proof(signed)], _ledger(signed, tmp_path)) == 0


@pytest.mark.requirement("REQ-QUAL-009")
def test_every_flipped_byte_of_payload_signature_and_key_is_found(signed: Database) -> None:
    proof = _proof(signed)
    payload, signature, public = proof["payload"], proof["signature"], proof["public"]
    assert genuine(payload, signature, public)
    raw = payload.encode()
    for place in range(len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]]).decode("utf-8", "replace")
        assert not genuine(changed, signature, public)
    for text, other in ((signature, public), (public, signature)):
        for place in range(len(text) // 2):
            flipped = bytearray.fromhex(text)
            flipped[place] ^= 0x10
            if text is signature:
                assert not genuine(payload, flipped.hex(), other)
            else:
                assert not genuine(payload, other, flipped.hex())
    for nonsense in ("", "zz", "00", signature[:-2], signature + "00"):
        assert not genuine(payload, nonsense, public)
        assert not genuine(payload, signature, nonsense)


def _mutations(proof: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every field of the payload and every part of every value, changed."""
    payload = json.loads(proof["payload"])
    for name, value in payload.items():
        changed = copy.deepcopy(payload)
        changed[name] = f"{value}x" if isinstance(value, str) else [*value, "x"]
        yield f"payload {name}", proof | {"payload": canonical(changed)}
    for row in range(len(proof["values"])):
        for part in range(8):
            values = copy.deepcopy(proof["values"])
            values[row][part] = "x" if values[row][part] != "x" else "y"
            yield f"value {row}.{part}", proof | {"values": values}
    yield "a value less", proof | {"values": proof["values"][1:]}
    yield (
        "a value more",
        proof | {"values": [*proof["values"], ["SCR", "vitals", 1, "X", "1", None, "entered", 1]]},
    )
    yield "number", proof | {"number": proof["number"] + 1}
    for name in ("position", "previous", "hash", "body"):
        entry = dict(proof["entry"])
        entry[name] = entry[name] + 1 if name == "position" else entry[name].replace("0", "1", 1) + " "
        yield f"entry {name}", proof | {"entry": entry}


@pytest.mark.requirement("REQ-QUAL-009", "REQ-QUAL-012")
def test_the_script_finds_every_changed_field(signed: Database, tmp_path: Path) -> None:
    import runpy
    from unittest import mock

    proof = _proof(signed)
    with mock.patch.object(sys, "argv", ["verify_signatures.py", str(_written(tmp_path, proof))]):
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(SCRIPT))
        assert end.value.code == 0
        names = []
        for name, changed in _mutations(proof):
            _written(tmp_path, changed)
            with pytest.raises(SystemExit) as end:
                runpy.run_path(str(SCRIPT))
            assert end.value.code == 1, name
            names.append(name)
    assert len(names) == 12 + 16 + 2 + 1 + 4


def _written(folder: Path, proof: dict[str, Any]) -> Path:
    path = folder / "one.jsonl"
    path.write_text(canonical(proof) + "\n", encoding="utf-8")
    return path


def _append(db: Database, data: dict[str, Any], at: str, by: Actor = BY) -> None:
    """Write a forged signature with the rights of the program: the chain stays whole."""
    with db.writing() as tx:
        append(tx, study="S", kind="signed", by=by, data=data, at=at)


@pytest.mark.requirement("REQ-QUAL-009")
def test_a_signature_cannot_be_carried_to_another_record(signed: Database, tmp_path: Path) -> None:
    proof = _proof(signed)
    moved = _data(THERE, proof["payload"])
    _append(signed, moved | {"signature": proof["signature"]}, json.loads(proof["payload"])["at"])
    _found(signed, "scope")
    assert _script(tmp_path, [proof], _ledger(signed, tmp_path)) == 1


@pytest.mark.requirement("REQ-QUAL-009")
@pytest.mark.parametrize(
    "what", ["key of nobody", "another signer", "another time", "values of later", "old values"]
)
def test_forged_signatures_on_a_whole_ledger_are_found(signed: Database, tmp_path: Path, what: str) -> None:
    at = now()
    before = _payload(signed, HERE, at)
    _save(signed, HERE, WEIGHT="58.4")
    after = _payload(signed, HERE, at)
    match what:
        case "key of nobody":
            _append(signed, _data(HERE, after, OTHER), at)
        case "another signer":
            _append(signed, _data(HERE, after), at, Actor(id="coordinator", role="investigator"))
        case "another time":
            _append(signed, _data(HERE, after), "2020-01-01T00:00:00.000000Z")
        case "values of later":
            later = _payload(signed, THERE, at).replace("01-002", "01-001")
            _append(signed, _data(HERE, later), at)
        case _:
            _append(signed, _data(HERE, before), at)
    with signed.reading() as tx:
        assert verify_ledger(tx) == []
        faults = verify_signatures(tx, "S")
    assert {fault.id for fault in faults} == {"CAPT-048"}
    assert _script(tmp_path, [_proof(signed)], _ledger(signed, tmp_path)) == 1


def _found(db: Database, word: str) -> None:
    with db.reading() as tx:
        faults = verify_signatures(tx, "S")
    assert any(word in fault.message for fault in faults)
    assert {fault.id for fault in faults} == {"CAPT-048"}
