"""What the methods of the review look at, cut to what the reviewer sees."""

from __future__ import annotations

import datetime as dt

from lupustrial.capture.access import Acting
from lupustrial.capture.queries import item_shown, query_shown
from lupustrial.capture.review._trail import Sight
from lupustrial.capture.review.findings import Evidence
from lupustrial.capture.store import (
    Change,
    Wanted,
    changes_of,
    every_visit,
    pages_signed,
    participants_of,
    queries_in,
    signatures_of,
)
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_AT_ONCE = 5000  # rows read in one go


def evidence_of(tx: Transaction, study: Study, acting: Acting, site: str = "") -> Evidence:
    """Return what somebody sees of the trial, or of one site of it."""
    sites = acting.sites if not site else frozenset({site}) & (acting.sites or frozenset({site}))
    sight = Sight(tx, study, acting)
    people = {who.participant for who in participants_of(tx, sites)}
    visits = every_visit(tx)
    return Evidence(
        study=study,
        changes=_changes(tx, sight, sites),
        queries=[
            query
            for query in queries_in(tx, ("open", "answered", "closed"))
            if query.place.participant in people
            and query_shown(study, acting, query, sight.at(query.place.participant))
        ],
        signatures=[
            one
            for one in signatures_of(tx)
            if one.place.participant in people
            and any(
                item_shown(study, acting, place, "", sight.at(place.participant))
                for place in pages_signed(tx, one.number)
            )
        ],
        dates={
            (who, held.visit): dt.date.fromisoformat(held.date)
            for who in sorted(people)
            for held in visits.get(who, [])
            if held.date is not None and len(held.date) == len("2026-01-01")
        },
    )


def _changes(tx: Transaction, sight: Sight, sites: frozenset[str] | None) -> list[Change]:
    wanted = Wanted(kind="page saved", sites=sites)
    found: list[Change] = []
    after: tuple[int, int] | None = None
    while True:
        rows = changes_of(tx, wanted, before=after, limit=_AT_ONCE, oldest_first=True)
        found += [row for row in rows if sight.shows(row)]
        if len(rows) < _AT_ONCE:
            return found
        after = (rows[-1].position, rows[-1].order)
