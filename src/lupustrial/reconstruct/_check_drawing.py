"""Faults of the assumptions: names that the study, the instruments or the files do not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lupustrial.errors import Fault
from lupustrial.instruments import INSTRUMENTS
from lupustrial.reconstruct._check_targets import Path, check_figures, unknown_names
from lupustrial.reconstruct._schema import Fill, TargetsFile
from lupustrial.reconstruct._targets import Targets
from lupustrial.reconstruct._tree import Tree
from lupustrial.study import Study

Named = Iterator[tuple[str, Path]]

_FACTS = (
    "visit date",
    "consent date",
    "birth date",
    "diagnosis date",
    "randomisation date",
    "sex",
    "slot",
    "dose per kg",
)


def cross_check(
    study: Study, figures: TargetsFile, targets: Targets, trees: Mapping[str, Tree]
) -> list[Fault]:
    """Every fault of the three files against each other and against the study."""
    faults = [*_instruments(study, targets, trees["model"])]
    if not faults:
        faults += [*check_figures(study, figures, targets, trees), *_model(study, targets, trees["model"])]
    return [*faults, *_drawing(study, targets, trees["drawing"])]


def _instruments(study: Study, targets: Targets, tree: Tree) -> Iterator[Fault]:
    model = targets.model
    keys = ("activity", "graded", "response", "renal_use")
    named = [(str(getattr(model, key)), (key,)) for key in keys if getattr(model, key) is not None]
    yield from unknown_names(
        named, [use.id for use in study.instruments], tree, "RECON-014", "instrument use"
    )


def _model(study: Study, targets: Targets, tree: Tree) -> Iterator[Fault]:
    model = targets.model
    parameters = [parameter.id for parameter in study.plan.parameters]
    numbers: Named = ((name, ("numbers", name)) for name in model.numbers)
    yield from unknown_names(numbers, parameters, tree, "RECON-010", "parameter")
    use = next(use for use in study.instruments if use.id == model.activity)
    items = [each.code for each in INSTRUMENTS[use.instrument].items]
    yield from unknown_names(
        ((name, ("items", name)) for name in model.items),
        items,
        tree,
        "RECON-015",
        "item of the activity index",
    )
    literals: Named = (
        (literal, ("links", place, key))
        for place, link in enumerate(model.links)
        for key in ("when", "then")
        for literal in getattr(link, key)
    )
    yield from unknown_names(
        _parts(literals), [*model.items, *model.domains], tree, "RECON-015", "item or domain"
    )
    flags: Named = (
        (spec.flag, ("numbers", name, "flag")) for name, spec in model.numbers.items() if spec.flag
    )
    yield from unknown_names(flags, list(model.items), tree, "RECON-015", "item")


def _parts(literals: Named) -> Named:
    """The item or domain that a literal names."""
    for literal, path in literals:
        yield literal.removeprefix("not ").split(".")[0], path


def _drawing(study: Study, targets: Targets, tree: Tree) -> Iterator[Fault]:
    drawing = targets.drawing
    withdrawals = list(enumerate(drawing.withdrawals))
    visits: Named = ((each.last, ("withdrawals", place, "last")) for place, each in withdrawals)
    yield from unknown_names(visits, [visit.id for visit in study.visits], tree, "RECON-017", "visit")
    arms: Named = ((each.arm, ("withdrawals", place, "arm")) for place, each in withdrawals)
    yield from unknown_names(arms, [arm.id for arm in study.arms], tree, "RECON-012", "arm")
    events: Named = (
        (each.event, ("withdrawals", place, "event")) for place, each in withdrawals if each.event
    )
    yield from unknown_names(events, [event.id for event in drawing.events], tree, "RECON-018", "event")
    items: Named = (
        (item, ("withdrawals", place, "items")) for place, each in withdrawals for item in each.items
    )
    yield from unknown_names(items, list(targets.model.items), tree, "RECON-015", "item")
    forms = {form.id: [item.id for item in form.items] for form in study.forms}
    filled: Named = ((form, ("fill", form)) for form in drawing.fill)
    yield from unknown_names(filled, list(forms), tree, "RECON-016", "form")
    for form, fills in drawing.fill.items():
        if form in forms:
            own: Named = ((item, ("fill", form, item)) for item in fills if item != "*")
            yield from unknown_names(own, forms[form], tree, "RECON-016", f"item of {form}")
            for item, fill in fills.items():
                yield from _fill(targets, forms, fill, ("fill", form, item), tree)
    values: Named = (
        (name, ("screen_failures", place, "values", name))
        for place, failure in enumerate(drawing.screen_failures)
        for name in failure.values
    )
    yield from unknown_names(values, _names(forms), tree, "RECON-016", "form item")


def _fill(
    targets: Targets, forms: Mapping[str, list[str]], fill: Fill, path: Path, tree: Tree
) -> Iterator[Fault]:
    model = targets.model
    if fill.fact is not None:
        yield from unknown_names([(fill.fact, (*path, "fact"))], _FACTS, tree, "RECON-018", "fact")
    if fill.number is not None:
        yield from unknown_names(
            [(fill.number, (*path, "number"))], list(model.numbers), tree, "RECON-018", "number"
        )
    others = [name for name in (fill.same, fill.egfr, *(case.of for case in fill.cases or ())) if name]
    yield from unknown_names(((name, path) for name in others), _names(forms), tree, "RECON-016", "form item")
    literals: Named = (
        (literal, path)
        for literal in (*(fill.sign or ()), *(x for case in fill.cases or () for x in case.when))
    )
    traits = [spec.trait for spec in targets.sets.values() if spec.trait is not None]
    known = [*model.items, *model.domains, *traits, "F", "M"]
    yield from unknown_names(_parts(literals), known, tree, "RECON-015", "item, domain or trait")


def _names(forms: Mapping[str, list[str]]) -> list[str]:
    return [f"{form}.{item}" for form, items in forms.items() for item in items]
