"""The method `template`: a reader's gate of the batch's reference tube, laid on another tube."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from lupustrial.cytometry._gate import Placed, Setting
from lupustrial.cytometry.gates import Parameters, Unplaced
from lupustrial.cytometry.transfer._bend import bent
from lupustrial.cytometry.transfer._fit import Fit, fit
from lupustrial.cytometry.transfer._ground import Cells
from lupustrial.cytometry.transfer._template import Template
from lupustrial.cytometry.transfer._trust import Trust, aligned, match_of_events, reach_of, trust_of
from lupustrial.errors import CytometryError, Fault

#: Confidence of a gate that stands where the reference has it.
_UNCHANGED = 0.2
#: Share of the largest plausible shift from which on it is told.
_LARGE = 0.5


class TemplateGate(Parameters):
    """Parameters of `template`.

    Attributes:
        template: Name of the template; which one that is, the batch of the tube tells.
        anchor: Population whose events carry the alignment; the one the template was made with.
        columns: Columns of the template, where a tube may lack them.
        max_shift: Largest plausible shift, in robust standard deviations of the reference's ground.
        max_scale: Largest plausible factor of its spread, and one over the smallest.
        min_match: Smallest Bhattacharyya coefficient of an alignment that is used.
        min_events: Fewest events on which a tube is aligned on its own.
        bend: Whether the warp may bend where a column has several peaks.
    """

    template: str
    anchor: str | None = None
    columns: tuple[str, ...] = ()
    max_shift: float = Field(default=3.0, gt=0)
    max_scale: float = Field(default=2.0, gt=1)
    min_match: float = Field(default=0.8, ge=0, le=1)
    min_events: int = Field(default=100, ge=1)
    bend: bool = False

    def populations_used(self) -> tuple[str, ...]:
        """Return the anchor, where there is one."""
        return () if self.anchor is None else (self.anchor,)

    def templates_used(self) -> tuple[str, ...]:
        """Return the template."""
        return (self.template,)


def align(template: Template, setting: Setting, *, bend: bool = False) -> tuple[Fit, ...]:
    """Lay each shape of a template on a tube's parent (or anchor), whatever comes out.

    Raises:
        CytometryError: CYTO-001 the tube lacks a column.
        KeyError: The setting lacks the anchor.
    """
    events = setting.parent if template.anchor is None else setting.populations[template.anchor]
    found = []
    for ground, prior in zip(template.grounds, template.priors, strict=True):
        values = np.column_stack([setting.tube.column(name)[events] for name in ground.columns])
        cells = Cells.of(values.astype(np.float64))
        fitted = fit(ground, cells, prior)
        found.append(bent(fitted, cells) if bend else fitted)
    return tuple(found)


def place_template(setting: Setting, parameters: Any) -> Placed:
    """Lay a template on a tube; where that cannot be believed, leave it where the reference has it.

    Raises:
        Unplaced: The tube lacks a column of the template.
        CytometryError: CYTO-058 the strategy names another anchor than the template was made with.
        KeyError: The setting lacks the template or the anchor.
    """
    given = TemplateGate.model_validate(parameters)
    template: Template = setting.templates[given.template]
    _check_anchor(template, given, setting.tube.name)
    absent = [name for name in template.columns if name not in setting.tube.names]
    if absent:
        raise Unplaced(f"the tube has no column {', '.join(absent)} of the template {given.template}")
    events = setting.parent if template.anchor is None else setting.populations[template.anchor]
    count = int(np.count_nonzero(events))
    if count < given.min_events:
        return _left(template, f"{count} events are too few to be aligned", {"ground events": float(count)})
    fits = align(template, setting, bend=given.bend)
    count = min(each.events for each in fits)
    if count < given.min_events:
        return _left(template, f"{count} events have values, too few to be aligned", _numbers(fits, None))
    doubt = _implausible(fits, given)
    if doubt:
        return _left(template, doubt, _numbers(fits, None))
    trust = trust_of(setting, template.region, fits, max_shift=given.max_shift, max_scale=given.max_scale)
    return Placed(
        region=aligned(template.region, fits), confidence=trust.confidence,
        reason=_reason(template, fits, trust), numbers=_numbers(fits, trust),
    )  # fmt: skip


def _implausible(fits: tuple[Fit, ...], given: TemplateGate) -> str:
    for each in fits:
        where = " and ".join(each.ground.columns)
        if reach_of(each, max_shift=given.max_shift, max_scale=given.max_scale) > 1:
            return f"the alignment in {where} is implausible ({_told(each)})"
        match = match_of_events(each)
        if match < given.min_match:
            return f"the density in {where} does not fit the reference (match {match:.2f}, {_told(each)})"
    return ""


def _left(template: Template, why: str, numbers: dict[str, float]) -> Placed:
    known = all(prior.tubes for prior in template.priors)
    return Placed(
        region=template.region, confidence=_UNCHANGED,
        reason=f"left where the reference has it: {why}"
        + ("; the batch is aligned otherwise" if known else ""),
        numbers={**numbers, "aligned": 0.0},
    )  # fmt: skip


def _reason(template: Template, fits: tuple[Fit, ...], trust: Trust) -> str:
    told = "; ".join(_told(each) for each in fits)
    text = f"aligned on {template.anchor or 'its parent'}: {told}; match {trust.match:.3f}"
    text += f", count {trust.low:.0f} to {trust.high:.0f} by doubt about the alignment"
    if trust.reach > _LARGE:
        text += "; the shift is large"
    return text


def _told(each: Fit) -> str:
    columns = len(each.ground.columns)
    parts = [
        f"{name} {each.at[i]:+.2f} SD, spread x{np.exp(each.at[columns + i]):.2f}"
        for i, name in enumerate(each.ground.columns)
    ]
    return ", ".join(parts)


def _numbers(fits: tuple[Fit, ...], trust: Trust | None) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for each in fits:
        columns = len(each.ground.columns)
        for i, name in enumerate(each.ground.columns):
            numbers[f"shift {name}"] = round(float(each.at[i]), 6)
            numbers[f"scale {name}"] = round(float(np.exp(each.at[columns + i])), 6)
    numbers["match"] = round(min(match_of_events(each) for each in fits), 6)
    numbers["ground events"] = float(min(each.events for each in fits))
    if trust is not None:
        numbers |= {
            "aligned": 1.0, "jitter": round(trust.jitter, 6), "count low": round(trust.low, 3),
            "count high": round(trust.high, 3), "reach": round(trust.reach, 6),
        }  # fmt: skip
    return numbers


def _check_anchor(template: Template, given: TemplateGate, name: str) -> None:
    if template.anchor == given.anchor:
        return
    raise CytometryError(
        Fault(
            id="CYTO-058",
            message=f"the template {given.template} was made on {template.anchor or 'the parent'}, "
            f"the strategy aligns it on {given.anchor or 'the parent'}",
            place=name,
            hint="make the template again on the strategy's, or change `anchor` in the strategy",
        )
    )
