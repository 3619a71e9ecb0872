"""The list of queries: filtered, aged, cut to what a role sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.capture.access import Acting
from lupustrial.capture.queries._sight import at_hand, query_shown
from lupustrial.capture.store import Query, queries_in
from lupustrial.ledger import Transaction
from lupustrial.study import Study

#: Bounds of the ages in days, as they are offered.
AGES = (7, 14, 30)
STATES = ("active", "open", "answered", "closed", "all")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the list is cut to; empty: not at all."""

    state: str = "active"
    site: str = ""
    form: str = ""
    participant: str = ""
    older: int = 0
    mine: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Read the query string; what makes no sense is left out."""
        state = given.get("state", "active")
        older = given.get("older", "")
        return cls(
            state=state if state in STATES else "active",
            site=given.get("site", ""),
            form=given.get("form", ""),
            participant=given.get("participant", "").strip(),
            older=int(older) if older.isascii() and older.isdecimal() and len(older) < 5 else 0,  # noqa: PLR2004 - years
            mine=given.get("mine") == "1",
        )


@dataclass(frozen=True, kw_only=True)
class Aged:
    """A query with its age in days: since opening, and since something last happened to it."""

    query: Query
    days: int
    idle: int


def list_queries(
    tx: Transaction, study: Study, acting: Acting, filters: Filters, *, now: dt.datetime
) -> list[Aged]:
    """Return the queries that a role sees, the oldest first."""
    states = {"active": ("open", "answered"), "all": ("open", "answered", "closed")}.get(
        filters.state, (filters.state,)
    )
    hands: dict[str, str | None] = {}
    found = []
    for query in queries_in(tx, states):
        wanted = (
            filters.site in ("", query.site)
            and filters.form in ("", query.place.form)
            and filters.participant in ("", query.place.participant)
            and (not filters.mine or concerns(acting, query))
        )
        if not wanted:
            continue
        who = query.place.participant
        if who not in hands:
            hands[who] = at_hand(tx, study, who)
        days = _days(query.opened, now)
        if days >= filters.older and query_shown(study, acting, query, hands[who]):
            found.append(Aged(query=query, days=days, idle=_days(query.changed, now)))
    return found


def concerns(acting: Acting, query: Query) -> bool:
    """Whether it is somebody's turn: to answer it, to judge the answer, or as who opened it."""
    if query.opened_by == acting.id:
        return True
    return (query.state == "open" and acting.may("answer")) or (
        query.state == "answered" and acting.may("query")
    )


def _days(since: str, now: dt.datetime) -> int:
    return max(0, (now - dt.datetime.fromisoformat(since)).days)
