"""Why one participant has the value of an endpoint at a visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from lupustrial.cli._console import stdout
from lupustrial.cli._finished import Finished
from lupustrial.cli._tree import print_tree
from lupustrial.errors import Fault, UsageError, closest
from lupustrial.study import Parameter


def explain_participant(run: Finished, participant: str, endpoint: str, visit: str | None) -> None:
    """Print the value, what decides it and what would flip it, then the rows and items it came from.

    Raises:
        UsageError: There is no such participant, endpoint or visit, or the endpoint has no row there.
    """
    usubjid = find_participant(run, participant)
    parameter = _find_parameter(run, endpoint)
    week = _find_week(run, visit)
    row = _analysed_row(run, parameter, usubjid, week)
    console = stdout()
    when = "overall" if week is None else row["AVISIT"]
    console.print(f"[bold]{usubjid}[/bold]  {parameter.label}, {when}: [bold]{_value(row)}[/bold]")
    if run.source.stamp.synthetic:
        console.print("synthetic records: no real participant", style="dim")
    _print_reason(run, parameter, row)
    print_tree(run, parameter.dataset, usubjid, row["ASEQ"])


def find_participant(run: Finished, participant: str) -> str:
    """Return the USUBJID of a participant, given as such or without the study id."""
    known = run.datasets["ADSL"]["USUBJID"].to_list()
    for candidate in (participant, f"{run.study.id}-{participant}"):
        if candidate in known:
            return str(candidate)
    short = [name.removeprefix(f"{run.study.id}-") for name in known]
    raise _usage(f"there is no participant {participant!r} in {run.folder}", closest(participant, short))


def _find_parameter(run: Finished, endpoint: str) -> Parameter:
    known = {parameter.id: parameter for parameter in run.study.plan.parameters}
    if endpoint in known:
        return known[endpoint]
    raise _usage(f"there is no endpoint {endpoint!r}", closest(endpoint, list(known)))


def _find_week(run: Finished, visit: str | None) -> int | None:
    if visit is None:
        return None
    by_name = {one.id.casefold(): one.week for one in run.study.visits}
    if visit.casefold() in by_name:
        return by_name[visit.casefold()]
    if visit.isdigit() and int(visit) in by_name.values():
        return int(visit)
    raise _usage(f"there is no visit {visit!r}", f"visits: {', '.join(one.id for one in run.study.visits)}")


def _analysed_row(run: Finished, parameter: Parameter, usubjid: str, week: int | None) -> dict[str, Any]:
    rows = run.datasets[parameter.dataset].filter(
        pl.col("USUBJID") == usubjid, pl.col("PARAMCD") == parameter.id, pl.col("ANL01FL") == "Y"
    )
    found = rows.filter(pl.col("AVISITN").eq_missing(week))
    if found.height == 1:
        return found.row(0, named=True)
    visits = [name for name in rows.sort("AVISITN")["AVISIT"].to_list() if name is not None]
    there = f"there are: {', '.join(dict.fromkeys(visits))}" if visits else "there are none at any visit"
    raise _usage(f"{usubjid} has no {parameter.id} at that visit", f"{there}; name one with --visit")


def _print_reason(run: Finished, parameter: Parameter, row: dict[str, Any]) -> None:
    """Print why: the imputation rule, the instrument's explanation, or its reasons."""
    console = stdout()
    if row["DTYPE"] is not None:
        rule = {
            "NRI": "non-responder imputation: no assessment at this visit, so no response is counted",
            "LOCF": "carried forward: the last value before this visit stands here",
        }
        console.print(rule.get(row["DTYPE"], row["DTYPE"]))
        left = run.datasets["ADSL"].filter(pl.col("USUBJID") == row["USUBJID"]).row(0, named=True)
        if left["EOSSTT"] == "DISCONTINUED":
            console.print(f"left the trial: {left['DCSREAS']}; last visit attended: week {left['LSTWEEK']}")
        return
    prose = _instrument_prose(run, parameter, row)
    text = prose if prose is not None else row["AVALNOTE"]
    if text:
        console.print(text, markup=False)


def _instrument_prose(run: Finished, parameter: Parameter, row: dict[str, Any]) -> str | None:
    """Return the instrument's own explanation of a composite, or None where it has none."""
    from lupustrial.adam import instrument_frame
    from lupustrial.instruments import explain, find_instrument

    use = next((one for one in run.study.instruments if one.id == parameter.derive.use), None)
    if use is None or find_instrument(use.instrument).explains is None:
        return None
    frame = instrument_frame(run.study, run.tables, run.source.stamp, use.id, usubjid=row["USUBJID"])
    visit = frame.filter(pl.col("VISITNUM") == row["VISITNUM"])
    if visit.height != 1:
        return None
    explanation = explain(use.instrument, frame, visit=row["VISITNUM"], settings=dict(use.settings))
    return replace(explanation, visit=row["AVISIT"]).prose()


def _value(row: dict[str, Any]) -> str:
    if row["AVALC"] is not None:
        return {"Y": "yes", "N": "no"}.get(row["AVALC"], str(row["AVALC"]))
    return "no value" if row["AVAL"] is None else f"{row['AVAL']:g}"


def _usage(message: str, hint: str) -> UsageError:
    return UsageError(Fault(id="USAGE-007", message=message, place="command line", hint=hint))
