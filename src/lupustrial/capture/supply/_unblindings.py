"""Who was unblinded when, what is still to be assessed, and whom it has to be told.

An unblinding is an entry of the ledger, whoever made it: these pages or the command line.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from lupustrial.capture.access import Acting
from lupustrial.capture.store import notices_read, participant_of
from lupustrial.ledger import Entry, Transaction, entries, head
from lupustrial.study import Role, Study

BROKEN, REPORTED, ASSESSED = "code broken", "unblinding reported", "unblinding assessed"
_KINDS = (BROKEN, REPORTED, ASSESSED)


@dataclass(frozen=True, kw_only=True)
class Unblinding:
    """An unblinding.

    Attributes:
        entry: Its ledger entry; the position is its number.
        participant: Of whom.
        site: Site of the participant; empty where he or she is not registered here.
        to: Account that knows the arm now.
        broken: Whether a code was broken; else it was reported afterwards.
        assessed: Entries that say what it meant, in order.
    """

    entry: Entry
    participant: str
    site: str
    to: str
    broken: bool
    assessed: tuple[Entry, ...]

    @property
    def number(self) -> int:
        """Its number: the ledger position."""
        return self.entry.position


class _Known:
    """The entries on unblindings that were read, so that a ledger is searched from its start but once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str], tuple[int, tuple[Entry, ...]]] = {}

    def of(self, tx: Transaction, study: Study) -> tuple[Entry, ...]:
        first = tx.one("SELECT hash FROM ledger WHERE position = 1")  # names the ledger, for good
        if first is None:
            return ()
        key = (str(first[0]), study.id)
        with self._lock:
            read, found = self._found.get(key, (0, ()))
        last = head(tx)[0]
        if last < read:  # an older state of the same ledger was restored
            read, found = 0, ()
        if last > read:
            new = tuple(one for one in entries(tx, after=read, kinds=_KINDS) if one.study == study.id)
            found += new
            with self._lock:
                self._found[key] = (last, found)
        return found


_known = _Known()


def unblindings(tx: Transaction, study: Study) -> list[Unblinding]:
    """Return all unblindings of single participants, in the order of the ledger."""
    known = _known.of(tx, study)
    assessed: dict[int, list[Entry]] = {}
    for entry in known:
        if entry.kind == ASSESSED:
            assessed.setdefault(int(entry.data["of"]), []).append(entry)
    found = []
    for entry in known:
        if entry.kind != ASSESSED:
            who = participant_of(tx, entry.data["participant"])
            found.append(
                Unblinding(
                    entry=entry,
                    participant=entry.data["participant"],
                    site="" if who is None else who.site,
                    to=entry.data["to"],
                    broken=entry.kind == BROKEN,
                    assessed=tuple(assessed.get(entry.position, ())),
                )
            )
    return found


def unblindings_seen(tx: Transaction, study: Study, acting: Acting) -> list[Unblinding]:
    """Return the unblindings at somebody's sites, the latest first."""
    found = [one for one in unblindings(tx, study) if acting.sites is None or one.site in acting.sites]
    return found[::-1]


def is_told(role: Role) -> bool:
    """Whether a role is told of every unblinding: who breaks codes, who assesses, and the sponsor."""
    return role.clinical and any(task in role.may for task in ("break code", "assess", "supply"))


def told_roles(study: Study) -> tuple[str, ...]:
    """Return the ids of the roles that are told."""
    return tuple(role.id for role in study.roles if is_told(role))


def notices_for(tx: Transaction, study: Study, acting: Acting) -> list[Unblinding]:
    """Return the unblindings of which somebody has to be told and has not acknowledged it yet."""
    if acting.shut or not is_told(acting.role):
        return []
    read = notices_read(tx, acting.id)
    return [one for one in unblindings_seen(tx, study, acting) if one.number not in read]


def find_unblinding(seen: Iterable[Unblinding], number: int) -> Unblinding | None:
    """Return the unblinding with a number; None where it is not among those."""
    return next((one for one in seen if one.number == number), None)
