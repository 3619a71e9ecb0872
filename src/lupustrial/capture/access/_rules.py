"""The one table of rules: what each address asks of who comes to it. An address that is not here is closed.

Beside the rule of its address, every request is held to the same two things: a participant who is named in
the address belongs to a site of the role (else the page does not exist), and of a form that is named in it
the role sees at least one item. Which items are shown is decided by ``lupustrial.study.visible`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lupustrial.study import Task

#: ``"public"``: anybody; ``"account"``: who is signed in, before a role is chosen and a second factor is set;
#: ``"role"``: who is signed in with every factor and acts in a role that is open to him or her.
Door = Literal["public", "account", "role"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What an address asks.

    Attributes:
        door: How far somebody must have come.
        needs: Tasks, one of which the role may do; empty where any role will do.
        clinical: Whether the role must see clinical data.
        writes: Tasks, one of which is needed for anything but reading (POST, PUT, PATCH, DELETE); empty where
            `needs` says it all.
    """

    door: Door = "role"
    needs: tuple[Task, ...] = ()
    clinical: bool = False
    writes: tuple[Task, ...] = ()


RULES: Mapping[str, Rule] = {
    # dashboards
    "home": Rule(),
    # accounts
    # participants
    # entry
    # queries
    # signing
    # review
    # supply
    # doors
}
