"""The counts of two groups in each stratum: checks, and which strata can be compared at all."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, refuse

Counts = Sequence[int] | NDArray[np.integer]
Flags = NDArray[np.bool_]

LARGEST_COUNT = 10**9


@dataclass(frozen=True, slots=True)
class Strata:
    """Events and participants of two groups in the strata used, and where these stood among those given.

    ``places`` are the positions of the strata used; ``given`` is how many there were.
    """

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats
    places: NDArray[np.intp]
    given: int
    note: str = ""

    @property
    def counts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """x1, n1, x2 and n2."""
        return self.x1, self.n1, self.x2, self.n2

    @property
    def total(self) -> Floats:
        """Participants of each stratum."""
        return self.n1 + self.n2

    @property
    def events(self) -> Floats:
        """Events of each stratum."""
        return self.x1 + self.x2

    @property
    def p1(self) -> Floats:
        """Proportions in the first group."""
        return self.x1 / self.n1

    @property
    def p2(self) -> Floats:
        """Proportions in the second group."""
        return self.x2 / self.n2

    @property
    def n(self) -> int:
        """Everybody in the strata used."""
        return int(self.total.sum())

    @property
    def varied(self) -> Flags:
        """Which strata have both events and participants without one."""
        return (self.events > 0) & (self.events < self.total)

    @property
    def mantel_haenszel(self) -> Floats:
        """Weights n1 n2 / N of eq. 1, not yet scaled."""
        return self.n1 * self.n2 / self.total

    def kept(self, which: Flags, because: str) -> Strata:
        """Return the strata marked; the note tells which were left out and why."""
        if which.all():
            return self
        left = ", ".join(str(place + 1) for place in self.places[~which])
        note = joined(self.note, f"left out: stratum {left} ({because})")
        return Strata(
            self.x1[which],
            self.n1[which],
            self.x2[which],
            self.n2[which],
            places=self.places[which],
            given=self.given,
            note=note,
        )

    def noting(self, note: str) -> Strata:
        """Return the same strata with a note added."""
        return replace(self, note=joined(self.note, note))

    def spread(self, weights: Floats) -> tuple[float, ...]:
        """Return weights scaled to add up to 1, one for each stratum given."""
        every = np.zeros(self.given)
        every[self.places] = weights / weights.sum()
        return tuple(float(weight) for weight in every)


def joined(*notes: str) -> str:
    """Join the notes that say something."""
    return "; ".join(note for note in notes if note)


def _whole(value: object, place: str) -> tuple[int, list[Fault]]:
    """Return a count and no fault, or 0 and what is wrong with the value."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # that it may fail is the point
    except TypeError:
        hint = "give whole numbers, not proportions or percentages"
        return 0, [Fault(id="STAT-001", message=f"{value!r} is not a count", place=place, hint=hint)]
    if abs(number) > LARGEST_COUNT:
        message = f"{number} is too large for a count of participants"
        return 0, [Fault(id="STAT-001", message=message, place=place, hint="check the table")]
    return number, []


def checked_counts(**columns: Counts) -> dict[str, NDArray[np.int64]]:
    """Return the columns as whole numbers of one length, or raise with every fault (STAT-001 to STAT-003)."""
    faults: list[Fault] = []
    arrays = {}
    given: dict[str, object] = dict(columns)
    for name, values in given.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            hint = "give a list with one number a stratum, also for one stratum"
            faults.append(Fault(id="STAT-002", message=f"{values!r} is not a list", place=name, hint=hint))
            continue
        numbers = []
        for place, value in enumerate(values):
            number, wrong = _whole(value, f"{name}[{place}]")
            numbers.append(number)
            faults += wrong
        arrays[name] = np.array(numbers, dtype=np.int64)
    sizes = {name: array.size for name, array in arrays.items()}
    if len(set(sizes.values())) > 1 or 0 in sizes.values():
        message = "lengths: " + ", ".join(f"{name} {size}" for name, size in sizes.items())
        hint = "give one number a stratum in each list, in the same order"
        faults.append(Fault(id="STAT-003", message=message, place=", ".join(columns), hint=hint))
    if faults:
        raise StatisticsError(faults)
    return arrays


def range_faults(x: NDArray[np.int64], n: NDArray[np.int64], *, x_name: str, n_name: str) -> list[Fault]:
    """Return a fault for every place where not 0 <= x <= n; nobody at all (0 of 0) is allowed."""
    return [
        Fault(
            id="STAT-001",
            message=f"{x[place]} events among {n[place]} participants",
            place=f"{x_name}[{place}]",
            hint=f"{x_name} must lie between 0 and {n_name}",
        )
        for place in np.flatnonzero((x < 0) | (x > n))
    ]


def checked_strata(*, x1: Counts, n1: Counts, x2: Counts, n2: Counts) -> Strata:
    """Return the strata in which both groups have participants, or raise (STAT-001, STAT-003).

    A stratum with nobody in one group or in both cannot tell a difference; it is left out and noted.
    """
    columns = checked_counts(x1=x1, n1=n1, x2=x2, n2=n2)
    faults = range_faults(columns["x1"], columns["n1"], x_name="x1", n_name="n1")
    faults += range_faults(columns["x2"], columns["n2"], x_name="x2", n_name="n2")
    if faults:
        raise StatisticsError(faults)
    floats = {name: column.astype(np.float64) for name, column in columns.items()}
    given = floats["x1"].size
    strata = Strata(
        floats["x1"], floats["n1"], floats["x2"], floats["n2"], places=np.arange(given), given=given
    )
    strata = strata.kept((strata.n1 > 0) & (strata.n2 > 0), "nobody in a group")
    if not strata.places.size:
        message = "no stratum has participants in both groups"
        raise refuse("STAT-003", message, "n1, n2", "compare the groups without strata")
    return strata
