"""Gatekeeping by mixtures of truncated procedures; equations in docs/methods/multiplicity.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities, refuse
from lupustrial.stats.multiplicity._adjust import check_truncation
from lupustrial.stats.multiplicity._checks import (
    check_intersections,
    checked_groups,
    checked_names,
    checked_p_values,
)
from lupustrial.stats.multiplicity._results import ANY_DEPENDENCE, SIMES, MultipleTest, is_rejected
from lupustrial.stats.multiplicity._truncated import FAMILY_METHODS, local_p, used_part

GATES = ("serial", "parallel", "tree")
Needs = Mapping[str, Sequence[str]]
Positions = tuple[tuple[int, ...], ...]


def gatekeeping(
    p_values: Values,
    *,
    families: Sequence[Sequence[str]],
    gate: str,
    method: str | Sequence[str] = "holm",
    truncation: Sequence[float] | None = None,
    needs_all: Needs | None = None,
    needs_any: Needs | None = None,
    alpha: float = 0.05,
    names: Sequence[str] | None = None,
) -> MultipleTest:
    """Test families of hypotheses in order, each opened by rejections before it (eq. 14, 15).

    Args:
        p_values: One raw p value a hypothesis.
        families: Names of the hypotheses of each family, in the order of testing; a partition.
        gate: ``"serial"`` (a family is tested when all of the family before are rejected), ``"parallel"``
            (when at least one is) or ``"tree"`` (as ``needs_all`` and ``needs_any`` say for each hypothesis).
        method: ``"bonferroni"``, ``"holm"``, ``"hochberg"`` or ``"hommel"``, or one of them a family.
        truncation: γ of each family, 0 to 1. With a parallel or tree gate γ below 1 keeps
            (1 - γ) times a part of alpha for the next family; with a serial gate it may be left out (all 1).
        needs_all: For a hypothesis, those of earlier families that must all be rejected first.
        needs_any: For a hypothesis, those of earlier families of which one at least must be rejected first.
        alpha: Familywise level.
        names: Names of the hypotheses, ``H1``, ``H2``, … where none are given.

    Returns:
        Adjusted p values and rejections of the closed test, which respect the gates.

    Raises:
        StatisticsError: p values (STAT-060), options (STAT-006), level or truncation (STAT-007), families or
            needs (STAT-063) at fault; too many hypotheses (STAT-065).
    """
    p = checked_p_values(p_values)
    check_probabilities(alpha=alpha)
    check_choice("gate", gate, GATES)
    check_intersections(p.size)
    hypotheses = checked_names(names, p.size)
    order = checked_groups(families, hypotheses, place="families")
    methods = _one_a_family("method", method, len(order))
    for name in methods:
        check_choice("method", name, FAMILY_METHODS)
    parts = _truncations(truncation, gate, len(order))
    every, some = _needs(gate, order, hypotheses, needs_all or {}, needs_any or {})
    adjusted = np.zeros(p.size)
    for held in product((True, False), repeat=p.size):
        if any(held):
            value = _intersection_p(p, held, order, methods, parts, (every, some))
            adjusted[list(held)] = np.maximum(adjusted[list(held)], value)
    step_up = [name for name in methods if name in {"hochberg", "hommel"}]
    return MultipleTest(
        method=f"gatekeeping_{gate}",
        hypotheses=hypotheses,
        p_values=tuple(p.tolist()),
        adjusted=tuple(adjusted.tolist()),
        rejected=tuple(is_rejected(value, alpha) for value in adjusted.tolist()),
        alpha=alpha,
        assumption=f"within a family tested by {step_up[0]}: {SIMES}" if step_up else ANY_DEPENDENCE,
        note="; ".join(
            f"family {number}: {name}, truncation {part:g}"
            for number, (name, part) in enumerate(zip(methods, parts, strict=True), start=1)
        ),
    )


def _intersection_p(
    p: Floats,
    held: tuple[bool, ...],
    order: Positions,
    methods: tuple[str, ...],
    truncations: tuple[float, ...],
    needs: tuple[Positions, Positions],
) -> float:
    """Return the p value of one intersection (eq. 15); what a family leaves of alpha goes to the next."""
    every, some = needs
    left, smallest = 1.0, 1.0
    for family, method, truncation in zip(order, methods, truncations, strict=True):
        tested = [
            index
            for index in family
            if held[index]
            and not any(held[gate] for gate in every[index])
            and not (some[index] and all(held[gate] for gate in some[index]))
        ]
        if tested and left > 0:
            local = local_p(np.sort(p[tested]), method, n=len(family), truncation=truncation)
            smallest = min(smallest, local / left)
        left *= 1 - used_part(method, k=len(tested), n=len(family), truncation=truncation)
    return smallest


def _one_a_family(place: str, given: str | Sequence[str], count: int) -> tuple[str, ...]:
    values = (given,) * count if isinstance(given, str) else tuple(given)
    if len(values) != count:
        raise refuse(
            "STAT-063", f"{len(values)} for {count} families", place, "give one for all, or one a family"
        )
    return values


def _truncations(given: Sequence[float] | None, gate: str, count: int) -> tuple[float, ...]:
    if given is None:
        if gate != "serial":
            hint = "state the truncation of each family, e.g. [0.5, 1]"
            raise refuse("STAT-007", "a gate that opens early needs truncations", "truncation", hint)
        return (1.0,) * count
    if len(given) != count:
        message = f"{len(given)} truncations for {count} families"
        raise refuse("STAT-063", message, "truncation", "give one a family")
    for index, value in enumerate(given):
        check_truncation(value, f"truncation[{index}]")
    return tuple(float(value) for value in given)


def _needs(
    gate: str, order: Positions, names: tuple[str, ...], needs_all: Needs, needs_any: Needs
) -> tuple[Positions, Positions]:
    """Return for each hypothesis the positions of which all, and of which any, must be rejected before it."""
    if gate != "tree":
        if needs_all or needs_any:
            hint = "leave needs_all and needs_any out, or set gate to 'tree'"
            raise refuse(
                "STAT-063", f"a {gate} gate says itself what is needed", "needs_all, needs_any", hint
            )
        before: dict[int, tuple[int, ...]] = {}
        for earlier, family in pairwise(order):
            before |= dict.fromkeys(family, earlier)
        found = tuple(before.get(index, ()) for index in range(len(names)))
        nothing: Positions = ((),) * len(names)
        return (found, nothing) if gate == "serial" else (nothing, found)
    level = {index: number for number, family in enumerate(order) for index in family}
    faults: list[Fault] = []
    every = _positions("needs_all", needs_all, names, level, faults)
    some = _positions("needs_any", needs_any, names, level, faults)
    if faults:
        raise StatisticsError(faults)
    return every, some


def _positions(
    place: str, needs: Needs, names: tuple[str, ...], level: Mapping[int, int], faults: list[Fault]
) -> Positions:
    found: list[tuple[int, ...]] = [()] * len(names)
    for name, gates in needs.items():
        unknown = [one for one in (name, *gates) if one not in names]
        if unknown or isinstance(gates, str):
            message = f"{unknown or gates!r} are no hypotheses"
            hint = f"give lists of names among {', '.join(names)}"
            faults.append(Fault(id="STAT-063", message=message, place=f"{place}[{name!r}]", hint=hint))
            continue
        index = names.index(name)
        positions = tuple(names.index(one) for one in gates)
        if any(level[one] >= level[index] for one in positions):
            message = f"{name} waits for a hypothesis that is not of an earlier family"
            hint = "a hypothesis can only wait for earlier families"
            faults.append(Fault(id="STAT-063", message=message, place=f"{place}[{name!r}]", hint=hint))
        found[index] = positions
    return tuple(found)
