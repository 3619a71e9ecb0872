"""The files of events of a folder, each by the hash of its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lupustrial.errors import CytometryError, Fault

_ENDINGS = (".fcs", ".lmd")


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file of events.

    Attributes:
        name: Its path in the folder, with ``/``; the first by name where the same bytes stand there twice.
        path: Where it lies.
        sha256: Hash of its bytes.
        size: In bytes.
        also: Further names of the same bytes.
    """

    name: str
    path: Path
    sha256: str
    size: int
    also: tuple[str, ...] = ()


def find_files(folder: Path, *, apart_from: Path | None = None) -> tuple[FoundFile, ...]:
    """Return the files of events in a folder and its sub-folders, by name; the same bytes once.

    Args:
        folder: The folder.
        apart_from: A folder in it that is passed over (the output), as is every one whose name begins with
            a point.

    Raises:
        CytometryError: CYTO-067 the folder is none, or holds no file of events, or one cannot be read.
    """
    if not folder.is_dir():
        raise CytometryError(_fault(f"{folder} is no folder", str(folder)))
    away = None if apart_from is None else apart_from.resolve()
    paths = [
        path
        for path in folder.rglob("*")
        if path.suffix.casefold() in _ENDINGS and path.is_file() and not _passed_over(path, folder, away)
    ]
    if not paths:
        raise CytometryError(_fault("the folder holds no file that ends in .fcs or .lmd", str(folder)))
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    hashes = {name: _sha256(path) for name, path in named}
    names: dict[str, list[str]] = {}
    for name, sha256 in hashes.items():
        names.setdefault(sha256, []).append(name)
    places = dict(named)
    return tuple(
        FoundFile(
            name=first, path=places[first], sha256=sha256, size=places[first].stat().st_size, also=tuple(more)
        )
        for sha256, (first, *more) in names.items()
    )


def _passed_over(path: Path, folder: Path, away: Path | None) -> bool:
    inside = path.relative_to(folder)
    hidden = any(part.startswith(".") for part in inside.parts)
    within = away is not None and away.is_relative_to(folder.resolve()) and away != folder.resolve()
    return hidden or (within and away is not None and path.resolve().is_relative_to(away))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CytometryError(_fault(f"the file cannot be read: {error.strerror}", str(path))) from None


def _fault(message: str, place: str) -> Fault:
    hint = "name a folder with the files of the cytometer; exports of the same events need not lie there"
    return Fault(id="CYTO-067", message=message, place=place, hint=hint)
