"""The bytes of a file, taken once, with their hash."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lupustrial.errors import CytometryError, Fault

#: Files above this are refused: 4 GiB, forty times the largest tube of the field.
LARGEST = 4 * 1024**3


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """The bytes of a file.

    Attributes:
        name: The file's name.
        data: All its bytes.
        sha256: Their hash.
    """

    name: str
    data: bytes
    sha256: str

    def refuse(self, fault_id: str, message: str, offset: int, hint: str) -> NoReturn:
        """Raise a fault at a byte of the file."""
        raise CytometryError(self.fault(fault_id, message, offset, hint))

    def fault(self, fault_id: str, message: str, offset: int, hint: str) -> Fault:
        """Return a fault at a byte of the file; at its end for one beyond."""
        place = f"{self.name} byte {max(0, min(offset, len(self.data)))}"
        return Fault(id=fault_id, message=message, place=place, hint=hint)


def read_source(path: Path) -> Source:
    """Read a regular file whole.

    Raises:
        CytometryError: CYTO-010 it is absent, no regular file, unreadable, empty or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            _refuse(path, "it is not a regular file", "give the path of one FCS file")
        if status.st_size > LARGEST:
            _refuse(path, f"it has {status.st_size} bytes, more than {LARGEST}", "split the acquisition")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _refuse(path, f"the file cannot be read: {reason}", "check path and rights")
    if not data:
        _refuse(path, "the file is empty", "copy it again from the cytometer")
    return Source(name=path.name, data=data, sha256=hashlib.sha256(data).hexdigest())


def _refuse(path: Path, message: str, hint: str) -> NoReturn:
    raise CytometryError(Fault(id="CYTO-010", message=message, place=f"{path.name} byte 0", hint=hint))
