"""Strata, rules of intercurrent events and models of a plan refer to what exists and can be meant."""

from __future__ import annotations

from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._plan import Analysis, Estimand, EventRule, Stratum

_FEWEST_IMPUTATIONS = 2
#: What a rule of this kind is about: the type of its parameter.
_TYPES = {"above baseline": "number", "present": "binary"}


def check_stratum(inspection: Inspection, path: Path, stratum: Stratum) -> None:
    """STUDY-084: a stratum is a binary parameter that is known at baseline, or several of them."""
    if not stratum.any_of:
        message = f"stratum `{stratum.id}` names no parameter"
        inspection.error("STUDY-084", (*path, "any_of"), message, "list binary parameters, e.g. [CSA, TAC]")
    for place, name in enumerate(stratum.any_of):
        _check_parameter(inspection, "STUDY-084", (*path, "any_of", place), name, "binary")


def check_events(inspection: Inspection, path: Path, estimand: Estimand) -> None:
    """STUDY-085: the rules of intercurrent events can be applied."""
    for place, event in enumerate(estimand.intercurrent_events):
        where = (*path, "intercurrent_events", place)
        if event.rule is not None:
            _check_rule(inspection, (*where, "rule"), event.rule)
        if event.rule is not None and event.strategy == "principal stratum":
            hint = "leave the rule out: who would have had the event under the other arm is not in the data"
            message = "no data can be selected by a principal stratum"
            inspection.error("STUDY-085", (*where, "strategy"), message, hint)


def _check_rule(inspection: Inspection, path: Path, rule: EventRule) -> None:
    wanted = _TYPES.get(rule.kind)
    if wanted is None:
        for key in ("parameter", "from_week"):
            if getattr(rule, key) is not None:
                message = f"a rule of the kind `{rule.kind}` takes no `{key}`"
                inspection.error("STUDY-085", (*path, key), message, "remove it")
        return
    if rule.parameter is None:
        hint = f"name a {wanted} parameter"
        inspection.error("STUDY-085", path, f"`{rule.kind}` needs a `parameter`", hint)
    else:
        _check_parameter(inspection, "STUDY-085", (*path, "parameter"), rule.parameter, wanted)
    weeks = [visit.week for visit in inspection.study.visits]
    if rule.from_week is not None and rule.from_week not in weeks and not inspection.doubtful("visits"):
        hint = f"weeks of visits: {', '.join(map(str, weeks))}"
        message = f"no visit is in week {rule.from_week}"
        inspection.error("STUDY-085", (*path, "from_week"), message, hint)


def check_model(inspection: Inspection, path: Path, analysis: Analysis) -> None:
    """STUDY-086: strata exist, and what the model is told can be meant."""
    strata = [stratum.id for stratum in inspection.study.plan.strata]
    for place, name in enumerate(analysis.strata):
        inspection.refer("STUDY-086", (*path, "strata", place), name, strata, "strata")
    model = analysis.model
    if model.imputations < _FEWEST_IMPUTATIONS:
        message = f"`imputations` is {model.imputations}"
        hint = "write at least 2: one imputation does not tell how uncertain it is"
        inspection.error("STUDY-086", (*path, "model", "imputations"), message, hint)
    if model.seed < 0:
        message = f"`seed` is {model.seed}"
        inspection.error("STUDY-086", (*path, "model", "seed"), message, "write a whole number from 0 on")
    for place, component in enumerate(model.components):
        where = (*path, "model", "components", place)
        limits = (component.falls_by, component.rises_by_less_than)
        wanted = "binary" if limits == (None, None) else "number"
        _check_parameter(inspection, "STUDY-086", (*where, "parameter"), component.parameter, wanted)
        if None not in limits:
            hint = "write one of `falls_by` and `rises_by_less_than`"
            inspection.error("STUDY-086", where, "a component has one rule", hint)
    repeated = {name for name in analysis.strata if analysis.strata.count(name) > 1}
    if repeated:
        message = f"{', '.join(sorted(repeated))} stands twice"
        inspection.error("STUDY-086", (*path, "strata"), message, "name each stratum once")


def _check_parameter(inspection: Inspection, fault: str, path: Path, name: str, wanted: str) -> None:
    plan = inspection.study.plan
    known = [parameter.id for parameter in plan.parameters]
    if inspection.refer(fault, path, name, known, "parameters") and name in known:
        kind = plan.parameter(name).type
        if kind != wanted:
            inspection.error(fault, path, f"`{name}` is of type {kind}", f"name a {wanted} parameter")
