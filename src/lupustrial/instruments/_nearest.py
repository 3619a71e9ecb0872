"""The nearest change of a visit's facts that would turn a verdict.

Nearest means: fewest facts changed, then the smallest steps, measured as shares of the ranges of the facts
and added up. This measure is ours; it decides only what is shown. Of equally near changes the last in the
order of the facts is taken. What a protocol or a date gives (treatment failure) is proposed as a change only
where it is what fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np

from lupustrial.instruments._ask import HELD, UNKNOWN, Choices, Questions
from lupustrial.instruments._bilag_items import RANK
from lupustrial.instruments._explains import Explains
from lupustrial.instruments._known import Held, told
from lupustrial.instruments._smallest import MOST_TRIED, Flags, smallest, subsets

#: Sets of equally many facts that are compared; values of a number that are asked about at a time.
MOST_SETS, MOST_VALUES = 300, 400


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact of the visit that would have to be different: its name, its value and what it would be.

    `label` is what prose calls it.
    """

    name: str
    value: str
    to: str
    label: str = ""


def nearest_change(questions: Questions, explains: Explains) -> tuple[tuple[Change, ...], str | None]:
    """Return the change and the verdict that it makes; no change and None where none at the visit turns it.

    Every fact must be known exactly, and there must be a verdict.
    """
    movable = [
        number
        for number, ((column, place), held) in enumerate(zip(questions.keys, questions.held, strict=True))
        if place == "visit" and explains.protocol.get(column, held.value) == held.value
    ]
    sets = _fewest(questions, movable)
    lines = _turned(questions, explains, sets)
    found = [
        (-_size(questions, explains, line), order, verdict)
        for order, (line, verdict) in enumerate(zip(lines, questions.verdicts(lines), strict=True))
        if verdict is not None
    ]
    if not found:
        return (), None
    _, order, verdict = max(found, key=lambda one: one[:2])
    return tuple(_changes(questions, explains, lines[order])), verdict


def _fewest(questions: Questions, movable: list[int]) -> list[tuple[int, ...]]:
    """Return the smallest sets of facts without which there is no verdict: what turns it is among them."""

    def opens(forgotten: Flags) -> Flags:
        kept = np.ones((len(forgotten), len(questions.keys)), dtype=bool)
        kept[:, movable] = ~forgotten
        return ~questions.decided_by(kept)

    if not opens(np.ones((1, len(movable)), dtype=bool))[0]:
        return []
    fewest, _ = smallest(len(movable), opens)
    sets = [tuple(fewest)]
    if comb(len(movable), len(fewest)) <= MOST_TRIED:
        tried = list(combinations(range(len(movable)), len(fewest)))
        found = opens(subsets(len(movable), tried))
        sets = [one for one, is_one in zip(tried, found, strict=True) if is_one][-MOST_SETS:]
    return [tuple(movable[number] for number in one) for one in sets]


def _turned(questions: Questions, explains: Explains, sets: list[tuple[int, ...]]) -> Choices:
    """Change the facts of each set, one after the other, by the smallest step that still lets it turn.

    Returns for each set what is said of every fact then, UNKNOWN where no value of a fact lets it turn.
    """
    lines: Choices = np.full((len(sets), len(questions.keys)), HELD, dtype=np.int64)
    for line, one in zip(lines, sets, strict=True):
        line[list(one)] = UNKNOWN
    for numbers in zip(*sets, strict=True):
        values = _smallest_steps(questions, explains, list(zip(lines, numbers, strict=True)))
        for line, number, value in zip(lines, numbers, values, strict=True):
            line[number] = value
    return lines


def _smallest_steps(questions: Questions, explains: Explains, going: list[tuple[Choices, int]]) -> list[int]:
    """Return for each line the value of the numbered fact, nearest to what it is, that lets the verdict turn.

    UNKNOWN where there is none. A fact with many values is searched in rounds: where one value turns the
    verdict, those further away from what it is are taken to turn it too.
    """
    paths = [
        (line, number, path)
        for line, number in going
        for path in _paths(questions.held[number], explains.grain.get(questions.keys[number][0], 1))
    ]
    spans: dict[int, tuple[int, int]] = {order: (0, len(path)) for order, (*_, path) in enumerate(paths)}
    nearest: list[int | None] = [None] * len(paths)
    while spans := {order: span for order, span in spans.items() if span[0] < span[1]}:
        points = {order: _points(*span) for order, span in spans.items()}
        turns = iter(_turns(questions, [(paths[order], points[order]) for order in spans]))
        for order, (start, _) in spans.items():
            before = start - 1
            spans[order] = (0, 0)
            for point, turned in zip(points[order], next(turns), strict=True):
                if turned:
                    nearest[order] = paths[order][2][point]
                    spans[order] = (before + 1, point)
                    break
                before = point
    return [
        _nearer(questions.held[number], nearest[2 * order : 2 * order + 2])
        for order, (_, number) in enumerate(going)
    ]


def _paths(held: Held, grain: int) -> tuple[range, range]:
    """Return the values that a fact may have below and above what it is, nearest first."""
    value, (low, high) = _value(held), _ends(held)
    below = range((value - 1) // grain * grain, low - 1, -grain)
    return below, range((value // grain + 1) * grain, high + 1, grain)


def _points(start: int, stop: int) -> list[int]:
    """Return the places from `start` that are asked about: all, or so many of them up to the last."""
    count = min(stop - start, MOST_VALUES)
    return [start + (stop - start) * (point + 1) // count - 1 for point in range(count)]


def _turns(
    questions: Questions, asked: Sequence[tuple[tuple[Choices, int, range], list[int]]]
) -> list[Flags]:
    """Return for each path whether the verdict turns, or may still, at each of the points."""
    lines = []
    for (line, number, path), points in asked:
        rows = np.tile(line, (len(points), 1))
        rows[:, number] = [path[point] for point in points]
        lines.append(rows)
    turned = ~questions.same(np.vstack(lines))
    return np.split(turned, np.cumsum([len(rows) for rows in lines])[:-1])


def _nearer(held: Held, values: Sequence[int | None]) -> int:
    """Return the value that is nearest to what the fact is, the lower of two; UNKNOWN where there is none."""
    return min(
        (value for value in values if value is not None),
        key=lambda value: abs(value - _value(held)),
        default=UNKNOWN,
    )


def _ends(held: Held) -> tuple[int, int]:
    """Return the lowest and highest value that is permitted."""
    return (0, RANK["A"]) if held.of.kind == "grade" else (held.of.low, held.of.high)


def _value(held: Held) -> int:
    """Return the exact value."""
    assert held.value is not None  # noqa: S101  # narrows the type; nearest_change needs every value
    return held.value


def _size(questions: Questions, explains: Explains, choices: Choices) -> Fraction:
    """Return how far the facts move, as shares of their ranges, added up."""
    total = Fraction(0)
    for (column, _), held, value in zip(questions.keys, questions.held, choices.tolist(), strict=True):
        if value != HELD:
            low, high = _ends(held)
            total += Fraction(abs(value - _value(held)), explains.spans.get(column, high - low))
    return total


def _changes(questions: Questions, explains: Explains, choices: Choices) -> Iterator[Change]:
    for (column, _), held, value in zip(questions.keys, questions.held, choices.tolist(), strict=True):
        if value != HELD:
            yield Change(
                name=column, value=held.text, to=told(held.of, value), label=explains.name_of(column)
            )
