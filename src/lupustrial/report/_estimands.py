"""The five attributes of each estimand (ICH E9(R1)) beside its estimates, and who had which of its events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lupustrial.report._format import decimal_text
from lupustrial.report._results import Outcome, Results
from lupustrial.study import Analysis, AnalysisPlan, Estimand, IntercurrentEvent

_EVENTS = "intercurrent_events"
_FEW = 2  # weeks of a table for which events are counted each
_AS_IN = re.compile(r"as in (?P<id>[^\s;,.]+)")


def estimand_blocks(results: Results, outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return a block for each estimand of the analyses behind some results, in their order.

    A block has `id`, `sap` (the file of its plan), `analyses`, `parts` (name and text of each attribute) and
    `events` (the text of each, and how many had it by the weeks shown). Analyses for which the plan names no
    estimand share one block without attributes.
    """
    shown: dict[tuple[str, str], dict[str, set[int]]] = {}
    for outcome in outcomes:
        row = outcome.rows[0]
        if results.planned(outcome.key.analysis) is not None:
            analyses = shown.setdefault((row["SAP"], row["ESTIMAND"] or ""), {})
            weeks = analyses.setdefault(outcome.key.analysis, set())
            weeks |= set() if outcome.key.week is None else {outcome.key.week}
    blocks = []
    for (sap, name), analyses in sorted(shown.items(), key=lambda one: not _own(results, one[1])):
        found = [pair for pair in map(results.planned, analyses) if pair is not None]
        plan = found[0][1]
        estimand = plan.estimand(name)
        counted = [(analysis, week) for analysis, weeks in analyses.items() for week in _few(weeks)]
        blocks.append(_block(results, plan, estimand, f"{sap}.yaml", list(analyses), counted))
    return blocks


def _own(results: Results, analyses: Iterable[str]) -> bool:
    """Return whether analyses are of the plan at hand, and not of the one beside it."""
    known = {one.id for one in results.study.plan.analyses}
    return known.issuperset(analyses)


def plan_blocks(results: Results) -> list[dict[str, Any]]:
    """Return a block for each estimand of a plan, with the analyses that name it."""
    plan = results.study.plan
    blocks = []
    for estimand in plan.estimands:
        used = [one for one in plan.analyses if one.estimand == estimand.id]
        counted = [(one.id, week) for one in used for week in _few(set(one.weeks))]
        blocks.append(_block(results, plan, estimand, "", [one.id for one in used], counted))
    return blocks


def _block(
    results: Results,
    plan: AnalysisPlan,
    estimand: Estimand | None,
    sap: str,
    analyses: Sequence[str],
    counted: Sequence[tuple[str, int]],
) -> dict[str, Any]:
    block: dict[str, Any] = {
        "id": "",
        "sap": sap,
        "analyses": _with_population(results, analyses),
        "parts": [],
        "events": [],
    }
    if estimand is None:
        return block
    events = [
        {"text": event_text(event), "counts": _counts(results, event, counted)}
        for event in estimand.intercurrent_events
    ]
    names = ("treatment", "population", "variable")
    parts = [[name.capitalize(), _whole(plan, estimand, name)] for name in names]
    return block | {
        "id": estimand.id,
        "parts": parts,
        "events": events,
        "summary": _whole(plan, estimand, "summary"),
        "source": estimand.source,
    }


def _few(weeks: set[int]) -> list[int]:
    """Return one or two weeks as they are, of more the last."""
    return sorted(weeks)[-1:] if len(weeks) > _FEW else sorted(weeks)


def _with_population(results: Results, analyses: Iterable[str]) -> list[str]:
    """Name analyses with their populations, which may be others than that of the estimand (sensitivity)."""
    found = ((name, results.planned(name)) for name in analyses)
    return [name if one is None else f"{name} ({one[0].population})" for name, one in found]


def event_text(event: IntercurrentEvent) -> str:
    """Say an event with its strategy."""
    return f"{event.event}: {event.strategy} strategy{f'; {event.detail}' if event.detail else ''}"


def _whole(plan: AnalysisPlan, estimand: Estimand, attribute: str) -> str:
    """Return an attribute with what it borrows from another estimand ("as in ID") written out."""
    text: str = getattr(estimand, attribute)
    lent = {estimand.id}
    while match := _AS_IN.match(text):
        lender = plan.estimand(match["id"])
        if lender is None or lender.id in lent:
            break
        lent.add(lender.id)
        text = f"{getattr(lender, attribute)}{text[match.end() :]}"
    return text


def _counts(
    results: Results, event: IntercurrentEvent, counted: Sequence[tuple[str, int]]
) -> list[dict[str, Any]]:
    """Say how many of each group had an event by a week, with the result; nothing without a rule."""
    said: dict[str, dict[str, Any]] = {}
    for analysis, week in counted if event.rule is not None else ():
        planned = results.planned(analysis)
        for paramcd in planned[0].parameters if planned else ():
            for group in results.groups:
                outcome = results.get(analysis, paramcd, week, group, _EVENTS)
                for row in outcome.rows if outcome else ():
                    if row["STAT"] == f"n:{event.event}":
                        number = f"{decimal_text(row['VALUE'], 0)} of {row['N']}"
                        text = f"{group}: {number} by week {week}"
                        said.setdefault(text, {"text": text, "outcome": outcome})
    return list(said.values())


def settings(plan: AnalysisPlan, analysis: Analysis) -> list[list[str]]:
    """Return what an analysis is told, as name and text: population, methods, strata, and its model."""
    from lupustrial.analysis import METHODS

    strata = {one.id: one.label for one in plan.strata}
    labels = [
        f"{METHODS[name].label}{' (planned)' if name == analysis.plan else ''}" for name in analysis.methods
    ]
    told = [["Methods", "; ".join(labels)]]
    if analysis.strata:
        told.append(["Strata", "; ".join(strata.get(name, name) for name in analysis.strata)])
    if analysis.observed:
        told.append(["Missing values", "what was put in for them takes no part"])
    return told + _model(analysis)


def _model(analysis: Analysis) -> list[list[str]]:
    from lupustrial.analysis import DF_METHODS, STRUCTURES

    model, methods = analysis.model, set(analysis.methods)
    told = []
    if "mmrm" in methods:
        others = [name for name in model.fallback if name != model.covariance]
        told.append(["Covariance", STRUCTURES.get(model.covariance, model.covariance)])
        if others:
            words = ", ".join(STRUCTURES.get(name, name) for name in others)
            told.append(["Where it does not converge, in this order", words])
        told.append(["Degrees of freedom", DF_METHODS[model.df]])
    if methods & {"mi_ancova", "mi_composite", "tipping_point"}:
        told.append(["Imputation", f"{model.imputations} data sets, seed {model.seed}"])
    if methods & {"mi_ancova", "tipping_point"}:
        told.append(["After an event with the hypothetical strategy", model.reference])
    if "mi_composite" in methods:
        parts = [
            f"{one.parameter} lower by {one.falls_by} or more"
            if one.falls_by is not None
            else f"{one.parameter} not higher by {one.rises_by_less_than} or more"
            if one.rises_by_less_than is not None
            else f"{one.parameter} met"
            for one in model.components
        ]
        told.append(["Components imputed", "; ".join(parts)])
    if methods & {"tipping_point", "tipping_point_binary"}:
        unit = "log odds of response" if "tipping_point_binary" in methods else "units of the parameter"
        told.append(
            [
                "Shifts of the tipping point",
                f"{', '.join(decimal_text(float(one), 2, trim=True) for one in model.deltas)} ({unit})",
            ]
        )
    return told
