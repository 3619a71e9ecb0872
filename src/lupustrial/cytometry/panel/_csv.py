"""A spillover matrix from a CSV file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from lupustrial.cytometry.panel._model import Matrix
from lupustrial.errors import Fault

_HINT = "write the channels in the first line, then one line of numbers a channel (a first cell may name it)"
_LARGEST = 4_000_000  # bytes


def read_matrix(path: Path, place: str, faults: list[Fault]) -> Matrix | None:
    """Read a matrix as FlowJo and FACSDiva export it; append what is wrong (CYTO-023) and return None.

    The first line names the channels, each further line holds a row, with or without its name before it.
    Fractions, 1 on the diagonal.

    Args:
        path: The file.
        place: Where the panel names it.
        faults: Receives every fault.
    """
    try:
        raw = path.read_bytes()
        text = raw[:_LARGEST].decode("utf-8-sig")
        lines = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        message = f"the matrix {path.name} cannot be read: {getattr(error, 'strerror', None) or error}"
        faults.append(
            Fault(id="CYTO-023", message=message, place=place, hint="put it beside the panel, as UTF-8")
        )
        return None
    head = (
        [cell.strip().removeprefix("# ") for cell in lines[0]] if lines else []
    )  # numpy.savetxt writes "# "
    channels = tuple(cell for cell in head if cell)
    before = len(faults)
    if len(set(channels)) < len(channels) or len(lines) != len(channels) + 1 or not channels:
        message = f"{len(lines) - 1} rows for {len(channels)} channels ({len(set(channels))} different)"
        faults.append(Fault(id="CYTO-023", message=message, place=f"{path.name}:1", hint=_HINT))
        return None
    rows = tuple(_row(line, channels, at, path.name, faults) for at, line in enumerate(lines[1:]))
    return Matrix(channels=channels, rows=rows) if len(faults) == before else None


def _row(
    line: list[str], channels: tuple[str, ...], at: int, name: str, faults: list[Fault]
) -> tuple[float, ...]:
    place = f"{name}:{at + 2}"
    cells = [cell.strip() for cell in line]
    if len(cells) == len(channels) + 1:
        if cells[0] != channels[at]:
            message = f"row {at + 1} is of {cells[0]!r}, column {at + 1} of {channels[at]!r}"
            faults.append(
                Fault(id="CYTO-023", message=message, place=place, hint="put rows in the order of columns")
            )
        cells = cells[1:]
    try:
        numbers = tuple(float(cell) for cell in cells)
    except ValueError as error:
        faults.append(Fault(id="CYTO-023", message=str(error), place=place, hint=_HINT))
        return ()
    if len(numbers) != len(channels):
        message = f"{len(numbers)} numbers for {len(channels)} channels"
        faults.append(Fault(id="CYTO-023", message=message, place=place, hint=_HINT))
    return numbers
