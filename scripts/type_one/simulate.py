"""Many trials, each from its own stream, analysed as shipped and counted; over processes."""

from __future__ import annotations

import multiprocessing
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from type_one.plans import shipped, varied
from type_one.scenarios import SCENARIOS, Scenario
from type_one.tallies import Tallies, Tally


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
    spawned = multiprocessing.get_context("spawn")  # Polars has threads, which a fork would tear
    with ProcessPoolExecutor(workers, mp_context=spawned) as pool:
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
            model = varied(
                analysis.model,
                imputations=imputations,
                seed=drawn,
                reference=use.reference,
                covariance=use.covariance,
            )
            seen = rows if use.cut is None else use.cut(rows)
            for week, outcome in analysis.outcomes(seen, use.weeks, model=model).items():
                tallies.setdefault(use.key(week), Tally()).add(outcome)
    return tallies
