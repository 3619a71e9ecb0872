"""What somebody typed into a form of the supply pages: days, temperatures, counts, numbers of kits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from lupustrial.allocation.kits import read_number
from lupustrial.errors import AllocationError, CaptureError, Fault
from lupustrial.study import Study

_LONGEST = 9  # digits of a count
_MOST = 5_000  # kits in one go


def today() -> dt.date:
    """Return the day in UTC; the browser offers its own."""
    return dt.datetime.now(dt.UTC).date()


def read_day(given: Mapping[str, str], field: str = "on") -> dt.date:
    """Read a day; CaptureError CAPT-059 where it is none."""
    text = given.get(field, "").strip()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _wrong(field, "this is no date", "write the day as YYYY-MM-DD") from None


def read_degrees(given: Mapping[str, str], field: str) -> Decimal | None:
    """Read a temperature; None where the field is empty; CaptureError CAPT-059 where it is none."""
    text = given.get(field, "").strip().replace(",", ".").replace("−", "-")
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or len(text) > _LONGEST:
        raise _wrong(field, "this is no temperature", "write degrees Celsius, e.g. 2.5")
    return found


def read_count(given: Mapping[str, str], field: str) -> int:
    """Read a count; CaptureError CAPT-059 where it is none."""
    text = given.get(field, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
        raise _wrong(field, "this is no count", "write a whole number, 0 where there is none")
    return int(text)


def read_kit(study: Study, given: Mapping[str, str], field: str = "kit") -> int:
    """Read one kit, typed or scanned.

    Raises:
        CaptureError: CAPT-059, nothing was typed.
        AllocationError: ALLOC-060, what was typed is no number of a kit of this study.
    """
    text = given.get(field, "").strip()
    if not text:
        raise _wrong(field, "no kit is named", "scan the code on the kit, or type its number")
    return read_number(study.id, text, field)


def read_kits_named(study: Study, given: Mapping[str, str], field: str = "kits") -> list[int]:
    """Read kits, one a line (a comma ends a number too); all that are wrong are named together."""
    lines = [line.strip() for line in re.split(r"[\n,;]", given.get(field, "")) if line.strip()]
    if len(lines) > _MOST:
        raise _wrong(field, f"these are {len(lines)} kits", f"name at most {_MOST} in one go")
    found: list[int] = []
    faults: list[Fault] = []
    for row, line in enumerate(lines, start=1):
        try:
            found.append(read_number(study.id, line, f"line {row}"))
        except AllocationError as error:
            faults += error.faults
    if faults:
        raise AllocationError(faults)
    return found


def _wrong(field: str, message: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id="CAPT-059", message=message, place=field, hint=hint))
