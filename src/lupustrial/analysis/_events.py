"""Intercurrent events in the data, and what the strategies of an estimand make of the values after them.

ICH E9(R1), A.3.2: *treatment policy* keeps the value whatever happened; *composite* makes the event a
failure; *hypothetical* takes the value for missing, as it would have been without the event; *while on
treatment* keeps the last value before it. A *principal stratum* cannot be selected in data (STUDY-085).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lupustrial.study import Estimand, EventRule, Study

Values = NDArray[np.float64]
Places = NDArray[np.int64]

#: Variables of ADSL, and of other datasets, by which rules find an event.
_OF_SUBJECTS = {"left study": ("EOSSTT", "LSTWEEK"), "stopped treatment": ("EOTSTT", "TRTSDT", "TRTEDT")}
_OF_ROWS = ("USUBJID", "PARAMCD", "AVISITN", "AVAL", "BASE", "ANL01FL")

#: Where a participant has several events by the same visit, the strategy that stands first decides.
PRECEDENCE = ("composite", "hypothetical", "while on treatment", "treatment policy")


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One kind of event, and when it happened to whom.

    Attributes:
        event: The event as the estimand names it.
        strategy: The strategy for it.
        week: By participant, the week of the first planned visit after baseline at which it has happened.
    """

    event: str
    strategy: str
    week: Mapping[str, int]


def happened(study: Study, datasets: Mapping[str, pl.DataFrame], estimand: Estimand | None) -> list[Happened]:
    """Return the events of an estimand that have a rule, in its order."""
    events = () if estimand is None else estimand.intercurrent_events
    return [
        Happened(event=one.event, strategy=one.strategy, week=dict(_weeks(study, datasets, one.rule)))
        for one in events
        if one.rule is not None
    ]


@dataclass(frozen=True, kw_only=True)
class Defined:
    """Values as the estimand defines them.

    Attributes:
        values: Shape participants x weeks; missing as NaN.
        missing_from: By participant, place of the first week that is missing for a hypothetical strategy.
        failed_from: By participant, place of the first week that is a failure for a composite strategy.
            Both are the number of weeks where there is none.
    """

    values: Values
    missing_from: Places
    failed_from: Places


def after_events(
    values: Values, *, binary: bool, weeks: Sequence[int], participants: Sequence[str], events: list[Happened]
) -> Defined:
    """Apply the strategies.

    Args:
        values: Shape participants x weeks, missing as NaN.
        binary: Whether the values are 1 and 0, so that a failure is 0.
        weeks: The weeks of the columns, rising.
        participants: Who the rows are.
        events: What happened.

    Raises:
        ValueError: A composite strategy for values that have no failure.
    """
    defined = values.copy()
    missing, failed = (np.full(len(participants), len(weeks)) for _ in range(2))
    for strategy in reversed(PRECEDENCE):
        for row, start in _starts(events, strategy, weeks, participants):
            if strategy == "composite":
                if not binary:
                    message = "a composite strategy needs a binary variable; a number has no failure"
                    raise ValueError(message)
                defined[row, start:] = 0.0
                failed[row] = start
            elif strategy == "hypothetical":
                defined[row, start:] = np.nan
                missing[row] = start
            elif strategy == "while on treatment":
                defined[row, start:] = _last(values[row, :start])
    return Defined(values=defined, missing_from=missing, failed_from=failed)


def lacking(study: Study, datasets: Mapping[str, pl.DataFrame], estimand: Estimand | None) -> str | None:
    """Return why the rules of an estimand cannot be applied to these datasets, or None when they can."""
    for event in () if estimand is None else estimand.intercurrent_events:
        if event.rule is None:
            continue
        if event.rule.parameter is None:
            dataset, needed = "ADSL", _OF_SUBJECTS[event.rule.kind]
        else:
            dataset, needed = study.plan.parameter(event.rule.parameter).dataset, _OF_ROWS
        if dataset not in datasets:
            return f"there is no dataset {dataset}, by which {event.event!r} is found"
        absent = [name for name in needed if name not in datasets[dataset].columns]
        if absent:
            return f"{dataset} has no column {', '.join(absent)}, by which {event.event!r} is found"
    return None


def _starts(
    events: Sequence[Happened], strategy: str, weeks: Sequence[int], participants: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Return who had events with a strategy, with the place of the first week after the first of them."""
    own = [event.week for event in events if event.strategy == strategy]
    for row, name in enumerate(participants):
        known = [week[name] for week in own if name in week]
        start = int(np.searchsorted(weeks, min(known))) if known else len(weeks)
        if start < len(weeks):
            yield row, start


def _last(before: Values) -> float:
    known = before[~np.isnan(before)]
    return float(known[-1]) if known.size else np.nan


def _weeks(study: Study, datasets: Mapping[str, pl.DataFrame], rule: EventRule) -> Iterator[tuple[str, int]]:
    """Return participants with the week by which the event has happened."""
    if rule.kind in {"above baseline", "present"}:
        yield from _in_rows(study, datasets, rule)
        return
    status = {"left study": "EOSSTT", "stopped treatment": "EOTSTT"}[rule.kind]
    last = pl.col("LSTWEEK").fill_null(-1) if rule.kind == "left study" else _last_day()
    gone = datasets["ADSL"].filter(pl.col(status) == "DISCONTINUED").select("USUBJID", last=last)
    for name, end in gone.drop_nulls().iter_rows():
        missed = [
            visit.week
            for visit in study.visits
            if visit.week > study.baseline_visit.week
            and (visit.week if rule.kind == "left study" else visit.day) > end
        ]
        if missed:
            yield name, min(missed)


def _last_day() -> pl.Expr:
    """Return the study day of the last dose; day 1 is that of the first."""
    dates = [pl.col(name).cast(pl.String).str.to_date("%Y-%m-%d") for name in ("TRTEDT", "TRTSDT")]
    return (dates[0] - dates[1]).dt.total_days() + 1


def first_week(study: Study, rule: EventRule) -> int:
    """Return the first week at which a value may make the event: after baseline, from `from_week` on."""
    after = study.baseline_visit.week + 1
    return after if rule.from_week is None else max(rule.from_week, after)


def _in_rows(
    study: Study, datasets: Mapping[str, pl.DataFrame], rule: EventRule
) -> Iterator[tuple[str, int]]:
    """Return who has a value that makes the event, with the first week of one; carried values make none."""
    parameter = study.plan.parameter(rule.parameter or "")
    holds = pl.col("AVAL") > pl.col("BASE") if rule.kind == "above baseline" else pl.col("AVAL") == 1
    frame = datasets[parameter.dataset]
    if "DTYPE" in frame.columns:
        frame = frame.filter(pl.col("DTYPE").is_null())
    rows = frame.filter(
        pl.col("PARAMCD") == parameter.id,
        pl.col("ANL01FL") == "Y",
        pl.col("AVISITN") >= first_week(study, rule),
        holds,
    )
    first = rows.group_by("USUBJID", maintain_order=True).agg(pl.col("AVISITN").min())
    yield from first.iter_rows()
