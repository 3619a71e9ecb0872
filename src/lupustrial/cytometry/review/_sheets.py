"""Contact sheets: which gates stand together, under which name, in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lupustrial.cytometry.review._doubt import Doubted, doubted, populations_of
from lupustrial.cytometry.review._model import TubeReview


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """The gates of one population of one strategy over all tubes.

    Attributes:
        strategy: Id of the strategy.
        population: Name of the population.
        title: The population; with the strategy where there are several.
        slug: Name of its file.
        rows: The gates, the most doubtful first.
    """

    strategy: str
    population: str
    title: str
    slug: str
    rows: tuple[Doubted, ...]

    @property
    def waiting(self) -> int:
        """How many of its gates wait for a reader."""
        return sum(one.look for one in self.rows)


def sheets_of(tubes: Sequence[TubeReview]) -> tuple[Sheet, ...]:
    """Return the sheets of all tubes: strategies by id, populations in the order of gating."""
    strategies = sorted({tube.strategy for tube in tubes})
    made: list[Sheet] = []
    for strategy in strategies:
        members = [tube for tube in tubes if tube.strategy == strategy]
        for population in populations_of(members):
            title = population if len(strategies) == 1 else f"{population} ({strategy})"
            slug = _slug(title, {sheet.slug for sheet in made})
            rows = tuple(doubted(members, population))
            made.append(Sheet(strategy=strategy, population=population, title=title, slug=slug, rows=rows))
    return tuple(made)


def _slug(name: str, taken: set[str]) -> str:
    """Return a name of a file: letters, figures and hyphens; numbered where another sheet has it."""
    worded = re.sub(r"-(?=$|[ )])", " neg ", name.replace("+", " pos "))
    base = re.sub(r"[^a-z0-9]+", "-", worded.lower()).strip("-") or "gate"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
