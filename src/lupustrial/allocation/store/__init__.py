"""The database of a trial's allocation: set up, screen, allocate, unblind, lock, reveal, verify."""

from lupustrial.allocation._people import admit, is_unblinded, role_of
from lupustrial.allocation.store._allocate import Allocated, Chooser, allocate
from lupustrial.allocation.store._candidates import Candidate, digest_of_facts, screen
from lupustrial.allocation.store._create import set_up
from lupustrial.allocation.store._reveal import Revealed, check_list, copy_list, lock, note_packing, reveal
from lupustrial.allocation.store._state import ListState, allocated_to, candidate_of, list_state
from lupustrial.allocation.store._tables import create_store
from lupustrial.allocation.store._unblind import (
    ASSESSED,
    Breaker,
    CodeBreak,
    Notice,
    assess_unblinding,
    break_code,
    local_breaker,
    report_unblinding,
)
from lupustrial.allocation.store._verify import Verified, verify_store

__all__ = [
    "ASSESSED",
    "Allocated",
    "Breaker",
    "Candidate",
    "Chooser",
    "CodeBreak",
    "ListState",
    "Notice",
    "Revealed",
    "Verified",
    "admit",
    "allocate",
    "allocated_to",
    "assess_unblinding",
    "break_code",
    "candidate_of",
    "check_list",
    "copy_list",
    "create_store",
    "digest_of_facts",
    "is_unblinded",
    "list_state",
    "local_breaker",
    "lock",
    "note_packing",
    "report_unblinding",
    "reveal",
    "role_of",
    "screen",
    "set_up",
    "verify_store",
]
