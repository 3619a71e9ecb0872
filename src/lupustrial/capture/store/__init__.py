"""Trial data on the ledger: the gateway by which it is written, and the projection that is read.

Nothing here knows Django. Writing is ``with db.writing() as tx: write(tx, …)`` or one of the functions that
check first (`save_page`); reading is ``with db.reading() as tx: pages_of(tx, …)``.
"""

from lupustrial.capture.store._families import FAMILIES, TABLES, create_tables, write
from lupustrial.capture.store._grants import EVERY_SITE, Grant, grants_of
from lupustrial.capture.store._holds import Hold, hold_on, holds
from lupustrial.capture.store._pages import Held, Page, Place, State, page_at, pages_of
from lupustrial.capture.store._participants import Participant, participant_of, participants_of
from lupustrial.capture.store._queries import Query, QueryState, queries_on, query_of
from lupustrial.capture.store._rebuild import rebuild, verify_projection
from lupustrial.capture.store._records import all_records, records_of
from lupustrial.capture.store._save import Answer, Saved, Visited, save_page

__all__ = [
    "EVERY_SITE",
    "FAMILIES",
    "TABLES",
    "Answer",
    "Grant",
    "Held",
    "Hold",
    "Page",
    "Participant",
    "Place",
    "Query",
    "QueryState",
    "Saved",
    "State",
    "Visited",
    "all_records",
    "create_tables",
    "grants_of",
    "hold_on",
    "holds",
    "page_at",
    "pages_of",
    "participant_of",
    "participants_of",
    "queries_on",
    "query_of",
    "rebuild",
    "records_of",
    "save_page",
    "verify_projection",
    "write",
]
