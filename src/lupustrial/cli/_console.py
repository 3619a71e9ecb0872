"""What commands print: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lupustrial.errors import Fault

_PIPED = 165  # columns


def stdout() -> Console:
    """Return the console for results; made anew so that redirection at run time is honoured.

    Where standard output is no terminal, tables have the width of a wide one.
    """
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED
    return Console(highlight=False, soft_wrap=True, width=wide)


def stderr() -> Console:
    """Return the console for progress, notes and faults."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_faults(faults: Sequence[Fault]) -> None:
    """Print every fault with place, id, message and hint, errors before warnings, and count them."""
    console = stderr()
    for fault in sorted(faults, key=lambda fault: fault.severity != "error"):
        style = "bold red" if fault.severity == "error" else "yellow"
        line = Text.assemble((fault.severity, style), f"  {fault.place}  ", (fault.id, "bold"))
        console.print(line)
        console.print(Text(f"       {fault.message}"))
        if fault.hint:
            console.print(Text(f"       → {fault.hint}", style="cyan"))
    console.print(Text(count_of(faults), style="bold"))


def count_of(faults: Sequence[Fault]) -> str:
    """Return e.g. ``"2 errors, 1 warning"``."""
    errors = sum(fault.severity == "error" for fault in faults)
    warnings = len(faults) - errors
    parts = [_plural(errors, "error")] + ([_plural(warnings, "warning")] if warnings else [])
    return ", ".join(parts)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
