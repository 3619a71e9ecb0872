"""Checks of a study that need more than one room: instruments and methods that the study names."""

from __future__ import annotations

from pathlib import Path

from lupustrial.errors import Fault, InstrumentError, StudyError, closest
from lupustrial.study import Study, examine_study


def check_everything(folder: Path) -> list[Fault]:
    """Return all faults of a study folder: of its files, and of what they name in other rooms."""
    return _examined(folder)[1]


def load_checked(folder: Path) -> Study:
    """Return the study of a folder.

    Raises:
        StudyError: With every fault of the folder, where there is an error.
    """
    study, faults = _examined(folder)
    if study is None or any(fault.severity == "error" for fault in faults):
        raise StudyError(faults)
    return study


def _examined(folder: Path) -> tuple[Study | None, list[Fault]]:
    """Return the study of a folder, None where its files are at fault, with the faults of all rooms."""
    study, faults = examine_study(folder)
    return study, faults if study is None else faults + _check_names(study)


def _check_names(study: Study) -> list[Fault]:
    from lupustrial.analysis import check_plan

    return [*_check_instruments(study), *check_plan(study)]


def _check_instruments(study: Study) -> list[Fault]:
    """Return a fault for each instrument and setting that does not exist, and each void signature."""
    from lupustrial.cli._sign_off import check_signature
    from lupustrial.instruments import INSTRUMENTS, settings_hash

    faults = []
    for use in study.instruments:
        place = f"{study.folder / 'instruments.yaml'}: {use.id}"
        if use.instrument not in INSTRUMENTS:
            known = sorted(INSTRUMENTS)
            hint = f"{closest(use.instrument, known)} known instruments: {', '.join(known)}".strip()
            faults.append(
                Fault(id="STUDY-090", message=f"no instrument {use.instrument!r}", place=place, hint=hint)
            )
            continue
        try:
            settings_hash(use.instrument, dict(use.settings))
        except InstrumentError as error:
            faults += [
                Fault(id="STUDY-091", message=fault.message, place=place, hint=fault.hint)
                for fault in error.faults
            ]
        else:
            faults += check_signature(use, place)
    return faults
