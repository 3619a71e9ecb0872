"""The output folder: written whole beside its place, then put there in one step; never half-written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lupustrial.cli._manifest import MANIFEST
from lupustrial.errors import Fault, UsageError


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``out`` when the block ends without an error.

    On an error the new folder is removed and ``out`` stays as it was.

    Raises:
        UsageError: Where ``out`` holds something that this tool did not write; it is never replaced.
    """
    if out.exists() and not (out / MANIFEST).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            Fault(
                id="USAGE-002",
                message=f"{out} exists and was not written by lupustrial (it has no {MANIFEST})",
                place="command line, --out",
                hint="name another folder, or move that one away",
            )
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-new-", dir=out.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, out: Path) -> None:
    """Put ``fresh`` in the place of ``out``; the old folder goes only when the new one stands."""
    old = fresh.with_name(f"{fresh.name}-old")
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)
