"""Is the ledger whole? Every entry follows the one before, nothing was cut off, anchors hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupustrial.errors import Fault, LedgerError
from lupustrial.ledger._append import head
from lupustrial.ledger._database import Transaction
from lupustrial.ledger._entry import GENESIS, canonical, entry_of, hash_of

Stored = tuple[Any, ...]  # position, previous, hash, body, as they stand there


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """The head at some time, kept by somebody else, so that a ledger that was cut short is noticed."""

    position: int
    hash: str

    def __str__(self) -> str:
        """Return the line that is given away."""
        return f"{self.position}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Read the line; LedgerError LEDGER-004 where it is none."""
        position, _, digest = text.strip().partition(":")
        if (
            not position.isdecimal()
            or len(digest) != len(GENESIS)
            or not set(digest) <= set("0123456789abcdef")
        ):
            raise LedgerError(
                Fault(
                    id="LEDGER-004",
                    message=f"`{text.strip()}` is no anchor",
                    place="anchor",
                    hint="an anchor is a position, a colon and 64 hexadecimal digits",
                )
            )
        return cls(position=int(position), hash=digest)


def anchor(tx: Transaction) -> Anchor:
    """Return the head of the ledger, to be kept elsewhere (with the monitor, or printed and signed)."""
    position, digest = head(tx)
    return Anchor(position=position, hash=digest)


def verify_ledger(tx: Transaction, anchors: Sequence[Anchor] = ()) -> list[Fault]:
    """Return what is wrong with the ledger of a database; an empty list where it is whole.

    On SQLite the file itself is checked first (LEDGER-014, its pages or indexes are damaged). Other faults
    are LEDGER-010 (an entry was changed), LEDGER-011 (an entry is missing, or one too many), LEDGER-012 (the
    head does not tell the last entry) and LEDGER-013 (an anchor does not hold).
    """
    damages = [str(row[0]) for row in tx.all("PRAGMA integrity_check")] if tx.dialect == "sqlite" else ["ok"]
    if damages != ["ok"]:
        hint = "the file was damaged or changed outside the program; restore it from a backup"
        return [_fault("LEDGER-014", damage, "database file", hint) for damage in damages]
    rows = tx.all("SELECT position, previous, hash, body FROM ledger ORDER BY position")
    faults = verify_chain(rows, anchors)
    position, digest = head(tx)
    last = (rows[-1][0], rows[-1][2]) if rows else (0, GENESIS)
    if (position, digest) != last:
        faults.append(
            _fault(
                "LEDGER-012",
                f"the head tells entry {position}, the last entry is {last[0]}",
                "ledger head",
                "entries at the end were removed or added behind the ledger's back; restore from a backup",
            )
        )
    return faults


def verify_chain(rows: Iterable[Stored], anchors: Sequence[Anchor] = ()) -> list[Fault]:
    """Return what is wrong with a sequence of stored entries (LEDGER-010, LEDGER-011, LEDGER-013)."""
    faults: list[Fault] = []
    expected, previous = 1, GENESIS
    hashes: dict[int, str] = {}
    for position, before, digest, body in rows:
        place = f"ledger entry {position}"
        if [type(part) for part in (position, before, digest, body)] != [int, str, str, str]:
            message = "the entry is not what was written"
            faults.append(_fault("LEDGER-010", message, place, "restore the ledger from a backup"))
            continue
        if position != expected:
            message = (
                f"entry {expected} is missing" if position > expected else f"entry {position} stands twice"
            )
            faults.append(_fault("LEDGER-011", message, place, "restore the ledger from a backup"))
        elif before != previous:
            message = "the entry does not follow the one before"
            hint = f"entry {position - 1} or {position} was changed; compare with a backup"
            faults.append(_fault("LEDGER-010", message, place, hint))
        if hash_of(position, before, body) != digest or not _readable(position, before, body, digest):
            message = "the entry is not what its hash was taken of"
            faults.append(
                _fault("LEDGER-010", message, place, "the entry was changed; compare with a backup")
            )
        hashes[position] = digest
        expected, previous = position + 1, digest
    for kept in anchors:
        found = hashes.get(kept.position, GENESIS if kept.position == 0 else None)
        if found != kept.hash:
            what = "is not in the ledger" if found is None else "has another hash"
            message = f"entry {kept.position}, to which the anchor holds, {what}"
            hint = "the ledger was cut short or rewritten after the anchor was given"
            faults.append(_fault("LEDGER-013", message, f"anchor {kept.position}", hint))
    return faults


def export_ledger(tx: Transaction, path: Path) -> Anchor:
    """Write the ledger as JSON lines (``position``, ``previous``, ``hash``, ``body``); return its anchor.

    The file can be checked without this package: see ``docs/ledger.md``.
    """
    rows = tx.all("SELECT position, previous, hash, body FROM ledger ORDER BY position")
    names = ("position", "previous", "hash", "body")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(canonical(dict(zip(names, row, strict=True))) + "\n")
    return anchor(tx)


def verify_export(path: Path, anchors: Sequence[Anchor] = ()) -> list[Fault]:
    """Return what is wrong with an exported ledger: LEDGER-005 (not readable) or as `verify_chain`."""
    rows: list[Stored] = []
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [_fault("LEDGER-005", f"cannot be read ({type(error).__name__})", str(path), "export it anew")]
    *lines, rest = text.split("\n")  # splitlines() cuts a reason at U+2028
    for number, line in enumerate([*lines, *([rest] if rest else [])], start=1):
        try:
            parts = json.loads(line)
            rows.append((parts["position"], parts["previous"], parts["hash"], parts["body"]))
            whole = canonical(parts) == line and number <= len(lines)
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            message, place = "the line is no entry of a ledger as it is exported", f"{path}:{number}"
            return [_fault("LEDGER-005", message, place, "the file was changed; export it anew")]
    return verify_chain(rows, anchors)


def _readable(position: int, previous: str, body: str, digest: str) -> bool:
    try:
        entry_of(position, previous, body, digest)
    except ValueError:
        return False
    return True


def _fault(fault_id: str, message: str, place: str, hint: str) -> Fault:
    return Fault(id=fault_id, message=message, place=place, hint=hint)
