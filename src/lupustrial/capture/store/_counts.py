"""Numbers of the whole trial, read from what the tally keeps: none of these reads page after page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from lupustrial.capture.store._participants import Participant, participant_of
from lupustrial.ledger import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class PageCount:
    """How many pages (struck ones left out) of a form there are at a visit and a site, in a state."""

    site: str
    form: str
    visit: str
    state: str
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """How many items of a form were recorded without a value (not done, unknown, not applicable)."""

    site: str
    form: str
    visit: str
    item: str
    status: str
    n: int


class Course(NamedTuple):
    """How far a participant has come, as ``store.Participant`` has it; light, since there are many."""

    participant: str
    site: str
    anchor: str | None
    last_number: str | None
    last_date: str | None


def page_counts(tx: Transaction, sites: frozenset[str] | None = None) -> list[PageCount]:
    """Return the numbers of pages of some sites (None: of all)."""
    rows = tx.all("SELECT site, form, visit, state, n FROM capture_tally WHERE n <> 0 ORDER BY site")
    return [
        PageCount(site=row[0], form=row[1], visit=row[2], state=row[3], n=int(row[4]))
        for row in rows
        if sites is None or row[0] in sites
    ]


def unanswered_counts(
    tx: Transaction, forms: Collection[str], visits: Collection[str], sites: frozenset[str] | None = None
) -> list[Unanswered]:
    """Return the numbers of items without a value of some forms at some visits."""
    if not forms or not visits:
        return []
    rows = tx.all(
        "SELECT site, form, visit, item, status, COUNT(*) FROM capture_unanswered "  # noqa: S608 - only marks
        f"WHERE form IN ({_marks(forms)}) AND visit IN ({_marks(visits)}) "
        "GROUP BY site, form, visit, item, status ORDER BY site, form, visit, item, status",
        *forms,
        *visits,
    )
    return [
        Unanswered(site=row[0], form=row[1], visit=row[2], item=row[3], status=row[4], n=int(row[5]))
        for row in rows
        if sites is None or row[0] in sites
    ]


def lag_counts(tx: Transaction, sites: frozenset[str] | None = None) -> dict[str, dict[int, int]]:
    """Return, by site, how many pages were first saved so many days after their visit (60: 60 or more)."""
    found: dict[str, dict[int, int]] = {}
    for site, days, n in tx.all("SELECT site, days, n FROM capture_lag ORDER BY site, days"):
        if sites is None or site in sites:
            found.setdefault(site, {})[int(days)] = int(n)
    return found


def milestone_counts(
    tx: Transaction, state: str, sites: frozenset[str] | None = None
) -> dict[str, dict[str, int]]:
    """Return, by site and month (``2026-11``), how many participants came into a state for the first time."""
    rows = tx.all(
        "SELECT site, SUBSTR(at, 1, 7), COUNT(*) FROM capture_milestone WHERE state = ? "
        "GROUP BY site, SUBSTR(at, 1, 7)",
        state,
    )
    found: dict[str, dict[str, int]] = {}
    for site, month, n in rows:
        if sites is None or site in sites:
            found.setdefault(site, {})[month] = int(n)
    return found


def state_counts(tx: Transaction, sites: frozenset[str] | None = None) -> dict[str, dict[str, int]]:
    """Return, by site and state, how many participants are in it now."""
    rows = tx.all("SELECT site, state, COUNT(*) FROM capture_participant GROUP BY site, state")
    found: dict[str, dict[str, int]] = {}
    for site, state, n in rows:
        if sites is None or site in sites:
            found.setdefault(site, {})[state] = int(n)
    return found


def under_way(tx: Transaction, sites: frozenset[str] | None = None) -> list[Course]:
    """Return who is in screening or enrolled, in order of the numbers: of whom visits are to come."""
    rows = tx.all(
        "SELECT participant, site, anchor, last_number, last_date FROM capture_participant "
        "WHERE state IN ('screening', 'enrolled') ORDER BY participant"
    )
    return [Course(*row) for row in rows if sites is None or row[1] in sites]


def unanswered_at(tx: Transaction, form: str, item: str) -> list[tuple[str, str]]:
    """Return participant and visit of every page on which an item was recorded without a value."""
    rows = tx.all("SELECT participant, visit FROM capture_unanswered WHERE form = ? AND item = ?", form, item)
    return [(row[0], row[1]) for row in rows]


def unanswered_among(
    tx: Transaction, form: str, item: str, participants: Collection[str]
) -> dict[str, set[str]]:
    """Return, of some participants, the visits at which an item was recorded without a value."""
    found: dict[str, set[str]] = {}
    if participants:
        rows = tx.all(
            "SELECT participant, visit FROM capture_unanswered "  # noqa: S608 - only marks
            f"WHERE participant IN ({_marks(participants)}) AND form = ? AND item = ?",
            *participants,
            form,
            item,
        )
        for participant, visit in rows:
            found.setdefault(str(participant), set()).add(str(visit))
    return found


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" for _ in values)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryCount:
    """How many queries wait, by what decides who may know of them, and by age.

    Attributes:
        site: Site.
        form: Form.
        visit: Visit.
        item: Item; empty for a query on a page as a whole.
        state: ``"open"`` or ``"answered"``.
        at_hand: Whether the visit is the last that took place of the participant.
        band: Place of the first moment in `since` after which it was opened; their number where it is older.
        n: How many.
    """

    site: str
    form: str
    visit: str
    item: str
    state: str
    at_hand: bool
    band: int
    n: int


def query_counts(
    tx: Transaction, since: Collection[str], sites: frozenset[str] | None = None
) -> list[QueryCount]:
    """Return the numbers of open and answered queries; `since`: moments (UTC), the latest first."""
    whens = " ".join(f"WHEN q.opened >= ? THEN {band}" for band in range(len(since)))
    rows = tx.all(
        "SELECT q.site, q.form, q.visit, q.item, q.state, "  # noqa: S608 - only marks
        "CASE WHEN p.last_visit = q.visit THEN 1 ELSE 0 END AS at_hand, "
        f"CASE {whens} ELSE {len(since)} END AS band, COUNT(*) "
        "FROM capture_query AS q JOIN capture_participant AS p ON p.participant = q.participant "
        "WHERE q.state IN ('open', 'answered') "
        "GROUP BY q.site, q.form, q.visit, q.item, q.state, at_hand, band ORDER BY 1, 2, 3, 4, 5",
        *since,
    )
    return [
        QueryCount(
            site=row[0],
            form=row[1],
            visit=row[2],
            item=row[3],
            state=row[4],
            at_hand=bool(row[5]),
            band=int(row[6]),
            n=int(row[7]),
        )
        for row in rows
        if sites is None or row[0] in sites
    ]


def participants_like(
    tx: Transaction, text: str, sites: frozenset[str] | None = None, *, most: int
) -> list[Participant]:
    """Return participants whose number has a text in it, those that begin with it first; at most `most`."""
    sought = text.casefold()
    rows = tx.all("SELECT participant, site FROM capture_participant ORDER BY participant")
    found = [
        str(participant)
        for participant, site in rows
        if (sites is None or site in sites) and sought in participant.casefold()
    ]
    found.sort(key=lambda number: not number.casefold().startswith(sought))
    people = (participant_of(tx, number) for number in found[:most])
    return [one for one in people if one is not None]


def participants_at(tx: Transaction, sites: frozenset[str] | None, states: Collection[str]) -> list[str]:
    """Return the numbers of the participants of some sites (None: of all) who are in one of some states."""
    rows = tx.all(
        "SELECT participant, site FROM capture_participant "  # noqa: S608 - only marks
        f"WHERE state IN ({_marks(states)}) ORDER BY participant",
        *states,
    )
    return [str(participant) for participant, site in rows if sites is None or site in sites]


def verified_counts(tx: Transaction, sites: frozenset[str] | None = None) -> list[tuple[str, str, int, int]]:
    """Return, by site and form, how many values were compared with source, and how many changed since."""
    rows = tx.all(
        "SELECT p.site, v.form, SUM(CASE WHEN v.lost IS NULL THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN v.lost IS NULL THEN 0 ELSE 1 END) FROM capture_verified AS v "
        "JOIN capture_participant AS p ON p.participant = v.participant GROUP BY p.site, v.form"
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in rows if sites is None or row[0] in sites]
