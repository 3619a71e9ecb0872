"""Faults of an analysis plan: names that do not exist, methods that do not fit, claims without a result."""

from __future__ import annotations

from collections.abc import Iterator

from lupustrial.analysis._check_displays import check_display, unknown, unplanned
from lupustrial.analysis._condition import to_sql
from lupustrial.analysis._registry import METHODS
from lupustrial.errors import Fault, closest
from lupustrial.study import Analysis, AnalysisPlan, Study

_CONTRAST = {"between": "between arms", "within": "within arm", "model": "between arms"}


def check_plan(study: Study) -> list[Fault]:
    """Return every fault of the study's analysis plans, in the order of the plans.

    ========== ==================================================================================
    PLAN-001   a name (method, parameter, population, estimand, analysis) that does not exist
    PLAN-002   a method that does not go with the contrast of its analysis
    PLAN-003   no method suits the type of a parameter
    PLAN-004   a week at which no visit is planned
    PLAN-005   ``plan`` is not among the methods
    PLAN-006   a claim that names no result of its analysis
    PLAN-007   a condition (``where``) that cannot be read
    PLAN-008   an id used twice, or more than one primary analysis
    PLAN-009   no arm, or more than one, is the reference of a comparison
    PLAN-010   a composite strategy, found by a rule, for a parameter that has no failure
    PLAN-011   a model of an analysis without weeks, or a method without what it needs
    PLAN-012   rules of intercurrent events for an analysis without weeks
    PLAN-013   a figure of results that its analysis does not give
    ========== ==================================================================================
    """
    faults = _faults(study, "analysis.yaml")
    for name in study.further_plans:
        faults += _faults(study.under(name), f"analysis-{name}.yaml", main=study.plan)
    return list(dict.fromkeys(faults))


def _faults(study: Study, file: str, main: AnalysisPlan | None = None) -> list[Fault]:
    faults = list(_ids(study, file)) + list(_reference(study))
    for analysis in study.plan.analyses:
        place = f"{file}: analysis {analysis.id}"
        faults += _names(study, analysis, place)
        faults += _methods(study, analysis, place)
        faults += unplanned(study, analysis.weeks, place)
        faults += _claims(study, analysis, place)
        faults += _where(analysis, place)
        faults += _strategies(study, analysis, place)
        faults += _models(analysis, place)
    for display in study.plan.displays:
        faults += check_display(study, display, file, main)
    return faults


def _ids(study: Study, file: str) -> Iterator[Fault]:
    for what, ids in (
        ("parameter", [parameter.id for parameter in study.plan.parameters]),
        ("estimand", [estimand.id for estimand in study.plan.estimands]),
        ("analysis", [analysis.id for analysis in study.plan.analyses]),
        ("display", [display.id for display in study.plan.displays]),
    ):
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            place = f"{file}: {what} {name}"
            message = f"{what} {name!r} is declared {ids.count(name)} times"
            yield Fault(id="PLAN-008", message=message, place=place, hint="give each an id of its own")
    primary = [analysis.id for analysis in study.plan.analyses if analysis.primary]
    if len(primary) > 1:
        message = f"more than one analysis is primary: {', '.join(primary)}"
        yield Fault(id="PLAN-008", message=message, place=file, hint="mark one as primary")


def _reference(study: Study) -> Iterator[Fault]:
    references = [arm.id for arm in study.arms if arm.reference]
    compared = [analysis.id for analysis in study.plan.analyses if analysis.contrast == "between arms"]
    if compared and len(references) != 1:
        message = f"{len(references)} arms are the reference, and {compared[0]} compares with it"
        yield Fault(
            id="PLAN-009", message=message, place="study.yaml: arms", hint="mark one arm as reference"
        )


def _names(study: Study, analysis: Analysis, place: str) -> Iterator[Fault]:
    populations = [population.id for population in study.populations]
    parameters = [parameter.id for parameter in study.plan.parameters]
    yield from unknown("population", analysis.population, populations, place)
    for name in analysis.parameters:
        yield from unknown("parameter", name, parameters, place)
    for name in analysis.methods:
        yield from unknown("method", name, list(METHODS), place)
    if analysis.estimand is not None:
        estimands = [estimand.id for estimand in study.plan.estimands]
        yield from unknown("estimand", analysis.estimand, estimands, place)


def _methods(study: Study, analysis: Analysis, place: str) -> Iterator[Fault]:
    known = [METHODS[name] for name in analysis.methods if name in METHODS]
    for method in known:
        if method.level == "trial":
            message = f"{method.id} is always given and is not part of an analysis"
            yield Fault(id="PLAN-002", message=message, place=place, hint="leave it out")
        contrast = _CONTRAST.get(method.level)
        if contrast and analysis.contrast != contrast:
            message = f"{method.id} needs the contrast {contrast!r}, not {analysis.contrast!r}"
            hint = f"set contrast: {contrast}, or leave the method out"
            yield Fault(id="PLAN-002", message=message, place=place, hint=hint)
    for parameter in study.plan.parameters:
        if parameter.id in analysis.parameters and known:
            suited = [method.id for method in known if method.suits in ("any", parameter.type)]
            if not suited:
                message = f"no method suits {parameter.id}, whose type is {parameter.type}"
                fitting = [method.id for method in METHODS.values() if method.suits == parameter.type]
                hint = f"methods for it: {', '.join(fitting) or 'none'}"
                yield Fault(id="PLAN-003", message=message, place=place, hint=hint)
    if analysis.plan is not None and analysis.plan not in analysis.methods:
        message = f"the planned test {analysis.plan!r} is not among the methods"
        hint = closest(analysis.plan, analysis.methods) or f"methods: {', '.join(analysis.methods)}"
        yield Fault(id="PLAN-005", message=message, place=place, hint=hint)


def _claims(study: Study, analysis: Analysis, place: str) -> Iterator[Fault]:
    arms = [arm.id for arm in study.arms]
    for key in analysis.claims:
        name, _, rest = key.partition("@")
        week, _, arm = rest.partition("@")
        weeks = [str(number) for number in analysis.weeks] or ["overall"]
        within = analysis.contrast == "within arm"
        if name not in analysis.parameters or week not in weeks or (arm not in arms if within else arm):
            message = f"the claim {key!r} names no result of this analysis"
            shape = "PARAMETER@week@arm" if within else "PARAMETER@week"
            hint = (
                f"write {shape}, with a parameter and a week of the analysis (week: overall without visits)"
            )
            yield Fault(id="PLAN-006", message=message, place=place, hint=hint)


def _where(analysis: Analysis, place: str) -> Iterator[Fault]:
    if analysis.where is None:
        return
    try:
        to_sql(analysis.where)
    except ValueError as error:
        hint = "compare participant.VARIABLE of ADSL with a text or a number"
        yield Fault(id="PLAN-007", message=f"where: {error}", place=place, hint=hint)


def _strategies(study: Study, analysis: Analysis, place: str) -> Iterator[Fault]:
    estimand = study.plan.estimand(analysis.estimand)
    events = [] if estimand is None else [one for one in estimand.intercurrent_events if one.rule is not None]
    hint = "give the analysis an estimand of its own, or take the rule of the event away"
    failures = [event for event in events if event.strategy == "composite"]
    for parameter in study.plan.parameters:
        if failures and parameter.id in analysis.parameters and parameter.type != "binary":
            message = f"{parameter.id} is no response, and {failures[0].event!r} has the composite strategy"
            yield Fault(id="PLAN-010", message=message, place=place, hint=hint)
    if events and not analysis.weeks:
        message = f"{events[0].event!r} is found by week, and the analysis has no weeks"
        yield Fault(id="PLAN-012", message=message, place=place, hint=hint)


def _models(analysis: Analysis, place: str) -> Iterator[Fault]:
    models = [name for name in analysis.methods if name in METHODS and METHODS[name].level == "model"]
    if models and not analysis.weeks:
        message = f"{models[0]} models values by week, and the analysis has no weeks"
        yield Fault(id="PLAN-011", message=message, place=place, hint="list them under weeks")
    needs = {
        "mi_composite": (analysis.model.components, "components"),
        "tipping_point": (analysis.model.deltas, "deltas"),
        "tipping_point_binary": (analysis.model.deltas, "deltas"),
    }
    for name, (given, key) in needs.items():
        if name in models and not given:
            hint = f"give the model of the analysis its {key}"
            yield Fault(id="PLAN-011", message=f"{name} needs {key}", place=place, hint=hint)
