"""The catalogue of cells: what each carries, how it scatters light and how frequent it is (`cells.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a marker: the share of the cells that have it, log10 against a positive cell, spread.

    A level of None means that the cell does not carry the marker; a spread of None is the marker's own.
    """

    share: float
    level: float | None
    spread: float | None = None


@dataclass(frozen=True, kw_only=True)
class Marker:
    """Brightness of a positive cell (log10 against the dye's) and standard deviation of log10 among cells."""

    density: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """Median forward and side scatter, their spread (log10), and autofluorescence against a lymphocyte's."""

    forward: float
    side: float
    forward_spread: float
    side_spread: float
    glow: float


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A subset: its share of single live cells (0 to 1), its scatter, its levels by marker."""

    name: str
    share: float
    scatter: str
    markers: Mapping[str, tuple[Level, ...]]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything in `cells.yaml`; shares are of single live cells, `others` are of all events."""

    markers: Mapping[str, Marker]
    scatter: Mapping[str, Scatter]
    cells: Mapping[str, Cell]
    others: Mapping[str, float]
    groups: Mapping[str, tuple[str, ...]]

    def members(self, name: str) -> tuple[str, ...]:
        """Return the cells that a name stands for: of a group its members, else the name itself."""
        return self.groups.get(name, (name,))


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the package."""
    plain = read_plain("cells.yaml")
    cells: dict[str, Cell] = {}
    for name, entry in plain["cells"].items():
        cells[name] = _cell(name, entry, cells, plain["levels"])
    total = sum(cell.share for cell in cells.values())
    return Catalogue(
        markers={name: Marker(**entry) for name, entry in plain["markers"].items()},
        scatter={name: Scatter(**entry) for name, entry in plain["scatter"].items()},
        cells={
            name: Cell(name=name, share=cell.share / total, scatter=cell.scatter, markers=cell.markers)
            for name, cell in cells.items()
        },
        others={name: percent / 100 for name, percent in plain["others"].items()},
        groups={name: tuple(members) for name, members in plain["groups"].items()},
    )


def read_plain(name: str) -> dict[str, Any]:
    """Return a YAML file of this package as plain values."""
    text = files("lupustrial.cytometry.synthetic").joinpath(name).read_text(encoding="utf-8")
    plain: dict[str, Any] = YAML(typ="safe").load(text)
    return plain


def _cell(
    name: str, entry: Mapping[str, Any], known: Mapping[str, Cell], levels: Mapping[str, float]
) -> Cell:
    like = known.get(entry.get("like", ""))
    markers = dict(like.markers) if like else {}
    for marker, written in entry["markers"].items():
        parts = written if isinstance(written, list) else [[1.0, written]]
        markers[marker] = tuple(_level(share, value, levels) for share, value in parts)
    scatter = entry.get("scatter") or (like.scatter if like else "lymphocyte")
    return Cell(name=name, share=float(entry["share"]), scatter=scatter, markers=markers)


def _level(share: float, written: Any, levels: Mapping[str, float]) -> Level:
    if isinstance(written, Mapping):
        return Level(share=share, level=written["level"], spread=written["spread"])
    if isinstance(written, str):
        return Level(share=share, level=levels[written])
    return Level(share=share, level=None if written is None else float(written))
