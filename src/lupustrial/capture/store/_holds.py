"""Freezes and locks: what may not be changed, from one page up to the whole database.

A freeze is lifted while the trial runs; a lock is lifted with a reason that the ledger keeps. A hold stands
before every way in which trial data is written: `refuse_held` is asked by the gateway itself. Queries, source
verification and signatures go on, since they change no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._pages import Place
from lupustrial.capture.store._projection import Family
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Entry, Transaction

Kind = Literal["frozen", "locked"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A freeze or a lock.

    Attributes:
        position: The ledger entry that set it; its number.
        kind: Which.
        site: At which site; empty for all.
        participant: Of whom; empty for everybody.
        visit: Of which visit; empty for all.
        form: Of which form; empty for all.
        repeat: Of which repeat; 0 for all.
        at: Since when, UTC.
        by: Set by which account.
        why: The reason.
    """

    position: int
    kind: Kind
    participant: str
    visit: str
    form: str
    repeat: int
    site: str = ""
    at: str = ""
    by: str = ""
    why: str = ""

    @property
    def everything(self) -> bool:
        """Whether it holds the whole database."""
        return not (self.site or self.participant or self.visit or self.form or self.repeat)


_COLUMNS = "position, kind, participant, visit, form, repeat, site, at, person, why"


def hold_on(tx: Transaction, place: Place) -> Hold | None:
    """Return what keeps a page from being changed, a lock before a freeze; None where it can be changed."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM capture_hold WHERE participant IN (?, '') "  # noqa: S608 - our columns
        "AND visit IN (?, '') AND form IN (?, '') AND repeat IN (?, 0) AND site IN ("
        "COALESCE((SELECT site FROM capture_participant WHERE participant = ?), ''), '') "
        "ORDER BY kind DESC, position LIMIT 1",
        place.participant,
        place.visit,
        place.form,
        place.repeat,
        place.participant,
    )
    return None if row is None else _hold(row)


def hold_on_participant(tx: Transaction, participant: str, site: str) -> Hold | None:
    """Return what holds a participant as a whole (or the site, or the database); None where nothing does."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM capture_hold WHERE participant IN (?, '') AND site IN (?, '') "  # noqa: S608 - our columns
        "AND visit = '' AND form = '' AND repeat = 0 ORDER BY kind DESC, position LIMIT 1",
        participant,
        site,
    )
    return None if row is None else _hold(row)


def holds(tx: Transaction, participant: str | None = None) -> list[Hold]:
    """Return the holds on a participant's data (those on everybody's among them), or all of them."""
    if participant is None:
        rows = tx.all(f"SELECT {_COLUMNS} FROM capture_hold ORDER BY position")  # noqa: S608 - our columns
        return [_hold(row) for row in rows]
    site = tx.one("SELECT site FROM capture_participant WHERE participant = ?", participant)
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_hold "  # noqa: S608 - our columns
        "WHERE participant IN (?, '') AND site IN (?, '') ORDER BY position",
        participant,
        site[0] if site else "",
    )
    return [_hold(row) for row in rows]


def unlockings(tx: Transaction) -> list[tuple[int, str]]:
    """Return each lock of the whole database that was lifted, with when it was (UTC); the last first."""
    rows = tx.all("SELECT locked, at FROM capture_unlocked ORDER BY position DESC")
    return [(int(locked), str(at)) for locked, at in rows]


def refuse_held(tx: Transaction, kind: str, data: Mapping[str, Any]) -> None:
    """Refuse an entry that would change what is frozen or locked; every write passes here.

    Raises:
        CaptureError: CAPT-002, the page is held; CAPT-043, participant, site or database is held; CAPT-104,
            the database is held, and gates with it.
    """
    if kind in _OF_PAGES:
        place = Place(
            participant=data["participant"], visit=data["visit"], form=data["form"], repeat=data["repeat"]
        )
        if (hold := hold_on(tx, place)) is not None:
            raise CaptureError(page_held(hold, place))
    elif kind in _OF_PARTICIPANTS:
        site = data.get("site")
        if site is None:
            row = tx.one("SELECT site FROM capture_participant WHERE participant = ?", data["participant"])
            site = row[0] if row else ""
        if (hold := hold_on_participant(tx, data["participant"], site)) is not None:
            what = "the database" if hold.everything else f"site {site}" if hold.site else "the participant"
            raise CaptureError(
                Fault(
                    id="CAPT-043",
                    message=f"{what} is {hold.kind}: nobody is registered and no state is changed",
                    place=f"participant {data['participant']}",
                    hint="ask the data manager to open it, and say why",
                )
            )
    elif kind in _OF_GATES and any(hold.everything for hold in holds(tx)):
        message = "the database is closed: no gate is brought in or decided on"
        hint = "ask the data manager to open it, and say why"
        raise CaptureError(Fault(id="CAPT-104", message=message, place="gates", hint=hint))


def page_held(hold: Hold, place: Place) -> Fault:
    """Return the fault of a page that is held (CAPT-002)."""
    return Fault(
        id="CAPT-002",
        message=f"this page is {hold.kind} and cannot be changed",
        place=str(place),
        hint="ask the data manager to open it, and say why",
    )


_OF_PAGES = frozenset({"page saved", "page struck", "page restored"})
_OF_GATES = frozenset({"gates brought in", "gate decided"})
_OF_PARTICIPANTS = frozenset({"participant registered", "participant state", "unscheduled visit opened"})


def _hold(row: tuple[Any, ...]) -> Hold:
    return Hold(
        position=int(row[0]),
        kind=row[1],
        participant=row[2],
        visit=row[3],
        form=row[4],
        repeat=int(row[5]),
        site=row[6],
        at=row[7],
        by=row[8],
        why=row[9],
    )


def _set(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        f"INSERT INTO capture_hold ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        entry.position,
        data["hold"],
        data["participant"],
        data["visit"],
        data["form"],
        data["repeat"],
        data.get("site", ""),
        entry.at,
        entry.by.id,
        entry.why,
    )


def _lifted(tx: Transaction, entry: Entry) -> None:
    found = tx.one(f"SELECT {_COLUMNS} FROM capture_hold WHERE position = ?", entry.data["position"])  # noqa: S608 - our columns
    if found is not None and _hold(found).everything and found[1] == "locked":
        tx.run(
            "INSERT INTO capture_unlocked (position, locked, at) VALUES (?, ?, ?)",
            entry.position,
            found[0],
            entry.at,
        )
    tx.run("DELETE FROM capture_hold WHERE position = ?", entry.data["position"])


FAMILY = Family(
    tables={
        "capture_hold": """CREATE TABLE IF NOT EXISTS capture_hold (
            position BIGINT PRIMARY KEY, kind TEXT NOT NULL, participant TEXT NOT NULL, visit TEXT NOT NULL,
            form TEXT NOT NULL, repeat BIGINT NOT NULL, site TEXT NOT NULL, at TEXT NOT NULL,
            person TEXT NOT NULL, why TEXT NOT NULL)""",
        "capture_unlocked": """CREATE TABLE IF NOT EXISTS capture_unlocked (
            position BIGINT PRIMARY KEY, locked BIGINT NOT NULL, at TEXT NOT NULL)""",
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_hold_of ON capture_hold (participant, visit, form, repeat)",
    ),
    folds={
        # {hold: frozen | locked, site, participant, visit, form, repeat, checklist?}; empty = all
        "hold set": _set,
        "hold lifted": _lifted,  # {position}
    },
)
