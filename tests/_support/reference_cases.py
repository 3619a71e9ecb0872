"""The numbers that R, SAS, StatXact and papers gave; their folder lies outside the repository.

A file holds one number a row; rows of one ``case_id`` and ``method`` share their input. An adapter puts a
case to the package and names our numbers as the file does. Tests skip loudly where the folder is absent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "statistics"

#: Files of cases, and the modules whose METHODS put them to the package.
FILES = (
    "proportions_2x2.csv",
    "nonparametric_cmh_ancova_rubin.csv",
    "power_groupsequential_adaptive.csv",
    "multiplicity_graphical.csv",
    "gcomputation_logistic_gee.csv",
    "mmrm_r.csv",
    "mmrm_sas.csv",
    "imputation_rbmi.csv",
    "dose_finding_mcpmod.csv",
)
MODULES = (
    "cases_dose_finding",
    "cases_imputation",
    "cases_mmrm",
    "cases_models",
    "cases_multiplicity",
    "cases_power",
    "cases_proportions",
    "cases_ranks",
    "cases_sequential",
    "cases_stratified",
    "cases_two_groups",
)

Spec = Mapping[str, Any]
Answer = Mapping[str, float | None]


@dataclass(frozen=True)
class Number:
    """One expected number.

    Attributes:
        quantity: What it is, e.g. ``p_value`` or ``x[2]``.
        expected: The number.
        atol: Permitted absolute difference.
        rtol: Permitted difference as a part of ``expected``, added to ``atol``.
        engine: What gave it.
    """

    quantity: str
    expected: float
    atol: float
    rtol: float
    engine: str

    def agrees(self, ours: float) -> bool:
        """Return whether our number lies within the stated tolerance."""
        return abs(ours - self.expected) <= self.atol + self.rtol * abs(self.expected)


@dataclass(frozen=True)
class Case:
    """One input and the numbers expected of it."""

    id: str
    method: str
    data: str
    text: str
    numbers: tuple[Number, ...]
    folder: Path

    @property
    def spec(self) -> Spec:
        """Inputs and options."""
        spec: dict[str, Any] = json.loads(self.text) if self.text else {}
        return spec

    @property
    def columns(self) -> Mapping[str, list[str]]:
        """The columns of the data file as text."""
        return _columns(self.folder / "data" / self.data)


Adapter = Callable[[Case], Answer]


@lru_cache(maxsize=16)
def _columns(path: Path) -> Mapping[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] for row in rows] for name in rows[0]}


def cases_in(path: Path) -> list[Case]:
    """Return the cases of a file of numbers in the order of their first rows; none where it is absent."""
    if not path.exists():
        return []
    together: dict[tuple[str, ...], list[Number]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            number = Number(
                quantity=row["quantity"],
                expected=float(row["expected"]),
                atol=float(row["atol"]),
                rtol=float(row["rtol"]),
                engine=row["engine"],
            )
            key = (row["case_id"], row["method"], row["data"], row["spec"])
            together.setdefault(key, []).append(number)
    return [Case(*key, numbers=tuple(numbers), folder=path.parent) for key, numbers in together.items()]


def shared_cases() -> list[Case]:
    """Return every case of the reference folder that has expected numbers."""
    return [case for name in FILES for case in cases_in(FOLDER / name)]


def methods() -> dict[str, Adapter]:
    """Return the adapters by the method that they put to the package."""
    found: dict[str, Adapter] = {}
    for name in MODULES:
        found |= import_module(name).METHODS
    return found


def known_differences() -> dict[tuple[str, ...], str]:
    """Return the numbers that cannot be met, with the reason, which a test of its own shows.

    The key is case and quantity, or case, method and quantity where methods share the case.
    """
    found: dict[tuple[str, ...], str] = {}
    for name in MODULES:
        found |= getattr(import_module(name), "KNOWN_DIFFERENCES", {})
    return found
