"""How each analysis parameter is derived: from what exists, and without a circle."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import Item
from lupustrial.study._plan import Derivation, Parameter

#: For each kind of derivation the fields it needs, then those it may have.
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "score": (("use", "output"), ()),
    "item": (("form", "item"), ()),
    "within_limits": (("parameter",), ()),
    "composite": (("use", "output"), ("components",)),
    "daily_dose": (("form",), ("drug",)),
    "reduction": (("parameter", "percent"), ()),
    "resolved": (("parameter",), ()),
    "decreased": (("parameter",), ()),
    "subject": (("variable",), ()),
    "body_surface": (("components",), ()),
    "months_since": (("form", "item"), ()),
    "background_drug": (("form", "drug"), ()),
    "event": (("form",), ("where",)),
}
_ALL = ("use", "output", "form", "item", "parameter", "percent", "variable", "drug", "where", "components")
_BODY = ("height", "weight")


def check_derivations(inspection: Inspection) -> None:
    """STUDY-061 to STUDY-065."""
    parameters = inspection.study.plan.parameters
    for place, parameter in enumerate(parameters):
        path: Path = ("plan", "parameters", place, "derive")
        _check_fields(inspection, path, parameter.derive)
        _check_names(inspection, path, parameter.derive)
        if parameter.derive.kind == "within_limits":
            _check_limits(inspection, path, parameter.derive)
    _check_circles(inspection)


def _check_fields(inspection: Inspection, path: Path, derive: Derivation) -> None:
    needed, allowed = _FIELDS[derive.kind]
    for key in _ALL:
        present = bool(getattr(derive, key)) or getattr(derive, key) == 0
        if key in needed and not present:
            message = f"`kind: {derive.kind}` needs `{key}`"
            inspection.error("STUDY-061", path, message, f"add `{key}:`")
        elif present and key not in needed and key not in allowed:
            message = f"`kind: {derive.kind}` has no use for `{key}`"
            hint = f"it takes {', '.join((*needed, *allowed))}"
            inspection.error("STUDY-061", (*path, key), message, hint)
    if derive.kind == "body_surface" and derive.components:
        for name in _BODY:
            if name not in derive.components:
                message = f"body surface needs the component `{name}`"
                inspection.error(
                    "STUDY-061", (*path, "components"), message, f"add `{name}:` with its parameter"
                )
    if derive.percent is not None and not 0 < derive.percent <= 100:  # noqa: PLR2004 - percent
        message = f"`percent` is {derive.percent}"
        inspection.error("STUDY-061", (*path, "percent"), message, "write a number above 0, at most 100")


def _check_names(inspection: Inspection, path: Path, derive: Derivation) -> None:
    study = inspection.study
    forms = {form.id: {item.id: item for item in form.items} for form in study.forms}
    uses = [use.id for use in study.instruments]
    parameters = [parameter.id for parameter in study.plan.parameters]
    if derive.use is not None:
        inspection.refer("STUDY-062", (*path, "use"), derive.use, uses, "instruments")
    if derive.parameter is not None:
        inspection.refer("STUDY-062", (*path, "parameter"), derive.parameter, parameters, "parameters")
    for name, parameter in derive.components.items():
        inspection.refer("STUDY-062", (*path, "components", name), parameter, parameters, "parameters")
    if derive.form is None or not inspection.refer("STUDY-062", (*path, "form"), derive.form, forms, "forms"):
        return
    items: Mapping[str, Item] = forms[derive.form]
    if derive.item is None or inspection.doubtful(derive.form):
        return
    if not inspection.refer("STUDY-062", (*path, "item"), derive.item, items, f"items of form {derive.form}"):
        return
    if derive.kind == "months_since" and items[derive.item].type != "date":
        message = f"`{derive.form}.{derive.item}` is no date"
        inspection.error("STUDY-064", (*path, "item"), message, "months are counted from a date item")
    if derive.kind == "item" and items[derive.item].type in ("text", "date"):
        message = f"`{derive.form}.{derive.item}` of type {items[derive.item].type} has no numeric value"
        inspection.error("STUDY-064", (*path, "item"), message, "name a number or a code")


def _check_limits(inspection: Inspection, path: Path, derive: Derivation) -> None:
    """A value is within limits only where its item has limits."""
    study = inspection.study
    source = next((p.derive for p in study.plan.parameters if p.id == derive.parameter), None)
    if source is None or source.kind != "item":
        return
    for form in study.forms:
        for item in form.items:
            if (form.id, item.id) == (source.form, source.item) and not item.normal:
                message = (
                    f"`{form.id}.{item.id}`, from which `{derive.parameter}` comes, has no reference limits"
                )
                inspection.error("STUDY-065", (*path, "parameter"), message, "give the item `normal:`")


def _check_circles(inspection: Inspection) -> None:
    parameters: Mapping[str, Parameter] = {p.id: p for p in inspection.study.plan.parameters}
    sources = {name: _sources(parameter.derive) for name, parameter in parameters.items()}
    done: set[str] = set()
    for place, start in enumerate(inspection.study.plan.parameters):
        trail: list[str] = []
        circle = _circle(start.id, sources, trail, done)
        if circle:
            message = f"`{circle[0]}` is derived from itself: {' <- '.join(circle)}"
            hint = "let one of them be derived from a score or an item"
            inspection.error("STUDY-063", ("plan", "parameters", place, "derive"), message, hint)
            done.update(circle)


def _circle(name: str, sources: Mapping[str, list[str]], trail: list[str], done: set[str]) -> list[str]:
    """Follow the sources of a parameter; return the circle reached, if any."""
    if name in trail:
        return [*trail[trail.index(name) :], name]
    if name in done:
        return []
    for source in sources.get(name, ()):
        found = _circle(source, sources, [*trail, name], done)
        if found:
            return found
    done.add(name)
    return []


def _sources(derive: Derivation) -> list[str]:
    names = [derive.parameter] if derive.parameter is not None else []
    return [*names, *derive.components.values()]
