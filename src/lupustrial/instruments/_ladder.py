"""A grade or weight as the highest step that is reached."""

from __future__ import annotations

from collections.abc import Iterable

from lupustrial.instruments._columns import Column, where

#: What a step gives, and where it is reached.
Step = tuple[int, Column]


def highest_reached(steps: Iterable[Step]) -> Column:
    """Return the highest value among the steps that are reached, 0 where none is."""
    found: Column = 0
    for value, reached in sorted(steps, key=_value):
        found = where(reached, value, found)
    return found


def _value(step: Step) -> int:
    return step[0]
