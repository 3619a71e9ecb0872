"""How many participants had an intercurrent event: counted beside the estimates that it bears on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lupustrial.analysis._condition import to_sql
from lupustrial.analysis._events import first_week
from lupustrial.analysis._method import Method
from lupustrial.analysis._rows import AnalysisRows
from lupustrial.analysis._selection import Selection, fingerprint, select_rows
from lupustrial.study import Analysis, EventRule, Parameter

EVENTS = Method(
    id="intercurrent_events",
    label="Intercurrent events",
    level="trial",
    suits="any",
    stats=("n",),
    definition=(
        "Of each event that the estimand finds by a rule, the participants who had it by the week, whatever "
        "other events they had; the text is its strategy."
    ),
    source="ICH E9(R1), A.3",
)


@dataclass(frozen=True, kw_only=True)
class EventCount:
    """How many of `size` participants had an event by a week, and the rows by which it is found."""

    event: str
    strategy: str
    number: int
    size: int
    dataset: str
    query: str
    inputs: str


def event_counts(
    rows: AnalysisRows, parameter: Parameter, analysis: Analysis, week: int, arms: tuple[str, ...] | None
) -> Iterator[EventCount]:
    """Count each event of the estimand of an analysis that has a rule, in its order."""
    members = rows.concerned(parameter, analysis)
    pairs = members.select("USUBJID", "TRT01P").iter_rows()
    participants = [name for name, arm in pairs if arms is None or arm in arms]
    estimand = rows.study.plan.estimand(analysis.estimand)
    events = () if estimand is None else estimand.intercurrent_events
    rules = [event.rule for event in events if event.rule is not None]
    for found, rule in zip(rows.events(analysis), rules, strict=True):
        selection = _selection(rows, analysis, rule, week, arms)
        yield EventCount(
            event=found.event,
            strategy=found.strategy,
            number=sum(found.week.get(name, week + 1) <= week for name in participants),
            size=len(participants),
            dataset=selection.dataset,
            query=selection.query,
            inputs=fingerprint(select_rows(rows.datasets, {"QUERY": selection.query})),
        )


def _selection(
    rows: AnalysisRows, analysis: Analysis, rule: EventRule, week: int, arms: tuple[str, ...] | None
) -> Selection:
    """Return the rows by which a rule finds its event by a week."""
    if rule.parameter is None:
        where = to_sql(analysis.where) if analysis.where else None
        return Selection(dataset="ADSL", flags=(rows.flag(analysis),), arms=arms, where=where)
    parameter = rows.study.plan.parameter(rule.parameter)
    first = first_week(rows.study, rule)
    weeks = sorted({visit.week for visit in rows.study.visits if first <= visit.week <= week})
    observed = replace(analysis, observed="DTYPE" in rows.datasets[parameter.dataset].columns)
    return rows.selection(parameter, observed, tuple(weeks) or (week,), arms)
