"""How a file is to be read. It is chosen by whoever brings it in; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from lupustrial.errors import CaptureError, Fault, closest

Layout = Literal["records", "form", "laboratory"]
Encoding = Literal["utf-8", "gb18030", "utf-16", "windows-1252"]
Delimiter = Literal["comma", "semicolon", "tab"]
Sign = Literal["point", "comma"]
Dates = Literal["YYYY-MM-DD", "YYYY/MM/DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYYMMDD"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "layout": get_args(Layout),
    "encoding": get_args(Encoding),
    "delimiter": get_args(Delimiter),
    "decimal": get_args(Sign),
    "dates": get_args(Dates),
}
_DELIMITERS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t"}
_PARTS = {"YYYY": r"(?P<y>\d{4})", "MM": r"(?P<m>\d{1,2})", "DD": r"(?P<d>\d{1,2})"}


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is to be read.

    Attributes:
        layout: ``"records"``: one row an item value; ``"form"``: one row a page of a form;
            ``"laboratory"``: one row a result, by a map.
        form: Id of the form, where a CSV has the layout of one.
        map: Name of the map of the laboratory.
        encoding: Of CSV.
        delimiter: Of CSV.
        decimal: How decimals are written in CSV.
        dates: How dates are written in CSV.
        neutral: Whether texts were made harmless for spreadsheets (our own CSV exports).
        why: Reason of changes to what is held already.
    """

    layout: Layout = "form"
    form: str = ""
    map: str = ""
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = "comma"
    decimal: Sign = "point"
    dates: Dates = "YYYY-MM-DD"
    neutral: bool = False
    why: str = ""

    @property
    def separator(self) -> str:
        """The sign between cells."""
        return _DELIMITERS[self.delimiter]

    def plain(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def options_of(given: Mapping[str, Any]) -> Options:
    """Return options from what a page sent; what is left out has its default.

    Raises:
        CaptureError: CAPT-065, for every choice that is none.
    """
    chosen: dict[str, Any] = {}
    faults = []
    for name, known in CHOICES.items():
        value = str(given.get(name, "") or getattr(Options, name))
        chosen[name] = value
        if value not in known:
            hint = closest(value, known) or f"known: {', '.join(known)}"
            faults.append(Fault(id="CAPT-065", message=f"`{value[:60]}` is no choice", place=name, hint=hint))
    if faults:
        raise CaptureError(faults)
    for name in ("form", "map", "why"):
        chosen[name] = str(given.get(name, "")).strip()[:2000]
    return Options(**chosen, neutral=bool(given.get("neutral")))


def date_in(text: str, dates: Dates) -> str | None:
    """Return a date as ISO 8601; None where it is not written so. Whether the day exists is not checked."""
    pattern = re.sub("YYYY|MM|DD", lambda part: _PARTS[part[0]], re.escape(dates).replace(r"\-", "-"))
    if dates in ("YYYYMMDD", "YYYY-MM-DD"):
        pattern = pattern.replace("{1,2}", "{2}")
    found = re.fullmatch(pattern, text, re.ASCII)
    return None if found is None else f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"


def number_in(text: str, sign: Sign) -> str | None:
    """Return a number with a point; None where it holds the other sign, which would be read ten times off."""
    other = "," if sign == "point" else "."
    if other in text:
        return None
    return text.replace(",", ".") if sign == "comma" else text
