"""The number on a kit: as it is printed, as it is scanned, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lupustrial.allocation._numbers import check_holds
from lupustrial.allocation.kits._kit import Kit
from lupustrial.errors import AllocationError, Fault

_LONGEST = 18  # digits that a database keeps as a whole number


def scanned(study: str, number: int) -> str:
    """Return what the QR code of a kit holds: the study, a colon and the number with its check digit."""
    return f"{study}:{number}"


def printed(number: int) -> str:
    """Return the number in groups of three from the right, for people: ``12 345 678``."""
    return f"{number:,}".replace(",", " ")


def read_number(study: str, text: str, place: str = "kit number") -> int:
    """Read the number of a kit, typed (blanks do not matter) or scanned.

    Raises:
        AllocationError: ALLOC-060, it is no number, of another study, or its check digit does not hold.
    """
    name, colon, digits = text.strip().rpartition(":")
    if colon and name != study:
        raise AllocationError(
            Fault(
                id="ALLOC-060",
                message=f"the label is of study `{name}`, not of `{study}`",
                place=place,
                hint="the kit belongs to another trial: put it back where it belongs",
            )
        )
    digits = "".join(digits.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST):
        hint = "scan the code on the label, or type all digits of the number"
        message = f"`{digits}` is no kit number"
        raise AllocationError(Fault(id="ALLOC-060", message=message, place=place, hint=hint))
    faults = check_numbers([int(digits)], place)
    if faults:
        raise AllocationError(faults)
    return int(digits)


def check_numbers(numbers: Iterable[int], place: str | None = None) -> list[Fault]:
    """Return ALLOC-060 for each number whose check digit does not hold."""
    return [
        Fault(
            id="ALLOC-060",
            message=f"the check digit of {number} does not hold",
            place=place or f"kit {number}",
            hint="a digit was misread: read the number on the kit again, or scan it",
        )
        for number in numbers
        if not check_holds(number)
    ]


def check_known(study: str, numbers: Iterable[int], known: Mapping[int, Kit]) -> list[Fault]:
    """Return ALLOC-060, ALLOC-061 (unknown) and ALLOC-062 (named twice), one a number."""
    faults: list[Fault] = []
    seen: set[int] = set()
    for number in numbers:
        wrong = check_numbers([number])
        if wrong:
            faults += wrong
        elif number not in known:
            message = f"study `{study}` has no kit {number}"
            hint = "the kit belongs to another trial or was never packed: put it aside and tell the sponsor"
            faults.append(Fault(id="ALLOC-061", message=message, place=f"kit {number}", hint=hint))
        elif number in seen:
            message = f"kit {number} is named twice"
            hint = "name it once; if two kits bear it, put both aside and tell the sponsor"
            faults.append(Fault(id="ALLOC-062", message=message, place=f"kit {number}", hint=hint))
        seen.add(number)
    return faults


def require_known(study: str, numbers: Iterable[int], known: Mapping[int, Kit]) -> None:
    """Raise AllocationError with what `check_known` finds."""
    faults = check_known(study, numbers, known)
    if faults:
        raise AllocationError(faults)
