"""A gating strategy: a tree of populations, each with the methods that place its gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.cytometry._gate import hash_of
from lupustrial.cytometry.gates import Parameters

Absent = Literal["fault", "pass", "skip"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One gate of a population.

    Attributes:
        method: Name of the method.
        parameters: Its parameters.
        otherwise: The gate that stands in where this one cannot be placed.
        optional: Whether the population does without the gate where neither can be placed.
    """

    method: str
    parameters: Parameters
    otherwise: Step | None = None
    optional: bool = False

    @property
    def choices(self) -> tuple[Step, ...]:
        """The step, and what stands in for it, in order."""
        return (self, *(() if self.otherwise is None else self.otherwise.choices))

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON, every default written out."""
        return {
            "method": self.method,
            **self.parameters.model_dump(mode="json"),
            "otherwise": None if self.otherwise is None else self.otherwise.as_plain(),
            "optional": self.optional,
        }


@dataclass(frozen=True, kw_only=True)
class Population:
    """Events of the parent that lie in every gate and in no excluded population.

    Attributes:
        name: Its name, unique in the strategy.
        parent: The population it is part of; None for all events of the tube.
        steps: Its gates.
        exclude: Populations whose events are taken out.
        absent: What happens where the tube lacks a column or a control: ``fault`` refuses the tube, ``pass``
            leaves the population out and gives its children its parent, ``skip`` leaves it out with all
            populations that rest on it.
    """

    name: str
    parent: str | None
    steps: tuple[Step, ...]
    exclude: tuple[str, ...] = ()
    absent: Absent = "fault"

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Populations that must be gated before, the parent first, each once."""
        named = [
            name
            for step in self.steps
            for choice in step.choices
            for name in choice.parameters.populations_used()
        ]
        parent = () if self.parent is None else (self.parent,)
        return tuple(dict.fromkeys((*parent, *self.exclude, *named)))

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON, every default written out."""
        return {
            "name": self.name, "parent": self.parent, "exclude": list(self.exclude), "absent": self.absent,
            "gates": [step.as_plain() for step in self.steps],
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """A strategy as it was read.

    Attributes:
        id: Its id.
        version: Its version, as its authors count.
        title: What it is for.
        columns: Other names under which a column may stand in a tube, by the strategy's own name.
        populations: In the order of gating: each after all that it rests on.
    """

    id: str
    version: str
    title: str
    columns: dict[str, tuple[str, ...]]
    populations: tuple[Population, ...]

    def population(self, name: str) -> Population:
        """Return a population; KeyError where there is none."""
        for population in self.populations:
            if population.name == name:
                return population
        raise KeyError(name)

    @property
    def templates(self) -> tuple[str, ...]:
        """Templates that its gates need, sorted."""
        return tuple(sorted({name for each in self._parameters() for name in each.templates_used()}))

    @property
    def controls(self) -> tuple[str, ...]:
        """Control tubes that its gates need, sorted."""
        return tuple(sorted({name for each in self._parameters() for name in each.controls_used()}))

    def _parameters(self) -> list[Parameters]:
        steps = (step for population in self.populations for step in population.steps)
        return [choice.parameters for step in steps for choice in step.choices]

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON: what is hashed."""
        return {
            "id": self.id,
            "version": self.version,
            "columns": {name: list(others) for name, others in sorted(self.columns.items())},
            "populations": [population.as_plain() for population in self.populations],
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the plain form: comments, title and order of the file do not change it."""
        return hash_of(self.as_plain())
