"""The design report: simulate the study's design and its alternatives, and sum up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from lupustrial.allocation.design._candidates import candidates
from lupustrial.allocation.design._plan import SITE, Plan, make_plan, trial_seed
from lupustrial.allocation.design._result import (
    DesignReport,
    DesignResult,
    FactorShares,
    GroupBalance,
    LevelShare,
    PlaceGuess,
    Spread,
)
from lupustrial.allocation.design._simulate import Simulation
from lupustrial.allocation.design._tally import OVERALL, Group, Tally
from lupustrial.allocation.design._warnings import warnings_of
from lupustrial.allocation.methods import PermutedBlocks, strata_of
from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Study

Progress = Callable[[int, int], None]

TRIALS = 2000
_PERCENTILES = (5, 50, 95, 99)
_QUARTERS = (0.25, 0.5, 0.75, 1.0)


def design_report(
    study: Study,
    *,
    trials: int = TRIALS,
    seed: int = 1,
    participants: int | None = None,
    prevalences: Mapping[str, Decimal] | None = None,
    progress: Progress | None = None,
) -> DesignReport:
    """Simulate the study's design and its alternatives; the same arguments give the same report.

    Args:
        study: The study.
        trials: Trials simulated for each design.
        seed: Simulation seed. It has nothing to do with the secret seed of a list.
        participants: Participants of a trial; None: as many as the design plans.
        prevalences: Share of participants by level, see `make_plan`; equal where nothing is given.
        progress: Called with the trials done and their number.

    Raises:
        AllocationError: ALLOC-001, the study allocates nobody; ALLOC-006, its method cannot be used;
            ALLOC-009, trials, participants or prevalences that cannot be.
    """
    if trials < 1:
        raise AllocationError(
            Fault(
                id="ALLOC-009",
                message=f"{trials} trials cannot be simulated",
                place="design report",
                hint="give 1 or more; 2000 are usual",
            )
        )
    plan = make_plan(study, participants=participants, prevalences=prevalences)
    checkpoints = tuple(sorted({max(1, round(part * plan.participants)) for part in _QUARTERS}))
    compared = candidates(plan)
    simulations = [Simulation(plan, one, trials=trials, checkpoints=checkpoints) for one in compared]
    for trial in range(trials):
        own_seed = trial_seed(seed, trial)
        people = plan.people(own_seed)
        for simulation in simulations:
            simulation.run(trial, people, own_seed)
        if progress is not None:
            progress(trial + 1, trials)
    results = tuple(_result(plan, simulation, checkpoints) for simulation in simulations)
    return DesignReport(
        study=study.id,
        title=study.title,
        version=study.version,
        digest=study.digest,
        arms=dict(plan.rule.ratio),
        participants=plan.participants,
        factors=_shares(plan),
        stratified=tuple(plan.factors[place].name for place in plan.strata),
        strata=len(strata_of(study)),
        trials=trials,
        seed=seed,
        checkpoints=checkpoints,
        designs=results,
        warnings=warnings_of(plan, compared[0], results[0]),
    )


def _result(plan: Plan, simulation: Simulation, checkpoints: Sequence[int]) -> DesignResult:
    tally, unit, candidate = simulation.tally, simulation.ruler.unit, simulation.candidate
    blocks = isinstance(candidate.method, PermutedBlocks)
    guesses = (tally.convergence, tally.site, tally.known, tally.certain)
    return DesignResult(
        name=candidate.name,
        actual=candidate.actual,
        accrual=tuple(_spread(column, unit) for column in tally.accrual.T),
        largest_ever=_spread(tally.accrual.max(axis=1), unit),
        groups=_balances(plan, tally, unit, checkpoints) if candidate.actual else (),
        worst_level=_optional(tally.worst.get("factor"), unit),
        worst_stratum=_optional(tally.worst.get("stratum"), unit),
        convergence=float(np.mean(tally.convergence)),
        at_site=float(np.mean(tally.site)) if simulation.by_site else None,
        known=float(np.mean(tally.known)),
        certain=float(np.mean(tally.certain)),
        error=max(_error(values) for values in guesses),
        places=_places(tally),
        departure=_departure(simulation),
        open_blocks=float(np.mean(tally.open_blocks)) if blocks else None,
        inside=float(np.mean(tally.inside)) / plan.participants if blocks else None,
    )


def _spread(values: Sequence[int] | np.ndarray[tuple[int, ...], np.dtype[np.int32]], unit: float) -> Spread:
    sample = np.asarray(values)
    p05, p50, p95, p99 = (
        float(value) * unit for value in np.percentile(sample, _PERCENTILES, method="inverted_cdf")
    )
    return Spread(
        mean=float(sample.mean()) * unit,
        p05=p05,
        p50=p50,
        p95=p95,
        p99=p99,
        largest=float(sample.max()) * unit,
    )


def _optional(values: Sequence[int] | None, unit: float) -> Spread | None:
    return None if values is None else _spread(values, unit)


def _error(values: Sequence[float]) -> float:
    return float(np.std(values)) / math.sqrt(len(values))


def _balances(plan: Plan, tally: Tally, unit: float, checkpoints: Sequence[int]) -> tuple[GroupBalance, ...]:
    trials = len(tally.convergence)
    found = []
    for group, name, share in _named(plan):
        spreads = []
        for number in checkpoints:
            sample = tally.groups.get((group, number), [])
            spreads.append(_spread([*sample, *([0] * (trials - len(sample)))], unit))  # nobody yet: balanced
        found.append(
            GroupBalance(kind=group[0], name=name, expected=share * plan.participants, after=tuple(spreads))
        )
    return tuple(found)


def _named(plan: Plan) -> list[tuple[Group, str, float]]:
    """Return the groups with their names and shares: all, levels, sites, strata."""
    found: list[tuple[Group, str, float]] = [(OVERALL, "All participants", 1.0)]
    for factor in plan.factors:
        if factor.id == SITE and len(factor.levels) == 1:
            continue
        kind = SITE if factor.id == SITE else f"factor {factor.id}"
        for level, label, share in zip(factor.levels, factor.names, factor.shares, strict=True):
            found.append(((kind, level), f"{factor.name}: {label}", float(share)))
    if len(plan.strata) > 1:
        strata: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
        for place in plan.strata:
            factor = plan.factors[place]
            strata = [
                ((*parts, level), size * float(share))
                for parts, size in strata
                for level, share in zip(factor.levels, factor.shares, strict=True)
            ]
        found += [
            (("stratum", "/".join(parts)), f"Stratum {'/'.join(parts)}", size) for parts, size in strata
        ]
    return found


def _places(tally: Tally) -> tuple[PlaceGuess, ...]:
    return tuple(
        PlaceGuess(
            place=number + 1,
            convergence=place.convergence / place.count,
            known=place.known / place.count,
            certain=place.certain / place.count,
        )
        for number, place in sorted(tally.places.items())
    )


def _departure(simulation: Simulation) -> float | None:
    """Return how far the mean chance of an arm strays from its share, where the method lets it."""
    if not simulation.chances_vary:
        return None
    ratio = simulation.candidate.method.ratio
    trials = len(simulation.tally.convergence)
    shares = np.array(ratio) / sum(ratio)
    return float(np.abs(simulation.tally.chances / trials - shares).max())


def _shares(plan: Plan) -> tuple[FactorShares, ...]:
    return tuple(
        FactorShares(
            factor=factor.id,
            name=factor.name,
            assumed=factor.assumed,
            levels=tuple(
                LevelShare(level=level, name=name, share=float(share))
                for level, name, share in zip(factor.levels, factor.names, factor.shares, strict=True)
            ),
        )
        for factor in plan.factors
    )
