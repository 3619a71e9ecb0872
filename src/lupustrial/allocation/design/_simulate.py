"""Trials of one design, allocated by the very code that allocates, watched by the guessers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.allocation.design._candidates import Candidate
from lupustrial.allocation.design._guess import Convergence, HiddenBlocks
from lupustrial.allocation.design._plan import SITE, Person, Plan
from lupustrial.allocation.design._tally import OVERALL, Group, Place, Ruler, Tally
from lupustrial.allocation.methods import (
    BlocksState,
    Complete,
    PermutedBlocks,
    Profile,
    State,
    Stream,
    list_label,
)

_LEVEL = 1 - 1e-9  # chances that differ by less are equal; those of hidden blocks are sums of floats


@dataclass
class _List:
    """The list of a stratum while it is drawn, and what a guesser has inferred about its blocks."""

    state: State
    stream: Stream
    hidden: HiddenBlocks | None


@dataclass(frozen=True)
class _Role:
    """What a participant's levels mean for a design.

    Attributes:
        stratum: Id of the list that allocates.
        profile: Levels that minimisation balances.
        looks: Whom guessers look at: the stratum (for minimisation: who is alike in all its factors), and
            where sites share strata, the part of it at the own site.
        groups: Sets of participants, whose balance is looked at.
    """

    stratum: str
    profile: Profile
    looks: tuple[tuple[str, ...], ...]
    groups: tuple[Group, ...]


class _Sums:
    """Chances of guessing right, summed over the participants of one trial."""

    def __init__(self) -> None:
        self.convergence = self.site = self.known = 0.0
        self.certain = 0


class Simulation:
    """One design of a plan."""

    def __init__(self, plan: Plan, candidate: Candidate, *, trials: int, checkpoints: Sequence[int]) -> None:
        """Begin with an empty tally."""
        method = candidate.method
        self.candidate = candidate
        self.ruler = Ruler(method.ratio)
        self.tally = Tally.empty(trials=trials, participants=plan.participants, arms=len(method.arms))
        self.chances_vary = not isinstance(method, Complete | PermutedBlocks) and len(set(method.ratio)) > 1
        self.by_site = len(plan.factors[-1].levels) > 1 and len(plan.factors) - 1 not in plan.strata
        self._plan = plan
        self._arms = len(method.arms)
        self._guesser = Convergence(method.ratio)
        self._checkpoints = frozenset(checkpoints)
        self._roles: dict[Person, _Role] = {}

    def run(self, trial: int, people: Sequence[Person], seed: bytes) -> None:
        """Simulate one trial and add it to the tally."""
        lists: dict[str, _List] = {}
        seen: dict[tuple[str, ...], list[int]] = {}  # counts of each arm, by what a guesser looks at
        groups: dict[Group, list[int]] = {}
        sums, imbalance = _Sums(), []
        for number, person in enumerate(people):
            role = self._roles.get(person) or self._roles.setdefault(person, self._role(person))
            entry = lists.get(role.stratum) or lists.setdefault(role.stratum, self._begin(seed, role.stratum))
            looks = [seen.setdefault(key, [0] * self._arms) for key in role.looks]
            weights = entry.state.weights(role.profile)
            self._guess(entry, weights, looks, sums)
            if self.chances_vary:
                self.tally.chances[number] += np.array(weights) / sum(weights)
            arm = entry.state.step(entry.stream, role.profile)
            if entry.hidden is not None:
                entry.hidden.learn(arm)
            for counts in looks:
                counts[arm] += 1
            for group in role.groups:
                groups.setdefault(group, [0] * self._arms)[arm] += 1
            imbalance.append(self.ruler.whole(groups[OVERALL]))
            if number + 1 in self._checkpoints:
                self._check(groups, number + 1)
        self.tally.accrual[trial] = imbalance
        self._end(groups, lists, sums, len(people))

    def _role(self, person: Person) -> _Role:
        candidate, plan = self.candidate, self._plan
        alike = ("all", *(person[place] for place in candidate.strata or candidate.margins))
        groups: list[Group] = [OVERALL]
        for factor, level in zip(plan.factors, person, strict=True):
            if factor.id != SITE:
                groups.append((f"factor {factor.id}", level))
            elif len(factor.levels) > 1:
                groups.append((SITE, level))
        if len(plan.strata) > 1:
            groups.append(("stratum", "/".join(person[place] for place in plan.strata)))
        return _Role(
            stratum="/".join(person[place] for place in candidate.strata) or "all",
            profile=tuple(person[place] for place in candidate.margins),
            looks=(alike, ("site", *alike, person[-1])) if self.by_site else (alike,),
            groups=tuple(groups),
        )

    def _begin(self, seed: bytes, name: str) -> _List:
        method = self.candidate.method
        hidden = None
        if isinstance(method, PermutedBlocks) and len(set(method.block_sizes)) > 1:
            hidden = HiddenBlocks(method.ratio, method.block_sizes)
        return _List(method.start(), Stream(seed, list_label(name)), hidden)

    def _guess(
        self, entry: _List, weights: Sequence[int], looks: Sequence[Sequence[int]], sums: _Sums
    ) -> None:
        """Add the chances of guessing right, given what is known to the guesser who knows most."""
        chances = weights if entry.hidden is None else entry.hidden.chances()
        most, total = max(chances), sum(chances)
        certain = most == total
        right = self._guesser.right(looks[0], chances)
        sums.convergence += right
        sums.site += right if len(looks) == 1 else self._guesser.right(looks[1], chances)
        sums.known += most / total
        sums.certain += certain
        if isinstance(entry.state, BlocksState):  # the place is hidden from guessers: the true weights count
            guessed = [place for place, chance in enumerate(chances) if chance > most * _LEVEL]
            place = self.tally.places.setdefault(entry.state.place, Place())
            place.count += 1
            place.convergence += self._guesser.right(looks[0], weights)
            place.known += sum(weights[arm] for arm in guessed) / (len(guessed) * sum(weights))
            place.certain += certain

    def _check(self, groups: dict[Group, list[int]], number: int) -> None:
        for group, counts in groups.items():
            self.tally.groups.setdefault((group, number), []).append(self.ruler.whole(counts))

    def _end(self, groups: dict[Group, list[int]], lists: dict[str, _List], sums: _Sums, people: int) -> None:
        tally = self.tally
        worst: dict[str, int] = {}
        for (kind, _), counts in groups.items():
            wide = kind.split(" ", 1)[0]
            worst[wide] = max(worst.get(wide, 0), self.ruler.whole(counts))
        for kind, value in worst.items():
            tally.worst.setdefault(kind, []).append(value)
        tally.convergence.append(sums.convergence / people)
        tally.site.append(sums.site / people)
        tally.known.append(sums.known / people)
        tally.certain.append(sums.certain / people)
        blocks = [entry.state.place for entry in lists.values() if isinstance(entry.state, BlocksState)]
        tally.open_blocks.append(sum(1 for place in blocks if place))
        tally.inside.append(sum(blocks))
