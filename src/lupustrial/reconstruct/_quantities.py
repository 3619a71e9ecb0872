"""What each parameter of the analysis plan is in terms of participants, read off its derivation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lupustrial.reconstruct._schema import ModelFile
from lupustrial.study import Derivation, Study

Kind = Literal[
    "item",
    "active",
    "total",
    "numeric",
    "response",
    "remission",
    "any remission",
    "resolved",
    "number",
    "reduction",
    "decreased",
    "age",
    "sex",
    "surface",
    "months",
    "drug",
    "event",
]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A parameter as the reconstruction sees it.

    Attributes:
        parameter: PARAMCD.
        kind: What it is.
        id: The item, number parameter or drug that it rests on.
        scale: Whole units per unit of the parameter (100: recorded to 0.01).
        percent: Of a reduction.
        where: CEL over an event form.
    """

    parameter: str
    kind: Kind
    id: str = ""
    scale: int = 1
    percent: Fraction = Fraction(0)
    where: str = ""

    @property
    def clinical(self) -> bool:
        """Whether it follows from the clinical state alone."""
        return self.kind in {
            "item",
            "active",
            "total",
            "numeric",
            "response",
            "remission",
            "any remission",
            "resolved",
        }


def quantity_of(study: Study, model: ModelFile, parameter_id: str) -> Quantity | None:
    """Return what a parameter is, or ``None`` where the reconstruction has no way to make it.

    A name that is no parameter of the plan may be an item of the activity index (used by assumptions).
    """
    known = {parameter.id for parameter in study.plan.parameters}
    if parameter_id not in known:
        return (
            Quantity(parameter=parameter_id, kind="item", id=parameter_id)
            if parameter_id in model.items
            else None
        )
    derive = study.plan.parameter(parameter_id).derive
    if parameter_id in model.numbers:
        return Quantity(
            parameter=parameter_id, kind="number", id=parameter_id, scale=scale_of(model, parameter_id)
        )
    kind, name = _kind_of(study, model, derive)
    if kind is None:
        return None
    percent = Fraction(derive.percent) if derive.percent is not None else Fraction(0)
    return Quantity(parameter=parameter_id, kind=kind, id=name, percent=percent, where=derive.where or "")


_SIMPLE: Mapping[str, Kind] = {
    "body_surface": "surface",
    "months_since": "months",
    "background_drug": "drug",
    "event": "event",
}
_CHANGES: Mapping[str, Kind] = {"reduction": "reduction", "decreased": "decreased"}
_SUBJECT: Mapping[str, Kind] = {"AGE": "age", "SEX": "sex"}


def _kind_of(study: Study, model: ModelFile, derive: Derivation) -> tuple[Kind | None, str]:
    """Kind, and the item, number or drug behind it."""
    activity_form = next((use.form for use in study.instruments if use.id == model.activity), None)
    if derive.kind == "item" and derive.form == activity_form:
        return "item", str(derive.item)
    if derive.kind == "score":
        return _score_kind(model, derive.use, derive.output), ""
    if derive.kind == "composite":
        return ("response" if derive.use == model.response and derive.output == "responder" else None), ""
    if derive.kind == "resolved" and derive.parameter is not None:
        inner = quantity_of(study, model, derive.parameter)
        return ("resolved", inner.id) if inner and inner.kind == "item" else (None, "")
    if derive.kind in _CHANGES:
        return (_CHANGES[derive.kind] if derive.parameter in model.numbers else None), str(derive.parameter)
    simple = _SUBJECT.get(str(derive.variable)) if derive.kind == "subject" else _SIMPLE.get(derive.kind)
    return simple, derive.drug or ""


def _score_kind(model: ModelFile, use: str | None, output: str | None) -> Kind | None:
    if use == model.activity:
        return "total" if output == "score" else None
    if use == model.graded:
        kinds: dict[str, Kind] = {"numeric": "numeric", "active": "active"}
        return kinds.get(output or "")
    if use == model.renal_use:
        remissions: dict[str, Kind] = {"complete": "remission", "any": "any remission"}
        return remissions.get(output or "")
    return None


def scale_of(model: ModelFile, parameter: str) -> int:
    """Whole units per unit of a number: 1 over the finest decimal of its grid."""
    grid = model.numbers[parameter].grid
    decimals = [
        value.as_tuple().exponent for value in (grid.step, grid.low, *grid.values) if value is not None
    ]
    return int(10 ** max(0, *(-int(exponent) for exponent in decimals)))
