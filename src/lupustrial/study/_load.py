"""A study folder into a checked `Study`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lupustrial.errors import Fault, StudyError
from lupustrial.study._check import cross_check
from lupustrial.study._files import read_folder
from lupustrial.study._model import Study
from lupustrial.study._schema import validate


def load_study(folder: Path | str) -> Study:
    """Read and check a study folder.

    Args:
        folder: The folder that holds ``study.yaml`` (format: ``docs/study-folder.md``).

    Returns:
        The study. Its `digest` is the SHA-256 over the files that define it, in name order.

    Raises:
        StudyError: with all the faults found (errors and warnings), in order of file and line.
    """
    study, faults = examine_study(folder)
    if study is None or any(fault.severity == "error" for fault in faults):
        raise StudyError(faults)
    return study


def check_study(folder: Path | str) -> list[Fault]:
    """Return everything that is wrong with a study folder, in order of file and line; empty when nothing is.

    The names of instruments, of their settings and outputs, and of statistical methods are not checked here:
    their registries belong to the rooms `instruments` and `analysis`.
    """
    return examine_study(folder)[1]


def examine_study(folder: Path | str) -> tuple[Study | None, list[Fault]]:
    """Return the study (``None`` where it has an error) together with all its faults, warnings included."""
    folder = Path(folder)
    faults: list[Fault] = []
    tree, contents = read_folder(folder, faults)
    if tree is None:
        return None, faults
    study, doubts = validate(tree.branch, folder, _digest(contents), faults)
    if study is not None:
        faults.extend(cross_check(study, tree.branch, doubts | tree.doubts))
    faults = sorted(faults, key=_order)
    refused = any(fault.severity == "error" for fault in faults)
    return (None if refused else study), faults


def _digest(contents: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, in name order."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\0{hashlib.sha256(contents[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def _order(fault: Fault) -> tuple[str, int, str]:
    file, _, line = fault.place.rpartition(":")
    return (file, int(line), fault.id) if line.isdigit() else (fault.place, 0, fault.id)
