"""The facts that an expression may refer to beside form items, and what kind of value each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lupustrial.study._model import Study

Kind = Literal["code", "number", "text", "date", "truth"]

#: What is known of a participant as a whole, as ``participant.…``.
PARTICIPANT_FACTS: Mapping[str, Kind] = {
    "consented": "truth",
    "eligible": "truth",
    "randomised": "truth",
    "age": "number",  # completed years at consent
    "efficacy_assessments": "number",  # post-baseline visits with the efficacy instrument
    "last_week": "number",  # week of the last visit attended, -1 where there is none
    "injections": "number",  # injections performed
    "completed_treatment": "truth",
    "completed_study": "truth",
}

#: What the plan says of the visit at which a form is filled in, as ``planned.…``.
PLANNED_FACTS: Mapping[str, Kind] = {"visit": "text", "week": "number", "day": "number"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A fact an expression may refer to: what kind of value it has, and for a code which values."""

    kind: Kind
    values: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


def facts_of(study: Study) -> dict[str, dict[str, Fact]]:
    """Return all facts by form and item, ``participant`` and ``planned`` among the forms."""
    facts: dict[str, dict[str, Fact]] = {
        "participant": {name: Fact(kind=kind) for name, kind in PARTICIPANT_FACTS.items()},
        "planned": {name: Fact(kind=kind) for name, kind in PLANNED_FACTS.items()},
    }
    facts["planned"]["visit"] = Fact(kind="code", values=tuple(visit.id for visit in study.visits))
    kinds: Mapping[str, Kind] = {
        "code": "code", "integer": "number", "decimal": "number", "text": "text", "date": "date"
    }  # fmt: skip
    for form in study.forms:
        facts[form.id] = {
            item.id: Fact(
                kind=kinds[item.type],
                values=tuple(entry.value for entry in study.codelists.get(item.codelist or "", ())),
                bounds=tuple(float(bound) for bound in item.range or ()),
            )
            for item in form.items
        }
    return facts
