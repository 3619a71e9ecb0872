"""The age format, version 1, read by its specification, with other primitives than those of the package."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator

from Crypto.Cipher import ChaCha20_Poly1305
from Crypto.Hash import SHA256
from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key, key_agreement
from Crypto.Protocol.KDF import HKDF

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHUNK, _TAG = 65_536, 16


def bech32(text: str) -> bytes:
    """Return the bytes of a Bech32 text (BIP 173); its checksum of six signs is left out."""
    values = [_ALPHABET.index(sign) for sign in text.lower().rpartition("1")[2][:-6]]
    bits = "".join(f"{value:05b}" for value in values)
    return bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits) // 8 * 8, 8))


def open_age(sealed: bytes, *, identity: str = "", passphrase: str = "") -> bytes:
    """Open an age file with an X25519 identity or with a passphrase."""
    header, _, rest = sealed.partition(b"\n--- ")
    mac, _, payload = rest.partition(b"\n")
    lines = header.split(b"\n")
    assert lines[0] == b"age-encryption.org/v1"
    for kind, words, body in _stanzas(lines[1:]):
        try:
            if kind == b"X25519" and identity:
                key = _by_identity(bech32(identity), _decoded(words[0]), body)
            elif kind == b"scrypt" and passphrase:
                key = _by_passphrase(passphrase, _decoded(words[0]), int(words[1]), body)
            else:
                continue
        except ValueError:  # the stanza of somebody else
            continue
        assert hmac.digest(_hkdf(key, b"", b"header"), header + b"\n---", "sha256") == _decoded(mac)
        return b"".join(_chunks(_hkdf(key, payload[:16], b"payload"), payload[16:]))
    raise AssertionError("nothing in the file is for this key")


def _stanzas(lines: list[bytes]) -> Iterator[tuple[bytes, list[bytes], bytes]]:
    starts = [place for place, line in enumerate(lines) if line.startswith(b"-> ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        kind, *words = lines[start].split(b" ")[1:]
        yield kind, words, _decoded(b"".join(lines[start + 1 : end]))


def _by_identity(secret: bytes, ephemeral: bytes, body: bytes) -> bytes:
    own = import_x25519_private_key(secret)
    public = own.public_key().export_key(format="raw")
    shared = key_agreement(
        static_priv=own, static_pub=import_x25519_public_key(ephemeral), kdf=lambda secret: secret
    )
    return _unwrapped(_hkdf(shared, ephemeral + public, b"age-encryption.org/v1/X25519"), body)


def _by_passphrase(passphrase: str, salt: bytes, work: int, body: bytes) -> bytes:
    wrap = hashlib.scrypt(
        passphrase.encode(),
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=1 << work,
        r=8,
        p=1,
        maxmem=2**31 - 1,
        dklen=32,
    )
    return _unwrapped(wrap, body)


def _unwrapped(key: bytes, body: bytes) -> bytes:
    cipher = ChaCha20_Poly1305.new(key=key, nonce=bytes(12))
    return cipher.decrypt_and_verify(body[:-_TAG], body[-_TAG:])


def _chunks(key: bytes, payload: bytes) -> Iterator[bytes]:
    starts = range(0, max(len(payload), 1), _CHUNK + _TAG)
    for count, start in enumerate(starts):
        chunk = payload[start : start + _CHUNK + _TAG]
        nonce = count.to_bytes(11, "big") + bytes([count == len(starts) - 1])
        cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
        yield cipher.decrypt_and_verify(chunk[:-_TAG], chunk[-_TAG:])


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    made = HKDF(key, 32, salt, SHA256, context=info)
    assert isinstance(made, bytes)
    return made


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4))
