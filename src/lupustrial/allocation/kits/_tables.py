"""The tables of kits and shipments: a projection of the ledger that changes with an entry of it only."""

from __future__ import annotations

from lupustrial.ledger import Transaction, refuse_changes

_TABLES = (
    """CREATE TABLE IF NOT EXISTS kit (
        number BIGINT NOT NULL, study TEXT NOT NULL,
        slot BIGINT NOT NULL, type TEXT NOT NULL, nth BIGINT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('packed', 'released', 'shipped', 'received', 'missing',
            'quarantined', 'dispensed', 'returned', 'destroyed')),
        batch TEXT, expiry TEXT, site TEXT, shipment BIGINT,
        participant TEXT, visit TEXT, dispensed_on TEXT,
        used BIGINT, unused BIGINT, lost BIGINT,
        entry BIGINT NOT NULL,
        PRIMARY KEY (study, number), UNIQUE (study, slot, type, nth),
        CHECK ((participant IS NULL) = (visit IS NULL)),
        CHECK (state NOT IN ('dispensed', 'returned') OR participant IS NOT NULL))""",
    "CREATE INDEX IF NOT EXISTS kit_of_participant ON kit (study, participant)",
    """CREATE TABLE IF NOT EXISTS shipment (
        study TEXT NOT NULL, number BIGINT NOT NULL,
        origin TEXT, site TEXT, shipped_on TEXT NOT NULL, received_on TEXT, low TEXT, high TEXT,
        entry BIGINT NOT NULL,
        PRIMARY KEY (study, number))""",
)
#: A change has to come with the entry of the ledger that was appended last; that of a kit has to name it.
_NAMED = "(SELECT body FROM ledger WHERE position = NEW.entry) LIKE '%' || NEW.number || '%'"
_WITH_ENTRY = "NEW.entry > OLD.entry AND NEW.entry = (SELECT position FROM ledger_head WHERE id = 1)"
_SAME_KIT = """NEW.number = OLD.number AND NEW.study = OLD.study AND NEW.slot = OLD.slot
    AND NEW.type = OLD.type AND NEW.nth = OLD.nth
    AND (OLD.batch IS NULL OR COALESCE(NEW.batch, '') = OLD.batch)
    AND (OLD.expiry IS NULL OR COALESCE(NEW.expiry, '') = OLD.expiry)
    AND (OLD.participant IS NULL OR (COALESCE(NEW.participant, '') = OLD.participant
         AND COALESCE(NEW.visit, '') = OLD.visit AND NEW.state IN ('returned', 'destroyed')))
    AND OLD.state <> 'destroyed'"""
_SAME_SHIPMENT = """NEW.study = OLD.study AND NEW.number = OLD.number
    AND COALESCE(NEW.origin, '') = COALESCE(OLD.origin, '')
    AND COALESCE(NEW.site, '') = COALESCE(OLD.site, '')
    AND OLD.received_on IS NULL"""


def create_kits(tx: Transaction) -> None:
    """Make the tables and triggers of kits where they are missing; the ledger has to be there.

    The triggers refuse DELETE, and every UPDATE that does not come with the entry that was appended last (and
    names the kit), that gives a kit another slot, batch, expiry date or participant, or that changes what was
    destroyed.
    """
    for statement in _TABLES:
        tx.run(statement)
    refuse_changes(
        tx,
        "kit",
        "a kit changes with an entry of the ledger only",
        unless=f"{_SAME_KIT} AND {_WITH_ENTRY} AND {_NAMED}",
    )
    refuse_changes(
        tx,
        "shipment",
        "a shipment changes with an entry of the ledger only",
        unless=f"{_SAME_SHIPMENT} AND {_WITH_ENTRY}",
    )


def drop_kits(tx: Transaction) -> None:
    """Remove the tables of kits, to be made again from the ledger in the same transaction."""
    tx.run("DROP TABLE IF EXISTS kit")
    tx.run("DROP TABLE IF EXISTS shipment")
