"""``samples.csv``: what each file of a folder is. Only roles, controls and batches steer gating.

Columns that stand in no list here (participant, visit, …) are handed through to ``files.csv``; gating is
not given them, so no gate can depend on them.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lupustrial.cytometry.run._find import FoundFile
from lupustrial.errors import CytometryError, Fault, closest

SAMPLES = "samples.csv"
#: What a file can be: ``control`` is the technical control of a batch, the last two are blanks of a sample.
ROLES = ("sample", "reference", "control", "FMO", "unstimulated")
BLANKS = ("FMO", "unstimulated")
_KNOWN = ("file", "role", "batch", "panel", "pair", "control", "gates", "lymphocytes")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a file is.

    Attributes:
        role: One of :data:`ROLES`.
        batch: Staining or acquisition batch, by which templates are chosen; empty where not told.
        panel: Id of its panel; empty where there is only one.
        pair: A token that files of the same draw share, by which a sample finds its blanks.
        control: The name by which the strategy knows this blank (``unstimulated``, ``FMO CD25``).
        gates: File of the gates that a reader drew on this reference tube (.wsp, .xml), beside it.
        lymphocytes: Lymphocytes of the blood count, 10^9 per litre.
        passed: Every other column, as it stood.
    """

    role: str = "sample"
    batch: str = ""
    panel: str = ""
    pair: str = ""
    control: str = ""
    gates: str = ""
    lymphocytes: float | None = None
    passed: Mapping[str, str] = field(default_factory=dict)


def read_samples(path: Path | None, files: Sequence[FoundFile]) -> dict[str, Sample]:
    """Return what each file is, by its hash; a file that is not told is a sample.

    Args:
        path: A table with the column ``file``; None where there is none.
        files: The files of the folder.

    Raises:
        CytometryError: CYTO-068 with every fault of the table and its row.
    """
    told: dict[str, Sample] = {}
    if path is not None:
        told = _read(path, files)
    return {file.sha256: told.get(file.sha256, Sample()) for file in files}


def _read(path: Path, files: Sequence[FoundFile]) -> dict[str, Sample]:
    rows = _rows(path)
    names = {name: file.sha256 for file in files for name in (file.name, *file.also)}
    faults: list[Fault] = []
    told: dict[str, Sample] = {}
    for number, row in enumerate(rows, start=2):
        place, name = f"{path} row {number}", row["file"].replace("\\", "/")
        sample = _sample(row, place, faults)
        if name not in names:
            hint = closest(name, tuple(names)) or "write its path in the folder"
            faults.append(_fault(f"there is no file {name}", place, hint))
        elif told.get(names[name], sample) != sample:
            faults.append(
                _fault(f"{name} stands twice, and differs", place, "keep one row for the same bytes")
            )
        else:
            told[names[name]] = sample
    if faults:
        raise CytometryError(faults)
    return told


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CytometryError(
            _fault(f"the table cannot be read: {reason}", str(path), "save it as CSV")
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    if "file" not in header or len(set(header)) < len(header):
        message = "the header has no column `file`, or one twice"
        hint = f"columns are {', '.join(_KNOWN)}; others are handed through"
        raise CytometryError(_fault(message, f"{path} row 1", hint))
    rows = [row for row in reader if any(cell.strip() for cell in row)]
    short = [
        _fault(f"{len(row)} cells where the header has {len(header)}", f"{path} row {number}", "mend the row")
        for number, row in enumerate(rows, start=2)
        if len(row) != len(header)
    ]
    if short:
        raise CytometryError(short)
    return [dict(zip(header, (cell.strip() for cell in row), strict=True)) for row in rows]


def _sample(row: Mapping[str, str], place: str, faults: list[Fault]) -> Sample:
    role = row.get("role", "") or "sample"
    if role not in ROLES:
        faults.append(
            _fault(f"`role` is {role!r}", place, closest(role, ROLES) or f"one of {', '.join(ROLES)}")
        )
    control = row.get("control", "") or ("unstimulated" if role == "unstimulated" else "")
    if role in BLANKS and not (control and row.get("pair", "")):
        hint = (
            "`pair` is a token that the sample bears too; `control` its name in the strategy, e.g. FMO CD25"
        )
        faults.append(_fault(f"a file of role {role} needs `pair` and `control`", place, hint))
    return Sample(
        role=role,
        batch=row.get("batch", ""),
        panel=row.get("panel", ""),
        pair=row.get("pair", ""),
        control=control,
        gates=_gates(row.get("gates", ""), role, place, faults),
        lymphocytes=_number(row.get("lymphocytes", ""), place, faults),
        passed={name: cell for name, cell in row.items() if name not in _KNOWN},
    )


def _gates(name: str, role: str, place: str, faults: list[Fault]) -> str:
    if name and role != "reference":
        hint = "gates are drawn on a file of role `reference`; leave the cell empty for others"
        faults.append(_fault(f"a file of role {role} has `gates`", place, hint))
    elif name and Path(name).name != name:
        faults.append(_fault(f"`gates` is {name!r}", place, "a plain file name, in the same folder"))
    else:
        return name
    return ""


def _number(text: str, place: str, faults: list[Fault]) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < 1000:  # noqa: PLR2004 - no blood has 10^12 per litre; a NaN is refused here too
        hint = "10^9 per litre, e.g. 1.42; empty where unknown"
        faults.append(_fault(f"`lymphocytes` is {text!r}", place, hint))
        return None
    return number


def _fault(message: str, place: str, hint: str) -> Fault:
    return Fault(id="CYTO-068", message=message, place=place, hint=hint)
