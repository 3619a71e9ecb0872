"""A new study folder: a small, complete, valid two-arm lupus trial to be changed into one's own."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

from lupustrial.errors import Fault, StudyError

_TEMPLATE_ID = "NEW-STUDY"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def new_study(folder: Path | str, study_id: str) -> None:
    """Write a new study folder, whole or not at all.

    Args:
        folder: The folder to make; it must not exist, or be empty.
        study_id: Its id: letters, digits, dots, dashes.

    Raises:
        StudyError: STUDY-011, the id is not a name; STUDY-093, the folder holds something or cannot be made.
    """
    folder = Path(folder)
    faults = []
    if not _ID.fullmatch(study_id):
        hint = "use letters, digits, dots, dashes, e.g. NEW-TRIAL-1"
        message = f"study id `{study_id}` is not a name"
        faults.append(Fault(id="STUDY-011", message=message, place="study id", hint=hint))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = "the folder exists and is not empty"
        hint = "choose another name, or check it with `lupustrial check`"
        faults.append(Fault(id="STUDY-093", message=message, place=str(folder), hint=hint))
    if faults:
        raise StudyError(faults)
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        _write_template(partial, study_id)
        partial.replace(folder)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        message = f"the folder cannot be made: {error.strerror}"
        hint = "choose a place where you may write"
        raise StudyError(Fault(id="STUDY-093", message=message, place=str(folder), hint=hint)) from None


def _write_template(folder: Path, study_id: str) -> None:
    template = resources.files("lupustrial.study") / "_template"
    (folder / "forms").mkdir(parents=True)
    (folder / "documents").mkdir()
    for directory, prefix in (
        (template, ""),
        (template / "forms", "forms/"),
        (template / "documents", "documents/"),
    ):
        for entry in directory.iterdir():
            if entry.name.endswith((".yaml", ".md")):
                text = entry.read_text(encoding="utf-8").replace(
                    f"id: {_TEMPLATE_ID}\n", f'id: "{study_id}"\n'
                )
                (folder / f"{prefix}{entry.name}").write_text(text, encoding="utf-8", newline="\n")
