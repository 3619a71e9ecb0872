"""Who may do what, and the one-way door: whoever knows an arm never acts in a blinded role again."""

from __future__ import annotations

from lupustrial.errors import AllocationError, Fault, closest
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Role, Study, Task


def role_of(study: Study, actor: Actor, task: Task) -> Role:
    """Return the role in which somebody acts.

    Raises:
        AllocationError: ALLOC-030, the study has no such role; ALLOC-031, the role may not do this.
    """
    place = f"{actor.id} as {actor.role}"
    roles = {role.id: role for role in study.roles}
    if not actor.id.strip():
        message = "nobody is named who does this"
        raise AllocationError(Fault(id="ALLOC-030", message=message, place=place, hint="name the account"))
    if actor.role not in roles:
        hint = closest(actor.role, list(roles)) or f"roles: {', '.join(roles) or 'none are declared'}"
        message = f"`{actor.role}` is no role of {study.id}"
        raise AllocationError(Fault(id="ALLOC-030", message=message, place=place, hint=hint))
    role = roles[actor.role]
    if task not in role.may:
        able = [one.id for one in study.roles if task in one.may]
        message = f"the role `{role.id}` may not {task}"
        hint = f"ask {' or '.join(able)}" if able else f"give a role of study.yaml `may: [{task}]`"
        raise AllocationError(Fault(id="ALLOC-031", message=message, place=place, hint=hint))
    return role


def admit(tx: Transaction, study: Study, actor: Actor, task: Task) -> Role:
    """Check that somebody may do something now; return the role in which it is done.

    Raises:
        AllocationError: ALLOC-030 or ALLOC-031, as `role_of`; ALLOC-032, the person was unblinded and the
            role is blinded.
    """
    role = role_of(study, actor, task)
    if role.blinded and is_unblinded(tx, study, actor.id):
        raise unblinded(study, actor)
    return role


def unblinded(study: Study, actor: Actor) -> AllocationError:
    """Return the error for somebody who was unblinded and acts in a blinded role."""
    return AllocationError(
        Fault(
            id="ALLOC-032",
            message=f"{actor.id} was unblinded in {study.id} and cannot act as {actor.role}, a blinded role",
            place=f"{actor.id} as {actor.role}",
            hint="somebody who is still blinded has to do this; the ledger tells when and why",
        )
    )


def is_unblinded(tx: Transaction, study: Study, person: str) -> bool:
    """Whether somebody came to know an arm of the study."""
    found = tx.one("SELECT 1 FROM allocation_unblinded WHERE study = ? AND person = ?", study.id, person)
    return found is not None


def note_unblinded(tx: Transaction, study: Study, person: str, entry: int) -> None:
    """Note that somebody knows an arm now; `entry` is the ledger entry that tells why."""
    if not is_unblinded(tx, study, person):
        tx.run(
            "INSERT INTO allocation_unblinded (study, person, entry) VALUES (?, ?, ?)",
            study.id,
            person,
            entry,
        )
