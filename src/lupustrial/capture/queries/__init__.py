"""Queries, verification against source, freezes and locks."""

from lupustrial.capture.queries._actions import (
    answer_query,
    close_queries,
    close_query,
    open_query,
    reopen_query,
)
from lupustrial.capture.queries._checklist import Line, always_asked, checklist
from lupustrial.capture.queries._holding import Scope, hold, lift
from lupustrial.capture.queries._list import Aged, Filters, list_queries
from lupustrial.capture.queries._lock import Locked, database_lock, lock_database
from lupustrial.capture.queries._plain import plain
from lupustrial.capture.queries._sight import at_hand, item_shown, query_shown, seen_whole
from lupustrial.capture.queries._verify import (
    Checked,
    checked_of,
    drawn,
    sampling,
    verify,
    withdraw_verification,
)

__all__ = [
    "Aged",
    "Checked",
    "Filters",
    "Line",
    "Locked",
    "Scope",
    "always_asked",
    "answer_query",
    "at_hand",
    "checked_of",
    "checklist",
    "close_queries",
    "close_query",
    "database_lock",
    "drawn",
    "hold",
    "item_shown",
    "lift",
    "list_queries",
    "lock_database",
    "open_query",
    "plain",
    "query_shown",
    "reopen_query",
    "sampling",
    "seen_whole",
    "verify",
    "withdraw_verification",
]
