"""Many trials, each from its own stream, analysed as shipped and counted; over processes."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from type_one.plans import Outcome, lighter, shipped
from type_one.scenarios import SCENARIOS, Key, Scenario

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


Tallies = dict[Key, Tally]


def generator(seed: int, name: str, trial: int) -> np.random.Generator:
    """Return the stream of one trial: it depends on the seed, the simulation and the trial's number alone."""
    key = (zlib.crc32(name.encode()), trial)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def simulate(
    trials: Mapping[str, int],
    *,
    seed: int,
    imputations: int,
    workers: int,
    told: Callable[[Scenario, float], None] = lambda _scenario, _seconds: None,
) -> dict[str, Tallies]:
    """Return the tallies of every scenario. The number of workers changes nothing.

    Args:
        trials: Trials to simulate, by the id of the scenario.
        seed: Seed of all.
        imputations: Data sets imputed a trial, in place of the plan's number.
        workers: Processes.
        told: Called after each scenario, with the seconds that it took.
    """
    found: dict[str, Tallies] = {}
    with ProcessPoolExecutor(workers) as pool:
        for name, count in trials.items():
            scenario, begun = SCENARIOS[name], time.perf_counter()
            jobs = [(name, seed, imputations, *each) for each in _batches(count, scenario.batch)]
            tallies: Tallies = {}
            for batch in pool.map(_run, *zip(*jobs, strict=True)):
                for key, tally in batch.items():
                    tallies.setdefault(key, Tally()).join(tally)
            found[name] = tallies
            told(scenario, time.perf_counter() - begun)
    return found


def _batches(trials: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, trials, size):
        yield start, min(start + size, trials)


def _run(name: str, seed: int, imputations: int, start: int, stop: int) -> Tallies:
    scenario = SCENARIOS[name]
    tallies: Tallies = {}
    for trial in range(start, stop):
        rng = generator(seed, name, trial)
        rows = scenario.make(rng)
        drawn = int(rng.integers(2**31))  # the plan has one seed; here each trial imputes from its own
        for use in scenario.uses:
            analysis = shipped()[use.analysis, use.method]
            model = lighter(analysis.model, imputations=imputations, seed=drawn, reference=use.reference)
            seen = rows if use.cut is None else use.cut(rows)
            for week, outcome in analysis.outcomes(seen, use.weeks, model=model).items():
                tallies.setdefault(use.key(week), Tally()).add(outcome)
    return tallies
