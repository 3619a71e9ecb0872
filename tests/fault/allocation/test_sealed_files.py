"""Bytes of every sealed file and of the exported ledger, changed: found and named, and nothing opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sealed_trial import INVESTIGATOR, SealedTrial, begin, trial

from lupustrial.allocation.sealing import (
    AllocationList,
    SecretKey,
    make_key,
    open_envelope,
    open_list,
    opened,
    read_key,
    write_key,
)
from lupustrial.allocation.store import _verify, allocate, verify_store
from lupustrial.errors import AllocationError
from lupustrial.ledger import Anchor, Database, anchor, export_ledger, open_database, verify_export
from lupustrial.study import KitType

KEYS = {"list.age": "list", "production.age": "production", "seed.age": "escrow"}


@pytest.fixture(scope="module")
def sealed() -> SealedTrial:
    """A trial of six slots with kits."""
    kit = KitType(id="VIAL", name="Vial", units=1, dispensed=("W0", "W4"), spare=1)
    return trial(slots=6, kits=(kit,))


@pytest.fixture(scope="module")
def folder(sealed: SealedTrial, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sealed folder."""
    return sealed.write(tmp_path_factory.mktemp("files") / "sealed")


@pytest.fixture(scope="module")
def database(sealed: SealedTrial, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Its database, with two allocated."""
    db = open_database(str(tmp_path_factory.mktemp("database") / "trial.db"), create=True)
    for name in begin(db, sealed, 2):
        allocate(db, sealed.study, name, INVESTIGATOR)
    yield db
    db.close()


@contextmanager
def changed(path: Path, place: int, bit: int) -> Iterator[None]:
    """Flip a bit of a file for a while."""
    content = path.read_bytes()
    path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
    yield
    path.write_bytes(content)


def ids(error: pytest.ExceptionInfo[AllocationError]) -> list[str]:
    return [fault.id for fault in error.value.faults]


@pytest.mark.parametrize("name", [*KEYS, "slots.csv", "commitment.json"])
def test_bytes_of_a_sealed_file(name: str, folder: Path, sealed: SealedTrial) -> None:
    path, public = folder / name, sealed.sealed.public()
    assert list(_verify._files(public, folder)) == []
    for place in range(0, path.stat().st_size, 3):
        with changed(path, place, place % 8):
            (fault,) = _verify._files(public, folder)
            assert (fault.id, fault.place) == ("ALLOC-050", str(path))


@pytest.mark.parametrize("name", [*KEYS, "slots.csv", "commitment.json"])
def test_a_changed_or_missing_file_is_named(
    name: str, folder: Path, sealed: SealedTrial, database: Database
) -> None:
    path = folder / name
    assert verify_store(database, sealed.study, sealed=folder).faults == ()
    with changed(path, path.stat().st_size // 2, 0):
        (fault,) = verify_store(database, sealed.study, sealed=folder).faults
    assert (fault.id, fault.place) == ("ALLOC-050", str(path))
    content = path.read_bytes()
    path.unlink()
    (fault,) = verify_store(database, sealed.study, sealed=folder).faults
    path.write_bytes(content)
    assert (fault.id, fault.place) == ("ALLOC-050", str(path))
    assert "missing" in fault.message


@pytest.mark.parametrize(("name", "purpose"), KEYS.items())
def test_an_age_file_opens_whole_or_not_at_all(name: str, purpose: str, sealed: SealedTrial) -> None:
    content, key = sealed.sealed.files[name], sealed.keys[purpose]
    opened(content, key, name)
    for place in range(len(content)):
        flipped = content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
        with pytest.raises(AllocationError) as raised:
            opened(flipped, key, name)
        assert ids(raised) == ["ALLOC-015"]
        assert raised.value.faults[0].place == name
    for length in range(0, len(content), 5):
        with pytest.raises(AllocationError):
            opened(content[:length], key, name)


def test_nobody_else_opens_anything(sealed: SealedTrial) -> None:
    for name, purpose in KEYS.items():
        for other in {*sealed.keys} - {purpose}:
            with pytest.raises(AllocationError) as raised:
                opened(sealed.sealed.files[name], sealed.keys[other], name)
            assert ids(raised) == ["ALLOC-015"]
    for other in ("list", "production", "escrow"):
        with pytest.raises(AllocationError):
            open_envelope(sealed.sealed.slots[0], sealed.keys[other])


def test_each_byte_of_an_envelope_and_of_its_leaf(sealed: SealedTrial) -> None:
    slot, key = sealed.sealed.slots[0], sealed.keys["code_break"]
    assert open_envelope(slot, key).number == slot.number
    for place in range(len(slot.envelope)):
        bits = bytes([slot.envelope[place] ^ 1 << place % 8])
        forged = replace(slot, envelope=slot.envelope[:place] + bits + slot.envelope[place + 1 :])
        with pytest.raises(AllocationError) as raised:
            open_envelope(forged, key)
        assert ids(raised) == ["ALLOC-015"]
        assert raised.value.faults[0].place == f"envelope of slot {slot.number}"
    for place, digit in enumerate(slot.leaf):
        other = "0" if digit != "0" else "1"
        with pytest.raises(AllocationError) as raised:
            open_envelope(replace(slot, leaf=slot.leaf[:place] + other + slot.leaf[place + 1 :]), key)
        assert ids(raised) == ["ALLOC-021"]


def test_an_envelope_is_of_its_slot_alone(sealed: SealedTrial) -> None:
    key, (first, *others) = sealed.keys["code_break"], sealed.sealed.slots
    for other in others:
        for forged in (
            replace(first, envelope=other.envelope),
            replace(first, envelope=other.envelope, leaf=other.leaf),
            replace(first, kits=other.kits),
            replace(first, kits=first.kits[::-1]),
        ):
            with pytest.raises(AllocationError) as raised:
                open_envelope(forged, key)
            assert ids(raised) == ["ALLOC-021"]


def test_bytes_of_the_text_of_a_list(sealed: SealedTrial) -> None:
    """A text that was changed is no list, or another list than the one that was committed to."""
    from lupustrial.allocation.store import check_list

    content, public = sealed.made.to_json(), sealed.sealed.public()
    check_list(sealed.study, AllocationList.from_json(content, "list.age"), public)
    for place in range(0, len(content), 2):
        flipped = content[:place] + bytes([content[place] ^ 1 << place % 7]) + content[place + 1 :]
        if flipped.lower() == content.lower() and b"ACT" in flipped:  # a digit of a salt as a capital letter
            continue
        with pytest.raises(AllocationError) as raised:
            check_list(sealed.study, AllocationList.from_json(flipped, "list.age"), public)
        assert ids(raised) in (["ALLOC-020"], ["ALLOC-048"])


def test_bytes_of_an_exported_ledger(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with database.reading() as tx:
        kept = export_ledger(tx, path)
        assert kept == anchor(tx)
    assert verify_export(path, [kept]) == []
    for place in range(0, path.stat().st_size, 5):
        with changed(path, place, place % 8):
            faults = verify_export(path, [kept])
            assert faults
            assert {fault.id for fault in faults} <= {"LEDGER-005", "LEDGER-010", "LEDGER-011", "LEDGER-013"}
            assert any("ledger.jsonl" in fault.place or "ledger entry" in fault.place for fault in faults)


def test_lines_of_an_exported_ledger_added_left_out_or_moved(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with database.reading() as tx:
        kept = export_ledger(tx, path)
    lines = path.read_bytes().splitlines(keepends=True)
    forged = [lines[:place] + lines[place + 1 :] for place in range(len(lines))]  # the last: by the anchor
    forged += [[*lines, lines[-1]], [lines[1], lines[0], *lines[2:]], [*lines, b"\n"], [*lines, b" "], []]
    for text in forged:
        path.write_bytes(b"".join(text))
        assert verify_export(path, [kept])
    path.unlink()
    (fault,) = verify_export(path)
    assert fault.id == "LEDGER-005"


def test_no_anchor_is_read_from_another_text() -> None:
    from lupustrial.errors import LedgerError

    kept = Anchor(position=12, hash="0123456789abcdef" * 4)
    assert Anchor.parse(f" {kept}\n") == kept
    text = str(kept)
    for wrong in (
        "",
        "12",
        text[:-1],
        text + "0",
        text.upper(),
        "x" + text,
        text.replace(":", ";"),
        "-" + text,
    ):
        with pytest.raises(LedgerError) as raised:
            Anchor.parse(wrong)
        assert [fault.id for fault in raised.value.faults] == ["LEDGER-004"]


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_each_byte_of_a_key_file(passphrase: str | None, tmp_path: Path) -> None:
    key, path = make_key(), tmp_path / "key.txt"
    write_key(key, path, passphrase)
    content = path.read_bytes()
    places = range(content.find(b"AGE-SECRET-KEY"), len(content) - 1)
    for place in places if passphrase is None else [len(content) - 1]:  # scrypt takes a second, on purpose
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(AllocationError) as raised:
            assert read_key(path, passphrase) == SecretKey("")
        assert ids(raised) in (["ALLOC-011"], ["ALLOC-012"])
        assert key.text not in str(raised.value)


def test_another_list_is_no_list(sealed: SealedTrial) -> None:
    key = sealed.keys["list"]
    for content in (b"", b"{}", b"[]", b"null", b"\xff", b'{"format": 2}'):
        from lupustrial.allocation.sealing import Recipient, sealed_for

        recipient = Recipient(name="x", purpose="list", public_key=key.public_key)
        with pytest.raises(AllocationError) as raised:
            open_list(sealed_for(content, [recipient]), key)
        assert ids(raised) == ["ALLOC-020"]
