"""The methods that place a gate, by name, each with the model of its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from lupustrial.cytometry._gate import Method
from lupustrial.cytometry._regions import Interval

Side = Literal["above", "below"]

#: Fewest events of a population on which a density is estimated.
FEWEST = 30


class Unplaced(Exception):  # noqa: N818 - a finding about a tube, no error of the caller
    """A gate cannot be placed in this tube; the text says why. Its population is skipped, not counted 0."""


class Parameters(BaseModel):
    """Parameters of a method as they stand in a strategy; a method's own model is a subclass.

    The four functions say what a gate asks of a tube, so that a strategy can be ordered and checked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    def columns_used(self) -> tuple[str, ...]:
        """Return the columns that it needs: by convention those of `column`, `columns`, `x` and `y`."""
        single = [getattr(self, name, None) for name in ("column", "x", "y")]
        return (*(name for name in single if name), *getattr(self, "columns", ()))

    def populations_used(self) -> tuple[str, ...]:
        """Return populations gated before that it needs."""
        return ()

    def controls_used(self) -> tuple[str, ...]:
        """Return control tubes that it needs."""
        return ()

    def templates_used(self) -> tuple[str, ...]:
        """Return templates that it needs."""
        return ()


class OneColumn(Parameters):
    """A cut through one column.

    Attributes:
        column: The column that is cut.
        side: Which side of the cut is the population.
        over: Population on whose events the cut is sought; the parent where it is left out.
    """

    column: str
    side: Side = "above"
    over: str | None = None

    def populations_used(self) -> tuple[str, ...]:
        """Return `over`, where it is given."""
        return () if self.over is None else (self.over,)

    def region(self, cut: float) -> Interval:
        """Return the side of a cut."""
        above = self.side == "above"
        return Interval(column=self.column, low=cut if above else None, high=None if above else cut)


@dataclass(frozen=True, kw_only=True)
class RegisteredMethod:
    """A method and the model of its parameters.

    `place` may raise :class:`Unplaced`; then the population is skipped with that reason.
    """

    model: type[Parameters]
    place: Method


METHODS: dict[str, RegisteredMethod] = {}


def register(name: str, model: type[Parameters], place: Method) -> None:
    """Make a method known to strategies; ValueError where the name is taken by another."""
    known = METHODS.get(name)
    if known is not None and known.place is not place:
        raise ValueError(f"the method {name} is registered already")
    METHODS[name] = RegisteredMethod(model=model, place=place)
