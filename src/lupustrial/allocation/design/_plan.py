"""The trial that is simulated: participants, factors, sites, and how common each level is."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lupustrial.allocation.methods import Stream
from lupustrial.errors import AllocationError, Fault, closest
from lupustrial.study import Randomisation, Study

SITE = "site"

#: One participant: the level of each factor of the plan, in order; the site last.
Person = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedFactor:
    """A factor, or the site, with the share of participants that each level is expected to have."""

    id: str
    name: str
    levels: tuple[str, ...]
    names: tuple[str, ...]
    shares: tuple[Fraction, ...]
    assumed: bool  # whether nobody gave the shares, so that they are equal


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is simulated. Factors are taken to be independent of each other; `factors` ends with the site."""

    rule: Randomisation
    participants: int
    factors: tuple[PlannedFactor, ...]

    @property
    def strata(self) -> tuple[int, ...]:
        """Places of the factors by which the study stratifies, or whose margins it minimises."""
        return tuple(range(len(self.factors) - (0 if self.rule.by_site else 1)))

    def people(self, seed: bytes) -> list[Person]:
        """Draw the participants of one trial, in the order of their entry."""
        stream = Stream(seed, "participants")
        weighted = []
        for factor in self.factors:
            common = math.lcm(*(share.denominator for share in factor.shares))
            weighted.append((factor.levels, [int(share * common) for share in factor.shares]))
        return [
            tuple(levels[stream.pick(weights)] for levels, weights in weighted)
            for _ in range(self.participants)
        ]


def trial_seed(seed: int, trial: int) -> bytes:
    """Return the seed of a simulated trial; it has nothing to do with that of a real list."""
    return hashlib.sha256(f"lupustrial design report/{seed}/{trial}".encode()).digest()


def make_plan(
    study: Study, *, participants: int | None = None, prevalences: Mapping[str, Decimal] | None = None
) -> Plan:
    """Return what is simulated for a study.

    Args:
        study: The study.
        participants: How many; None: as many as the design plans.
        prevalences: Share of participants by level: ``"LN"``, or ``"nephritis.LN"`` where two factors have
            a level of that name; ``"site.01"`` for a site. Levels that are not named share the rest equally.

    Raises:
        AllocationError: ALLOC-009, no participants, an unknown level, or shares that cannot be.
    """
    rule = study.randomisation
    count = study.design.planned_participants if participants is None else participants
    faults: list[Fault] = []
    if count < 1:
        faults.append(_fault(f"{count} participants cannot be simulated", "give 1 or more"))
    parts = [
        (factor.id, factor.name, [(level.id, level.name) for level in factor.levels])
        for factor in rule.strata
    ]
    parts.append((SITE, "Site", [(site.id, site.name) for site in study.sites]))
    given = _given(parts, prevalences or {}, faults)
    factors = []
    for id_, name, levels in parts:
        shares = _shares(name, [level for level, _ in levels], given.get(id_, {}), faults)
        factors.append(
            PlannedFactor(
                id=id_,
                name=name,
                levels=tuple(level for level, _ in levels),
                names=tuple(label for _, label in levels),
                shares=shares,
                assumed=id_ not in given and len(levels) > 1,
            )
        )
    if faults:
        raise AllocationError(faults)
    return Plan(rule=rule, participants=count, factors=tuple(factors))


def _given(
    parts: list[tuple[str, str, list[tuple[str, str]]]],
    prevalences: Mapping[str, Decimal],
    faults: list[Fault],
) -> dict[str, dict[str, Fraction]]:
    """Sort the shares that were given by factor."""
    names: dict[str, list[tuple[str, str]]] = {}
    for id_, _, levels in parts:
        for level, _ in levels:
            names[f"{id_}.{level}"] = [(id_, level)]
            if id_ != SITE:
                names.setdefault(level, []).append((id_, level))
    given: dict[str, dict[str, Fraction]] = {}
    for name, share in prevalences.items():
        found = names.get(name, [])
        if not found:
            hint = closest(name, list(names)) or f"levels are {', '.join(names)}"
            faults.append(_fault(f"no factor has a level `{name}`", hint))
        elif len(found) > 1:
            hint = f"write {' or '.join(f'{factor}.{level}' for factor, level in found)}"
            faults.append(_fault(f"several factors have a level `{name}`", hint))
        elif not (share.is_finite() and 0 <= share <= 1):
            faults.append(_fault(f"the share of `{name}` is {share}", "write a number from 0 to 1"))
        else:
            given.setdefault(found[0][0], {})[found[0][1]] = Fraction(share)
    return given


def _shares(
    name: str, levels: list[str], given: Mapping[str, Fraction], faults: list[Fault]
) -> tuple[Fraction, ...]:
    open_ = [level for level in levels if level not in given]
    rest = 1 - sum(given.values(), Fraction(0))
    if rest < 0 or (rest > 0 and not open_):
        faults.append(
            _fault(f"the shares of the levels of {name} sum to {float(1 - rest):g}", "let them sum to 1")
        )
    each = rest / len(open_) if open_ else Fraction(0)
    return tuple(given.get(level, each) for level in levels)


def _fault(message: str, hint: str) -> Fault:
    return Fault(id="ALLOC-009", message=message, place="design report", hint=hint)
