"""Counts of what an analysis said of many trials, and the file that keeps them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import sqrt
from pathlib import Path
from typing import Any

from type_one.plans import Outcome
from type_one.scenarios import Key

LEVEL = 0.05
TRUTH = 0.0


@dataclass(kw_only=True)
class Tally:
    """What came of one analysis in a number of trials.

    Attributes:
        trials: Trials simulated.
        tested: Trials with a p value.
        rejected: Of these, with p below 0.05.
        estimated: Trials with a confidence interval.
        covered: Of these, with the true difference, 0, inside.
        squares: Sum of squared estimates, the truth being 0.
        variances: Sum of squared standard errors.
        total: Sum of estimates.
        spread: Trials with an estimate and a standard error.
        covariances: How often the mixed model used which covariance.
        failures: Why the analysis gave nothing, and how often.
    """

    trials: int = 0
    tested: int = 0
    rejected: int = 0
    estimated: int = 0
    covered: int = 0
    squares: float = 0.0
    variances: float = 0.0
    total: float = 0.0
    spread: int = 0
    covariances: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count the outcome of one more trial."""
        self.trials += 1
        if outcome.failure:
            self.failures[outcome.failure] += 1
            return
        if outcome.covariance:
            self.covariances[outcome.covariance] += 1
        if outcome.p_value is not None:
            self.tested += 1
            self.rejected += outcome.p_value < LEVEL
        if outcome.limits is not None:
            self.estimated += 1
            self.covered += outcome.limits[0] <= TRUTH <= outcome.limits[1]
        if outcome.estimate is not None and outcome.standard_error is not None:
            self.spread += 1
            self.total += outcome.estimate
            self.squares += outcome.estimate**2
            self.variances += outcome.standard_error**2

    def join(self, other: Tally) -> None:
        """Add what another batch of trials gave."""
        for name in vars(self):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine + theirs)

    @property
    def rate(self) -> float | None:
        """Share of the tests that rejected; None without tests."""
        return self.rejected / self.tested if self.tested else None

    @property
    def error(self) -> float | None:
        """Monte-Carlo standard error of `rate`."""
        return None if self.rate is None else sqrt(self.rate * (1 - self.rate) / self.tested)

    @property
    def coverage(self) -> float | None:
        """Share of the intervals that cover 0; None without intervals."""
        return self.covered / self.estimated if self.estimated else None

    @property
    def standard_error_ratio(self) -> float | None:
        """Root mean square of the standard errors, over the standard deviation of the estimates."""
        if self.spread < 2:  # noqa: PLR2004  # a standard deviation needs two
            return None
        mean = self.total / self.spread
        variance = (self.squares - self.spread * mean**2) / (self.spread - 1)
        return sqrt(self.variances / self.spread / variance)

    @property
    def found(self) -> tuple[float | None, float | None]:
        """Share that finds a difference, and its error; without p values, of intervals without 0."""
        if self.rate is not None or self.coverage is None:
            return self.rate, self.error
        rate = 1 - self.coverage
        return rate, sqrt(rate * (1 - rate) / self.estimated)


Tallies = dict[Key, Tally]

_PLACE = ("scenario", *Key._fields)


def write(path: Path, found: Mapping[str, Tallies]) -> None:
    """Write the tallies, a line each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*_PLACE, *(each.name for each in fields(Tally))])
        for name, tallies in found.items():
            for key, tally in tallies.items():
                lines.writerow([name, *key, *map(_text, vars(tally).values())])


def read(path: Path) -> dict[str, Tallies]:
    """Read what `write` wrote."""
    found: dict[str, Tallies] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            name, *key = (line.pop(each) for each in _PLACE)
            found.setdefault(name, {})[Key(*key)] = Tally(**{each: _value(line[each]) for each in line})
    return found


def _text(value: Any) -> str:
    return json.dumps(dict(value.most_common())) if isinstance(value, Counter) else repr(value)


def _value(text: str) -> Any:
    value = json.loads(text)
    return Counter(value) if isinstance(value, dict) else value
