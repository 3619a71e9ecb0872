"""Instrument uses, parameters, analyses and displays refer to what exists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lupustrial.study._check_derivations import check_derivations
from lupustrial.study._check_estimands import check_events, check_model, check_stratum
from lupustrial.study._inspection import Inspection, Path
from lupustrial.study._model import InstrumentUse
from lupustrial.study._plan import Analysis, Display

_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_DATASET = re.compile(r"AD[A-Z0-9]{1,6}")
_CLAIM = re.compile(r"(?P<parameter>[^@]+)@(?P<week>-?\d+|overall)(?:@(?P<arm>[^@]+))?")


def check_plan(inspection: Inspection) -> None:
    """STUDY-050 to STUDY-086."""
    for place, use in enumerate(inspection.study.instruments):
        _check_use(inspection, ("instruments", place), use)
    for place, parameter in enumerate(inspection.study.plan.parameters):
        path: Path = ("plan", "parameters", place)
        if not _PARAMETER.fullmatch(parameter.id):
            hint = "a PARAMCD has at most 8 capitals, digits and `_`, first a letter"
            inspection.error("STUDY-060", (*path, "id"), f"`{parameter.id}` is not a parameter code", hint)
        if not _DATASET.fullmatch(parameter.dataset):
            hint = "an ADaM dataset is AD and at most 6 capitals and digits, e.g. ADQS"
            inspection.error("STUDY-060", (*path, "dataset"), f"`{parameter.dataset}` is not a dataset", hint)
        if parameter.decimals < 0:
            message = f"`decimals` is {parameter.decimals}"
            inspection.error("STUDY-060", (*path, "decimals"), message, "write 0 or more")
    check_derivations(inspection)
    _check_contents(inspection, ("plan",))
    for name in inspection.study.further_plans:
        other = replace(inspection, study=inspection.study.under(name))  # the same list of faults
        _check_contents(other, ("further_plans", name))


def _check_contents(inspection: Inspection, path: Path) -> None:
    """Check what the plan that stands at `path` is made of."""
    plan = inspection.study.plan
    for place, stratum in enumerate(plan.strata):
        check_stratum(inspection, (*path, "strata", place), stratum)
    for place, estimand in enumerate(plan.estimands):
        check_events(inspection, (*path, "estimands", place), estimand)
    for place, analysis in enumerate(plan.analyses):
        _check_analysis(inspection, (*path, "analyses", place), analysis)
        check_model(inspection, (*path, "analyses", place), analysis)
    for place, display in enumerate(plan.displays):
        _check_display(inspection, (*path, "displays", place), display)


def _check_use(inspection: Inspection, path: Path, use: InstrumentUse) -> None:
    forms = {form.id: [item.id for item in form.items] for form in inspection.study.forms}
    if use.form is not None:
        inspection.refer("STUDY-050", (*path, "form"), use.form, forms, "forms")
    for name, source in use.items.items():
        where: Path = (*path, "items", name)
        form, dot, item = source.partition(".")
        if not dot:
            message = f"`{name}` is mapped to `{source}`"
            inspection.error(
                "STUDY-051", where, message, f"write form.ITEM, e.g. {use.form or 'form'}.{source}"
            )
        elif inspection.refer("STUDY-050", where, form, forms, "forms") and not inspection.doubtful(form):
            inspection.refer("STUDY-051", where, item, forms[form], f"items of form {form}")


def _check_analysis(inspection: Inspection, path: Path, analysis: Analysis) -> None:
    study = inspection.study
    plan = study.plan
    populations = [population.id for population in study.populations]
    inspection.refer("STUDY-070", (*path, "population"), analysis.population, populations, "populations")
    parameters = [parameter.id for parameter in plan.parameters]
    for place, name in enumerate(analysis.parameters):
        inspection.refer("STUDY-071", (*path, "parameters", place), name, parameters, "parameters")
    _check_weeks(inspection, (*path, "weeks"), analysis.weeks)
    if analysis.estimand is not None:
        estimands = [estimand.id for estimand in plan.estimands]
        inspection.refer("STUDY-073", (*path, "estimand"), analysis.estimand, estimands, "estimands")
    if analysis.plan is not None:
        inspection.refer(
            "STUDY-074", (*path, "plan"), analysis.plan, analysis.methods, "methods of this analysis"
        )
    if analysis.contrast == "between arms" and len(study.arms) < 2 and not inspection.doubtful("arms"):  # noqa: PLR2004
        hint = "write `contrast: within arm`, or `none`"
        inspection.error("STUDY-074", (*path, "contrast"), "one arm cannot be compared with another", hint)
    for key in ("parameters", "methods"):
        if not getattr(analysis, key):
            message = f"analysis `{analysis.id}` has no {key}"
            inspection.error("STUDY-074", (*path, key), message, "list them")
    _check_claims(inspection, path, analysis)


def _check_weeks(inspection: Inspection, path: Path, weeks: tuple[int, ...]) -> None:
    for place, week in enumerate(weeks):
        _check_week(inspection, (*path, place), week)


def _check_week(inspection: Inspection, path: Path, week: int) -> None:
    known = [visit.week for visit in inspection.study.visits]
    if week not in known and not inspection.doubtful("visits"):
        hint = f"weeks of visits: {', '.join(str(other) for other in known)}"
        inspection.error("STUDY-072", path, f"no visit is in week {week}", hint)


def _check_claims(inspection: Inspection, path: Path, analysis: Analysis) -> None:
    study = inspection.study
    arms = [arm.id for arm in study.arms]
    for key in analysis.claims:
        where: Path = (*path, "claims", key)
        found = _CLAIM.fullmatch(key)
        if found is None:
            hint = "write PARAM@week, PARAM@overall or PARAM@week@arm"
            inspection.error("STUDY-075", where, f"`{key}` does not name a result", hint)
            continue
        inspection.refer(
            "STUDY-075", where, found["parameter"], analysis.parameters, "parameters of this analysis"
        )
        if found["week"] != "overall" and analysis.weeks and int(found["week"]) not in analysis.weeks:
            hint = f"its weeks: {', '.join(str(week) for week in analysis.weeks)}"
            inspection.error("STUDY-075", where, f"week {found['week']} is not analysed here", hint)
        if found["arm"] is not None and found["arm"] not in [arm.label for arm in study.arms]:
            inspection.refer("STUDY-075", where, found["arm"], arms, "arms")


def _check_display(inspection: Inspection, path: Path, display: Display) -> None:
    study = inspection.study
    plan = study.plan
    analyses: Mapping[str, Analysis] = {analysis.id: analysis for analysis in plan.analyses}
    parameters = [parameter.id for parameter in plan.parameters]
    populations = [population.id for population in study.populations]
    if display.population is not None:
        inspection.refer("STUDY-080", (*path, "population"), display.population, populations, "populations")
    if (display.kind == "figure") != (display.figure is not None):
        message = (
            f"display `{display.id}` is a {display.kind} {'with' if display.figure else 'without'} `figure`"
        )
        inspection.error(
            "STUDY-083", path, message, "a figure names its kind under `figure`, a table does not"
        )
    if display.kind == "table" and not display.rows:
        inspection.error("STUDY-083", path, f"table `{display.id}` has no rows", "list its `rows`")
    _check_weeks(inspection, (*path, "weeks"), display.weeks)
    parts: list[tuple[Path, str | None, str | None]] = [(path, display.parameter, display.analysis)]
    for place, row in enumerate(display.rows):
        parts.append(((*path, "rows", place), row.parameter, row.analysis))
        if row.week is not None:
            _check_week(inspection, (*path, "rows", place, "week"), row.week)
    for where, parameter, analysis in parts:
        if parameter is not None:
            inspection.refer("STUDY-081", (*where, "parameter"), parameter, parameters, "parameters")
        if analysis is None:
            continue
        if inspection.refer("STUDY-082", (*where, "analysis"), analysis, analyses, "analyses") and (
            parameter in parameters and parameter not in analyses[analysis].parameters
        ):
            message = f"analysis `{analysis}` does not analyse `{parameter}`"
            inspection.error(
                "STUDY-082", (*where, "analysis"), message, "add the parameter there, or name another"
            )
