"""What the design report says, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A distribution over trials: mean, percentiles (values that occur), largest."""

    mean: float
    p05: float
    p50: float
    p95: float
    p99: float
    largest: float


@dataclass(frozen=True, kw_only=True)
class GroupBalance:
    """Imbalance in a set of participants.

    Attributes:
        kind: ``"overall"``, ``"factor …"``, ``"site"`` or ``"stratum"``.
        name: What is printed.
        expected: Participants expected in it at the end.
        after: Distribution of the imbalance after each checkpoint's number of participants in the trial.
    """

    kind: str
    name: str
    expected: float
    after: tuple[Spread, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceGuess:
    """How well the allocation at a place of a block (from 1) is guessed."""

    place: int
    convergence: float
    known: float
    certain: float


@dataclass(frozen=True, kw_only=True)
class DesignResult:
    """One design.

    Attributes:
        name: The method and its parameters.
        actual: Whether it is the study's own.
        accrual: Distribution of the overall imbalance after 1, 2, … participants.
        largest_ever: Distribution over trials of the largest overall imbalance at any time.
        groups: Balance of each group (of the study's own design; empty for the others).
        worst_level: Largest imbalance over the levels of all factors at the end; None without factors.
        worst_stratum: The same over the strata; None without.
        convergence: Share guessed right by the convergence strategy, all earlier allocations of the stratum
            known.
        at_site: The same where only those of the own site are known; None where that is no less.
        known: Share guessed right by who knows the method and its parameters too.
        certain: Share of allocations of which the latter is sure.
        error: Largest Monte Carlo standard error of these shares.
        places: By place in the block; empty for methods without blocks.
        departure: Largest departure of the unconditional chance of an arm from its share; None: none.
        open_blocks: Blocks open at the end, on average; None without blocks.
        inside: Share of participants in them.
    """

    name: str
    actual: bool
    accrual: tuple[Spread, ...]
    largest_ever: Spread
    groups: tuple[GroupBalance, ...]
    worst_level: Spread | None
    worst_stratum: Spread | None
    convergence: float
    at_site: float | None
    known: float
    certain: float
    error: float
    places: tuple[PlaceGuess, ...]
    departure: float | None
    open_blocks: float | None
    inside: float | None


@dataclass(frozen=True, kw_only=True)
class LevelShare:
    """How common a level of a factor is taken to be."""

    level: str
    name: str
    share: float


@dataclass(frozen=True, kw_only=True)
class FactorShares:
    """The levels of a factor; `assumed` where nobody gave their shares, so that they are equal."""

    factor: str
    name: str
    assumed: bool
    levels: tuple[LevelShare, ...]


@dataclass(frozen=True, kw_only=True)
class Warn:
    """Something to think about before go-live: a stable code, what it is, what can be done."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class DesignReport:
    """The design report of a study.

    Attributes:
        study, title, version, digest: The study that was read.
        arms: Share of each arm.
        participants: Participants of a trial.
        factors: Factors, the site last, with the shares taken.
        stratified: Names of the factors by which the study stratifies, or whose margins it minimises.
        strata: Lists that the design has.
        trials, seed: Trials simulated for each design, and the simulation seed.
        checkpoints: Numbers of participants after which groups are looked at.
        designs: The study's own first.
        warnings: What to think about.
    """

    study: str
    title: str
    version: str
    digest: str
    arms: dict[str, int]
    participants: int
    factors: tuple[FactorShares, ...]
    stratified: tuple[str, ...]
    strata: int
    trials: int
    seed: int
    checkpoints: tuple[int, ...]
    designs: tuple[DesignResult, ...]
    warnings: tuple[Warn, ...]

    @property
    def own(self) -> DesignResult:
        """The study's own design."""
        return self.designs[0]

    @property
    def chance(self) -> float:
        """Share guessed right by who always names the arm with the largest share."""
        return max(self.arms.values()) / sum(self.arms.values())
