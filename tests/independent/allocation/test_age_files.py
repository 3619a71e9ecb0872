"""What is sealed, opened by an implementation of age that shares nothing with the one of the package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from age_by_hand import bech32, open_age
from sealed_trial import SEED, SealedTrial, trial

from lupustrial.allocation.sealing import (
    Recipient,
    combine_shares,
    make_key,
    open_list,
    packing_list,
    parse_share,
    read_key,
    sealed_for,
    split_key,
    write_key,
)


@pytest.fixture(scope="module")
def sealed() -> SealedTrial:
    """A trial of twelve slots."""
    return trial(slots=12)


def test_each_file_opens_for_its_purpose_and_holds_what_was_made(sealed: SealedTrial) -> None:
    files, keys = sealed.sealed.files, sealed.keys
    listed = json.loads(open_age(files["list.age"], identity=keys["list"].text))
    assert listed["seed"] == SEED.hex()
    assert [(one["number"], one["arm"]) for one in listed["slots"]] == [
        (slot.number, slot.arm) for slot in sealed.made.slots
    ]
    packed = open_age(files["production.age"], identity=keys["production"].text)
    assert packed.rstrip() == packing_list(sealed.study, sealed.made).rstrip()
    assert open_age(files["seed.age"], identity=keys["escrow"].text) == SEED.hex().encode()
    for slot, made in zip(sealed.sealed.slots, sealed.made.slots, strict=True):
        envelope = json.loads(open_age(slot.envelope, identity=keys["code_break"].text))
        assert envelope == {
            "arm": made.arm,
            "number": made.number,
            "position": made.position,
            "salt": made.salt.hex(),
            "stratum": made.stratum,
        }


def test_a_file_for_several_opens_for_each(sealed: SealedTrial) -> None:
    keys = [make_key() for _ in range(3)]
    content = os.urandom(200_000)  # several chunks
    several = [Recipient(name="x", purpose="list", public_key=key.public_key) for key in keys]
    for key in keys:
        assert open_age(sealed_for(content, several), identity=key.text) == content
    with pytest.raises(AssertionError, match="nothing in the file"):
        open_age(sealed_for(content, several), passphrase="x")  # noqa: S106 - no secret
    assert sealed


def test_a_key_file_is_as_age_keygen_writes_it(tmp_path: Path) -> None:
    key = make_key()
    write_key(key, tmp_path / "key.txt", None)
    lines = (tmp_path / "key.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [key.text]
    assert f"# public key: {key.public_key}" in lines
    assert key.text.startswith("AGE-SECRET-KEY-1")
    assert len(bech32(key.text)) == len(bech32(key.public_key)) == 32
    assert (tmp_path / "key.txt").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "key.txt") == key


def test_a_key_under_a_passphrase_opens_with_scrypt(tmp_path: Path) -> None:
    key = make_key()
    typed = "correct horse battery staple"
    write_key(key, tmp_path / "key.age", typed)
    content = (tmp_path / "key.age").read_bytes()
    assert key.text.encode() in open_age(content, passphrase=typed)
    assert (
        int(content.split(b"\n")[1].split(b" ")[3]) >= 16
    )  # at least 2^16 rounds, as it is made on any machine
    assert (tmp_path / "key.age").stat().st_mode & 0o777 == 0o600


def test_the_program_age_itself_opens_a_list(sealed: SealedTrial, tmp_path: Path) -> None:
    age = shutil.which("age")
    if age is None:
        pytest.skip("age is not installed: the format was checked by hand only")
    write_key(sealed.keys["list"], tmp_path / "key.txt", None)
    done = subprocess.run(
        [age, "--decrypt", "--identity", str(tmp_path / "key.txt")],
        input=sealed.sealed.files["list.age"],
        capture_output=True,
        check=True,
    )
    assert done.stdout.rstrip() == sealed.made.to_json()


def test_a_key_from_printed_shares_opens_the_list(sealed: SealedTrial) -> None:
    shares = split_key(sealed.keys["list"], needed=3, of=5)
    typed = [parse_share(str(shares[place]).replace("-", " - ").lower(), "share") for place in (4, 0, 2)]
    assert open_list(sealed.sealed.files["list.age"], combine_shares(typed)) == sealed.made
