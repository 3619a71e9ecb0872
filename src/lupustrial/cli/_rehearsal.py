"""A reconstructed trial goes through its allocation like a real one: sealed, allocated, locked, revealed."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lupustrial.errors import AllocationError, Fault

if TYPE_CHECKING:
    from lupustrial.allocation.sealing import AllocationList
    from lupustrial.ledger import Actor, Database
    from lupustrial.study import Source, Study, Task

_NEEDED: tuple[Task, ...] = ("seal", "screen", "allocate", "lock", "reveal")


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What is kept of the rehearsal: the same bytes for the same study.

    Attributes:
        digest: The commitment, printed with the results.
        files: Name to content: ``commitment.json`` and ``revealed.json``, which
            ``scripts/verify_allocation.py`` checks.
    """

    digest: str
    files: Mapping[str, bytes]


def rehearse(
    study: Study, source: Source, made: AllocationList, locked: Mapping[str, str]
) -> Rehearsed | None:
    """Put the participants of a reconstructed trial through the sealed allocation.

    In a database that is thrown away: the list is sealed for keys made here, everybody is screened and
    allocated in the order of randomisation by who may in the study, the database is locked and the list
    revealed, and all of it is verified. The keys and the ledger differ each time and are not kept.

    Args:
        study: The study.
        source: The reconstructed records and allocation.
        made: The list by which they were reconstructed.
        locked: SHA-256 of the files of the source records.

    Returns:
        What is kept; None where the study names nobody who may do these steps.

    Raises:
        AllocationError: a step is refused, or (ALLOC-024) the reveal does not give the allocation of the
            records.
    """
    people = {task: somebody for task in _NEEDED if (somebody := _somebody(study, task)) is not None}
    if len(people) < len(_NEEDED):
        return None
    from lupustrial.ledger import canonical, open_database

    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(str(Path(folder) / "rehearsal.db"), create=True) as db,
    ):
        public, content = _go_through(db, study, source, made, locked, people)
    kept = {"commitment": public["commitment"], "digest": public["digest"]}
    files = {"commitment.json": (canonical(kept) + "\n").encode(), "revealed.json": content}
    return Rehearsed(digest=public["digest"], files=files)


def source_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder of source records, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _go_through(
    db: Database,
    study: Study,
    source: Source,
    made: AllocationList,
    locked: Mapping[str, str],
    people: Mapping[Task, Actor],
) -> tuple[dict[str, Any], bytes]:
    from lupustrial.allocation import sealing, store

    keys = {purpose: sealing.make_key() for purpose in sealing.PURPOSES}
    recipients = [
        sealing.Recipient(name=name, purpose=name, public_key=key.public_key) for name, key in keys.items()
    ]
    sealed = sealing.seal(study, made, recipients)
    store.set_up(db, study, sealed, people["seal"])
    slots = dict(source.allocation.select("slot", "participant").iter_rows())
    sites = dict(source.records.select("participant", "site").unique().iter_rows())
    for slot in made.slots:
        who = slots.get(slot.number)
        if who is None:
            continue
        candidate = store.Candidate(participant=who, site=sites[who], consented=True, eligible=True)
        store.screen(db, study, candidate, people["screen"])
        store.allocate(db, study, who, people["allocate"])
    store.lock(db, study, people["lock"], source=locked)
    opened = sealing.open_list(sealed.files["list.age"], keys["list"])
    revealed = store.reveal(db, study, opened, people["reveal"])
    verified = store.verify_store(db, study)
    expected = set(source.allocation.select("participant", "slot", "arm").iter_rows())
    if verified.faults or set(revealed.allocations) != expected:
        raise AllocationError(
            verified.faults
            or Fault(
                id="ALLOC-024",
                message="the revealed list gives another allocation than the records have",
                place=study.id,
                hint="this is a defect of lupustrial, please report it",
            )
        )
    return sealed.public(), revealed.content


def _somebody(study: Study, task: Task) -> Actor | None:
    """Return an account in the first role that may do something."""
    from lupustrial.ledger import Actor

    role = next((role for role in study.roles if task in role.may), None)
    return None if role is None else Actor(id=f"reconstructed {role.id}", role=role.id)
