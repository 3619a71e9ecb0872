"""Two groups by ranks: the Mann-Whitney test, from the win probability."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lupustrial import stats
from lupustrial.design._answers import Grid, SizeRow
from lupustrial.design._words import (
    TESTS,
    dropout_sentence,
    label,
    level,
    percent,
    share,
    shorter,
    together,
)

STEPS = (-0.05, -0.025, 0.0, 0.025, 0.05)
POWERS = (0.7, 0.8, 0.85, 0.9, 0.95)
PARTS = (0.8, 0.9, 1.0, 1.1, 1.25)
NO_ANSWER = "–"
TEST = "mann_whitney"
NONE = 1e-9  # an effect of rounding only


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """A comparison of two groups by ranks.

    Attributes:
        win_probability: P(first higher) + P(equal) / 2.
        ties: Share of the variance that ties take away.
        power: Power wanted.
        alpha: Level.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        ratio: Participants in the first group for each in the second.
        dropout: Share expected to leave without an outcome.
    """

    win_probability: float
    ties: float = 0.0
    power: float = 0.9
    alpha: float = 0.05
    alternative: str = "two-sided"
    ratio: float = 1.0
    dropout: float = 0.0

    @property
    def assumption(self) -> str:
        """What is assumed, in one line."""
        ties = f", ties {share(self.ties)} of the variance" if self.ties else ""
        return f"win probability {shorter(self.win_probability)}{ties}; {level(self.alpha, self.alternative)}"

    def sizes(self) -> list[SizeRow]:
        """Return the size by Noether's formula."""
        size = stats.sample_size_ranks(
            power=self.power, ratio=self.ratio, dropout=self.dropout, **self._common()
        )
        return [
            SizeRow(
                key=TEST,
                label=label(TEST),
                n1=size.n1,
                n2=size.n2,
                enrolled1=size.n1_enrolled,
                enrolled2=size.n2_enrolled,
                power=self.power_at(size.n1, size.n2),
                exact=False,
            )
        ]

    def powers(self, n1: int, n2: int) -> list[SizeRow]:
        """Return the power of a given size."""
        return [SizeRow(key=TEST, label=label(TEST), n1=n1, n2=n2, power=self.power_at(n1, n2), exact=False)]

    def lines(self, sizes: tuple[tuple[int, int], ...]) -> dict[str, tuple[float, ...]]:
        """Return the power at every size."""
        return {label(TEST): tuple(self.power_at(n1, n2) for n1, n2 in sizes)}

    def size_grid(self) -> Grid:
        """Return the size at other win probabilities and powers."""

        def cell(win: float, power: float) -> str:
            row = replace(self, win_probability=win, power=power).sizes()[0]
            n1, n2 = row.n1 or 0, row.n2 or 0
            return str(n1 if self.ratio == 1 else n1 + n2)

        powers = sorted({*POWERS, self.power})
        title = "Participants a group" if self.ratio == 1 else "Participants in all"
        return self._grid(title, "power", powers, [share(power) for power in powers], self.power, cell)

    def power_grid(self, n1: int, n2: int) -> Grid:
        """Return the power at other win probabilities and sizes."""
        sizes = [(max(1, round(n1 * part)), max(1, round(n2 * part))) for part in PARTS]

        def cell(win: float, size: tuple[int, int]) -> str:
            return percent(replace(self, win_probability=win).power_at(*size), 0)

        words = [str(first) if first == second else f"{first} + {second}" for first, second in sizes]
        return self._grid("Power", "participants a group", sizes, words, (n1, n2), cell)

    def paragraph(self, endpoint: str, because: str) -> str:
        """Return the paragraph for the protocol."""
        row = self.sizes()[0]
        n1, n2 = row.n1 or 0, row.n2 or 0
        win = f"{100 * self.win_probability:.3g}"
        higher = (
            f"has the higher value than one of the second with a probability of {win} % (ties count half)"
        )
        at = level(self.alpha, self.alternative)
        told = f"{TESTS[TEST]} has {percent(row.power or 0)} power at a {at}, by Noether's formula."
        words = [
            f"The sample size is for the primary endpoint, {endpoint}.",
            because or f"It is assumed that a participant of the first group {higher}.",
            f"With {together(n1, n2)}, {told}",
            dropout_sentence((n1, n2), (row.enrolled1 or 0, row.enrolled2 or 0), self.dropout),
        ]
        return " ".join(words)

    def _common(self) -> dict[str, Any]:
        names = ("win_probability", "ties", "alpha", "alternative")
        return {name: getattr(self, name) for name in names}

    def power_at(self, n1: int, n2: int) -> float:
        """Return the power of a given size."""
        return stats.power_ranks(n1=n1, n2=n2, **self._common())

    def _grid(
        self, title: str, columns_are: str, columns: list[Any], words: list[str], assumed: Any, cell: Any
    ) -> Grid:
        wins = [self.win_probability + step for step in STEPS]
        side = self.win_probability - 1 / 2

        def filled(win: float, column: Any) -> str:
            return cell(win, column) if (win - 1 / 2) * side > NONE and 0 < win < 1 else NO_ANSWER

        return Grid(
            title=f"{title}, {label(TEST)}",
            rows_are="win probability",
            columns_are=columns_are,
            rows=tuple(shorter(win) for win in wins),
            columns=tuple(words),
            cells=tuple(tuple(filled(win, column) for column in columns) for win in wins),
            assumed=(STEPS.index(0.0), columns.index(assumed)),
        )
