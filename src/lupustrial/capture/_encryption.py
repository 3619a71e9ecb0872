"""Identifying text in the database is encrypted: AES-256-GCM under a key that lies apart from the database.

A sealed text is ``1.<key>.<base64url of nonce, ciphertext and tag>``. The key's id (the beginning of a hash
of it) stands in front, so that old texts can be read after a new key was made.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lupustrial.capture._keys import secret
from lupustrial.errors import CaptureError, Fault

_NONCE = 12  # bytes
_VERSION = "1"


def seal_text(folder: Path, text: str, *, place: str) -> str:
    """Encrypt a text; the empty text stays empty.

    Args:
        folder: The folder of keys.
        text: What is to be kept.
        place: What it belongs to, e.g. ``"email of jane"``; a sealed text cannot be read in another place.

    Raises:
        CaptureError: CAPT-091, the key cannot be used.
    """
    if not text:
        return ""
    key = secret(folder, "field")
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{_VERSION}.{_name(key)}.{base64.urlsafe_b64encode(sealed).decode()}"


def open_text(folder: Path, sealed: str, *, place: str) -> str:
    """Decrypt a text that `seal_text` made for the same place.

    Raises:
        CaptureError: CAPT-080, it was changed, belongs elsewhere, or its key is not in the folder.
    """
    if not sealed:
        return ""
    version, _, rest = sealed.partition(".")
    name, _, body = rest.partition(".")
    try:
        data = base64.b64decode(body.encode(), altchars=b"-_", validate=True)
        if version != _VERSION or len(data) <= _NONCE:
            raise _unreadable()
        return AESGCM(_key(folder, name)).decrypt(data[:_NONCE], data[_NONCE:], place.encode()).decode()
    except (InvalidTag, binascii.Error, UnicodeError) as error:
        raise _unreadable() from error


def renew_key(folder: Path) -> None:
    """Lay the key of fields aside and make a new one; what was sealed under the old one stays readable."""
    current = folder / "field.key"
    current.rename(folder / f"field.{_name(secret(folder, 'field'))}.key")
    _key.cache_clear()
    secret(folder, "field")


def derived_keys(folder: Path, purpose: str) -> list[bytes]:
    """Return keys of 32 bytes for one purpose, newest first: HMAC-SHA-256 under each key of fields."""
    old = sorted(path.stem for path in folder.glob("field.*.key"))
    keys = [secret(folder, name) for name in ("field", *old)]
    return [hmac.digest(key, f"lupustrial {purpose}".encode(), "sha256") for key in keys]


@functools.cache
def _key(folder: Path, name: str) -> bytes:
    current = secret(folder, "field")
    if _name(current) == name:
        return current
    if name.isalnum() and (folder / f"field.{name}.key").is_file():
        return secret(folder, f"field.{name}")
    raise _unreadable()


def _name(key: bytes) -> str:
    return hashlib.sha256(b"lupustrial field key" + key).hexdigest()[:8]


def _unreadable() -> CaptureError:
    return CaptureError(
        Fault(
            id="CAPT-080",
            message="an encrypted field cannot be read: it was changed, or its key is not here",
            place="the database",
            hint="restore the folder of keys that belongs to this database",
        )
    )
