"""Gates of flow cytometry that wait for a reader, and what readers decided.

The ledger says which tubes were brought in, under blinded codes, with the SHA-256 of what readers are shown
of each; that itself lies in a table that is not made from the ledger (`keep_gates`). A decision names the
gate by the digest of what was shown, so that nobody can decide on a gate that was changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lupustrial.capture.store._projection import Family
from lupustrial.ledger import Actor, Entry, Transaction

GateState = Literal["waiting", "accepted", "edited", "rejected"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldGate:
    """A gate of a tube.

    Attributes:
        code: Blinded code of the tube.
        number: Which gate of the tube, from 1, in the order of gating.
        strategy: Id of the strategy.
        population: Its population.
        doubt: 0 to 1 with four decimals, as text.
        look: Whether a reader should look at it.
        shown: Digest of the gate as it is shown.
        state: What was decided.
        region: Canonical JSON of the region of an edited gate; empty for any other.
        at: When it was decided, UTC; empty while it waits.
        by: By which account.
        role: In which role.
        why: The reason; empty where none was asked for.
        entry: Ledger position of the decision; 0 while it waits.
    """

    code: str
    number: int
    strategy: str
    population: str
    doubt: str
    look: bool
    shown: str
    state: GateState
    region: str
    at: str
    by: str
    role: str
    why: str
    entry: int

    @property
    def key(self) -> str:
        """Code and number, as forms write them."""
        return f"{self.code}-{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldTube:
    """A tube that was brought in: code, digest of its material, hash of file and gating, ledger entry."""

    code: str
    digest: str
    file_sha256: str
    gating: str
    entry: int


_LAST = 100_000  # number of a gate: far more than a tube has, and what both databases can hold
_COLUMNS = (
    "code, number, strategy, population, doubt, look, shown, state, region, at, person, role, why, entry"
)


def gates_in(
    tx: Transaction,
    *,
    state: str = "",
    strategy: str = "",
    population: str = "",
    look: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[HeldGate], int]:
    """Return gates, the most doubtful first, and how many fit.

    Args:
        tx: A transaction.
        state: Those in this state; all where empty.
        strategy: Those of this strategy; all where empty.
        population: Those of this population; all where empty.
        look: Those alone at which a reader should look.
        limit: How many.
        offset: From where.
    """
    conditions, parameters = ["1 = 1"], list[Any]()
    for column, wanted in (("state", state), ("strategy", strategy), ("population", population)):
        if wanted:
            conditions.append(f"{column} = ?")
            parameters.append(wanted)
    if look:
        conditions.append("look = 1")
    where = " AND ".join(conditions)
    count = tx.one(f"SELECT COUNT(*) FROM capture_gate WHERE {where}", *parameters)  # noqa: S608 - our columns
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM capture_gate WHERE {where} "  # noqa: S608 - our columns
        "ORDER BY doubt DESC, code, number LIMIT ? OFFSET ?",
        *parameters,
        limit,
        offset,
    )
    return [_gate(row) for row in rows], int(count[0]) if count else 0


def gate_of(tx: Transaction, code: str, number: int) -> HeldGate | None:
    """Return a gate; None where there is none."""
    if not 0 < number <= _LAST:
        return None
    row = tx.one(f"SELECT {_COLUMNS} FROM capture_gate WHERE code = ? AND number = ?", code, number)  # noqa: S608 - our columns
    return None if row is None else _gate(row)


def gate_counts(tx: Transaction) -> list[tuple[str, str, str, int, int]]:
    """Return strategy, population, state, how many gates, and how many of them should be looked at."""
    rows = tx.all(
        "SELECT strategy, population, state, COUNT(*), SUM(look), MIN(number) FROM capture_gate "
        "GROUP BY strategy, population, state"
    )
    ordered = sorted(rows, key=lambda row: (row[0], int(row[5]), row[1], row[2]))
    return [(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in ordered]


def tube_of_code(tx: Transaction, code: str) -> HeldTube | None:
    """Return a tube; None where there is none."""
    row = tx.one(
        "SELECT code, digest, file_sha256, gating, entry FROM capture_gate_tube WHERE code = ?", code
    )
    return None if row is None else _tube(row)


def tubes_in(tx: Transaction) -> list[HeldTube]:
    """Return all tubes, by code."""
    rows = tx.all("SELECT code, digest, file_sha256, gating, entry FROM capture_gate_tube ORDER BY code")
    return [_tube(row) for row in rows]


def decisions_in(tx: Transaction) -> list[HeldGate]:
    """Return the gates of which something was decided, in the order of the decisions."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM capture_gate WHERE state <> 'waiting' ORDER BY entry")  # noqa: S608 - our columns
    return [_gate(row) for row in rows]


def keep_gates(
    tx: Transaction,
    *,
    study: str,
    by: Actor,
    material: str,
    tubes: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str],
) -> Entry:
    """Keep what readers are to be shown of tubes, and record it.

    Args:
        tx: A transaction of ``Database.writing()``.
        study: Id of the study.
        by: Who brought it.
        material: Digest of the file.
        tubes: Of each tube ``code, digest, file_sha256, gating`` and ``gates``: number, strategy, population,
            doubt, look and digest of each gate.
        texts: What is shown of each tube, by its digest.

    Raises:
        CaptureError: CAPT-104, the database is locked.
    """
    from lupustrial.capture.store._families import write

    data = {"material": material, "tubes": list(tubes)}
    entry = write(tx, study=study, kind="gates brought in", by=by, data=data)
    for digest, text in texts.items():
        tx.run(
            "INSERT INTO capture_gate_material (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
            digest,
            text,
        )
    return entry


def gate_material(tx: Transaction, digest: str) -> str | None:
    """Return what is shown of a tube; None where it is not there."""
    row = tx.one("SELECT body FROM capture_gate_material WHERE digest = ?", digest)
    return None if row is None else str(row[0])


def _gate(row: tuple[Any, ...]) -> HeldGate:
    return HeldGate(
        code=row[0],
        number=int(row[1]),
        strategy=row[2],
        population=row[3],
        doubt=row[4],
        look=bool(row[5]),
        shown=row[6],
        state=row[7],
        region=row[8],
        at=row[9],
        by=row[10],
        role=row[11],
        why=row[12],
        entry=int(row[13]),
    )


def _tube(row: tuple[Any, ...]) -> HeldTube:
    return HeldTube(code=row[0], digest=row[1], file_sha256=row[2], gating=row[3], entry=int(row[4]))


def _brought(tx: Transaction, entry: Entry) -> None:
    for tube in entry.data["tubes"]:
        code = tube["code"]
        decided = {
            row[0]: row[1:]
            for row in tx.all(
                "SELECT shown, state, region, at, person, role, why, entry FROM capture_gate "
                "WHERE code = ? AND state <> 'waiting'",
                code,
            )
        }
        tx.run("DELETE FROM capture_gate WHERE code = ?", code)
        tx.run(
            "INSERT INTO capture_gate_tube (code, digest, file_sha256, gating, entry) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (code) DO UPDATE SET digest = excluded.digest, file_sha256 = excluded.file_sha256, "
            "gating = excluded.gating, entry = excluded.entry",
            code,
            tube["digest"],
            tube["file_sha256"],
            tube["gating"],
            entry.position,
        )
        waiting = ("waiting", "", "", "", "", "", 0)
        tx.many(
            f"INSERT INTO capture_gate ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
            [
                (code, number, strategy, population, doubt, look, shown, *decided.get(shown, waiting))
                for number, strategy, population, doubt, look, shown in tube["gates"]
            ],
        )


def _decided(tx: Transaction, entry: Entry) -> None:
    data = entry.data
    tx.run(
        "UPDATE capture_gate SET state = ?, region = ?, at = ?, person = ?, role = ?, why = ?, entry = ? "
        "WHERE code = ? AND number = ?",
        data["decision"],
        data["region"],
        entry.at,
        entry.by.id,
        entry.by.role,
        entry.why,
        entry.position,
        data["code"],
        data["number"],
    )


FAMILY = Family(
    tables={
        "capture_gate": """CREATE TABLE IF NOT EXISTS capture_gate (
            code TEXT NOT NULL, number BIGINT NOT NULL, strategy TEXT NOT NULL, population TEXT NOT NULL,
            doubt TEXT NOT NULL, look BIGINT NOT NULL, shown TEXT NOT NULL, state TEXT NOT NULL,
            region TEXT NOT NULL, at TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
            why TEXT NOT NULL, entry BIGINT NOT NULL, PRIMARY KEY (code, number))""",
        "capture_gate_tube": """CREATE TABLE IF NOT EXISTS capture_gate_tube (
            code TEXT PRIMARY KEY, digest TEXT NOT NULL, file_sha256 TEXT NOT NULL, gating TEXT NOT NULL,
            entry BIGINT NOT NULL)""",
    },
    kept={
        "capture_gate_material": """CREATE TABLE IF NOT EXISTS capture_gate_material (
            digest TEXT PRIMARY KEY, body TEXT NOT NULL)"""
    },
    indexes=(
        "CREATE INDEX IF NOT EXISTS capture_gate_doubt ON capture_gate (state, doubt, code, number)",
        "CREATE INDEX IF NOT EXISTS capture_gate_of ON capture_gate (strategy, population, state)",
    ),
    folds={
        # material and tubes: code, digest, file_sha256, gating, and of each gate what `keep_gates` tells
        "gates brought in": _brought,
        # what `decision_payload` takes of a gate, with payload, signature and public key
        "gate decided": _decided,
    },
)
