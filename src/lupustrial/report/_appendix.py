"""The appendix of the report: methods in words, and every result shown with all that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lupustrial.report._format import decimal_text
from lupustrial.report._results import Outcome
from lupustrial.study import AnalysisPlan

LineageHref = Callable[[Mapping[str, Any]], str | None]
_SIGNIFICANT = 6


def method_texts(shown: Iterable[str], plans: Iterable[AnalysisPlan]) -> list[dict[str, str]]:
    """Return label, definition and source of the methods that are shown or that a plan names."""
    from lupustrial.analysis import METHODS

    named = {*shown, *(name for plan in plans for one in plan.analyses for name in one.methods)}
    return [
        {"id": method.id, "label": method.label, "definition": method.definition, "source": method.source}
        for method in METHODS.values()
        if method.id in named
    ]


def appendix_entry(outcome: Outcome, href: LineageHref) -> dict[str, Any]:
    """Return a result with its plan, estimand, statistics, and the queries of its rows."""
    row = outcome.rows[0]
    return {
        "anchor": outcome.key.anchor,
        "name": outcome.key.name,
        "param": row["PARAM"],
        "population": row["POPULATION"],
        "sap": f"{row['SAP']}.yaml",
        "estimand": row["ESTIMAND"],
        "stats": [{"stat": one["STAT"], "value": _value(one)} for one in outcome.rows],
        "texts": list(outcome.texts),
        "n": row["N"],
        "plan": row["PLAN"],
        "primary": row["PRIMARY"],
        "provenance": row["PROVENANCE"],
        "rows": list(dict.fromkeys((one["QUERY"], one["INPUTS"]) for one in outcome.rows)),
        "warnings": sorted({one["WARNING"] for one in outcome.rows if one["WARNING"]}),
        "href": href(row),
    }


def _value(row: Mapping[str, Any]) -> str:
    """Write a statistic with six significant digits, or the reason why there is none."""
    value = row["VALUE"]
    if value is None:
        return str(row["ERROR"] or row["TEXT"] or "")
    if value == int(value) and abs(value) < 10**15:
        return decimal_text(value, 0)
    exponent = int(f"{value:e}".partition("e")[2])
    return decimal_text(value, max(_SIGNIFICANT - 1 - exponent, 0), trim=True)
