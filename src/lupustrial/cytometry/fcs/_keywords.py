"""Numbers out of keywords, never trusted."""

from __future__ import annotations

import math
import re
from typing import NoReturn

from lupustrial.cytometry.fcs._bytes import Source
from lupustrial.cytometry.fcs._text import Text

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")


class Keywords:
    """Asks a data set's TEXT for numbers; each refusal names keyword and byte."""

    def __init__(self, source: Source, text: Text, start: int) -> None:
        self.source, self.text, self.start = source, text, start

    def get(self, name: str) -> str | None:
        """Return a value; None where absent or blank."""
        return self.text.values.get(name) or None

    def need(self, name: str) -> str:
        """Return a value that the standard requires."""
        value = self.get(name)
        if value is None:
            message = f"the required keyword ${name} is absent"
            self.source.refuse("CYTO-013", message, self.start, self.text.advice)
        return value

    def integer(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between low and high; the default where absent."""
        value = self.get(name)
        if value is None and default is not None:
            return default
        value = self.need(name).strip()
        number = int(value) if _INTEGER.fullmatch(value) else None
        if number is None or not low <= number <= high:
            self.refuse(name, f"must be a whole number from {low} to {high}")
        return number

    def number(self, name: str, *, default: float | None = None) -> float:
        """Return a finite number; the default where absent."""
        value = self.get(name)
        if value is None and default is not None:
            return default
        number = as_number(self.need(name))
        if number is None:
            self.refuse(name, "must be a number")
        return number

    def refuse(self, name: str, rule: str, fault_id: str = "CYTO-013") -> NoReturn:
        """Raise a fault at the value of a keyword."""
        value = self.text.values.get(name, "")
        shown = value if len(value) <= 40 else f"{value[:40]}…"  # noqa: PLR2004 - fits a line
        at = self.text.at.get(name, self.start)
        self.source.refuse(fault_id, f"${name} is {shown!r}: it {rule}", at, self.text.advice)


def as_number(text: str) -> float | None:
    """Return a finite number; None where the text is none (no hex, no nan, no inf, no underscores)."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
