"""A tube gated after its readers: each decision on the gate that was looked at, or told and left out.

The exported files of decisions form a chain. The first is of the gating by the strategy alone; one made after
a run with decisions is of that run's gating, and counts on top of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lupustrial.cytometry._finding import Finding
from lupustrial.cytometry._gate import Gate, Gated
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.review import GateDecision, decided_strategy, digest_of_placed
from lupustrial.cytometry.run._job import Job
from lupustrial.cytometry.strategy import Strategy, gate_tube

CHECK = "QC-DECISION"
AUTO = "auto"


@dataclass(frozen=True, kw_only=True, eq=False)
class Decided:
    """A tube gated after its readers.

    Attributes:
        gated: Its gates.
        strategy: The strategy with what was moved and rejected.
        held: The decision that holds, by population.
        seen: Digest of each accepted gate as it was looked at.
        findings: Decisions that do not hold, and why.
    """

    gated: Gated
    strategy: Strategy
    held: Mapping[str, GateDecision] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def told(self, population: str) -> dict[str, str]:
        """Return what stands of a population in the results: decision, and the account that made it."""
        one = self.held.get(population)
        return {
            "decision": AUTO if one is None else one.decision,
            "decided_by": "" if one is None else one.by,
        }


def gate_decided(job: Job, tube: Tube, controls: Mapping[str, Tube]) -> Decided:
    """Gate a tube by its strategy and the decisions of its readers."""
    states = [Decided(gated=_gate(job, job.strategy, tube, controls), strategy=job.strategy)]
    findings: list[Finding] = []
    for decisions in job.decisions:
        mine = {
            population: one
            for (strategy, population), one in decisions.items()
            if strategy == job.strategy.id
        }
        others = sorted({strategy for strategy, _ in decisions} - {job.strategy.id})
        findings += [
            _finding(f"Decisions on gates of the strategy {other} do not hold here.") for other in others
        ]
        base = _base(states, mine)
        good = {name: one for name, one in mine.items() if _holds(base, name, one)}
        findings += [_stale(base, name, one) for name, one in mine.items() if name not in good]
        if good:
            states.append(_after(job, base, good, tube, controls))
    return _told(job, states[-1], findings)


def _base(states: list[Decided], decisions: Mapping[str, GateDecision]) -> Decided:
    """Return the gating that decisions were made on: the latest of that hash, else the latest."""
    gatings = {one.gating for one in decisions.values()}
    return next((state for state in reversed(states) if state.gated.hash in gatings), states[-1])


def _holds(base: Decided, population: str, one: GateDecision) -> bool:
    if population not in {gate.population for gate in base.gated.gates}:
        return False
    if one.shown:
        return one.shown == digest_of_placed(base.gated, population)
    return one.gating == base.gated.hash


def _after(
    job: Job,
    base: Decided,
    good: Mapping[str, GateDecision],
    tube: Tube,
    controls: Mapping[str, Tube],
) -> Decided:
    """Return the gating with further decisions."""
    keyed = {(job.sha256, job.strategy.id, name): one for name, one in good.items()}
    strategy = decided_strategy(base.strategy, job.sha256, keyed)
    gated = base.gated if strategy is base.strategy else _gate(job, strategy, tube, controls)
    held = {**base.held, **{name: _on_top(base.held.get(name), one) for name, one in good.items()}}
    seen = {
        name: digest_of_placed(base.gated, name) for name, one in good.items() if one.decision == "accepted"
    }
    return Decided(gated=gated, strategy=strategy, held=held, seen={**base.seen, **seen})


def _on_top(before: GateDecision | None, one: GateDecision) -> GateDecision:
    """Return a decision that follows another: a moved gate that is accepted stays a moved one."""
    if before is None or before.decision != "edited" or one.decision != "accepted":
        return one
    both = before.by if one.by == before.by else f"{before.by}, {one.by}"
    return replace(before, by=both)


def _told(job: Job, state: Decided, findings: list[Finding]) -> Decided:
    """Return the last gating with what readers are said to have decided, where it still holds."""
    held = dict(state.held)
    gates = {gate.population: gate for gate in state.gated.gates}
    for name, digest in state.seen.items():
        if (
            name in gates
            and digest_of_placed(state.gated, name) != digest
            and held[name].decision == "accepted"
        ):
            text = f"{name} was accepted before what it rests on was moved: look at it again."
            findings.append(_finding(text, gates[name]))
            del held[name]
    skipped = {**state.gated.skipped, **_left_out(job.strategy, state, held)}
    shown = tuple(_moved(gate, held.get(gate.population)) for gate in state.gated.gates)
    return replace(
        state, gated=replace(state.gated, gates=shown, skipped=skipped), held=held, findings=tuple(findings)
    )


def _left_out(strategy: Strategy, state: Decided, held: Mapping[str, GateDecision]) -> dict[str, str]:
    """Return why a population of the strategy is gone: it was rejected, or rests on one that was."""
    there = {population.name for population in state.strategy.populations}
    gone: dict[str, str] = {}
    for population in strategy.populations:
        one = held.get(population.name)
        if population.name in there:
            continue
        if one is not None and one.decision == "rejected":
            gone[population.name] = f"rejected by {one.by or 'a reader'}" + (
                f": {one.why}" if one.why else ""
            )
        else:
            on = next(name for name in population.rests_on if name in gone)
            gone[population.name] = f"it rests on {on}, which is not gated ({gone[on]})"
    return gone


def _moved(gate: Gate, one: GateDecision | None) -> Gate:
    if one is None or one.decision != "edited":
        return gate
    reason = f"moved by {one.by or 'a reader'}" + (f": {one.why}" if one.why else "")
    return replace(gate, placed=replace(gate.placed, reason=reason))


def _gate(job: Job, strategy: Strategy, tube: Tube, controls: Mapping[str, Tube]) -> Gated:
    # a gate that was moved or rejected no longer asks for its template or control
    templates = {name: each for name, each in job.templates.items() if name in strategy.templates}
    asked = {name: each for name, each in controls.items() if name in strategy.controls}
    return gate_tube(tube, strategy, templates=templates, controls=asked)


def _stale(base: Decided, population: str, one: GateDecision) -> Finding:
    gate = next((each for each in base.gated.gates if each.population == population), None)
    if gate is None:
        return _finding(f"{population} was {one.decision} by a reader and is not gated here.")
    text = f"{population} was {one.decision} by a reader, but is another gate now: look at it again."
    return _finding(text, gate)


def _finding(text: str, gate: Gate | None = None) -> Finding:
    columns = () if gate is None else gate.placed.region.columns
    return Finding(check=CHECK, verdict="warn", message=text, columns=columns)
