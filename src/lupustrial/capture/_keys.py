"""The server's own secrets, in a folder apart from the database: made once, readable by the owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lupustrial.errors import CaptureError, Fault

_LENGTH = 32  # bytes


def secret(folder: Path, name: str) -> bytes:
    """Return a secret of 32 bytes; made when it is first asked for.

    Args:
        folder: The folder of keys.
        name: ``"session"`` signs sessions and links; ``"field"`` encrypts identifying fields.

    Raises:
        CaptureError: CAPT-091, others can read it, or it is damaged.
    """
    path = folder / f"{name}.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:  # another process of the server was first
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_bytes(_LENGTH).hex())
                file.flush()
                os.fsync(file.fileno())
    if path.stat().st_mode & 0o077:
        raise CaptureError(
            Fault(id="CAPT-091", message="others can read this key", place=path.name, hint="chmod 600")
        )
    try:
        found = bytes.fromhex(path.read_text())
    except ValueError:
        found = b""
    if len(found) != _LENGTH:
        hint = "restore it from the backup of the keys; without it, encrypted fields cannot be read"
        raise CaptureError(Fault(id="CAPT-091", message="the key is damaged", place=path.name, hint=hint))
    return found
