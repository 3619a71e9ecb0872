"""Parts: the result of one file, kept under the key of its job, so that a stopped run can go on.

A part is written under another name, brought to the disk, then renamed. It bears the hash of its own content;
whatever does not hash to it is no part and is made anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lupustrial.cytometry._gate import hash_of

PARTS = "parts"
#: A file beside the parts by which a folder is known as ours.
MARK = "run.json"


class Parts:
    """The parts of an output folder."""

    def __init__(self, out: Path) -> None:
        """Keep the place; nothing is made before the first part is written."""
        self.folder = out / PARTS

    def read(self, key: str) -> dict[str, Any] | None:
        """Return the part of a key; None where there is none, or where it is not whole."""
        try:
            part = json.loads(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(part, dict) or part.get("key") != key:
            return None
        content = part.pop("content", None)
        return part if content == hash_of(part) else None

    def write(self, key: str, part: dict[str, Any]) -> None:
        """Write a part whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = {**part, "key": key}
        text = json.dumps({**whole, "content": hash_of(whole)}, sort_keys=True, ensure_ascii=False)
        fresh = self.folder / f".{key}-{os.getpid()}"
        with fresh.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path(key))

    def keep_only(self, keys: Iterable[str]) -> None:
        """Remove every part of another key, and what a killed run left half-written."""
        kept = {self.folder / MARK, *(self._path(key) for key in keys)}
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path not in kept:
                path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
