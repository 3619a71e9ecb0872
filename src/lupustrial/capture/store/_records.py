"""Pages as source records, item by item, for exports and for everything that computes."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from lupustrial.capture.store._pages import Page, pages_of
from lupustrial.ledger import Transaction
from lupustrial.study import RECORD_SCHEMA


def records_of(pages: Iterable[Page], study: str) -> pl.DataFrame:
    """Return the source records of pages (``lupustrial.study.RECORD_SCHEMA``), struck pages left out."""
    rows = [
        (
            study,
            page.site,
            page.place.participant,
            page.place.visit,
            page.place.form,
            page.place.repeat,
            item,
            held.value,
            held.unit,
            held.status,
            held.at,
            held.by,
            held.reason or None,
            held.position,
        )
        for page in pages
        if not page.removed
        for item, held in page.items.items()
    ]
    return pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row")


def all_records(tx: Transaction, study: str, sites: frozenset[str] | None = None) -> pl.DataFrame:
    """Return the source records of every participant of some sites (None: of all).

    They are not yet cut to what a role may see: give them to ``lupustrial.study.visible_records``.
    """
    people = tx.all("SELECT participant, site FROM capture_participant ORDER BY participant")
    frames = [
        records_of(pages_of(tx, str(participant)), study)
        for participant, site in people
        if sites is None or site in sites
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=RECORD_SCHEMA)
