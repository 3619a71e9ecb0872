"""Rare items folded away, unfolded when they are answered with anything but "no"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lupustrial.study import Item

#: Answers that say that something is not there: No of CDISC's NY, and 0 of a scale that begins with it.
_ABSENT = ("N", "0")


class Told(Protocol):
    """An answer, saved or not."""

    @property
    def value(self) -> str | None:
        """The text; None or blank where there is none."""

    @property
    def status(self) -> str:
        """One of ``lupustrial.study.STATUSES``."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Items that stand together in a fold.

    Attributes:
        of: How many there are.
        answered: How many have an answer, or a reason why there is none.
        positive: How many have a value other than "no" or 0.
        open: Whether the fold is open: something in it is positive, or has no value for a reason.
    """

    of: int
    answered: int
    positive: int
    open: bool

    @property
    def none(self) -> str:
        """The answers that say "not present", for the button that gives them."""
        return " ".join(_ABSENT)


def fold_of(items: Sequence[Item], answers: Mapping[str, Told]) -> Fold:
    """Return the fold of items that the form folds away (``folded: true``).

    Args:
        items: The items, which follow one another on the form.
        answers: Answers by item id, those that the reader sees.
    """
    told = [answers[item.id] for item in items if item.id in answers]
    given = [one for one in told if one.status != "entered" or one.value]
    positive = [one for one in given if one.status == "entered" and one.value not in _ABSENT]
    excused = [one for one in given if one.status != "entered"]
    return Fold(answered=len(given), positive=len(positive), of=len(items), open=bool(positive or excused))
