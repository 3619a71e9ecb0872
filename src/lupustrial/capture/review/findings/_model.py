"""What the methods of the audit-trail review look at, and find (``docs/capture/audit-review.md``)."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lupustrial.capture._clock import zone_at
from lupustrial.capture.store import Change, Place, Query, Signature
from lupustrial.study import Study


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What somebody sees of the trial; already cut to the role, so that no finding tells more.

    Attributes:
        study: The study.
        changes: Rows of the audit trail that tell a value (``page saved``), the oldest first.
        queries: Queries, in order.
        signatures: Signatures, in order.
        dates: Date of each visit that has one, by participant and visit.
    """

    study: Study
    changes: Sequence[Change] = ()
    queries: Sequence[Query] = ()
    signatures: Sequence[Signature] = ()
    dates: Mapping[tuple[str, str], dt.date] = field(default_factory=dict)

    def zone(self, site: str) -> tuple[zoneinfo.ZoneInfo, bool]:
        """Return the time zone of a site, and whether the study names it; else UTC."""
        zone = zone_at(self.study, site)
        return zone or zoneinfo.ZoneInfo("UTC"), zone is not None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that a reviewer should look at. It accuses nobody.

    Attributes:
        method: Id of the method.
        subject: What it is about, so that the same finding has the same key tomorrow.
        message: In words, with the numbers.
        participant: Whose audit trail shows it; empty where it is about an account or a site.
        form: Of which form; may be empty.
        item: Of which item; may be empty.
        person: By which account; may be empty.
        table: Numbers that are shown beside it: rows of a header and values.
    """

    method: str
    subject: str
    message: str
    participant: str = ""
    form: str = ""
    item: str = ""
    person: str = ""
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def key(self) -> str:
        """The finding as a reviewer's note names it."""
        return f"{self.method}:{self.subject}"


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method: id, title and explanation for the page, and the rule."""

    id: str
    title: Any
    explanation: Any
    find: Callable[[Evidence], Iterable[Finding]]


def moment(at: str) -> dt.datetime:
    """Return a time of the ledger."""
    return dt.datetime.fromisoformat(at)


def replaced(change: Change) -> bool:
    """Whether a row changes a value that was there (an addition is no change, nor is a new unit alone)."""
    return change.old is not None and change.old != change.new


def where(place: Place) -> str:
    """Return the words for a page."""
    repeat = f" {place.repeat}" if place.repeat > 1 else ""
    return f"{place.participant}, {place.visit}, {place.form}{repeat}"
