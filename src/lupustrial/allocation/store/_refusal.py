"""Why somebody is not allocated: one statement that decides, one table of what is said."""

from __future__ import annotations

from typing import Literal

from lupustrial.errors import AllocationError, Fault
from lupustrial.study import Study

Refusal = Literal[
    "no list",
    "locked",
    "allocated",
    "not screened",
    "no consent",
    "not eligible",
    "unblinded",
    "exhausted",
    "late",
]

#: Takes study, participant, and who acts (null in an unblinded role); gives a `Refusal` or null. The same
#: text runs on SQLite and inside the function of PostgreSQL.
REFUSAL = """SELECT CASE
    WHEN l.study IS NULL THEN 'no list'
    WHEN l.locked IS NOT NULL THEN 'locked'
    WHEN s.number IS NOT NULL THEN 'allocated'
    WHEN c.participant IS NULL THEN 'not screened'
    WHEN c.consented = 0 THEN 'no consent'
    WHEN c.eligible = 0 THEN 'not eligible'
    WHEN u.person IS NOT NULL THEN 'unblinded' END
FROM (SELECT ? AS study, ? AS participant, ? AS person) q
LEFT JOIN allocation_list l ON l.study = q.study
LEFT JOIN allocation_slot s ON s.study = q.study AND s.participant = q.participant
LEFT JOIN allocation_candidate c ON c.study = q.study AND c.participant = q.participant
LEFT JOIN allocation_unblinded u ON u.study = q.study AND u.person = q.person"""

_SAID: dict[str, tuple[str, str, str]] = {
    "no list": ("ALLOC-036", "there is no sealed list", "make one with `lupustrial randomise init`"),
    "locked": ("ALLOC-037", "the database is locked", "after the lock nobody is allocated"),
    "not screened": (
        "ALLOC-038",
        "the screening of {participant} is not recorded",
        "record it with `lupustrial randomise allocate … --source`, or in the screening form",
    ),
    "no consent": (
        "ALLOC-039",
        "{participant} has not consented, or consent was withdrawn",
        "no consent, no randomisation; correct the consent form if it is wrong",
    ),
    "not eligible": (
        "ALLOC-040",
        "{participant} is not eligible, or it is undecided",
        "the screening record names the criteria; correct the items if they are wrong",
    ),
    "exhausted": (
        "ALLOC-041",
        "no slot is left in the stratum of {participant}",
        "the list is finished there; ask the holder of the list for an extension by amendment",
    ),
    "late": (
        "ALLOC-043",
        "the request for {participant} waited too long and was given up",
        "ask again; look first whether he or she has a number",
    ),
}


def refused(code: Refusal, study: Study, participant: str) -> AllocationError:
    """Return the error for a refusal."""
    number, message, hint = _SAID[code]
    return AllocationError(
        Fault(
            id=number,
            message=message.format(participant=participant),
            place=f"{study.id}, participant {participant}",
            hint=hint,
        )
    )
