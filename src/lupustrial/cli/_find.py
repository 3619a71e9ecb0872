"""Finding a study folder from what the user typed."""

from __future__ import annotations

from pathlib import Path

from lupustrial.errors import Fault, UsageError, closest


def find_study(name: str) -> Path:
    """Return the study folder that ``name`` means: a path, or the name of a folder in ``studies/``.

    Raises:
        UsageError: Where there is no such folder, naming the nearest that exists.
    """
    for folder in (Path(name), Path("studies") / name):
        if folder.is_dir():
            return folder
    beside = [path.parent.name for path in sorted(Path("studies").glob("*/study.yaml"))]
    near = closest(Path(name).name, beside)
    known = f"known studies here: {', '.join(beside)}" if beside else "lupustrial new NAME makes one"
    raise UsageError(
        Fault(
            id="USAGE-001",
            message=f"there is no study folder {name!r}",
            place="command line",
            hint=f"{near} {known}".strip(),
        )
    )
