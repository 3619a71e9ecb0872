"""Who may move kits how."""

from __future__ import annotations

from collections.abc import Mapping

from lupustrial.allocation.kits._transitions import Action
from lupustrial.errors import AllocationError, Fault
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study

_DEPOT = ("packager", "sponsor")
_SITE = ("pharmacist", "coordinator")

#: Roles that may move kits so. Who ships or receives depends on the place, see `may_at`.
ROLES: Mapping[Action, tuple[str, ...]] = {
    "release": _DEPOT,
    "ship": (*_DEPOT, *_SITE),
    "receive": (*_DEPOT, *_SITE),
    "find": (*_DEPOT, *_SITE),
    "quarantine": (*_DEPOT, *_SITE, "monitor"),
    "lift": ("sponsor",),
    "dispense": _SITE,
    "return": _SITE,
    "destroy": (*_DEPOT, *_SITE),
}


def permit(
    tx: Transaction, study: Study, by: Actor, action: Action, roles: tuple[str, ...] | None = None
) -> None:
    """Let somebody act, or refuse.

    Args:
        tx: The transaction.
        study: The study.
        by: Who acts, and in which role.
        action: What is to be done.
        roles: Roles that may do it here; those of `ROLES` where it is left out.

    Raises:
        AllocationError: ALLOC-063, the study has no such role or it may not do this; or whatever the one-way
            door of the store says to somebody who was unblinded.
    """
    may = ROLES[action] if roles is None else roles
    known = [role.id for role in study.roles]
    if by.role not in known or by.role not in may:
        has = "" if by.role in known else ", and the study declares no such role"
        raise AllocationError(
            Fault(
                id="ALLOC-063",
                message=f"the role `{by.role}` may not {action} kits here{has}",
                place=f"study {study.id}",
                hint=f"ask somebody in one of the roles: {', '.join(may)}",
            )
        )
    _admit(tx, study, by)


def may_at(site: str | None) -> tuple[str, ...]:
    """Return the roles that handle kits at a site, or at the depot (None)."""
    return _DEPOT if site is None else _SITE


def _admit(tx: Transaction, study: Study, by: Actor) -> None:
    """Ask the store's one-way door: who was unblinded cannot act in a blinded role."""
