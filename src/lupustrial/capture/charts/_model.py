"""What a chart shows, whatever its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[a-z][a-z0-9-]*")

#: Series that can be told apart by pattern, dash and marker.
MOST_SERIES = 6


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line, or the bars of one kind.

    Attributes:
        label: What it is.
        values: A value for each category of the chart, in its order; None where there is none.
    """

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What a chart shows.

    Attributes:
        id: Unique on its page: small letters, digits and dashes.
        title: Short; it is printed above the chart.
        categories: Labels along the horizontal axis.
        series: At most six.
        x_label: What the categories are, e.g. "Visit".
        y_label: What the values are, with unit.
        description: What a reader who does not see the chart must know; made from the values where empty.
        positions: Where each category stands, e.g. weeks; evenly spaced where empty. For lines only.
        low: Lower end of the vertical axis; chosen from the values where None (bars begin at 0).
        high: Upper end of the vertical axis; chosen from the values where None.
        decimals: Decimals that are printed of a value.
        levels: Names of the whole numbers from 0 on that stand on the vertical axis in place of numbers, e.g.
            grades.
    """

    id: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: Any
    y_label: Any
    description: str = ""
    positions: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    levels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn: ValueError, a mistake of the caller."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"chart id {self.id!r}")
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"{len(self.series)} series; at most {MOST_SERIES} can be told apart")
        lengths = {len(one.values) for one in self.series} | {len(self.categories)}
        if len(lengths) > 1 or len(self.positions) not in (0, len(self.categories)):
            raise ValueError("every series and the positions need a value for each category")

    @property
    def values(self) -> tuple[float, ...]:
        """All values that there are."""
        return tuple(value for one in self.series for value in one.values if value is not None)

    def text(self, value: float | None) -> str:
        """Return a value as it is printed; an en dash where there is none."""
        if value is None:
            return "–"
        if self.levels and value == int(value) and 0 <= value < len(self.levels):
            return self.levels[int(value)]
        return f"{value:.{self.decimals}f}"

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each category with the values of all series, as text, for the table."""
        for place, category in enumerate(self.categories):
            yield category, [self.text(one.values[place]) for one in self.series]
