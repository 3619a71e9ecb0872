"""Who may move kits how: by the tasks that the study gives to roles, and through the one-way door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lupustrial.allocation._people import admit
from lupustrial.allocation.kits._transitions import Action
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study, Task

_DEPOT: tuple[Task, ...] = ("supply", "pack")
_SITE: tuple[Task, ...] = ("dispense", "supply")
_BOTH: tuple[Task, ...] = ("dispense", "supply", "pack")

#: Tasks any of which allows to move kits so. Who ships or receives depends on the place, see `tasks_at`.
TASKS: Mapping[Action, tuple[Task, ...]] = {
    "release": _DEPOT,
    "ship": _BOTH,
    "receive": _BOTH,
    "find": _BOTH,
    "quarantine": _BOTH,
    "lift": ("supply",),
    "dispense": ("dispense",),
    "return": ("dispense",),
    "destroy": _BOTH,
}


def permit(
    tx: Transaction, study: Study, by: Actor, action: Action, tasks: Sequence[Task] | None = None
) -> None:
    """Let somebody act, or refuse.

    Args:
        tx: The transaction.
        study: The study, whose roles name their tasks.
        by: Who acts, and in which role.
        action: What is to be done.
        tasks: Tasks any of which allows it here; those of `TASKS` where it is left out.

    Raises:
        AllocationError: ALLOC-030 to ALLOC-032, no such role, not its task, or unblinded in a blinded role;
            ALLOC-063, somebody who hands kits out would judge a quarantine.
    """
    may = TASKS[action] if tasks is None else tasks
    own = next((role.may for role in study.roles if role.id == by.role), ())
    admit(tx, study, by, next((task for task in may if task in own), may[0]))
    if action == "lift" and "dispense" in own:
        able = [role.id for role in study.roles if "supply" in role.may and "dispense" not in role.may]
        raise AllocationError(
            Fault(
                id="ALLOC-063",
                message=f"the role `{by.role}` hands kits out and cannot let them out of quarantine",
                place=f"{by.id} as {by.role}",
                hint=f"ask {' or '.join(able)}"
                if able
                else "give the sponsor a role with `may: [supply]` that does not `dispense`",
            )
        )


def tasks_at(site: str | None) -> tuple[Task, ...]:
    """Return the tasks any of which handles kits at a site, or at the depot (None)."""
    return _DEPOT if site is None else _SITE
