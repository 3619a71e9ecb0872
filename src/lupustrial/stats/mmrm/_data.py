"""What the caller gives, checked and packed by participant, visit and pattern of missing visits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.mmrm._labels import Codes, coded

Labels = Sequence[Hashable] | NDArray[np.generic]
Integers = NDArray[np.intp]
MOST_BITS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """Participants by visits, sorted so that equal patterns of equal groups stand together.

    Attributes:
        z: (n, m, p + 1) columns of the design, then the outcome, times the root of the weight; 0 where a
            visit is missing.
        seen: (P, m) which visits a pattern has.
        first: (P,) where each pattern starts among the participants.
        count: (P,) how many participants each pattern stands for.
        pattern: (n,) the pattern of each participant.
        group: (P,) the group of each pattern.
        place: (P, m, d) coordinates of each pattern's visits; ``None`` without coordinates.
        order: (n,) participant (place in the sorted list of labels) of each row of ``z``.
        log_weights: (n,) sum of the logarithms of the weights of each participant.
        subjects: Labels of the participants.
        visits: Labels of the visits.
        groups: Labels of the groups, one of ``None`` where there are none.
        n_missing: Rows dropped because the outcome was missing.
        n_obs: Rows used.
    """

    z: Floats
    seen: NDArray[np.bool_]
    first: Integers
    count: Floats
    pattern: Integers
    group: Integers
    place: Floats | None
    order: Integers
    log_weights: Floats = field(repr=False)
    subjects: tuple[Hashable, ...] = field(repr=False)
    visits: tuple[Hashable, ...]
    groups: tuple[Hashable, ...]
    n_missing: int
    n_obs: int

    @property
    def m(self) -> int:
        """Number of visits."""
        return len(self.visits)

    @property
    def p(self) -> int:
        """Number of columns of the design."""
        return int(self.z.shape[2]) - 1

    def weighted(self, times: Floats) -> Packed:
        """Return the same participants, each counted ``times`` (n,) times; 0 leaves one out."""
        count = np.add.reduceat(times, self.first)
        visits = self.seen[self.pattern].sum(1)
        return replace(
            self,
            z=self.z * np.sqrt(times)[:, None, None],
            count=count,
            log_weights=self.log_weights * times,
            n_obs=round(float(visits @ times)),
        )


def _numbers(name: str, values: object, dimensions: int) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.ndim != dimensions or array.size == 0:
        shape = "a list of numbers" if dimensions == 1 else "a table of numbers (rows by columns)"
        raise refuse("STAT-002", f"not {shape}", name, "give one row for each participant and visit")
    return array


def _finite(name: str, values: Floats, *, positive: bool = False) -> list[Fault]:
    bad = ~np.isfinite(values) | (positive & (values <= 0))
    if not bad.any():
        return []
    row = int(np.flatnonzero(bad.reshape(len(bad), -1).any(1))[0])
    message = f"row {row} is missing, infinite" + (" or not above 0" if positive else "")
    hint = "drop such rows first and report how many there were; only the outcome may be missing (NaN)"
    return [Fault(id="STAT-002", message=message, place=name, hint=hint)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Long input after its checks: one row for each observed visit."""

    z: Floats
    subject: Codes
    visit: Codes
    group: Codes
    weights: Floats
    coordinates: Floats | None
    n_missing: int


def checked_rows(
    *,
    y: object,
    x: object,
    subject: Labels,
    visit: Labels,
    group: Labels | None,
    weights: object,
    coordinates: object,
    visits: Labels | None,
) -> Rows:
    """Return the rows with an observed outcome, or raise with every fault (STAT-002, STAT-003)."""
    outcome, design = _numbers("y", y, 1), _numbers("x", x, 2)
    n = len(outcome)
    weight = np.ones(n) if weights is None else _numbers("weights", weights, 1)
    place = None
    if coordinates is not None:
        place = np.asarray(coordinates, dtype=np.float64)
        place = place[:, None] if place.ndim == 1 else place
    lengths = {"x": len(design), "subject": len(subject), "visit": len(visit), "weights": len(weight)}
    lengths |= {
        "group": n if group is None else len(group),
        "coordinates": n if place is None else len(place),
    }
    faults = [
        Fault(id="STAT-003", message=f"{length} rows where y has {n}", place=name, hint="give one row each")
        for name, length in lengths.items()
        if length != n
    ]
    if faults:
        raise StatisticsError(faults)
    kept = ~np.isnan(outcome)
    faults = _finite("y", outcome[kept]) + _finite("x", design) + _finite("weights", weight, positive=True)
    faults += [] if place is None else _finite("coordinates", place)
    if not kept.any():
        faults.append(
            Fault(id="STAT-003", message="no outcome was observed", place="y", hint="check the column")
        )
    if faults:
        raise StatisticsError(faults)
    used = int(kept.sum())
    z = np.column_stack([design, outcome])
    return Rows(
        z=z if used == n else z[kept],
        subject=coded("subject", subject, kept),
        visit=coded("visit", visit, kept, known=visits),
        group=coded("group", group, kept) if group is not None else Codes(np.zeros(used, np.intp), (None,)),
        weights=weight[kept],
        coordinates=None if place is None else place[kept],
        n_missing=n - used,
    )


def pack(rows: Rows) -> Packed:
    """Put the rows into participants by visits and sort by group and pattern; every fault at once."""
    n, m = len(rows.subject.labels), len(rows.visit.labels)
    cell = rows.subject.codes * m + rows.visit.codes
    _refuse_repeats(rows, cell)
    group = np.zeros(n, dtype=np.intp)
    group[rows.subject.codes] = rows.group.codes
    _refuse_changing_group(rows, group)
    width = rows.z.shape[1]
    weighted = rows.weights[0] != 1.0 or bool((rows.weights != rows.weights[0]).any())
    z = np.zeros((n * m, width))
    z[cell] = rows.z * np.sqrt(rows.weights)[:, None] if weighted else rows.z
    seen = np.zeros((n, m), dtype=bool)
    seen.reshape(-1)[cell] = True
    place = None
    if rows.coordinates is not None:
        place = np.zeros((n, m, rows.coordinates.shape[1]))
        place.reshape(n * m, -1)[cell] = rows.coordinates
    order, first, pattern = _patterns(group, seen, place)
    logs = np.log(rows.weights) if weighted else np.zeros(len(rows.z))
    start = order[first]
    return Packed(
        z=z.reshape(n, m, width)[order],
        seen=seen[start],
        first=first,
        count=np.diff(np.append(first, n)).astype(np.float64),
        pattern=pattern,
        group=group[start],
        place=None if place is None else place[start],
        order=order,
        log_weights=np.bincount(rows.subject.codes, logs, n).astype(np.float64)[order],
        subjects=rows.subject.labels,
        visits=rows.visit.labels,
        groups=rows.group.labels,
        n_missing=rows.n_missing,
        n_obs=len(rows.z),
    )


def _patterns(
    group: Integers, seen: NDArray[np.bool_], place: Floats | None
) -> tuple[Integers, Integers, Integers]:
    """Return the order of participants, the first of each pattern in it, and the pattern of each."""
    n, m = seen.shape
    key: NDArray[np.generic]
    if place is None and m <= MOST_BITS:
        key = group * (1 << m) + seen @ (1 << np.arange(m)[::-1])
    else:
        columns = [group[:, None].astype(np.float64), seen.astype(np.float64)]
        columns += [] if place is None else [place.reshape(n, -1)]
        key = np.unique(np.hstack(columns), axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(key, kind="stable")
    new = np.ones(n, dtype=bool)
    new[1:] = np.diff(key[order]) != 0
    return order, np.flatnonzero(new), np.cumsum(new) - 1


def _refuse_repeats(rows: Rows, cell: Integers) -> None:
    count = np.bincount(cell)
    if len(rows.z) and count.max() > 1:
        twice = np.flatnonzero(count > 1)
        m = len(rows.visit.labels)
        pairs = [(rows.subject.labels[k // m], rows.visit.labels[k % m]) for k in twice[:3]]
        message = f"{len(twice)} participants' visits have more than one row, e.g. {pairs}"
        hint = "choose one row for each participant and visit first"
        raise refuse("STAT-020", message, "visit", hint)


def _refuse_changing_group(rows: Rows, group: Integers) -> None:
    other = np.flatnonzero(group[rows.subject.codes] != rows.group.codes)
    if len(other):
        who = rows.subject.labels[rows.subject.codes[other[0]]]
        hint = "a covariance by group needs a group that stays the same for a participant"
        raise refuse("STAT-020", f"participant {who!r} has more than one group", "group", hint)
