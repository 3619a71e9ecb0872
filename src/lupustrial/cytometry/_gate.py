"""What a gating method is given, and what it gives back.

A method sees the events of one tube and of the populations that were gated before. It is told neither
participant nor visit nor arm, so that no gate can depend on them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from lupustrial.cytometry._regions import Mask, Region
from lupustrial.cytometry._tube import Tube, Values


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """Where a gate is to be placed: a tube, the parent's events, populations gated before.

    Attributes:
        tube: The tube.
        parent: (events,) events of the parent population.
        populations: (events,) events of every population gated before, by name: internal
            controls, back-gating.
        controls: Control tubes by name (``FMO CD25``, ``unstimulated``), each with the events of the same
            parent in that tube.
        templates: Templates by name, as `transfer` makes them.
    """

    tube: Tube
    parent: Mask
    populations: Mapping[str, Mask]
    controls: Mapping[str, Setting] = field(default_factory=dict)
    templates: Mapping[str, Any] = field(default_factory=dict)

    def values(self, column: str, population: str | None = None) -> Values:
        """Return the values of a column over the parent, or over a population gated before."""
        inside = self.parent if population is None else self.populations[population]
        return np.asarray(self.tube.column(column)[inside])


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A gate as a method placed it.

    Attributes:
        region: Where it lies.
        confidence: 0 to 1; below 0.5 a reader should look.
        reason: One sentence: why there, and what speaks against it.
        numbers: What the method measured: cut, depth of the valley, shift from the template, …
    """

    region: Region
    confidence: float
    reason: str
    numbers: Mapping[str, float] = field(default_factory=dict)


class Method(Protocol):
    """Places a gate; `parameters` are those of the strategy's file, checked by the method's own model."""

    def __call__(self, setting: Setting, parameters: Any) -> Placed: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Gate:
    """A population of one tube: the gate, and the events inside it and its parent."""

    population: str
    parent: str | None
    method: str
    placed: Placed
    inside: Mask

    @property
    def count(self) -> int:
        """Events of the population."""
        return int(np.count_nonzero(self.inside))


@dataclass(frozen=True, kw_only=True, eq=False)
class Gated:
    """A tube with every gate of a strategy.

    Attributes:
        tube: The tube.
        strategy: Id of the strategy.
        strategy_hash: SHA-256 of the strategy's plain form and its templates.
        gates: In the order of gating, parents first.
        skipped: Populations of the strategy that were not gated, each with the reason: a stain is absent, too
            few events, no control. Not gated is never a count of zero.
    """

    tube: Tube
    strategy: str
    strategy_hash: str
    gates: tuple[Gate, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def gate(self, population: str) -> Gate:
        """Return the gate of a population; KeyError where the strategy has none."""
        for gate in self.gates:
            if gate.population == population:
                return gate
        raise KeyError(population)

    def parent_count(self, population: str) -> int:
        """Events of the parent of a population; of the tube where it has none."""
        parent = self.gate(population).parent
        return len(self.tube) if parent is None else self.gate(parent).count

    @property
    def hash(self) -> str:
        """SHA-256 over file, strategy and every region: the version of this gating."""
        regions = {gate.population: gate.placed.region.as_plain() for gate in self.gates}
        return hash_of({"file": self.tube.sha256, "strategy": self.strategy_hash, "regions": regions})


def hash_of(plain: Any) -> str:
    """Return the SHA-256 of a plain value, over its canonical JSON."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
