"""A signing key for each account: Ed25519, the private half encrypted under the person's password.

The server can sign in nobody's name: without the password the private half cannot be read. The public half is
on the ledger (``signing key made``), so that a signature can be checked after the key was replaced.

A sealed key is ``argon2id$<time>$<memory KiB>$<lanes>$<salt>$<nonce and AES-256-GCM ciphertext>``, the last
two in hexadecimal digits; the account is bound to it as associated data.
"""

from __future__ import annotations

import os

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lupustrial.errors import CaptureError, Fault

_TIME, _MEMORY, _LANES = 3, 65_536, 4  # RFC 9106, second recommended option
_SALT, _NONCE = 16, 12  # bytes


def make_key(account: str, password: str) -> tuple[str, str]:
    """Make a key.

    Returns:
        The public half as 64 hexadecimal digits, and the private half sealed under the password.
    """
    key = Ed25519PrivateKey.generate()
    return key.public_key().public_bytes_raw().hex(), seal_key(key, account, password)


def seal_key(key: Ed25519PrivateKey, account: str, password: str) -> str:
    """Seal a private key under a password."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    under = AESGCM(_derived(password, salt, _TIME, _MEMORY, _LANES))
    sealed = nonce + under.encrypt(nonce, key.private_bytes_raw(), account.encode())
    return f"argon2id${_TIME}${_MEMORY}${_LANES}${salt.hex()}${sealed.hex()}"


def open_key(sealed: str, account: str, password: str) -> Ed25519PrivateKey:
    """Open a sealed private key.

    Raises:
        CaptureError: CAPT-081, another password, another account, or not what was sealed.
    """
    try:
        kind, time, memory, lanes, salt, body = sealed.split("$")
        if kind != "argon2id":
            raise _closed()
        data = bytes.fromhex(body)
        under = AESGCM(_derived(password, bytes.fromhex(salt), int(time), int(memory), int(lanes)))
        return Ed25519PrivateKey.from_private_bytes(
            under.decrypt(data[:_NONCE], data[_NONCE:], account.encode())
        )
    except (ValueError, InvalidTag) as error:
        raise _closed() from error


def _derived(password: str, salt: bytes, time: int, memory: int, lanes: int) -> bytes:
    return hash_secret_raw(password.encode(), salt, time, memory, lanes, 32, Type.ID)


def _closed() -> CaptureError:
    return CaptureError(
        Fault(
            id="CAPT-081",
            message="the signing key cannot be opened with this password",
            place="your account",
            hint="give the password with which you sign in",
        )
    )
