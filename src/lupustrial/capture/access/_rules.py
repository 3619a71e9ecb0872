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
    "search": Rule(),
    "demo": Rule(door="public"),  # there only in a demonstration on this machine
    # accounts
    "login": Rule(door="public"),
    "logout": Rule(door="account"),
    "one-time-link": Rule(door="public"),
    "second-factor": Rule(door="account"),
    "second-factor-set": Rule(door="account"),
    "choose-role": Rule(door="account"),
    "account": Rule(),
    "people": Rule(needs=("administer",)),
    "person": Rule(needs=("administer",)),
    # participants
    "participants": Rule(clinical=True),
    "register": Rule(needs=("screen",), clinical=True),
    "participant": Rule(clinical=True),
    "visit": Rule(clinical=True),
    # entry
    # queries
    # signing
    # review
    # supply
    "supply": Rule(needs=("allocate", "dispense", "supply", "pack", "break code", "assess")),
    "allocate": Rule(needs=("allocate", "screen"), clinical=True),
    "dispense": Rule(needs=("dispense",), clinical=True),
    "returns": Rule(needs=("dispense",), clinical=True),
    "stock": Rule(needs=("dispense", "supply", "pack")),
    "kits": Rule(needs=("dispense", "supply", "pack")),
    "move-kits": Rule(needs=("dispense", "supply", "pack")),
    "shipments": Rule(needs=("dispense", "supply", "pack")),
    "shipment": Rule(needs=("dispense", "supply", "pack")),
    "release": Rule(needs=("supply", "pack")),
    "resupply": Rule(needs=("supply",), clinical=True),
    "accountability": Rule(needs=("dispense", "supply", "verify"), clinical=True),
    "code-break": Rule(needs=("break code",), clinical=True),
    # Whoever was unblinded has to reach the answer although the blinded role is shut; the view asks for the
    # second factor, and gives nobody an answer but its recipient and who broke the code.
    "sealed-answers": Rule(door="account"),
    "sealed-answer": Rule(door="account"),
    "unblindings": Rule(needs=("break code", "assess", "supply"), clinical=True),
    "unblinding": Rule(needs=("break code", "assess", "supply"), clinical=True, writes=("assess",)),
    "report-unblinding": Rule(needs=("assess",), clinical=True),
    "acknowledge": Rule(needs=("break code", "assess", "supply"), clinical=True),
    "notices": Rule(),
    # doors
}
