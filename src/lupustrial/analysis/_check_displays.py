"""Faults of table and figure shells: names that do not exist, results that their analysis does not give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lupustrial.analysis._registry import METHODS
from lupustrial.errors import Fault, closest
from lupustrial.study import AnalysisPlan, Display, Study

#: Methods of which a figure of this kind takes the first that its analysis has.
_DRAWN = {
    "adjusted by visit": tuple(name for name, one in METHODS.items() if "lower" in one.stats),
    "tipping point": tuple(name for name, one in METHODS.items() if "tipping" in one.stats),
    "lines by visit": ("individuals",),
}


def check_display(study: Study, display: Display, file: str, main: AnalysisPlan | None) -> Iterator[Fault]:
    """Return what is wrong with a shell; `main` is the plan with whose results a further one may compare."""
    yield from _names(study, display, file)
    yield from _figure(study, display, file)
    yield from _beside(display, file, main)


def unknown(what: str, name: str, known: Sequence[str], place: str) -> Iterator[Fault]:
    """PLAN-001: a name is not among those known."""
    if name not in known:
        hint = closest(name, known) or f"known: {', '.join(known) or 'none'}"
        yield Fault(id="PLAN-001", message=f"there is no {what} {name!r}", place=place, hint=hint)


def unplanned(study: Study, weeks: Sequence[int], place: str) -> Iterator[Fault]:
    """PLAN-004: no visit is planned at a week."""
    planned = sorted({visit.week for visit in study.visits})
    for week in weeks:
        if week not in planned:
            hint = f"planned weeks: {', '.join(map(str, planned))}"
            message = f"no visit is planned at week {week}"
            yield Fault(id="PLAN-004", message=message, place=place, hint=hint)


def _names(study: Study, display: Display, file: str) -> Iterator[Fault]:
    place = f"{file}: display {display.id}"
    analyses = [analysis.id for analysis in study.plan.analyses]
    parameters = [parameter.id for parameter in study.plan.parameters]
    named = [row.analysis for row in display.rows] + [display.analysis]
    named += [column.get("analysis") for column in display.columns]
    for name in dict.fromkeys(name for name in named if name is not None):
        yield from unknown("analysis", name, analyses, place)
    shown = [row.parameter for row in display.rows] + [display.parameter]
    for name in dict.fromkeys(name for name in shown if name is not None):
        yield from unknown("parameter", name, parameters, place)
    if display.test is not None:
        analysis, _, method = display.test.rpartition(":")
        yield from unknown("method", method, list(METHODS), place)
        if analysis:
            yield from unknown("analysis", analysis, analyses, place)
    yield from unplanned(study, display.weeks, place)


def _figure(study: Study, display: Display, file: str) -> Iterator[Fault]:
    wanted = _DRAWN.get(display.figure or "")
    analysis = next((one for one in study.plan.analyses if one.id == display.analysis), None)
    if wanted is None or analysis is None:
        return
    shown = (display.test or analysis.plan,) if display.figure == "adjusted by visit" else analysis.methods
    if not set(shown) & set(wanted):
        message = f"a figure {display.figure!r} of {analysis.id}, which gives no such results"
        hint = f"methods for it: {', '.join(wanted)}"
        place = f"{file}: display {display.id}"
        yield Fault(id="PLAN-013", message=message, place=place, hint=hint)


def _beside(display: Display, file: str, main: AnalysisPlan | None) -> Iterator[Fault]:
    known = {} if main is None else {one.id: one.parameters for one in main.analyses}
    place = f"{file}: display {display.id}"
    for row in display.rows:
        if row.beside is None:
            continue
        yield from unknown("analysis of analysis.yaml", row.beside, list(known), place)
        if row.parameter not in known.get(row.beside, (row.parameter,)):
            message = f"{row.beside} does not analyse {row.parameter}"
            hint = "name the analysis of analysis.yaml that does"
            yield Fault(id="PLAN-001", message=message, place=place, hint=hint)
