"""The audit trail cut to what a role sees, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lupustrial.capture.access import Acting
from lupustrial.capture.queries import at_hand, item_shown, seen_whole
from lupustrial.capture.store import Change, Wanted, changes_of
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_AT_ONCE = 500  # rows read in one go
_LONGEST = 120  # characters of a filter


class Sight:
    """What somebody sees of the audit trail; remembers the visit at hand of each participant."""

    def __init__(self, tx: Transaction, study: Study, acting: Acting) -> None:
        """Keep where to look."""
        self._tx, self._study, self._acting = tx, study, acting
        self._hands: dict[str, str | None] = {}
        self._known: dict[tuple[str, str, str, str, str | None], bool] = {}

    def at(self, participant: str) -> str | None:
        """Return the visit at hand of a participant."""
        if participant not in self._hands:
            self._hands[participant] = at_hand(self._tx, self._study, participant)
        return self._hands[participant]

    def shows(self, change: Change) -> bool:
        """Whether somebody sees a row: at one of the sites, on an item (of a page: on all) that is shown."""
        place = change.place
        if change.site and not self._acting.at_site(change.site):
            return False
        if not place.form:
            return True
        at = self.at(place.participant)
        key = (place.form, change.item, change.kind, place.visit, at)
        if key not in self._known:
            self._known[key] = self._decide(change, at)
        return self._known[key]

    def _decide(self, change: Change, at: str | None) -> bool:
        whole = not change.item and change.query is not None
        if whole:  # a text on a whole page can tell of any item of it
            known = change.place.form in {form.id for form in self._study.forms}
            return known and seen_whole(self._study, self._acting, change.place, at)
        return item_shown(self._study, self._acting, change.place, change.item, at)


def trail(
    tx: Transaction,
    study: Study,
    acting: Acting,
    wanted: Wanted,
    *,
    before: tuple[int, int] | None = None,
    limit: int = 100,
) -> tuple[list[Change], tuple[int, int] | None]:
    """Return rows that somebody sees, the newest first, and where the next page begins (None: no more).

    Args:
        tx: A transaction.
        study: The study.
        acting: Who looks.
        wanted: Which rows; the sites of the role are added.
        before: Where the page begins, as the last one told.
        limit: Rows a page.
    """
    sight = Sight(tx, study, acting)
    wanted = replace(wanted, sites=acting.sites)
    found: list[Change] = []
    while True:
        rows = changes_of(tx, wanted, before=before, limit=_AT_ONCE)
        for row in rows:
            before = (row.position, row.order)
            if sight.shows(row):
                found.append(row)
                if len(found) == limit:
                    return found, before
        if len(rows) < _AT_ONCE:
            return found, None


def whole_trail(tx: Transaction, study: Study, acting: Acting, wanted: Wanted) -> Iterator[Change]:
    """Give every row that somebody sees, the newest first."""
    before: tuple[int, int] | None = None
    while True:
        rows, before = trail(tx, study, acting, wanted, before=before, limit=_AT_ONCE)
        yield from rows
        if before is None:
            return


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """Read the filters of a query string.

    Raises:
        CaptureError: CAPT-051, a filter makes no sense.
    """
    named = ("participant", "visit", "form", "item", "person", "kind", "since", "until")
    values = {name: given.get(name, "").strip() for name in named}
    faults = [
        Fault(id="CAPT-051", message=f"`{name}` is too long", place="filter", hint="shorten it")
        for name, value in values.items()
        if len(value) > _LONGEST or "\0" in value
    ]
    faults += [
        Fault(
            id="CAPT-051", message=f"`{values[name]}` is no date", place=f"filter {name}", hint="2026-03-31"
        )
        for name in ("since", "until")
        if values[name] and not _is_date(values[name])
    ]
    if faults:
        raise CaptureError(faults)
    if values["until"]:
        values["until"] += "T24"  # the whole of the day: no time of it is greater
    return Wanted(
        participant=values["participant"],
        visit=values["visit"],
        form=values["form"],
        item=values["item"],
        person=values["person"],
        kind=values["kind"],
        since=values["since"],
        until=values["until"],
    )


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
