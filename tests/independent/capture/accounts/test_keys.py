"""Keys and sealed texts, opened by hand from their written form, and codes against the RFC's own vectors."""

from __future__ import annotations

import base64
import hashlib
import stat
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret_raw
from capture_door import NEW_PASSWORD, Person, kinds, totp
from capture_site import CaptureSite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lupustrial.errors import CaptureError

# RFC 6238, appendix B: the SHA-1 rows, secret "12345678901234567890", eight digits.
RFC = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("at", "code"), RFC)
def test_the_codes_of_the_tests_are_those_of_rfc_6238(at: int, code: str) -> None:
    assert totp(base64.b32encode(b"12345678901234567890").decode(), at, digits=8) == code


@pytest.mark.requirement("REQ-ACCOUNTS-009")
@pytest.mark.parametrize(("at", "code"), RFC)
def test_an_authenticator_takes_the_codes_of_rfc_6238_and_each_once(
    site: CaptureSite, monkeypatch: pytest.MonkeyPatch, at: int, code: str
) -> None:
    import time

    from lupustrial.capture.models import Authenticator

    device = Authenticator(user=site.account("monitor", "monitor"), name="app", digits=8)
    device.keep(b"12345678901234567890")
    device.save()
    monkeypatch.setattr(time, "time", lambda: at)
    assert not device.verify_token(str((int(code) + 1) % 10**8).zfill(8))
    device.throttle_reset()
    assert device.verify_token(code)
    assert not device.verify_token(code)


@pytest.mark.requirement("REQ-ACCOUNTS-010")
def test_a_signing_key_opens_by_the_written_recipe_and_signs_for_the_public_half_on_the_ledger(
    site: CaptureSite,
) -> None:
    from lupustrial.capture.accounts import signing_key

    jane = Person(site, "jane", "investigator")
    jane.set_password()
    jane.account.refresh_from_db()
    kind, time, memory, lanes, salt, body = jane.account.signing_private.split("$")
    assert (kind, time, memory, lanes) == ("argon2id", "3", "65536", "4")  # RFC 9106, section 4, option 2
    under = hash_secret_raw(NEW_PASSWORD.encode(), bytes.fromhex(salt), 3, 65536, 4, 32, Type.ID)
    data = bytes.fromhex(body)
    private = Ed25519PrivateKey.from_private_bytes(AESGCM(under).decrypt(data[:12], data[12:], b"jane"))
    (told,) = kinds(site, "signing key made")
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(told[2]["public"]))
    public.verify(private.sign(b"a record"), b"a record")
    public.verify(signing_key(jane.account, NEW_PASSWORD).sign(b"a record"), b"a record")


@pytest.mark.usefixtures("quick_argon")
@pytest.mark.requirement("REQ-ACCOUNTS-010")
def test_nobody_else_opens_a_signing_key(site: CaptureSite) -> None:
    from lupustrial.capture.accounts import signing_key

    jane, john = Person(site, "jane", "investigator"), Person(site, "john", "investigator")
    for one in (jane, john):
        one.set_password()
        one.account.refresh_from_db()
    with pytest.raises(CaptureError, match="CAPT-081"):
        signing_key(jane.account, "wrong wrong wrong")
    jane.account.signing_private = john.account.signing_private  # the same password, another account
    with pytest.raises(CaptureError, match="CAPT-081"):
        signing_key(jane.account, NEW_PASSWORD)
    jane.account.signing_private = "argon2id$1$64$1$zz$zz"
    with pytest.raises(CaptureError, match="CAPT-081"):
        signing_key(jane.account, NEW_PASSWORD)


@pytest.mark.requirement("REQ-ACCOUNTS-021")
@pytest.mark.usefixtures("quick_argon")
def test_a_changed_password_keeps_the_key_and_a_reset_makes_a_new_one(site: CaptureSite) -> None:
    from lupustrial.capture.accounts import reset_account, set_password, signing_key
    from lupustrial.ledger import Actor

    jane = Person(site, "jane", "investigator")
    jane.set_password()
    jane.account.refresh_from_db()
    before = jane.account.signing_public
    by = Actor(id="jane", role="")
    set_password(site.trial, jane.account, "seven rivers, one door", by=by, old=NEW_PASSWORD)
    assert jane.account.signing_public == before
    key = signing_key(jane.account, "seven rivers, one door")
    assert key.public_key().public_bytes_raw().hex() == before
    reset_account(site.trial, jane.account, by=by, why="password lost", second=False)
    jane.set_password("and a third long one")
    jane.account.refresh_from_db()
    assert jane.account.signing_public != before
    assert [data["public"] for _, _, data in kinds(site, "signing key made")] == [
        before,
        jane.account.signing_public,
    ]


@pytest.mark.requirement("REQ-ACCOUNTS-014")
def test_a_sealed_text_opens_by_the_written_recipe_and_in_its_place_alone(tmp_path: Path) -> None:
    from lupustrial.capture._encryption import open_text, renew_key, seal_text

    keys = tmp_path / "keys"
    sealed = seal_text(keys, "jane@hospital.example", place="email of jane")
    key = bytes.fromhex((keys / "field.key").read_text())
    version, name, body = sealed.split(".")
    data = base64.urlsafe_b64decode(body)
    assert (version, name) == ("1", hashlib.sha256(b"lupustrial field key" + key).hexdigest()[:8])
    assert AESGCM(key).decrypt(data[:12], data[12:], b"email of jane") == b"jane@hospital.example"
    assert seal_text(keys, "jane@hospital.example", place="email of jane") != sealed
    with pytest.raises(CaptureError, match="CAPT-080"):
        open_text(keys, sealed, place="email of john")
    for damaged in (
        sealed[:-8],
        sealed + "AAAA",
        "2" + sealed[1:],
        sealed.replace(name, "00000000"),
        "x",
        "1..",
    ):
        with pytest.raises(CaptureError, match="CAPT-080"):
            open_text(keys, damaged, place="email of jane")
    renew_key(keys)
    assert open_text(keys, sealed, place="email of jane") == "jane@hospital.example"
    assert seal_text(keys, "x", place="y").split(".")[1] != name
    for path in (keys, *keys.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_second_factor_outlives_a_new_key_of_fields(site: CaptureSite) -> None:
    from lupustrial.capture._encryption import renew_key
    from lupustrial.capture.models import Authenticator

    device = Authenticator(user=site.account("monitor", "monitor"), name="app")
    device.keep(b"12345678901234567890")
    keys = site.trial.config.keys
    field = (keys / "field.key").read_bytes()
    try:
        renew_key(keys)
        assert device.bin_key == b"12345678901234567890"
    finally:  # the folder is shared by all tests of the session
        for path in keys.glob("field*.key"):
            path.unlink()
        (keys / "field.key").write_bytes(field)
        (keys / "field.key").chmod(0o600)
        from lupustrial.capture import _encryption

        _encryption._key.cache_clear()
