"""The order of gating: each population after all that it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from lupustrial.cytometry._yaml import Tree
from lupustrial.cytometry.strategy._strategy import Population
from lupustrial.errors import Fault, closest


def ordered(tree: Tree, populations: Sequence[Population], faults: list[Fault]) -> list[Population]:
    """Return the populations in the order of gating, otherwise that of the file.

    Appends CYTO-047 for a name that is no population, CYTO-048 for populations that rest on each other.
    """
    names = [population.name for population in populations]
    for population in populations:
        unknown = (other for other in population.rests_on if other not in names)
        faults.extend(_unknown(tree, population, other, names) for other in unknown)
    done: list[Population] = []
    placed: set[str] = set()
    waiting = list(populations)
    while waiting:
        ready = next((p for p in waiting if all(r in placed or r not in names for r in p.rests_on)), None)
        if ready is None:
            ring = ", ".join(population.name for population in waiting)
            place = tree.place(("populations", waiting[0].name))
            message = f"populations rest on each other in a ring, or on one that does: {ring}"
            hint = "a parent, control or exclusion must be gated before"
            faults.append(Fault(id="CYTO-048", message=message, place=place, hint=hint))
            return done
        waiting.remove(ready)
        placed.add(ready.name)
        done.append(ready)
    return done


def _unknown(tree: Tree, population: Population, other: str, names: list[str]) -> Fault:
    path: tuple[str | int, ...] = ("populations", population.name)
    if population.parent == other:
        path = (*path, "parent")
    elif other in population.exclude:
        path = (*path, "exclude", population.exclude.index(other))
    return Fault(
        id="CYTO-047",
        message=f"{population.name} rests on {other}, which is no population",
        place=tree.place(path),
        hint=closest(other, names) or f"populations are {', '.join(names)}",
    )
