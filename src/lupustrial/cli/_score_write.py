"""Result files: each written whole beside its place, then all put there; never half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from lupustrial.errors import Fault, ScoreError, UsageError


def refuse_paths(outs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Refuse result files before anything is read.

    Args:
        outs: By option of the command line, the file to be written.
        inputs: By option or argument, a file that is read.

    Raises:
        UsageError: USAGE-004 an ending that says not what to write; USAGE-010 a file that is read, or that
            two options name; SCORE-008 is left to ``write_files``.
    """
    faults = []
    taken = {path.resolve(): name for name, path in inputs.items() if path is not None}
    for option, path in outs.items():
        if path is None:
            continue
        place = f"command line, {option}"
        if path.suffix not in (".csv", ".parquet"):
            message = f"{path.name!r} has no ending that says what to write"
            faults.append(
                Fault(id="USAGE-004", message=message, place=place, hint="end it in .csv or .parquet")
            )
        elif path.resolve() in taken:
            message = f"{path} would be written over, it is {taken[path.resolve()]} too"
            faults.append(Fault(id="USAGE-010", message=message, place=place, hint="name another file"))
        taken[path.resolve()] = option
    if faults:
        raise UsageError(faults)


def write_files(frames: Mapping[Path, pl.DataFrame], *, spreadsheet: bool = False) -> None:
    """Write frames as CSV or Parquet by their ending: all of them, or on an error none.

    Args:
        frames: What to write, by path.
        spreadsheet: Whether a CSV begins with a byte order mark, by which spreadsheets know UTF-8.

    Raises:
        ScoreError: SCORE-008, a file cannot be written there.
    """
    fresh: dict[Path, Path] = {}
    try:
        for path, frame in frames.items():
            fresh[path] = _written(path, frame, spreadsheet=spreadsheet)
        for path, temporary in fresh.items():
            temporary.replace(path)
    except OSError as error:
        message = f"the file cannot be written: {error.strerror}"
        hint = "name a file in a folder that exists and in which you may write"
        raise ScoreError(Fault(id="SCORE-008", message=message, place=str(path), hint=hint)) from None
    finally:
        for temporary in fresh.values():
            temporary.unlink(missing_ok=True)


def _written(path: Path, frame: pl.DataFrame, *, spreadsheet: bool) -> Path:
    """Write a frame under a name of its own beside its place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=path.suffix, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            if path.suffix == ".parquet":
                frame.write_parquet(file)
            else:
                file.write(frame.write_csv(include_bom=spreadsheet).encode())
        temporary.chmod(0o666 & ~_umask())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
