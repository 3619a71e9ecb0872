"""A part of the overview: charts, a table, and what has to be known to read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from lupustrial.capture._trial import Trial
from lupustrial.capture.access import Acting
from lupustrial.ledger import Transaction
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks for a part, of which trial, in which transaction."""

    trial: Trial
    acting: Acting
    tx: Transaction

    @property
    def study(self) -> Study:
        """The protocol in force."""
        return self.trial.study

    @property
    def sites(self) -> frozenset[str] | None:
        """The sites that may be counted; None for all."""
        return self.acting.sites


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A small table: the first cell of each row is its heading; the first `texts` columns hold no numbers."""

    caption: Any
    heads: tuple[Any, ...]
    rows: tuple[tuple[Any, ...], ...]
    texts: int = 1


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of the overview.

    Attributes:
        id: Its name in addresses and on the page.
        title: Its heading.
        charts: Drawn charts, each with its table.
        grids: Tables beside the charts.
        notes: Sentences that have to be known to read it.
        left: Participants who are not counted yet; the page asks again.
    """

    id: str
    title: Any
    charts: tuple[SafeString, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[Any, ...] = ()
    left: int = 0
