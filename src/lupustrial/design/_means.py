"""Two means: the t test, Welch's, pairs, and analysis of covariance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lupustrial import stats
from lupustrial.design._answers import Grid, SizeRow
from lupustrial.design._words import TESTS, dropout_sentence, label, level, percent, shorter, together

SPREADS = (0.8, 0.9, 1.0, 1.1, 1.2)
IMBALANCE = ", averaged over the chance imbalance of a normally distributed baseline"
EFFECTS = (0.8, 0.9, 1.0, 1.1, 1.2)


@dataclass(frozen=True, kw_only=True)
class TwoMeans:
    """A comparison of two means, or of pairs.

    Attributes:
        difference: Assumed difference, first group minus second (after minus before).
        sd: Standard deviation within a group (of the differences where ``paired``).
        sd2: Standard deviation of the second group, for Welch's test.
        correlation: Of outcome and baseline, for analysis of covariance.
        paired: Whether the same participants are measured twice.
        power: Power wanted.
        alpha: Level.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        ratio: Participants in the first group for each in the second.
        dropout: Share expected to leave without an outcome.
        margin: Difference under the null hypothesis.
    """

    difference: float
    sd: float
    sd2: float | None = None
    correlation: float | None = None
    paired: bool = False
    power: float = 0.9
    alpha: float = 0.05
    alternative: str = "two-sided"
    ratio: float = 1.0
    dropout: float = 0.0
    margin: float = 0.0

    @property
    def test(self) -> str:
        """The test that fits what is given."""
        if self.paired:
            return "t_paired"
        if self.correlation is not None:
            return "ancova"
        return "t" if self.sd2 is None else "t_welch"

    @property
    def assumption(self) -> str:
        """What is assumed, in one line."""
        spread = f"standard deviation {shorter(self.sd)}"
        if self.sd2 is not None:
            spread += f" and {shorter(self.sd2)}"
        if self.paired:
            spread += " of the differences"
        if self.correlation is not None:
            spread += f", correlation with baseline {shorter(self.correlation)}"
        margin = f", margin {self.margin:+g}" if self.margin else ""
        return (
            f"difference {shorter(self.difference)}, {spread}{margin}; {level(self.alpha, self.alternative)}"
        )

    def sizes(self) -> list[SizeRow]:
        """Return the one size."""
        size = self._size()
        if isinstance(size, stats.OneSampleSize):
            n1, n2, enrolled1, enrolled2 = size.n, 0, size.n_enrolled, 0
        else:
            n1, n2, enrolled1, enrolled2 = size.n1, size.n2, size.n1_enrolled, size.n2_enrolled
        return [
            SizeRow(
                key=self.test,
                label=label(self.test),
                n1=n1,
                n2=n2,
                enrolled1=enrolled1,
                enrolled2=enrolled2,
                power=self.power_at(n1, n2),
                exact=self.test != "t_welch",
            )
        ]

    def powers(self, n1: int, n2: int) -> list[SizeRow]:
        """Return the power of a given size."""
        power = self.power_at(n1, n2)
        return [SizeRow(key=self.test, label=label(self.test), n1=n1, n2=n2, power=power)]

    def lines(self, sizes: tuple[tuple[int, int], ...]) -> dict[str, tuple[float, ...]]:
        """Return the power at every size."""
        return {label(self.test): tuple(self.power_at(n1, n2) for n1, n2 in sizes)}

    def size_grid(self) -> Grid:
        """Return the size at other differences and spreads."""

        def cell(question: TwoMeans) -> str:
            row = question.sizes()[0]
            n1, n2 = row.n1 or 0, row.n2 or 0
            return str(n1 if self.paired or self.ratio == 1 else n1 + n2)

        alone = "Participants" if self.paired else "Participants a group"
        return self._grid(alone if self.ratio == 1 else "Participants in all", cell)

    def power_grid(self, n1: int, n2: int) -> Grid:
        """Return the power of a given size at other differences and spreads."""

        def cell(question: TwoMeans) -> str:
            return percent(question.power_at(n1, n2), 0)

        return self._grid(f"Power of {together(n1, n2)}", cell)

    def paragraph(self, endpoint: str, because: str) -> str:
        """Return the paragraph for the protocol."""
        row = self.sizes()[0]
        n1, n2 = row.n1 or 0, row.n2 or 0
        assumed = self.assumption.partition(";")[0]
        at = level(self.alpha, self.alternative) + (IMBALANCE if row.key == "ancova" else "")
        words = [
            f"The sample size is for the primary endpoint, {endpoint}.",
            because or f"The following is assumed: {assumed}.",
            f"With {together(n1, n2)}, {TESTS[self.test]} has {percent(row.power or 0)} power at a {at}.",
            dropout_sentence((n1, n2), (row.enrolled1 or 0, row.enrolled2 or 0), self.dropout),
        ]
        return " ".join(words)

    def _common(self) -> dict[str, Any]:
        return {
            "difference": self.difference - self.margin if self.paired else self.difference,
            "sd": self.sd,
            "alpha": self.alpha,
            "alternative": self.alternative,
        }

    def _special(self) -> dict[str, Any]:
        own = {"t": {}, "t_welch": {"sd2": self.sd2}, "ancova": {"correlation": self.correlation}}[self.test]
        return {**own, "margin": self.margin}

    def _size(self) -> stats.SampleSize | stats.OneSampleSize:
        plan: dict[str, Any] = {**self._common(), "power": self.power, "dropout": self.dropout}
        if self.paired:
            return stats.sample_size_paired_means(**plan)
        chosen = stats.sample_size_ancova if self.test == "ancova" else stats.sample_size_two_means
        return chosen(ratio=self.ratio, **plan, **self._special())

    def power_at(self, n1: int, n2: int) -> float:
        """Return the power of a given size."""
        if self.paired:
            return stats.power_paired_means(n=n1, **self._common())
        chosen = stats.power_ancova if self.test == "ancova" else stats.power_two_means
        return chosen(n1=n1, n2=n2, **self._common(), **self._special())

    def _grid(self, title: str, cell: Any) -> Grid:
        effect = self.difference - self.margin
        differences = [self.margin + effect * factor for factor in EFFECTS]
        spreads = [self.sd * factor for factor in SPREADS]
        second = None if self.sd2 is None else self.sd2 / self.sd

        def filled(difference: float, sd: float) -> str:
            other = None if second is None else second * sd
            return str(cell(replace(self, difference=difference, sd=sd, sd2=other)))

        return Grid(
            title=f"{title}, {label(self.test)}",
            rows_are="difference",
            columns_are="standard deviation",
            rows=tuple(shorter(difference) for difference in differences),
            columns=tuple(shorter(sd) for sd in spreads),
            cells=tuple(tuple(filled(difference, sd) for sd in spreads) for difference in differences),
            assumed=(EFFECTS.index(1.0), SPREADS.index(1.0)),
        )
