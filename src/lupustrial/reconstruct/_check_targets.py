"""Faults of the published figures: references to what does not exist, and figures that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from lupustrial.errors import Fault, closest
from lupustrial.reconstruct._people import members_of
from lupustrial.reconstruct._quantities import quantity_of
from lupustrial.reconstruct._schema import FigureSpec, TargetsFile
from lupustrial.reconstruct._targets import Targets
from lupustrial.reconstruct._tree import Tree
from lupustrial.study import Study

_ORDER = ("min", "q1", "median", "q3", "max")
Path = tuple[str | int, ...]


def check_figures(
    study: Study, figures: TargetsFile, targets: Targets, trees: Mapping[str, Tree]
) -> Iterator[Fault]:
    """RECON-010 to RECON-013 and RECON-019 to RECON-025."""
    yield from _sets(study, figures, targets, trees["targets"])
    lists = (("targets", "figures", figures.figures), ("model", "assumed", targets.model.assumed))
    for file, key, specs in lists:
        seen: dict[tuple[str, str, int | None, str, str, str], str] = {}
        for place, figure in enumerate(specs):
            tree, path = trees[file], (key, place)
            yield from _references(study, targets, figure, tree, path)
            for arm, printed in figure.print.items():
                here = tree.place((*path, "print", arm))
                values = {name: value for name, value in printed if value is not None}
                if not values:
                    yield _fault(
                        "RECON-020", f"{figure.parameter}: no figure is given for {arm}", here, "write one"
                    )
                for name in values:
                    mark = (figure.where, figure.parameter, figure.week, figure.set, arm, name)
                    if mark in seen:
                        hint = (
                            "keep one; where the paper contradicts itself, say in `where` where each stands"
                        )
                        yield _fault(
                            "RECON-021",
                            f"{figure.parameter}: {name} stands already at {seen[mark]}",
                            here,
                            hint,
                        )
                    seen[mark] = here
                yield from _possible(figure, targets, arm, values, here)


def _references(
    study: Study, targets: Targets, figure: FigureSpec, tree: Tree, path: Path
) -> Iterator[Fault]:
    parameters = [parameter.id for parameter in study.plan.parameters]
    known = [*parameters, *(targets.model.items if path[0] == "assumed" else ())]
    if figure.parameter not in known:
        hint = closest(figure.parameter, known) or "a figure belongs to a parameter of analysis.yaml"
        place = tree.place((*path, "parameter"))
        yield _fault("RECON-010", f"unknown parameter `{figure.parameter}`", place, hint)
    elif quantity_of(study, targets.model, figure.parameter) is None:
        place = tree.place((*path, "parameter"))
        hint = "give it a grid under `numbers` in model.yaml, or name the instrument it comes from there"
        yield _fault("RECON-019", f"there is no way to make `{figure.parameter}`", place, hint)
    if figure.set not in targets.sets:
        hint = closest(figure.set, list(targets.sets)) or f"sets: {', '.join(targets.sets)}"
        yield _fault("RECON-011", f"unknown set `{figure.set}`", tree.place((*path, "set")), hint)
    arms = [arm.id for arm in study.arms]
    for arm in figure.print:
        if arm not in arms:
            hint = closest(arm, arms) or f"arms: {', '.join(arms)}"
            yield _fault("RECON-012", f"unknown arm `{arm}`", tree.place((*path, "print", arm)), hint)
    weeks = sorted(visit.week for visit in study.visits)
    if figure.week is not None and figure.week not in weeks:
        hint = f"weeks of visits: {', '.join(map(str, weeks))}"
        yield _fault("RECON-013", f"no visit at week {figure.week}", tree.place((*path, "week")), hint)


def _possible(
    figure: FigureSpec, targets: Targets, arm: str, values: Mapping[str, object], here: str
) -> Iterator[Fault]:
    """Counts within their set, quantiles in order and on the grid."""
    spec = targets.sets.get(figure.set)
    size = spec.size.get(arm) if spec else None
    count = values.get("count")
    if isinstance(count, int) and size is not None and not 0 <= count <= size:
        message = f"{figure.parameter}: {count} of {size} participants of set `{figure.set}`"
        yield _fault("RECON-022", message, here, "compare the count and its denominator with the paper")
    ordered = [(name, Fraction(str(values[name]))) for name in _ORDER if name in values]
    for (one, low), (other, high) in pairwise(ordered):
        if low > high:
            message = f"{figure.parameter}: {one} {values[one]} lies above {other} {values[other]}"
            yield _fault("RECON-023", message, here, "compare both with the paper")
    if "sd" in values and Fraction(str(values["sd"])) < 0:
        yield _fault(
            "RECON-023", f"{figure.parameter}: the SD is negative", here, "compare it with the paper"
        )
    number = targets.model.numbers.get(figure.parameter)
    if number is not None:
        ends = [number.grid.low, number.grid.high, *number.grid.values]
        bounds = [Fraction(value) for value in ends if value is not None]
        for name, value in ordered:
            if not min(bounds) <= value <= max(bounds):
                message = f"{figure.parameter}: {name} {values[name]} lies outside the grid of model.yaml"
                yield _fault("RECON-024", message, here, "widen the grid, or mend the figure")


def _sets(study: Study, figures: TargetsFile, targets: Targets, tree: Tree) -> Iterator[Fault]:
    """Sizes against arms and withdrawals, everybody contacted against failures."""
    arms = [arm.id for arm in study.arms]
    unknown = [(name, arm) for name, spec in figures.sets.items() for arm in spec.size if arm not in arms]
    for name, arm in unknown:
        place = tree.place(("sets", name, "size", arm))
        yield _fault(
            "RECON-012", f"unknown arm `{arm}`", place, closest(arm, arms) or f"arms: {', '.join(arms)}"
        )
    visits = {visit.id for visit in study.visits}
    if unknown or any(
        each.last not in visits or each.arm not in arms for each in targets.drawing.withdrawals
    ):
        return
    everyone = 0
    for arm in arms:
        members = members_of(study, targets, arm)
        everyone += len(members)
        for name, spec in figures.sets.items():
            found = sum(name in member.sets for member in members)
            if found != spec.size.get(arm, 0):
                size = spec.size.get(arm, 0)
                message = f"set `{name}`, arm {arm}: {size} participants, {found} by the withdrawals"
                hint = "let as many leave before week `stays` (drawing.yaml) as the sizes differ"
                yield _fault("RECON-025", message, tree.place(("sets", name, "size")), hint)
    failures = len(targets.drawing.screen_failures)
    if figures.contacted != everyone + failures:
        message = (
            f"{figures.contacted} were contacted, {everyone} randomised, {failures} failures are described"
        )
        yield _fault("RECON-025", message, tree.place(("contacted",)), "describe the others in drawing.yaml")


def _fault(fault_id: str, message: str, place: str, hint: str) -> Fault:
    return Fault(id=fault_id, message=message, place=place, hint=hint)


def unknown_names(
    names: Iterable[tuple[str, Path]], known: Sequence[str], tree: Tree, fault_id: str, kind: str
) -> Iterator[Fault]:
    """A fault for each name that is not known, with the nearest that is."""
    for name, path in names:
        if name not in known:
            hint = closest(name, known) or f"known: {', '.join(known[:20])}"
            yield _fault(fault_id, f"unknown {kind} `{name}`", tree.place(path), hint)
