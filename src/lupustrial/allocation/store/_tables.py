"""The tables of allocation beside the ledger: what is known without a key."""

from __future__ import annotations

from lupustrial.allocation.kits._tables import create_kits
from lupustrial.ledger import Transaction, create_ledger, refuse_changes

_TABLES = (
    # `locked` and `revealed` are positions in the ledger.
    """CREATE TABLE IF NOT EXISTS allocation_list (
        study TEXT PRIMARY KEY, public TEXT NOT NULL, digest TEXT NOT NULL,
        locked BIGINT, revealed BIGINT)""",
    # `envelope` is an age file in base64; `entry` is the position in the ledger of the allocation.
    """CREATE TABLE IF NOT EXISTS allocation_slot (
        study TEXT NOT NULL, number BIGINT NOT NULL, stratum TEXT NOT NULL, position BIGINT NOT NULL,
        leaf TEXT NOT NULL, envelope TEXT NOT NULL, participant TEXT, entry BIGINT,
        PRIMARY KEY (study, number), UNIQUE (study, stratum, position), UNIQUE (study, participant))""",
    # The position of the slot that is given next. To look for the first free one would step over more and
    # more that are taken: PostgreSQL plans for a table as it was when it last looked.
    """CREATE TABLE IF NOT EXISTS allocation_stratum (
        study TEXT NOT NULL, stratum TEXT NOT NULL, next BIGINT NOT NULL, PRIMARY KEY (study, stratum))""",
    # Who can be allocated, as last judged; `levels` is a JSON object, `facts` the digest of what was seen.
    """CREATE TABLE IF NOT EXISTS allocation_candidate (
        study TEXT NOT NULL, participant TEXT NOT NULL, site TEXT NOT NULL, stratum TEXT NOT NULL,
        levels TEXT NOT NULL, consented BIGINT NOT NULL, eligible BIGINT NOT NULL, entry BIGINT NOT NULL,
        PRIMARY KEY (study, participant))""",
    # People who know the arm of somebody, and can no longer act in a blinded role.
    """CREATE TABLE IF NOT EXISTS allocation_unblinded (
        study TEXT NOT NULL, person TEXT NOT NULL, entry BIGINT NOT NULL, PRIMARY KEY (study, person))""",
)


#: A change has to come with the entry of the ledger that was appended just before it.
_HEAD = "(SELECT position FROM ledger_head WHERE id = 1)"
_SET_ONCE = (
    f"(COALESCE(NEW.{{0}}, 0) = COALESCE(OLD.{{0}}, 0) OR (OLD.{{0}} IS NULL AND NEW.{{0}} = {_HEAD}))"
)
#: A slot is taken with the entry that tells so.
_TOLD = """(SELECT body FROM ledger WHERE position = NEW.entry) LIKE
    '%"data":{"number":' || NEW.number || ',"participant":"' || NEW.participant || '"%'"""


def create_store(tx: Transaction) -> None:
    """Make the ledger and the tables of allocation where they are missing, and their guards."""
    create_ledger(tx)
    for statement in _TABLES:
        tx.run(statement)
    refuse_changes(
        tx,
        "allocation_list",
        "a sealed list is never changed, and a lock or reveal never taken back",
        unless="NEW.study = OLD.study AND NEW.public = OLD.public AND NEW.digest = OLD.digest "
        f"AND {_SET_ONCE.format('locked')} AND {_SET_ONCE.format('revealed')}",
    )
    refuse_changes(
        tx,
        "allocation_slot",
        "a slot is taken once, and neither changed nor given back",
        unless="OLD.participant IS NULL AND NEW.participant IS NOT NULL "
        "AND NEW.study = OLD.study AND NEW.number = OLD.number AND NEW.stratum = OLD.stratum "
        "AND NEW.position = OLD.position AND NEW.leaf = OLD.leaf AND NEW.envelope = OLD.envelope "
        f"AND {_TOLD}",
    )
    refuse_changes(
        tx,
        "allocation_candidate",
        "how somebody was screened changes with an entry of the ledger only",
        unless="NEW.study = OLD.study AND NEW.participant = OLD.participant AND NEW.entry > OLD.entry "
        f"AND NEW.entry = {_HEAD}",
    )
    refuse_changes(
        tx,
        "allocation_stratum",
        "the next slot is the one after the last that was taken",
        unless="NEW.study = OLD.study AND NEW.stratum = OLD.stratum AND NEW.next > OLD.next AND "
        "(SELECT participant FROM allocation_slot WHERE study = OLD.study AND stratum = OLD.stratum "
        "AND position = NEW.next - 1) IS NOT NULL",
    )
    create_kits(tx)
    refuse_changes(tx, "allocation_unblinded", "who was unblinded stays unblinded")
    if tx.dialect == "postgresql":
        from lupustrial.allocation.store._queue import create_queue

        create_queue(tx)
