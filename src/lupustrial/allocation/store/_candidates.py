"""Who can be allocated: screened, eligible, consented, and of which stratum."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lupustrial.allocation._people import admit
from lupustrial.allocation.methods import profile_of, stratum_of
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Database, Entry, Transaction, append, canonical
from lupustrial.study import Study

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who was screened.

    Attributes:
        participant: Participant number; never a name.
        site: Id of the site.
        consented: Whether an informed consent is dated and not withdrawn.
        eligible: Whether every criterion is met.
        levels: Level of each factor of the randomisation; may be left out for who cannot be allocated.
        facts: Digest of the source records on which this was judged.
    """

    participant: str
    site: str
    consented: bool
    eligible: bool
    levels: Mapping[str, str] = field(default_factory=dict)
    facts: str = ""


def digest_of_facts(facts: object) -> str:
    """Return the SHA-256 of facts that were seen, JSON values, hexadecimal."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def screen(
    db: Database, study: Study, candidate: Candidate, by: Actor, *, why: str = "", at: str | None = None
) -> Entry:
    """Record how somebody was judged at screening; a later record replaces an earlier one.

    Args:
        db: The database.
        study: The study.
        candidate: Who, and the verdicts.
        by: Who judged.
        why: The reason of a change, e.g. that consent was withdrawn.
        at: When; now by default.

    Raises:
        AllocationError: ALLOC-004, unknown factor, level or site; ALLOC-030 to ALLOC-032, who may not;
            ALLOC-034, the participant number is not one; ALLOC-035, he or she is allocated already.
    """
    if not _NAME.fullmatch(candidate.participant):
        raise AllocationError(
            Fault(
                id="ALLOC-034",
                message=f"`{candidate.participant}` is no participant number",
                place=f"participant {candidate.participant!r}",
                hint="use at most 40 letters, digits, dots, `-` and `_`; never a name or initials",
            )
        )
    able = candidate.consented and candidate.eligible
    stratum = stratum_of(study, candidate.levels, candidate.site) if able else ""
    with db.writing() as tx:
        admit(tx, study, by, "screen")
        number = slot_of(tx, study, candidate.participant)
        if number is not None:
            raise allocated_already(candidate.participant, number)
        entry = append(
            tx,
            study=study.id,
            kind="screened",
            by=by,
            at=at,
            why=why,
            data={
                "consented": candidate.consented,
                "eligible": candidate.eligible,
                "facts": candidate.facts,
                "levels": dict(candidate.levels),
                "participant": candidate.participant,
                "site": candidate.site,
                "stratum": stratum,
            },
        )
        _keep(tx, study, candidate, stratum, entry.position)
    return entry


def _keep(tx: Transaction, study: Study, candidate: Candidate, stratum: str, entry: int) -> None:
    known = tx.one(
        "SELECT 1 FROM allocation_candidate WHERE study = ? AND participant = ?",
        study.id,
        candidate.participant,
    )
    tx.run(
        "INSERT INTO allocation_candidate "
        "(site, stratum, levels, consented, eligible, entry, study, participant) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        if known is None
        else "UPDATE allocation_candidate SET site = ?, stratum = ?, levels = ?, consented = ?, "
        "eligible = ?, entry = ? WHERE study = ? AND participant = ?",
        candidate.site,
        stratum,
        canonical(dict(candidate.levels)),
        int(candidate.consented),
        int(candidate.eligible),
        entry,
        study.id,
        candidate.participant,
    )


def candidate_profile(tx: Transaction, study: Study, participant: str) -> tuple[str, ...]:
    """Return the levels of a candidate in the order of the factors, site last where it is one."""
    row = tx.one(
        "SELECT levels, site FROM allocation_candidate WHERE study = ? AND participant = ?",
        study.id,
        participant,
    )
    return () if row is None else profile_of(study, json.loads(row[0]), str(row[1]))


def allocated_profiles(tx: Transaction, study: Study) -> list[tuple[int, tuple[str, ...]]]:
    """Return number and profile of all who are allocated, in the order of the ledger."""
    rows = tx.all(
        "SELECT s.number, c.levels, c.site FROM allocation_slot s JOIN allocation_candidate c "
        "ON c.study = s.study AND c.participant = s.participant WHERE s.study = ? ORDER BY s.entry",
        study.id,
    )
    profiles = {pair: profile_of(study, json.loads(pair[0]), pair[1]) for pair in {row[1:] for row in rows}}
    return [(int(row[0]), profiles[row[1:]]) for row in rows]


def stratum_in(tx: Transaction, study: Study, participant: str) -> str | None:
    """Return the stratum of a candidate, or None for somebody who was not screened."""
    row = tx.one(
        "SELECT stratum FROM allocation_candidate WHERE study = ? AND participant = ?", study.id, participant
    )
    return None if row is None else str(row[0])


def slot_of(tx: Transaction, study: Study, participant: str) -> int | None:
    """Return the slot of a participant, or None."""
    row = tx.one(
        "SELECT number FROM allocation_slot WHERE study = ? AND participant = ?", study.id, participant
    )
    return None if row is None else int(row[0])


def allocated_already(participant: str, number: int | None) -> AllocationError:
    """Return the error for somebody who has a slot."""
    told = "" if number is None else f": randomisation number {number}"
    return AllocationError(
        Fault(
            id="ALLOC-035",
            message=f"participant {participant} is allocated already{told}",
            place=f"participant {participant}",
            hint="nobody is allocated twice; use the number that he or she has",
        )
    )
