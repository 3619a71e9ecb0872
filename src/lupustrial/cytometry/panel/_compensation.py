"""Which matrix is to be applied to a file, if any: never a second one."""

from __future__ import annotations

import numpy as np

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry.fcs import FcsFile, Spill
from lupustrial.cytometry.panel._model import APPLIED, FROM_FILE, NONE, Panel
from lupustrial.cytometry.panel._plausible import faults_of
from lupustrial.cytometry.panel._signs import (
    FEWEST_PAIRS,
    RAW_SHARE,
    signs_in_values,
    signs_of_compensation,
    spill_shown,
)
from lupustrial.errors import CytometryError, Fault, closest

#: A matrix without an entry above this corrects nothing (spectral software writes 1e-6).
_NOTHING = 1e-4


def corrects_nothing(spill: Spill) -> bool:
    """Whether a matrix is the identity, as software writes it that has calculated none."""
    return bool(np.abs(spill.matrix - np.eye(len(spill.channels))).max() <= _NOTHING)


def matrix_for(file: FcsFile, panel: Panel) -> Spill | None:
    """Return the matrix that the panel orders for a file; None where nothing is to be applied.

    Raises:
        CytometryError: CYTO-018 the file's matrix is broken; CYTO-025 it has none, or lacks a channel of
            the matrix; CYTO-026 values are compensated already; CYTO-027 the matrix is impossible.
    """
    if panel.compensation in (NONE, APPLIED):
        return None
    faults: list[Fault] = []
    spill = _ordered(file, panel, faults)
    absent = [] if spill is None else _absent(file, spill)
    impossible = [] if spill is None else faults_of(spill, file.name)
    signs = signs_of_compensation(file)
    if spill is not None and not absent and not impossible:
        signs += signs_in_values(file, spill)
    if signs:
        message = f"compensation would be applied twice: {'; '.join(signs)}"
        hint = (
            'write "compensation: already applied" in the panel, or give the raw file; '
            "if it is raw, the matrix is of other stains"
        )
        faults.append(Fault(id="CYTO-026", message=message, place=file.name, hint=hint))
    faults += absent + impossible
    if faults:
        raise CytometryError(faults)
    return spill


def check_compensation(panel: Panel, file: FcsFile) -> Finding:
    """Return QC-COMPENSATION: whether the panel's order fits what the file is."""
    try:
        spill = matrix_for(file, panel)
    except CytometryError as error:
        message = "; ".join(f"{fault.id} {fault.message}" for fault in error.faults)
        return Finding(check="QC-COMPENSATION", verdict="fail", message=message)
    if spill is not None and corrects_nothing(spill):
        message = f"{spill.source} is the identity: nobody calculated a compensation"
        return Finding(check="QC-COMPENSATION", verdict="warn", message=message)
    if spill is not None:
        bare = [stain.channel for stain in panel.stains if stain.channel not in spill.channels]
        message = f"{spill.source} over {len(spill.channels)} channels"
        if bare:
            message += f"; without {', '.join(bare)}"
        return Finding(
            check="QC-COMPENSATION", verdict="warn" if bare else "pass", message=message, columns=tuple(bare)
        )
    return _not_applied(panel, file)


def _not_applied(panel: Panel, file: FcsFile) -> Finding:
    """The panel orders none: does the file look compensated (already applied), or not (none)?"""
    carried = file.spill if file.spill is not None and not corrects_nothing(file.spill) else None
    signs = signs_of_compensation(file)
    share, pairs = (0.0, 0) if carried is None else spill_shown(file, carried)
    if carried is not None:
        signs += signs_in_values(file, carried)
    if panel.compensation == APPLIED and carried is not None and pairs >= FEWEST_PAIRS and share >= RAW_SHARE:
        message = (
            f"the panel says compensated already; values show {share:.0%} of the spill of {carried.source}"
        )
        return Finding(check="QC-COMPENSATION", verdict="fail", message=message)
    if panel.compensation == NONE and (carried is not None or signs):
        told = "; ".join((*signs, *((f"the file carries {carried.source}",) if carried else ())))
        message = f"the panel says not to compensate; {told}"
        return Finding(check="QC-COMPENSATION", verdict="warn", message=message)
    message = "; ".join(signs) or "nothing in the file speaks against the panel"
    return Finding(check="QC-COMPENSATION", verdict="pass", message=f"{panel.compensation}: {message}")


def _ordered(file: FcsFile, panel: Panel, faults: list[Fault]) -> Spill | None:
    if panel.compensation != FROM_FILE:
        if panel.matrix is None:
            message = f"the panel names {panel.compensation} but holds no matrix"
            hint = "read the panel with read_panel, or give it a matrix"
            faults.append(Fault(id="CYTO-025", message=message, place=f"panel {panel.id}", hint=hint))
            return None
        matrix = np.array(panel.matrix.rows, dtype=np.float64)
        return Spill(channels=panel.matrix.channels, matrix=matrix, source=panel.compensation)
    if file.spill is None:
        hint = "name a CSV file of the matrix in the panel, or write `none`"
        message = "the panel says `compensation: file`, the file holds no matrix"
        faults.append(file.spill_fault or Fault(id="CYTO-025", message=message, place=file.name, hint=hint))
    return file.spill


def _absent(file: FcsFile, spill: Spill) -> list[Fault]:
    names = [channel.name for channel in file.channels]
    return [
        Fault(
            id="CYTO-025",
            message=f"{spill.source} names {name}, which is no channel of the file",
            place=file.name,
            hint=closest(name, names) or f"the file has {', '.join(names)}",
        )
        for name in spill.channels
        if name not in names
    ]
