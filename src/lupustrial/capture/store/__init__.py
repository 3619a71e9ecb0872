"""Trial data on the ledger: the gateway by which it is written, and the projection that is read.

Nothing here knows Django. Writing is ``with db.writing() as tx: write(tx, …)`` or one of the functions that
check first (`save_page`); reading is ``with db.reading() as tx: pages_of(tx, …)``.
"""

from lupustrial.capture.store._answers import SealedAnswer, answers_for, notices_read
from lupustrial.capture.store._automatic import Raised, raised_on
from lupustrial.capture.store._consents import Consent, consents_of
from lupustrial.capture.store._counts import (
    Course,
    PageCount,
    QueryCount,
    Unanswered,
    lag_counts,
    milestone_counts,
    page_counts,
    participants_at,
    participants_like,
    query_counts,
    state_counts,
    unanswered_among,
    unanswered_at,
    unanswered_counts,
    under_way,
    verified_counts,
)
from lupustrial.capture.store._demonstration import demonstration_of
from lupustrial.capture.store._eligibility import Confirmation, confirmation_of
from lupustrial.capture.store._families import FAMILIES, TABLES, create_tables, write
from lupustrial.capture.store._gates import (
    GateState,
    HeldGate,
    HeldTube,
    decisions_in,
    gate_counts,
    gate_material,
    gate_of,
    gates_in,
    keep_gates,
    tube_of_code,
    tubes_in,
)
from lupustrial.capture.store._gates_signed import MEANINGS, decision_payload, verify_gates
from lupustrial.capture.store._grants import EVERY_SITE, Grant, grants_of
from lupustrial.capture.store._history import Change, Said, Wanted, changes_of, kinds_of_changes
from lupustrial.capture.store._holds import Hold, hold_on, hold_on_participant, holds, unlockings
from lupustrial.capture.store._notes import KeptAnchor, ReviewNote, kept_anchors, review_notes
from lupustrial.capture.store._pages import Held, Page, Place, State, page_at, pages_of, pages_since
from lupustrial.capture.store._participants import Participant, participant_of, participants_of
from lupustrial.capture.store._proof import all_proofs, proof_of, proof_text
from lupustrial.capture.store._protocols import Protocol, protocol_files, protocols_of, version_at
from lupustrial.capture.store._queries import Query, QueryState, queries_in, queries_on, query_of
from lupustrial.capture.store._query_notes import Note, notes_of
from lupustrial.capture.store._rebuild import rebuild, verify_projection
from lupustrial.capture.store._records import all_records, records_of
from lupustrial.capture.store._save import Answer, Saved, Visited, check_unchanged, save_page
from lupustrial.capture.store._sealed import (
    Sealed,
    SealedKind,
    erase_sealed,
    keep_sealed,
    sealed_of,
    sealed_text,
    verify_sealed,
)
from lupustrial.capture.store._signatures import (
    Signature,
    every_page_signed,
    pages_signed,
    signature_of,
    signatures_of,
    signatures_on,
)
from lupustrial.capture.store._signed import (
    Value,
    digest_of,
    genuine,
    payload_of,
    signed_with,
    values_at,
    values_of,
    verify_signatures,
)
from lupustrial.capture.store._transfers import Transfer, transfers_of
from lupustrial.capture.store._verification import Verification, verifications_of
from lupustrial.capture.store._visits import VisitHeld, every_visit, visit_held, visits_among, visits_of

__all__ = [
    "EVERY_SITE",
    "FAMILIES",
    "MEANINGS",
    "TABLES",
    "Answer",
    "Change",
    "Confirmation",
    "Consent",
    "Course",
    "GateState",
    "Grant",
    "Held",
    "HeldGate",
    "HeldTube",
    "Hold",
    "KeptAnchor",
    "Note",
    "Page",
    "PageCount",
    "Participant",
    "Place",
    "Protocol",
    "Query",
    "QueryCount",
    "QueryState",
    "Raised",
    "ReviewNote",
    "Said",
    "Saved",
    "Sealed",
    "SealedAnswer",
    "SealedKind",
    "Signature",
    "State",
    "Transfer",
    "Unanswered",
    "Value",
    "Verification",
    "VisitHeld",
    "Visited",
    "Wanted",
    "all_proofs",
    "all_records",
    "answers_for",
    "changes_of",
    "check_unchanged",
    "confirmation_of",
    "consents_of",
    "create_tables",
    "decision_payload",
    "decisions_in",
    "demonstration_of",
    "digest_of",
    "erase_sealed",
    "every_page_signed",
    "every_visit",
    "gate_counts",
    "gate_material",
    "gate_of",
    "gates_in",
    "genuine",
    "grants_of",
    "hold_on",
    "hold_on_participant",
    "holds",
    "keep_gates",
    "keep_sealed",
    "kept_anchors",
    "kinds_of_changes",
    "lag_counts",
    "milestone_counts",
    "notes_of",
    "notices_read",
    "page_at",
    "page_counts",
    "pages_of",
    "pages_signed",
    "pages_since",
    "participant_of",
    "participants_at",
    "participants_like",
    "participants_of",
    "payload_of",
    "proof_of",
    "proof_text",
    "protocol_files",
    "protocols_of",
    "queries_in",
    "queries_on",
    "query_counts",
    "query_of",
    "raised_on",
    "rebuild",
    "records_of",
    "review_notes",
    "save_page",
    "sealed_of",
    "sealed_text",
    "signature_of",
    "signatures_of",
    "signatures_on",
    "signed_with",
    "state_counts",
    "transfers_of",
    "tube_of_code",
    "tubes_in",
    "unanswered_among",
    "unanswered_at",
    "unanswered_counts",
    "under_way",
    "unlockings",
    "values_at",
    "values_of",
    "verifications_of",
    "verified_counts",
    "verify_gates",
    "verify_projection",
    "verify_sealed",
    "verify_signatures",
    "version_at",
    "visit_held",
    "visits_among",
    "visits_of",
    "write",
]
