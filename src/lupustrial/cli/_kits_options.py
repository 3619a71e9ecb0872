"""What the commands of ``lupustrial kits`` share: options, numbers, days, temperatures, the open store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lupustrial.cli._console import print_faults
from lupustrial.cli._find import find_study
from lupustrial.cli._randomise_options import read_text
from lupustrial.errors import AllocationError, Fault, LupustrialError

if TYPE_CHECKING:
    from lupustrial.ledger import Transaction
    from lupustrial.study import Study

Kits = Annotated[
    list[str] | None,
    typer.Option("--kit", help="Number of a kit, typed or scanned; may be given again."),
]
KitFile = Annotated[
    Path | None,
    typer.Option("--kits", help="A file with a kit number in each line (what follows a comma is left out)."),
]
On = Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD; today where it is left out.")]
Low = Annotated[str, typer.Option(help="Lowest temperature of the log, °C.")]
High = Annotated[str, typer.Option(help="Highest temperature of the log, °C.")]
Why = Annotated[str, typer.Option("--reason", help="Why; where one is needed, nothing is done without it.")]


@contextmanager
def working(study: str, store: str, *, writing: bool) -> Iterator[tuple[Study, Transaction]]:
    """Open a study and a transaction of its store."""
    from lupustrial.ledger import open_database
    from lupustrial.study import load_study

    loaded = load_study(find_study(study))
    with open_database(store) as db, db.writing() if writing else db.reading() as tx:
        yield loaded, tx


def numbers(study: Study, kits: Sequence[str] | None, file: Path | None) -> list[int]:
    """Read the numbers that were named, all faults at once (ALLOC-060)."""
    from lupustrial.allocation.kits import read_number

    named = [(text, f"--kit {text}") for text in kits or ()]
    if file is not None:
        lines = enumerate(read_text(file).splitlines(), start=1)
        cells = [(line.split(",")[0].strip(), f"{file.name} row {row}") for row, line in lines]
        named += [(cell, place) for cell, place in cells if cell and cell != "kit"]
    found: list[int] = []
    faults: list[Fault] = []
    for text, place in named:
        try:
            found.append(read_number(study.id, text, place))
        except LupustrialError as error:
            faults += error.faults
    if faults:
        raise AllocationError(faults)
    return found


def day(text: str) -> dt.date:
    """Read a day; today (where the computer stands) for an empty text; ALLOC-082 where it is none."""
    if not text:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        hint = "write YYYY-MM-DD"
        fault = Fault(id="ALLOC-082", message=f"`{text}` is no date", place="command line, --on", hint=hint)
        raise AllocationError(fault) from None


def degrees(text: str, option: str) -> Decimal | None:
    """Read a temperature; None for an empty text; ALLOC-089 where it is none."""
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        hint = "write degrees Celsius, e.g. 2.5"
        message, place = f"`{text}` is no temperature", f"command line, {option}"
        raise AllocationError(Fault(id="ALLOC-089", message=message, place=place, hint=hint)) from None


def warn(faults: Sequence[Fault]) -> None:
    """Print warnings, if there are any."""
    if faults:
        print_faults(faults)
