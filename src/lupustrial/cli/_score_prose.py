"""A scored row as plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from lupustrial.cli._score_settings import Scalar
from lupustrial.errors import Fault, InstrumentError, UsageError, closest
from lupustrial.instruments import KEYS, Instrument, explain

_VERDICTS = {"Y": "yes", "N": "no"}
#: Outputs that stand for the whole result, in the order in which they are told.
_TOLD = ("responder", "met", "classified", "worse", "numeric")
#: Of these, what a state says already.
_STATED = ("responder", "met", "worse")
_NOTES = {*KEYS, "lower", "upper", "completeness", "reasons", "scored_by"}
_SET_APART = ("grade_", "lower_", "upper_", "completeness_", "baseline_", "shift_", "emergent_")


def told(
    instrument: Instrument,
    frame: pl.DataFrame,
    scored: pl.DataFrame,
    settings: Mapping[str, Scalar],
    *,
    participant: str | None,
    visit: str | None,
) -> Iterator[str]:
    """Return a paragraph for each scored row, in its order; each is made when it is asked for.

    Where the instrument can be explained, it is the least set of facts that decides and the nearest change;
    elsewhere the result with its completeness, bounds and reasons.

    Args:
        instrument: The instrument.
        frame: The keys and items that were scored, VISITNUM or ADT among them.
        scored: The result, row by row.
        settings: Settings that differ from their defaults.
        participant: Only this participant.
        visit: Only this VISITNUM, VISIT or ADT.

    Raises:
        UsageError: USAGE-007, no row is of this participant or visit.
    """
    rows = _rows(frame, participant, visit)
    return (
        _explained(instrument, frame, row, settings) or prose(instrument, scored.row(row, named=True))
        for row in rows
    )


def _explained(
    instrument: Instrument, frame: pl.DataFrame, row: int, settings: Mapping[str, Scalar]
) -> str | None:
    """Return the instrument's own explanation of a row; None where it has none."""
    if instrument.explains is None:
        return None
    at = frame.row(row, named=True)
    own, visit = frame.filter(pl.col("USUBJID") == at["USUBJID"]), at.get("VISITNUM")
    if visit is None:
        own, visit = own.drop("VISITNUM", strict=False), str(at["ADT"])
    try:
        return explain(instrument.id, own, visit=visit, settings=settings).prose()
    except InstrumentError:
        return None  # what was scored is well-formed, so this row is of a kind that has no explanation


def _rows(frame: pl.DataFrame, participant: str | None, visit: str | None) -> Sequence[int]:
    numbered = frame.with_row_index("_row")
    if participant is not None:
        numbered = _narrowed(numbered, ("USUBJID",), participant, "participant")
    if visit is not None:
        numbered = _narrowed(numbered, ("VISITNUM", "VISIT", "ADT"), visit, "visit")
    return numbered["_row"].to_list()


def _narrowed(frame: pl.DataFrame, names: Sequence[str], wanted: str, what: str) -> pl.DataFrame:
    columns = [name for name in names if name in frame.columns]
    matches = [pl.col(name).cast(pl.String) == wanted for name in columns]
    if "VISITNUM" in columns and wanted.replace(".", "", 1).removeprefix("-").isdigit():
        matches.append(pl.col("VISITNUM") == float(wanted))
    found = frame.filter(pl.any_horizontal(matches))
    if not found.height:
        known = [str(value) for value in frame[columns[0]].unique(maintain_order=True).to_list()]
        hint = closest(wanted, known) or f"there are: {', '.join(known[:12])}"
        message = f"there is no {what} {wanted!r}"
        raise UsageError(Fault(id="USAGE-007", message=message, place=f"command line, --{what}", hint=hint))
    return found


def prose(instrument: Instrument, row: Mapping[str, Any]) -> str:
    """Return a row of ``score`` as sentences: result, completeness, bounds, grades, reasons."""
    sentences = [f"{', '.join(_head(row))}, {instrument.title}: {'; '.join(_result(row))}."]
    if grades := _grades(row):
        sentences.append(f"Grades: {', '.join(grades)}.")
    if row.get("completeness") == "incomplete":
        sentences.append("Incomplete: not everything that could change it was done.")
    if row.get("reasons"):
        sentences.append(f"Why: {row['reasons']}.")
    return " ".join(sentences)


def _head(row: Mapping[str, Any]) -> Iterator[str]:
    yield str(row["USUBJID"])
    if row.get("VISITNUM") is not None:
        yield f"visit {row['VISITNUM']:g}"
    if row.get("ADT") is not None:
        yield str(row["ADT"])


def _result(row: Mapping[str, Any]) -> list[str]:
    """Return the result in its parts: state, score and verdicts; without them whatever was found."""
    state = row.get("state")
    parts = ["state none" if state == "none" else str(state)] if state else []
    if "score" in row:
        parts.append(_score(row))
    for name in _TOLD:
        if name in row and (row[name] is not None or not parts) and not (state and name in _STATED):
            parts.append(f"{name} {_said(row[name])}")
    return parts or [f"{name} {_said(value)}" for name, value in _found(row)] or ["nothing found"]


def _found(row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the outputs that are no bounds, grades or notes."""
    for name, value in row.items():
        if name not in _NOTES and not name.startswith(_SET_APART) and value is not None:
            yield name, value


def _score(row: Mapping[str, Any]) -> str:
    if row["score"] is not None:
        return f"score {row['score']:g}"
    low, high = row.get("lower"), row.get("upper")
    if low is None or high is None:
        return "no score can be given"
    return f"no score can be given, it lies between {low:g} and {high:g}"


def _said(value: object) -> str:
    if value is None:
        return "open"
    return _VERDICTS.get(str(value), f"{value:g}" if isinstance(value, float | int) else str(value))


def _grades(row: Mapping[str, Any]) -> list[str]:
    """Return the grade of each domain, with its bounds where it is open."""
    told = []
    for name, grade in row.items():
        if not name.startswith("grade_"):
            continue
        domain = name.removeprefix("grade_")
        low, high = row.get(f"lower_{domain}"), row.get(f"upper_{domain}")
        bounds = f"{low} to {high}" if low is not None and high is not None else "open"
        shown = bounds if grade is None else grade
        told.append(f"{domain.replace('_', ' ')} {shown}")
    return told
