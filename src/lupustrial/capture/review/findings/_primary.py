"""The items that the primary endpoint is made of, and late changes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lupustrial.capture.review.findings._model import Evidence, Finding, moment, replaced, where
from lupustrial.instruments import INSTRUMENTS
from lupustrial.study import Study, component_inputs

LATE = 14  # days between the first entry of a value and its change


@dataclass
class _Found:
    study: Study
    items: set[tuple[str, str]] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


def primary_items(study: Study) -> frozenset[tuple[str, str]]:
    """Return the items (form, item) from which the parameters of the primary analyses are derived."""
    found = _Found(study)
    for analysis in study.plan.analyses:
        if analysis.primary:
            for parameter in analysis.parameters:
                _add(found, parameter)
    return frozenset(found.items)


def late_changes(evidence: Evidence) -> Iterator[Finding]:
    """Give changes of primary items made `LATE` days or more after the value was first entered."""
    primary = primary_items(evidence.study)
    first: dict[tuple[object, str], str] = {}
    for change in evidence.changes:
        if (change.place.form, change.item) not in primary:
            continue
        key = (change.place, change.item)
        entered = first.setdefault(key, change.at)
        days = (moment(change.at) - moment(entered)).days
        if replaced(change) and days >= LATE:
            yield Finding(
                method="late-primary",
                subject=f"{change.position}.{change.order}",
                message=f"{where(change.place)}: {change.item} was changed {days} days after it was entered, "
                f"by {change.by}",
                participant=change.place.participant,
                form=change.place.form,
                item=change.item,
            )


def _add(found: _Found, name: str) -> None:
    """Add the items of a parameter or of the use of an instrument; each once, however they refer."""
    if name in found.seen:
        return
    found.seen.add(name)
    study = found.study
    for use in study.instruments:
        if use.id == name:
            if use.form is not None:
                found.items |= {(use.form, item.id) for item in study.form(use.form).items}
            found.items |= {_pair(target) for target in use.items.values() if "." in target}
            for component in component_inputs(study, use, _inputs(use.instrument)).values():
                _add(found, component.partition(".")[0])
    parameter = next((one for one in study.plan.parameters if one.id == name), None)
    if parameter is None:
        return
    derive = parameter.derive
    if derive.form is not None:
        items = [derive.item] if derive.item is not None else [i.id for i in study.form(derive.form).items]
        found.items |= {(derive.form, item) for item in items}
    for other in (derive.use, derive.parameter, *derive.components.values()):
        if other is not None:
            _add(found, other)


def _inputs(instrument: str) -> list[str]:
    known = INSTRUMENTS.get(instrument)
    return [] if known is None else [one.code for one in known.inputs]


def _pair(target: str) -> tuple[str, str]:
    form, _, item = target.partition(".")
    return form, item
