"""Keys: who can open what. Age keys (X25519), at rest under a passphrase."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lupustrial.errors import AllocationError, Fault

#: What a recipient can open.
PURPOSES: dict[str, str] = {
    "list": "the whole list and its seed, for interim copies and the reveal",
    "code_break": "the envelope of a single slot, for an emergency",
    "production": "the packing list: which product goes into which kit",
    "escrow": "the seed alone, from which the list can be made again",
}
_PREFIX = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody for whom something is sealed.

    Attributes:
        name: Who.
        purpose: A key of `PURPOSES`.
        public_key: The age recipient, ``age1…``.
    """

    name: str
    purpose: str
    public_key: str


@dataclass(frozen=True, slots=True)
class SecretKey:
    """An age identity. Its text never shows in a representation, a log or a traceback."""

    text: str = field(repr=False)

    @property
    def identity(self) -> Any:
        """The identity with which `pyrage` opens."""
        from pyrage import IdentityError, x25519

        try:
            return x25519.Identity.from_str(self.text)
        except IdentityError:
            raise _no_key("secret key") from None

    @property
    def public_key(self) -> str:
        """The recipient that belongs to it, ``age1…``."""
        return str(self.identity.to_public())


def make_key() -> SecretKey:
    """Make a key from the random numbers of the operating system."""
    from pyrage import x25519

    return SecretKey(str(x25519.Identity.generate()))


def write_key(key: SecretKey, path: Path, passphrase: str | None) -> None:
    """Write a key to a new file that its owner alone can read.

    The file is what ``age`` reads: with a passphrase an age file (scrypt) that holds the identity, without
    one the identity itself.

    Raises:
        AllocationError: ALLOC-010, the file is there already.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise AllocationError(
            Fault(
                id="ALLOC-010",
                message=f"the key cannot be written ({error.strerror})",
                place=str(path),
                hint="name a file that does not exist, in a folder that does; a key is never overwritten",
            )
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(_key_file(key, passphrase))


def _key_file(key: SecretKey, passphrase: str | None) -> bytes:
    from pyrage import passphrase as sealed_by

    content = f"# public key: {key.public_key}\n{key.text}\n".encode()
    sealed: bytes = sealed_by.encrypt(content, passphrase) if passphrase else content
    return sealed


def is_locked(path: Path) -> bool:
    """Whether a key file is under a passphrase. Raises AllocationError ALLOC-011 where it cannot be read."""
    return not _content(path).lstrip().startswith((b"#", _PREFIX.encode()))


def read_key(path: Path, passphrase: str | None = None) -> SecretKey:
    """Read a key file.

    Raises:
        AllocationError: ALLOC-011, it cannot be read or holds no key; ALLOC-012, the passphrase is wrong.
    """
    from pyrage import DecryptError
    from pyrage import passphrase as sealed_by

    content = _content(path)
    if is_locked(path):
        try:
            content = sealed_by.decrypt(content, passphrase or "")
        except DecryptError:
            raise AllocationError(
                Fault(
                    id="ALLOC-012",
                    message="the passphrase is wrong, or the file is no key",
                    place=str(path),
                    hint="type the passphrase under which the key was made",
                )
            ) from None
    for line in content.decode("ascii", errors="replace").splitlines():
        if line.startswith(_PREFIX):
            key = SecretKey(line.strip())
            _ = key.identity  # refuses what is no key
            return key
    raise _no_key(str(path))


def check_recipients(recipients: Sequence[Recipient]) -> None:
    """Check that everything that is sealed can be opened by somebody.

    Raises:
        AllocationError: ALLOC-013, a public key is none; ALLOC-014, a purpose has no recipient, or one key
            stands for two people.
    """
    from pyrage import RecipientError, x25519

    faults = []
    names: dict[str, str] = {}
    for one in recipients:
        place = f"recipient {one.name} ({one.purpose})"
        try:
            x25519.Recipient.from_str(one.public_key)
        except RecipientError:
            hint = "give the line `public key` that `lupustrial randomise key` printed, age1…"
            faults.append(
                Fault(id="ALLOC-013", message=f"`{one.public_key}` is no public key", place=place, hint=hint)
            )
        if names.setdefault(one.public_key, one.name) != one.name:
            message = f"{one.name} and {names[one.public_key]} have the same key"
            faults.append(
                Fault(id="ALLOC-014", message=message, place=place, hint="give each a key of their own")
            )
    for purpose, what in PURPOSES.items():
        if purpose != "escrow" and not any(one.purpose == purpose for one in recipients):
            message = f"nobody could open {what}"
            hint = f"name a recipient with --{purpose.replace('_', '-')} NAME=age1…"
            faults.append(Fault(id="ALLOC-014", message=message, place="recipients", hint=hint))
    if faults:
        raise AllocationError(faults)


def sealed_for(content: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return the age file of a content for recipients, at least one."""
    from pyrage import encrypt, x25519

    keys = [x25519.Recipient.from_str(one.public_key) for one in recipients]
    sealed: bytes = encrypt(content, keys)
    return sealed


def opened(sealed: bytes, key: SecretKey, place: str) -> bytes:
    """Open an age file.

    Raises:
        AllocationError: ALLOC-015, it was changed, or was not sealed for this key.
    """
    from pyrage import DecryptError, decrypt

    try:
        content: bytes = decrypt(sealed, [key.identity])
    except DecryptError:
        raise AllocationError(
            Fault(
                id="ALLOC-015",
                message=f"it cannot be opened with the key {key.public_key}",
                place=place,
                hint="it was sealed for somebody else, or it was changed; `randomise verify` tells which",
            )
        ) from None
    return content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AllocationError(
            Fault(
                id="ALLOC-011",
                message=f"the key cannot be read ({error.strerror})",
                place=str(path),
                hint="give the file that `lupustrial randomise key` made",
            )
        ) from None


def _no_key(place: str) -> AllocationError:
    return AllocationError(
        Fault(
            id="ALLOC-011",
            message="this is no key",
            place=place,
            hint="give the file that `lupustrial randomise key` made",
        )
    )
