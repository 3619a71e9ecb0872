"""How frequent each subset is: the catalogue's shares, replaced where asked, and varied between donors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.synthetic._catalogue import Catalogue, catalogue
from lupustrial.cytometry.synthetic._random import stream
from lupustrial.errors import CytometryError, Fault, closest

_TOLERANCE = 1e-9


def shares_of(fractions: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the share of every cell among single live cells; of debris, dead and doublets among all events.

    Args:
        fractions: Shares (0 to 1) that replace the catalogue's, by subset or group. A group's share is
            dealt to those of its members that are not named, in the catalogue's proportion. The cells
            not named keep their proportion and share what is left.

    Raises:
        CytometryError: CYTO-060 a name is neither subset nor group; CYTO-061 a share is negative, or the
            shares come to more than 1.
    """
    known = catalogue()
    asked = dict(fractions or {})
    _check(asked, known)
    others = {name: float(asked.pop(name, share)) for name, share in known.others.items()}
    named: dict[str, float] = {}
    faults = []
    for name in sorted(asked, key=lambda name: len(known.members(name))):
        members = known.members(name)
        open_ = [member for member in members if member not in named]
        remains = asked[name] - sum(named[member] for member in members if member in named)
        whole = sum(known.cells[member].share for member in open_)
        if remains < -_TOLERANCE or (not open_ and remains > _TOLERANCE):
            faults.append(_wrong_sum(f"shares within {name} and its own", asked[name] - remains))
            continue
        named |= {member: max(remains, 0.0) * known.cells[member].share / whole for member in open_}
    left = 1.0 - sum(named.values())
    rest = sum(cell.share for name, cell in known.cells.items() if name not in named)
    if left < -_TOLERANCE or (rest == 0 and left > _TOLERANCE):
        faults.append(_wrong_sum("shares of single live cells", 1 - left))
    if sum(others.values()) > 1:
        faults.append(_wrong_sum("debris, dead cells and doublets", sum(others.values())))
    if faults:
        raise CytometryError(faults)
    scale = max(left, 0.0) / rest if rest else 0.0
    cells = {name: named.get(name, cell.share * scale) for name, cell in known.cells.items()}
    return {**cells, **others}


def donor_fractions(donor: int, *, spread: float = 0.3) -> dict[str, float]:
    """Return shares of a donor: the catalogue's, each log share moved by a normal error of that spread."""
    known = catalogue()
    random = stream(donor, "donor fractions")
    moved = {
        name: cell.share * float(np.exp(spread * random.standard_normal()))
        for name, cell in known.cells.items()
    }
    total = sum(moved.values())
    return {name: share / total for name, share in moved.items()}


def draw_kinds(
    shares: Mapping[str, float], events: int, random: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw for each event its cell and what it is: 0 a single live cell, else 1 + the place in `others`."""
    known = catalogue()
    cells = np.asarray([shares[name] for name in known.cells])
    cell = np.searchsorted(np.cumsum(cells / cells.sum()), random.random(events), side="right")
    kinds = np.cumsum([shares[name] for name in known.others])
    kind = np.searchsorted(kinds, random.random(events), side="right")
    return np.minimum(cell, len(cells) - 1), np.where(kind == len(kinds), 0, kind + 1)


def _check(asked: Mapping[str, float], known: Catalogue) -> None:
    names = (*known.cells, *known.groups, *known.others)
    faults = [
        Fault(
            id="CYTO-060",
            message=f"there is no subset or group {name!r}",
            place="fractions",
            hint=closest(name, names) or f"there are {', '.join(names)}",
        )
        for name in asked
        if name not in names
    ]
    faults += [
        Fault(
            id="CYTO-061",
            message=f"the share of {name} is {share}",
            place="fractions",
            hint="give a share of 0 to 1",
        )
        for name, share in asked.items()
        if not 0 <= share <= 1
    ]
    if faults:
        raise CytometryError(faults)


def _wrong_sum(what: str, total: float) -> Fault:
    return Fault(
        id="CYTO-061",
        message=f"the {what} come to {total:.6g}",
        place="fractions",
        hint="shares are of 0 to 1 and come to at most 1; name fewer of them",
    )
