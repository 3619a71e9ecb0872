"""Whether an explanation is true: put to ``score`` on frames that the engine of ``explain`` did not make."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from lupustrial.instruments import INSTRUMENTS, Explanation, explain, score

Row = dict[str, Any]
ORDER = "EDCBA"

#: A place's row among the visits of a participant, of whom the last is explained.
ROWS = {"baseline": 0, "previous": -2, "visit": -1}


def verdicts(name: str, people: Sequence[Sequence[Row]], chosen: Mapping[str, str]) -> list[str | None]:
    """Return the verdict at the last visit of each participant; None where there is none."""
    inputs = {each.code: each.kind for each in INSTRUMENTS[name].inputs}
    columns = list(dict.fromkeys(key for person in people for row in person for key in row))
    required = [each.code for each in INSTRUMENTS[name].inputs if each.required]
    columns = list(dict.fromkeys([*columns, *required])) or [next(iter(inputs))]
    types = {code: pl.Float64 if inputs[code] in ("num", "ord") else pl.String for code in columns}
    data = [
        {"USUBJID": f"{n:06d}", "VISITNUM": visit, **dict.fromkeys(columns), **row}
        for n, person in enumerate(people)
        for visit, row in enumerate(person)
    ]
    frame = pl.DataFrame(data, schema={"USUBJID": pl.String, "VISITNUM": pl.Int64, **types})
    explains = INSTRUMENTS[name].explains
    assert explains is not None
    found = score(name, frame, settings=chosen, reasons=False)
    last = found.group_by("USUBJID", maintain_order=True).last()[explains.verdict].to_list()
    return [None if verdict in ("undecided", "not evaluable") else verdict for verdict in last]


def told(name: str, person: Sequence[Row], chosen: Mapping[str, str]) -> Explanation:
    """Explain the last visit of a participant."""
    frame = pl.DataFrame(
        [{"USUBJID": "P", "VISITNUM": visit, **row} for visit, row in enumerate(person)],
        infer_schema_length=None,
    )
    return explain(name, frame, visit=len(person) - 1, settings=chosen)


def known_only(person: Sequence[Row], keys: set[tuple[str, str]]) -> list[Row]:
    """Return the rows of a participant of whom only these facts are known."""
    rows: list[Row] = [{} for _ in person]
    for column, place in keys:
        rows[ROWS[place]][column] = person[ROWS[place]][column]
    return rows


def check_facts(
    name: str, person: Sequence[Row], explanation: Explanation, chosen: Mapping[str, str]
) -> None:
    """Assert that the facts give the verdict alone, and that without any one of them they do not."""
    keys = {(fact.name, fact.at) for fact in explanation.facts}
    assert len(keys) == len(explanation.facts)
    smaller = [known_only(person, keys - {key}) for key in sorted(keys)]
    whole, alone, *less = verdicts(name, [person, known_only(person, keys), *smaller], chosen)
    assert explanation.verdict == whole == alone
    assert whole not in less


def value_of(row: Row, column: str, text: str) -> Any:
    """Return a value that a change names as the row would hold it."""
    return text if isinstance(row[column], str) else float(text)


def check_change(
    name: str, person: Sequence[Row], explanation: Explanation, chosen: Mapping[str, str]
) -> None:
    """Assert that the change turns the verdict, and that no part of it does."""
    assert explanation.change
    now = person[-1]
    steps = [(one.name, value_of(now, one.name, one.to)) for one in explanation.change]
    assert all(value_of(now, one.name, one.value) == now[one.name] for one in explanation.change)
    parts = [part for size in range(len(steps)) for part in itertools.combinations(steps, size)]
    people = [[*person[:-1], now | dict(part)] for part in (tuple(steps), *parts)]
    turned, *less = verdicts(name, people, chosen)
    assert turned is not None
    assert turned != explanation.verdict
    assert set(less) == {explanation.verdict}


def is_smallest(
    name: str, person: Sequence[Row], explanation: Explanation, chosen: Mapping[str, str]
) -> bool:
    """Return whether no set of fewer known facts gives the verdict, by trying those of one and two facts."""
    explains = INSTRUMENTS[name].explains
    assert explains is not None
    places = {
        (column, place)
        for one in explains.criteria
        if one.is_asked(
            {each.name: chosen.get(each.name, each.default) for each in INSTRUMENTS[name].settings}
        )
        for column in one.columns
        for place in one.at
        if column in person[ROWS[place]] and person[ROWS[place]][column] is not None
    }
    tried = [
        set(few)
        for size in range(min(3, len(explanation.facts)))
        for few in itertools.combinations(sorted(places), size)
    ]
    return explanation.verdict not in verdicts(name, [known_only(person, few) for few in tried], chosen)
