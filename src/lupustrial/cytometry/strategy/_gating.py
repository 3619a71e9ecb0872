"""The gating of one tube: populations one after the other, and why some are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lupustrial.cytometry._gate import Gate, Gated, Placed, Setting
from lupustrial.cytometry._regions import Every, Mask, Region
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.gates import METHODS, Unplaced
from lupustrial.cytometry.strategy._strategy import Population, Step


class _Left(Exception):  # noqa: N818 - a finding about a tube, no error of the caller
    """A population is left out; the text says why."""


#: Share of events that a gate takes out from which on its doubt counts whole: twice the bias that is allowed.
_DECIDES = 0.1


@dataclass(kw_only=True, eq=False)
class Gating:
    """What has been gated of a tube, what was skipped, and what stands for a population passed over."""

    tube: Tube
    templates: Mapping[str, Any]
    controls: Mapping[str, Gated]
    gates: dict[str, Gate] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    stands_for: dict[str, str | None] = field(default_factory=dict)

    def gate(self, population: Population) -> None:
        """Gate a population, or note why it is left out."""
        try:
            parent = self._gated(population.parent)
            missing = self._missing(population)
            if missing and population.absent == "pass":
                self.stands_for[population.name] = parent
                self.skipped[population.name] = f"{missing}; {parent or 'all events'} stands for it"
                return
            placed, methods, inside = self._place(population, parent)
        except _Left as left:
            self.skipped[population.name] = str(left)
            return
        method = " + ".join(methods) or "exclusion"
        self.gates[population.name] = Gate(
            population=population.name, parent=parent, method=method, placed=placed, inside=inside
        )

    def _gated(self, name: str | None) -> str | None:
        while name is not None and name in self.stands_for:
            name = self.stands_for[name]
        if name is not None and name not in self.gates:
            raise _Left(f"it rests on {name}, which is not gated ({self.skipped[name]})")
        return name

    def _events(self, name: str | None) -> Mask:
        return np.ones(len(self.tube), dtype=np.bool_) if name is None else self.gates[name].inside

    def _missing(self, population: Population) -> str:
        """Say what every choice of some gate lacks; empty where the population can be gated."""
        for step in population.steps:
            lacks = [self._lacks(choice) for choice in step.choices]
            if all(lacks) and not step.optional:
                return lacks[0]
        return ""

    def _lacks(self, step: Step) -> str:
        given = step.parameters
        for kind, names, there in (
            ("column", given.columns_used(), self.tube.names),
            ("control", given.controls_used(), self.controls),
            ("template", given.templates_used(), self.templates),
        ):
            absent = [name for name in names if name not in there]
            if absent:
                return f"the tube has no {kind} {', '.join(absent)}"
        return ""

    def _place(self, population: Population, parent: str | None) -> tuple[Placed, list[str], Mask]:
        setting = self._setting(parent)
        found: list[tuple[Placed, str]] = []
        doubts: list[_Doubt] = []
        reasons = []
        for step in population.steps:
            try:
                found.append(self._step(step, setting, parent))
            except _Left as left:
                if not step.optional:
                    raise
                reasons.append(f"without the gate {step.method}: {left}")
            else:
                placed = found[-1][0]
                reasons.append(placed.reason)
                kept = placed.region.contains(self.tube)
                doubts.append(_Doubt(confidence=placed.confidence, kept=kept, needed=not step.optional))
        of = [placed.region for placed, _ in found]
        out: list[Region] = []
        for name in population.exclude:
            if name in self.gates:
                gate = self.gates[name]
                out.append(self._own_region(name, parent))
                doubts.append(_Doubt(confidence=gate.placed.confidence, kept=~gate.inside, needed=False))
            else:
                reasons.append(f"{name} not taken out, as it is not gated")
        region = of[0] if len(of) == 1 and not out else Every(of=tuple(of), out=tuple(out))
        if isinstance(region, Every) and not (region.of or region.out):
            raise _Left("; ".join(reasons))
        events = self._events(parent)
        placed = Placed(
            region=region,
            confidence=_confidence(events, doubts),
            reason="; ".join(reasons) or f"without {', '.join(population.exclude)}",
            numbers=_numbers([placed for placed, _ in found]),
        )
        return placed, [method for _, method in found], _left_by(events, doubts)

    def _setting(self, parent: str | None) -> Setting:
        populations = {name: gate.inside for name, gate in self.gates.items()}
        for name in self.stands_for:
            populations[name] = self._events(self._gated(name))
        controls = {}
        for name, gated in self.controls.items():
            masks = {gate.population: gate.inside for gate in gated.gates}
            inside = np.ones(len(gated.tube), dtype=np.bool_) if parent is None else masks.get(parent)
            if inside is not None:
                controls[name] = Setting(tube=gated.tube, parent=inside, populations=masks)
        return Setting(
            tube=self.tube, parent=self._events(parent), populations=populations, controls=controls,
            templates=self.templates,
        )  # fmt: skip

    def _step(self, step: Step, setting: Setting, parent: str | None) -> tuple[Placed, str]:
        failed: list[str] = []
        for choice in step.choices:
            try:
                placed = self._choice(choice, setting, parent)
            except (_Left, Unplaced) as left:
                failed.append(f"{choice.method} not placed ({left})")
            else:
                reason = "; ".join((*failed, placed.reason))
                return replace(placed, reason=reason), choice.method
        raise _Left("; ".join(failed))

    def _choice(self, step: Step, setting: Setting, parent: str | None) -> Placed:
        lacks = self._lacks(step)
        if lacks:
            raise _Left(lacks)
        for name in step.parameters.populations_used():
            self._gated(name)
        for name in step.parameters.controls_used():
            if name not in setting.controls:
                raise _Left(f"{parent} is not gated in the control {name}")
        return METHODS[step.method].place(setting, step.parameters)

    def _own_region(self, name: str, parent: str | None) -> Region:
        """Return a population's region with those above it, up to an ancestor of the parent or itself."""
        above: set[str | None] = {None}
        while parent is not None:
            above.add(parent)
            parent = self.gates[parent].parent
        chain: list[Region] = []
        current: str | None = name
        while current is not None and current not in above:
            chain.append(self.gates[current].placed.region)
            current = self.gates[current].parent
        return chain[0] if len(chain) == 1 else Every(of=tuple(chain))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Doubt:
    """How sure a gate or an exclusion is, and which events it leaves."""

    confidence: float
    kept: Mask
    needed: bool


def _left_by(parent: Mask, doubts: list[_Doubt]) -> Mask:
    left = parent.copy()
    for each in doubts:
        left &= each.kept
    return left


def _confidence(parent: Mask, doubts: list[_Doubt]) -> float:
    """Return the least confidence; that of a gate a population could do without by the share it takes out."""
    least = min((each.confidence for each in doubts if each.needed), default=1.0)
    for each in doubts:
        if not each.needed and each.confidence < least:
            left = _left_by(parent, [other for other in doubts if other is not each])
            taken = 1 - np.count_nonzero(left & each.kept) / max(int(np.count_nonzero(left)), 1)
            least = min(least, 1 - (1 - each.confidence) * min(1.0, taken / _DECIDES))
    return round(float(least), 3)


def _numbers(found: list[Placed]) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for i, placed in enumerate(found):
        prefix = f"{i + 1} " if len(found) > 1 else ""
        numbers.update({f"{prefix}{key}": value for key, value in placed.numbers.items()})
    return numbers
