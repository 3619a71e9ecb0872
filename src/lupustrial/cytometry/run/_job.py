"""What is done with one file, and the key by which its result is found again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lupustrial import __version__
from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.quality import Reference
from lupustrial.cytometry.review import GateDecision
from lupustrial.cytometry.strategy import Strategy

#: Counted up where the content of a part changes.
_FORMAT = 2
#: Libraries whose version can change a number.
_LIBRARIES = ("flowio", "flowkit", "flowutils", "numpy", "polars", "scikit-learn", "scipy")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What holds for every file of a run.

    Attributes:
        fraction: Share of the parent's spread by which edges move for the jitter interval.
        largest_cv: Coefficient of variation at the limit of quantification.
        tube_cv: Coefficient of variation of the true share between replicate tubes, for responses.
        lymphocytes: Name of the population that percentages of lymphocytes are of.
    """

    fraction: float = 0.1
    largest_cv: float = 0.2
    tube_cv: float = 0.0
    lymphocytes: str = "lymphocytes"

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "fraction": self.fraction, "largest_cv": self.largest_cv, "tube_cv": self.tube_cv,
            "lymphocytes": self.lymphocytes,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Job:
    """One file with all that its gating may know: neither participant nor visit nor arm.

    Attributes:
        name: The file's name, for messages only.
        path: Where it lies.
        sha256: Hash of its bytes.
        panel: Its panel.
        strategy: The strategy.
        templates: Templates of its batch by name, each with a `hash`.
        controls: Name in the strategy, path and hash of each control tube.
        blood_count: Lymphocytes, 10^9 per litre.
        reference: What good tubes of the panel look like, for quality control.
        decisions: What readers decided on its gates: of each file of decisions by strategy and population.
        settings: Those of the run.
        plots: Whether plots of quality control are drawn of a tube that it did not pass.
    """

    name: str
    path: Path
    sha256: str
    panel: Panel
    strategy: Strategy
    templates: Mapping[str, Any] = field(default_factory=dict)
    controls: tuple[tuple[str, Path, str], ...] = ()
    blood_count: float | None = None
    reference: Reference | None = None
    decisions: tuple[Mapping[tuple[str, str], GateDecision], ...] = ()
    settings: Settings = field(default_factory=Settings)
    plots: bool = True

    @property
    def key(self) -> str:
        """SHA-256 of everything that its result depends on; not of names and places."""
        return hash_of({
            "format": _FORMAT,
            "file": self.sha256,
            "panel": self.panel.hash,
            "strategy": self.strategy.hash,
            "templates": {name: str(template.hash) for name, template in self.templates.items()},
            "controls": {name: sha256 for name, _, sha256 in self.controls},
            "blood_count": self.blood_count,
            "reference": None if self.reference is None else self.reference.as_plain(),
            "decisions": [
                [[*key, one.as_plain()] for key, one in sorted(each.items())] for each in self.decisions
            ],
            "settings": self.settings.as_plain(),
            "plots": self.plots,
            "versions": versions(),
            "code": _code(),
        })  # fmt: skip


@cache
def _code() -> str:
    """Return the SHA-256 of the code and tables of this room: any change of them makes every part anew."""
    room = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(room.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and "synthetic" not in path.parts:
            digest.update(f"{path.relative_to(room).as_posix()} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("lupustrial", __version__)]
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of this tool and of the libraries that numbers depend on."""
    return dict(_versions())
