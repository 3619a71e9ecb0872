"""Two proportions: sizes and powers by several tests, exact wherever tables can be enumerated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lupustrial import stats
from lupustrial.design._answers import Grid, SizeRow
from lupustrial.design._rates_words import size_sentences
from lupustrial.design._words import TESTS, label, level, percent, share, together
from lupustrial.errors import StatisticsError

#: Above these sizes a group the searches take longer than a reader waits for, unless the test is asked for.
PATIENCE = {"fisher": 120, "fisher_midp": 120, "boschloo": 60, "barnard": 60, "unconditional_score": 60}
LARGEST_LEVEL = 250
GRID_EXACT = {"pearson": 120, "n_minus_1": 120, "yates": 120, "farrington_manning": 120, "fisher": 40}
STEPS = (-0.10, -0.05, 0.0, 0.05, 0.10)
LOWEST, HIGHEST = 0.005, 0.995
NEXT = 0.0201  # rates closer than two points say the same in a table
TOO_MANY = "STAT-008"
NO_ANSWER = "–"


@dataclass(frozen=True, kw_only=True)
class TwoRates:
    """A comparison of two rates.

    Attributes:
        p1: Assumed rate in the first group.
        p2: Assumed rate in the second group.
        tests: Tests to answer for; the first is that of the protocol.
        power: Power wanted.
        alpha: Level.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        ratio: Participants in the first group for each in the second.
        dropout: Share expected to leave without an outcome.
        margin: Difference under the null hypothesis, for ``"farrington_manning"``.
        first: Name of the first group.
        second: Name of the second group.
        also_first: Further rates of the first group that the sensitivity tables show.
        also_second: The same of the second group.
    """

    p1: float
    p2: float
    tests: tuple[str, ...] = ("pearson", "fisher", "boschloo")
    power: float = 0.9
    alpha: float = 0.05
    alternative: str = "two-sided"
    ratio: float = 1.0
    dropout: float = 0.0
    margin: float = 0.0
    first: str = "group 1"
    second: str = "group 2"
    also_first: tuple[float, ...] = ()
    also_second: tuple[float, ...] = ()

    @property
    def assumption(self) -> str:
        """What is assumed, in one line."""
        rates = f"{share(self.p1)} in {self.first}, {share(self.p2)} in {self.second}"
        margin = f", margin {100 * self.margin:+g} points" if self.margin else ""
        return f"{rates}{margin}; {level(self.alpha, self.alternative)}"

    def sizes(self) -> list[SizeRow]:
        """Return exact sizes by test, the formula's last."""
        rows = [row for test in self.tests for row in self._exact(test)]
        return [*rows, *self._formulas()]

    def powers(self, n1: int, n2: int) -> list[SizeRow]:
        """Return the exact power and level of every test at a given size."""
        rows = []
        for test in self.tests:
            try:
                power = self.power_of(test, n1, n2)
            except StatisticsError as error:
                note = _why(error)
                rows.append(SizeRow(key=test, label=label(test), n1=n1, n2=n2, note=note))
            else:
                level_there = self._level(test, n1, n2)
                rows.append(
                    SizeRow(key=test, label=label(test), n1=n1, n2=n2, power=power, level=level_there)
                )
        return rows

    def lines(self, sizes: tuple[tuple[int, int], ...]) -> dict[str, tuple[float, ...]]:
        """Return exact power by test; of a test that cannot be enumerated at these sizes nothing."""
        found = {}
        largest = max(max(pair) for pair in sizes)
        for place, test in enumerate(self.tests):
            if place and largest > PATIENCE.get(test, largest):
                continue
            try:
                found[label(test)] = tuple(self.power_of(test, n1, n2) for n1, n2 in sizes)
            except StatisticsError as error:
                _why(error)
        return found

    def size_grid(self) -> Grid:
        """Return the size of the first test at rates up to 10 points away."""
        return self._grid("Participants a group" if self.ratio == 1 else "Participants in all", self._cell)

    def power_grid(self, n1: int, n2: int) -> Grid:
        """Return the exact power of the first test at rates up to 10 points away."""

        def cell(question: TwoRates) -> str:
            return percent(question.power_of(self.tests[0], n1, n2), 0)

        return self._grid(f"Power of {together(n1, n2)}", cell)

    def paragraph(self, endpoint: str, because: str) -> str:
        """Return the paragraph for the protocol; the size is the exact one from which larger ones keep it."""
        rates = f"{share(self.p1)} in {self.first} and {share(self.p2)} in {self.second}"
        words = [
            f"The sample size is for the primary endpoint, {endpoint}.",
            because or f"The rate is assumed to be {rates}.",
        ]
        if self.margin:
            margin = f"{100 * self.margin:+g} percentage points ({self.first} minus {self.second})"
            words.append(f"The null hypothesis is a difference of {margin}.")
        words += size_sentences(
            self._exact(self.tests[0])[0],
            stats.sample_size_two_proportions(variance="farrington_manning", **self._options()),
            test=TESTS[self.tests[0]],
        )
        return " ".join(words)

    def _options(self) -> dict[str, Any]:
        return {
            "p1": self.p1,
            "p2": self.p2,
            "power": self.power,
            "alpha": self.alpha,
            "ratio": self.ratio,
            "alternative": self.alternative,
            "dropout": self.dropout,
            "margin": self.margin,
        }

    def power_of(self, test: str, n1: int, n2: int) -> float:
        """Return the exact power of a test at a given size."""
        margin = self.margin if test == "farrington_manning" else 0.0
        return stats.power_two_proportions(
            p1=self.p1,
            p2=self.p2,
            n1=n1,
            n2=n2,
            alpha=self.alpha,
            test=test,
            alternative=self.alternative,
            margin=margin,
        )

    def _level(self, test: str, n1: int, n2: int) -> float | None:
        if max(n1, n2) > LARGEST_LEVEL:
            return None
        return _largest_level(
            n1=n1, n2=n2, alpha=self.alpha, test=test, alternative=self.alternative, margin=self.margin
        )

    def _exact(self, test: str) -> list[SizeRow]:
        """Return the lasting size, and the smallest one where it differs."""
        about = stats.sample_size_two_proportions(variance="farrington_manning", **self._options())
        patience = PATIENCE.get(test)
        if test != self.tests[0] and patience is not None and max(about.n1, about.n2) > patience:
            note = f"not searched at this size; ask for it with --test {test}"
            return [SizeRow(key=test, label=label(test), n1=None, n2=None, note=note)]
        try:
            found = _searched(test, **self._options())
        except StatisticsError as error:
            note = _why(error)
            return [SizeRow(key=test, label=label(test), n1=None, n2=None, note=note)]
        rows = [self._row(test, found.lasting, f"{label(test)}, exact", "")]
        if found.smallest != found.lasting:
            note = "a larger trial may have less power"
            rows.append(
                self._row(f"{test}_smallest", found.smallest, f"{label(test)}, smallest with it", note)
            )
        return rows

    def _row(self, key: str, size: stats.GroupSizes, words: str, note: str) -> SizeRow:
        return SizeRow(
            key=key,
            label=words,
            n1=size.n1,
            n2=size.n2,
            enrolled1=size.n1_enrolled,
            enrolled2=size.n2_enrolled,
            power=size.power,
            level=self._level(key.removesuffix("_smallest"), size.n1, size.n2),
            note=note,
        )

    def _formulas(self) -> list[SizeRow]:
        """Return the normal approximation, with the exact power that its size has."""
        rows = []
        for test, continuity, words in (
            ("pearson", False, "Normal approximation"),
            ("yates", True, "The same with continuity correction"),
        ):
            if self.margin and continuity:
                continue
            size = stats.sample_size_two_proportions(
                variance="farrington_manning", continuity=continuity, **self._options()
            )
            judged = "farrington_manning" if self.margin else test
            try:
                power, exact = self.power_of(judged, size.n1, size.n2), True
            except StatisticsError as error:
                _why(error)
                power, exact = self.power, False
            rows.append(
                SizeRow(
                    key="normal_continuity" if continuity else "normal",
                    label=words,
                    n1=size.n1,
                    n2=size.n2,
                    enrolled1=size.n1_enrolled,
                    enrolled2=size.n2_enrolled,
                    power=power,
                    exact=exact,
                    level=self._level(judged, size.n1, size.n2),
                )
            )
        return rows

    def _cell(self, question: TwoRates) -> str:
        test = self.tests[0]
        options = question._options()
        about = stats.sample_size_two_proportions(
            variance="farrington_manning", continuity=test in {"yates", "fisher"}, **options
        )
        if max(about.n1, about.n2) > GRID_EXACT.get(test, 0):
            n1, n2, mark = about.n1, about.n2, "≈"
        else:
            found = _searched(test, **options).lasting
            n1, n2, mark = found.n1, found.n2, ""
        return f"{mark}{n1 if self.ratio == 1 else n1 + n2}"

    def _grid(self, title: str, cell: Any) -> Grid:
        rows, columns = _around(self.p1, self.also_first), _around(self.p2, self.also_second)

        def filled(p1: float, p2: float) -> str:
            effect, here = self.p1 - self.p2 - self.margin, p1 - p2 - self.margin
            same_side = here * effect > 0 and abs(here) > LOWEST
            return cell(replace(self, p1=p1, p2=p2)) if same_side else NO_ANSWER

        cells = tuple(tuple(filled(p1, p2) for p2 in columns) for p1 in rows)
        approximate = any(text.startswith("≈") for row in cells for text in row)
        return Grid(
            title=f"{title}, {label(self.tests[0])}",
            rows_are=self.first,
            columns_are=self.second,
            rows=tuple(share(p1) for p1 in rows),
            columns=tuple(share(p2) for p2 in columns),
            cells=cells,
            assumed=(rows.index(self.p1), columns.index(self.p2)),
            note="≈ normal approximation, not enumerated" if approximate else "",
        )


# The table of sizes, the curve and the paragraph all ask for the same searches: each is made once.
@lru_cache(maxsize=128)
def _searched(test: str, **options: Any) -> stats.ExactSampleSize:
    return stats.exact_sample_size_two_proportions(test=test, **options)


@lru_cache(maxsize=128)
def _largest_level(**options: Any) -> float:
    return stats.exact_level_two_proportions(**options).level


def _around(rate: float, also: tuple[float, ...]) -> list[float]:
    """Return the rate with its neighbours, and further rates that are not next to one of them."""
    rates = [rate + step for step in STEPS if LOWEST < rate + step < HIGHEST]
    for further in also:
        if all(abs(further - known) > NEXT for known in rates):
            rates.append(further)
    return sorted(rates)


def _why(error: StatisticsError) -> str:
    """Return why there are too many tables; any other fault goes on."""
    if any(fault.id != TOO_MANY for fault in error.faults):
        raise error
    return error.faults[0].message
