"""What is known of one participant, as far as the verdict at one visit reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

import polars as pl

from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._explains import Criterion, Explains, Place
from lupustrial.instruments._spec import Input

#: A fact: column, and ``baseline``, ``previous`` or ``visit``.
Key = tuple[str, Place]

_LETTERS = {rank: letter for letter, rank in RANK.items()}


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is known of one fact: its value, or where that is not known its bounds.

    Attributes:
        of: The input.
        row: Place in time of the row on which it stands.
        value: The value in units of the last decimal (yes 1, no 0; A 4 to E 0), None where it is not known.
        low: Its lowest possible value where only that is known.
        high: Its highest possible value where only that is known.
    """

    of: Input
    row: int
    value: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def text(self) -> str:
        """``12``; for bounds ``9 to 14``, ``at least 9`` or ``at most 14``."""
        if self.value is not None:
            return told(self.of, self.value)
        low, high = (None if end is None else told(self.of, end) for end in (self.low, self.high))
        if low is not None and high is not None:
            return f"{low} to {high}"
        return f"at most {high}" if low is None else f"at least {low}"


@dataclass(frozen=True, kw_only=True)
class Known:
    """The facts of one participant and visit.

    Attributes:
        facts: What is known, by fact, in the order of the criteria, then of time.
        gaps: Facts that the criteria read and that are not known exactly.
        rows: By place in time, what identifies the rows that hold facts, and whether they are baseline.
        visit: Place in time of the visit.
    """

    facts: Mapping[Key, Held]
    gaps: tuple[Key, ...]
    rows: Mapping[int, Mapping[str, object]]
    visit: int


def told(of: Input, value: int) -> str:
    """Return a checked value as a frame has it: Y or N, a letter, a number without trailing zeros."""
    match of.kind:
        case "yn" | "flag":
            return "Y" if value else "N"
        case "grade":
            return _LETTERS[value]
        case _:
            return format(Decimal(value).scaleb(-of.decimals).normalize(), "f")


def known_of(
    ordered: pl.DataFrame,
    row: int,
    explains: Explains,
    inputs: Mapping[str, Input],
    settings: Mapping[str, str],
) -> Known:
    """Return what is known for the visit in the given row.

    Args:
        ordered: A checked frame of one participant, in order.
        row: ``_row`` of the visit.
        explains: What the instrument declares.
        inputs: Its inputs by code.
        settings: Its resolved settings.
    """
    at = _positions(ordered, row, explains, settings)
    so_far = ordered.head(at["visit"] + 1)
    not_missed = _not_missed(ordered, explains)
    facts: dict[Key, Held] = {}
    gaps: list[Key] = []
    read: set[tuple[str, int]] = set()
    for criterion, (column, place) in _asked(explains, settings):
        if place not in at or (column, at[place]) in read:
            continue
        read.add((column, at[place]))
        rows = so_far.select(pl.col(column).cum_max()) if criterion.absorbing else ordered
        held = _held(column, rows.row(at[place], named=True), at[place], explains, inputs)
        if held is not None:
            facts[column, place] = held
        exact = held is not None and held.value is not None
        if not exact and not criterion.blank_holds and column not in not_missed:
            gaps.append((column, place))
    keys = [key for key in ("VISITNUM", "ADT") if key in ordered.columns]
    rows_of = {position: ordered.select(keys).row(position, named=True) for position in sorted(at.values())}
    flagged = {
        position: {**line, "ABLFL": "Y" if position == at["baseline"] else "N"}
        for position, line in rows_of.items()
    }
    return Known(facts=_in_order_of_time(facts), gaps=tuple(gaps), rows=flagged, visit=at["visit"])


def read_by(criteria: Iterable[Criterion]) -> set[Key]:
    """Return every fact that these criteria read, known or not."""
    return {(column, place) for one in criteria for column in one.columns for place in one.at}


def _in_order_of_time(facts: Mapping[Key, Held]) -> dict[Key, Held]:
    """Return the facts by column, in the order of the criteria, each column by time."""
    columns = list(dict.fromkeys(column for column, _ in facts))
    places = get_args(Place)
    order = sorted(facts, key=lambda key: (columns.index(key[0]), places.index(key[1])))
    return {key: facts[key] for key in order}


def _asked(explains: Explains, settings: Mapping[str, str]) -> Iterator[tuple[Criterion, Key]]:
    for criterion in explains.criteria:
        if criterion.is_asked(settings):
            for column in criterion.columns:
                for place in criterion.at:
                    yield criterion, (column, place)


def _positions(
    ordered: pl.DataFrame, row: int, explains: Explains, settings: Mapping[str, str]
) -> dict[Place, int]:
    """Return the place in time of the visit, of baseline, and of the previous assessment if there is one."""
    (visit,) = ordered.filter(pl.col("_row") == row)["_pos"]
    (baseline,) = ordered.filter("_base")["_pos"]
    at: dict[Place, int] = {"visit": visit, "baseline": baseline}
    earlier = ordered.head(visit)
    rule = explains.previous
    if rule is not None and settings[rule.setting] == rule.option:
        earlier = earlier.filter(pl.any_horizontal(pl.col(rule.columns).is_not_null()))
    return at | ({"previous": earlier["_pos"][-1]} if earlier.height else {})


def _not_missed(ordered: pl.DataFrame, explains: Explains) -> set[str]:
    """Return the inputs that need not be known, because others stand for them."""
    found: set[str] = set()
    for first, second in explains.either:
        used = any(ordered[column].null_count() < ordered.height for column in second)
        found.update(first if used else second)
    return found


def _held(
    column: str, line: Mapping[str, int | None], row: int, explains: Explains, inputs: Mapping[str, Input]
) -> Held | None:
    """Return what a row holds of a column: its value, else its bounds, else nothing."""
    value = line[column]
    if value is not None:
        return Held(of=inputs[column], row=row, value=value)
    low, high = (line[bound] for bound in explains.bounds.get(column, (column, column)))
    return None if low is None and high is None else Held(of=inputs[column], row=row, low=low, high=high)
