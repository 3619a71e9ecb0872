"""The journal of the vault: what it answered, on disk before it is said; append-only, chained by hashes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import GENESIS, canonical

_OTHERS = 0o077  # permissions of group and others


class JournalLostError(AllocationError):
    """The journal could not be written: nothing more may be answered."""


class Journal:
    """An open journal; one process at a time has it.

    Each line is the SHA-256 over the hash of the line before and the record, and the record. The first names
    the list, so that the journal of another list is not taken for this one. A last line without its end was
    never answered, since an answer is given when the line is on disk; it is dropped.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        """Open a journal, or begin one.

        Args:
            path: The file; made where it is missing, for its owner alone.
            about: What the first record has to be.

        Raises:
            AllocationError: ALLOC-097, it cannot be opened, others can read it, another vault has it, it was
                changed, or it belongs to another list.
        """
        self._path = path
        self._hash = GENESIS
        self.records: tuple[dict[str, Any], ...] = ()
        self._file = self._open()
        try:
            self._claim()
            self._begin(self._read(), dict(about))
        except BaseException:
            self.close()
            raise

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record; it is on disk when this returns.

        Raises:
            JournalLostError: ALLOC-097, it could not be written.
        """
        body = canonical(dict(record))
        digest = _next(self._hash, body)
        rest = f"{digest} {body}\n".encode()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError as error:
            message = f"it cannot be written ({error.strerror}): the vault stops"
            hint = "make room on the disk and start the vault again"
            raise JournalLostError(self._fault(message, hint).faults) from None
        self._hash = digest

    def close(self) -> None:
        """Close it; another process may open it."""
        os.close(self._file)

    def _open(self) -> int:
        try:
            new = not self._path.exists()
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            if new:
                folder = os.open(self._path.parent, os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)
        except OSError as error:
            raise self._fault(
                f"it cannot be opened ({error.strerror})", "name a file in a folder of the vault's own"
            ) from None
        return file

    def _claim(self) -> None:
        kept = os.fstat(self._file)
        if not stat.S_ISREG(kept.st_mode) or kept.st_uid != os.geteuid() or kept.st_mode & _OTHERS:
            message = "it is not a file that the vault alone can read and write"
            raise self._fault(message, "give it to the account of the vault, and chmod 600")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hint = "one vault serves a list; stop the other"
            raise self._fault("another vault has it open", hint) from None

    def _begin(self, records: list[dict[str, Any]], about: dict[str, Any]) -> None:
        if not records:
            self.append(about)
        elif records[0] != about:
            raise self._fault("it belongs to another list", "name the journal of this study's vault")
        self.records = tuple(records[1:])

    def _read(self) -> list[dict[str, Any]]:
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        records = [self._record(number, line) for number, line in enumerate(lines, start=1)]
        if len(whole) < len(content):
            os.ftruncate(self._file, len(whole))
            os.fsync(self._file)
        return records

    def _record(self, number: int, line: bytes) -> dict[str, Any]:
        digest, _, body = line.decode("utf-8", errors="replace").partition(" ")
        if digest != _next(self._hash, body):
            raise self._fault(
                f"line {number} is not as it was written",
                "restore it from a backup, or move it away and start with --recover and the exported ledger",
            )
        self._hash = digest
        record: dict[str, Any] = json.loads(body)
        return record

    def _fault(self, message: str, hint: str) -> AllocationError:
        return AllocationError(
            Fault(id="ALLOC-097", message=message, place=f"journal {self._path}", hint=hint)
        )


def _next(before: str, body: str) -> str:
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()
