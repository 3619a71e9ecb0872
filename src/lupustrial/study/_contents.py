"""The files that define a study, as data: to be kept elsewhere than in a folder, and read back."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lupustrial.errors import Fault, StudyError
from lupustrial.study._files import read_folder
from lupustrial.study._load import examine_study
from lupustrial.study._model import Study

#: The names that a file of a study can have. No other is written to disk.
_NAME = re.compile(
    r"(?:study|codelists|instruments|analysis(?:-[a-z0-9][a-z0-9-]*)?)\.yaml"
    r"|forms/[A-Za-z0-9_][A-Za-z0-9_.-]*\.yaml|documents/[A-Za-z0-9_][A-Za-z0-9_.-]*\.(?:md|txt)"
    r"|cytometry/[A-Za-z0-9_][A-Za-z0-9_.-]*\.(?:yaml|csv|json)"
)


def study_files(folder: Path) -> dict[str, str]:
    """Return the files of a study folder that define it, by name; those that its digest covers.

    Raises:
        StudyError: STUDY-001, STUDY-002: they cannot be read.
    """
    faults: list[Fault] = []
    _, contents = read_folder(folder, faults)
    found: dict[str, str] = {}
    for name, content in contents.items():
        try:
            found[name] = content.decode()
        except UnicodeDecodeError:
            hint = "save it as UTF-8"
            faults.append(Fault(id="STUDY-002", message="the file is not UTF-8", place=name, hint=hint))
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors or not found:
        raise StudyError(errors or faults)
    return found


def is_study_file(name: str) -> bool:
    """Whether a study can have a file of this name."""
    return _NAME.fullmatch(name) is not None


def study_of_files(files: Mapping[str, str]) -> tuple[Study | None, list[Fault]]:
    """Return the study that files define (None where it has an error), and all its faults.

    Args:
        files: Content by name, as `study_files` gives them; other names are passed over.

    Returns:
        The study; its `folder` is the name of none.
    """
    with tempfile.TemporaryDirectory(prefix="lupustrial-study-") as made:
        folder = Path(made)
        for name, content in files.items():
            if is_study_file(name):
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(content.encode())
        study, faults = examine_study(folder)
    return (None if study is None else dataclasses.replace(study, folder=Path())), faults
