"""What is answered about a sample size: rows of sizes, a two-way table, a curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeRow:
    """One design with what it can show.

    Attributes:
        key: Stable name of test and kind of size, e.g. ``"pearson"``.
        label: The same in words.
        n1: Participants analysed in the first group; None where no size was found.
        n2: Participants analysed in the second group; 0 where there is one group.
        enrolled1: Participants of the first group who must enter, after dropout.
        enrolled2: The same of the second group.
        power: Power of that design.
        exact: Whether ``power`` is without approximation.
        level: Largest type I error of the test over the unknown rate, where it can be enumerated.
        note: What a reader must know about this row; usually empty.
    """

    key: str
    label: str
    n1: int | None
    n2: int | None
    enrolled1: int | None = None
    enrolled2: int | None = None
    power: float | None = None
    exact: bool = True
    level: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A two-way sensitivity table.

    Attributes:
        title: What the cells hold.
        rows_are: What varies down the rows.
        columns_are: What varies along the columns.
        rows: Texts of the rows.
        columns: Texts of the columns.
        cells: Texts; ``"–"`` where there is no answer.
        assumed: Row and column of what is assumed.
        note: What marks in the cells mean; usually empty.
    """

    title: str
    rows_are: str
    columns_are: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    assumed: tuple[int, int]
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Power against size.

    Attributes:
        title: What is assumed, in words.
        sizes: Participants (first group, second group) of every point.
        lines: Power at every point, by test in words.
        target: Power asked for.
        marked: Sizes that the study plans or states, by their name.
    """

    title: str
    sizes: tuple[tuple[int, int], ...]
    lines: Mapping[str, tuple[float, ...]]
    target: float
    marked: Mapping[str, tuple[int, int]]

    @property
    def one_group(self) -> bool:
        """Whether there is no second group."""
        return all(n2 == 0 for _, n2 in self.sizes)

    @property
    def equal(self) -> bool:
        """Whether the size of the first group says all: the second is as large, or there is none."""
        return self.one_group or all(n1 == n2 for n1, n2 in self.sizes)


class Question(Protocol):
    """What is assumed of a comparison, and what can be asked of it."""

    @property
    def power(self) -> float:
        """Power wanted."""

    @property
    def alpha(self) -> float:
        """Significance level."""

    @property
    def ratio(self) -> float:
        """Participants in the first group for each in the second."""

    @property
    def assumption(self) -> str:
        """What is assumed, in one line."""

    def sizes(self) -> list[SizeRow]:
        """Return the sizes that reach the power; the one for the protocol first."""

    def powers(self, n1: int, n2: int) -> list[SizeRow]:
        """Return the power of a given size, one row a test."""

    def lines(self, sizes: tuple[tuple[int, int], ...]) -> dict[str, tuple[float, ...]]:
        """Return the power at every size, by test in words."""

    def size_grid(self) -> Grid:
        """Return the size under other assumptions."""

    def power_grid(self, n1: int, n2: int) -> Grid:
        """Return the power of a given size under other assumptions."""

    def paragraph(self, endpoint: str, because: str) -> str:
        """Return the paragraph for the protocol."""
