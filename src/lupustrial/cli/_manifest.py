"""``manifest.json``: the SHA-256 of every input and output, so that two runs can be compared byte by byte."""

from __future__ import annotations

import hashlib
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lupustrial import __version__
from lupustrial.study import Study

MANIFEST = "manifest.json"

#: Libraries whose version can change a byte of the output.
_LIBRARIES = ("polars", "numpy", "scipy", "matplotlib", "typst", "ortools", "common-expression-language")


def write_manifest(folder: Path, study: Study, inputs: dict[str, Path]) -> dict[str, Any]:
    """Write the manifest of ``folder`` and return it.

    Args:
        folder: The output folder; every file in it but the manifest itself is listed.
        study: The study whose id, version, digest and settings are recorded.
        inputs: Further input files by the name under which they are listed (source records, allocation).

    Returns:
        The manifest. ``content`` is the SHA-256 over everything but ``written_at``, the only wall-clock time.
    """
    manifest: dict[str, Any] = {
        "tool": {"name": "lupustrial", "version": __version__},
        "study": {"id": study.id, "version": study.version, "digest": study.digest},
        "versions": {"python": platform.python_version(), **_versions()},
        "settings": {
            "quantile": study.plan.quantile,
            "alpha": str(study.plan.alpha),
            "confidence": str(study.plan.confidence),
            "instruments": {use.id: dict(sorted(use.settings.items())) for use in study.instruments},
        },
        "inputs": {name: sha256(path) for name, path in sorted(inputs.items())},
        "outputs": {
            path.relative_to(folder).as_posix(): sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST
        },
    }
    canonical = json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode()
    manifest["content"] = hashlib.sha256(canonical).hexdigest()
    manifest["written_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def read_content(folder: Path) -> str | None:
    """Return the content hash of an earlier run in ``folder``, or None where there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8")).get("content")
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return content if isinstance(content, str) else None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError

    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
