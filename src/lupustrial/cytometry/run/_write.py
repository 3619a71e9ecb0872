"""The output folder: made beside its place, put there piece by piece, the manifest last."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.run._find import FoundFile
from lupustrial.cytometry.run._one import Part
from lupustrial.cytometry.run._parts import MARK, PARTS
from lupustrial.errors import CytometryError, Fault

MANIFEST = "manifest.json"
_FRESH = ".fresh"
_WHAT = "lupustrial gate"


def open_out(out: Path, *, resume: bool) -> None:
    """Make the output folder ready; without `resume` parts of an earlier run are removed.

    Raises:
        CytometryError: CYTO-074 the folder holds something else, or a run that stopped half-way and that
            is not to be gone on with.
    """
    if out.exists() and not out.is_dir():
        raise _taken(f"{out} is no folder", out, "name a folder with --out")
    if out.is_dir() and any(out.iterdir()):
        if not _ours(out / PARTS / MARK):
            hint = "name another folder, or move that one away"
            raise _taken(f"{out} exists and was not written by lupustrial gate", out, hint)
        if not (resume or (out / MANIFEST).is_file()):
            raise _taken("a run stopped half-way there", out, "go on with --resume, or name another folder")
    if not resume:
        shutil.rmtree(out / PARTS, ignore_errors=True)
    shutil.rmtree(out / _FRESH, ignore_errors=True)
    (out / PARTS).mkdir(parents=True, exist_ok=True)
    (out / PARTS / MARK).write_text(json.dumps({"what": _WHAT}) + "\n", encoding="utf-8")


def write_out(
    out: Path, tables: Mapping[str, pl.DataFrame], further: Mapping[str, bytes], manifest: Mapping[str, Any]
) -> str:
    """Write tables (.csv and .parquet), further files and manifest; what an earlier run wrote there goes.

    Returns:
        The content hash: SHA-256 of the manifest, which holds no time of day.
    """
    fresh = out / _FRESH
    fresh.mkdir()
    for name, table in tables.items():
        table.write_parquet(fresh / f"{name}.parquet", compression="zstd", statistics=False)
        table.write_csv(fresh / f"{name}.csv")
    for name, content in further.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    whole = {**manifest, "outputs": _hashes(fresh)}
    whole["content"] = hash_of(whole)
    (out / MANIFEST).unlink(missing_ok=True)
    for path in sorted(out.iterdir()):
        if path.name not in (PARTS, _FRESH):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(fresh.iterdir()):
        path.rename(out / path.name)
    fresh.rmdir()
    text = json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    temporary = out / _FRESH
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(out / MANIFEST)
    return str(whole["content"])


def gate_files(files: Sequence[FoundFile], parts: Mapping[str, Part]) -> dict[str, bytes]:
    """Return the gates of each file, as Gating-ML 2.0 and as JSON with confidence and reason, by path."""
    found = {}
    for file in files:
        part = parts[file.sha256]
        if part["faults"]:
            continue
        name = gate_name(file)
        plain = {"file_sha256": file.sha256, "gates": part["gates"]}
        found[f"gates/{name}.json"] = (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
        if part["gatingml"] is not None:
            found[f"gates/{name}.xml"] = part["gatingml"].encode()
    return found


def gate_name(file: FoundFile) -> str:
    """Return the name of a file's gates: its own without ending, and the beginning of its hash."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(file.name).stem)
    return f"{stem[:80]}-{file.sha256[:8]}"


def content_of(out: Path) -> str | None:
    """Return the content hash of a finished run; None where there is none."""
    try:
        content = json.loads((out / MANIFEST).read_bytes()).get("content")
    except (OSError, ValueError, AttributeError):
        return None
    return content if isinstance(content, str) else None


def _ours(path: Path) -> bool:
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(plain, dict) and plain.get("what") == _WHAT


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _taken(message: str, out: Path, hint: str) -> CytometryError:
    return CytometryError(Fault(id="CYTO-074", message=message, place=str(out), hint=hint))
