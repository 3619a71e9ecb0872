"""What a label of a column says: the markers it stains, in one spelling."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

_PACKAGE = "lupustrial.cytometry.quality"
_SCATTER = re.compile(r"^(FSC|SSC)\b")
_NO_STAIN = re.compile(r"^(TIME|EVENT|ORIGINAL.?ID|EMPTY|AF|WIDTH|AUTOFLUORESCENCE)\b")


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of this package, every field as text."""
    text = (resources.files(_PACKAGE) / "tables" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def is_scatter(column: str) -> bool:
    """Whether a column is light scatter."""
    return _SCATTER.match(column.upper()) is not None


def is_time(column: str) -> bool:
    """Whether a column is the time of acquisition."""
    return re.match(r"^(HDR-)?T(IME)?$", column.upper()) is not None


def is_stain(column: str) -> bool:
    """Whether a column is a stain: neither scatter nor time nor something that was counted or left empty."""
    text = re.sub(r"[_.]", " ", column.upper())
    return not (is_scatter(text) or is_time(text) or _NO_STAIN.match(text))


@cache
def markers_of(label: str) -> frozenset[str]:
    """Return the markers of a label: ``CD4+CD20`` stains two in one colour, ``BV785 - CD3`` one.

    Case, blanks, hyphens and the spellings of ``tables/markers.csv`` do not count. A label without a
    marker gives an empty set.
    """
    spelt = {row["written"]: row["marker"] for row in rows("markers")}
    text = re.split(r"\s+-\s+", label.upper())[-1]
    parts = (re.sub(r"[^0-9A-ZΑ-Ω]", "", part) for part in re.split(r"[+/,&;|]", text))
    return frozenset(spelt.get(part, part) for part in parts if part)
