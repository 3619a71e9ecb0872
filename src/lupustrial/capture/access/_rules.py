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

#: ``"public"``: anybody; ``"account"``: who gave a password; ``"factors"``: who gave the second factor too,
#: before a role is chosen; ``"role"``: who acts, after both, in a role that is open to him or her;
#: ``"token"``: a program with a token of somebody who acts in such a role.
Door = Literal["public", "account", "factors", "role", "token"]


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


#: Tasks of those who work on the data.
_DATA: tuple[Task, ...] = ("enter", "answer", "query", "verify", "sign", "review")

RULES: Mapping[str, Rule] = {
    # dashboards
    "home": Rule(),
    "overview-part": Rule(clinical=True),
    "search": Rule(clinical=True),
    "demo": Rule(door="public"),  # there only in a demonstration on this machine
    # accounts
    "login": Rule(door="public"),
    "language": Rule(door="public"),
    "healthz": Rule(door="public"),
    "one-time-link": Rule(door="public"),
    "logout": Rule(door="account"),
    "session-left": Rule(door="account"),
    "second-factor": Rule(door="account"),
    "second-factor-set": Rule(door="account"),
    "password": Rule(door="factors"),
    "choose-role": Rule(door="factors"),
    "account": Rule(door="factors"),
    "people": Rule(needs=("administer",)),
    "person-new": Rule(needs=("administer",)),
    "person": Rule(needs=("administer",)),
    "access-review": Rule(needs=("administer", "review")),
    # participants
    "participants": Rule(clinical=True),
    "register": Rule(needs=("screen",), clinical=True),
    "participant": Rule(clinical=True),
    "visit": Rule(clinical=True),
    "eligibility": Rule(clinical=True, writes=("screen",)),
    "consents": Rule(clinical=True, writes=("screen",)),
    "consent-sign": Rule(needs=("screen",), clinical=True),
    "consent-file": Rule(needs=("screen", "verify"), clinical=True),
    "identifiers": Rule(needs=("screen",), clinical=True),
    "withdraw": Rule(needs=("enter",), clinical=True),
    "unscheduled": Rule(needs=("enter",), clinical=True),
    "diary": Rule(clinical=True, writes=("enter",)),
    "safety": Rule(clinical=True),
    "protocol": Rule(writes=("amend",)),
    "protocol-version": Rule(writes=("amend",)),
    # scores
    "scores": Rule(clinical=True),
    "participant-scores": Rule(clinical=True),
    # entry
    "page": Rule(clinical=True, writes=("enter",)),
    "draft": Rule(needs=("enter",), clinical=True),
    "page-check": Rule(needs=("enter",), clinical=True),
    "strike": Rule(needs=("enter",), clinical=True),
    # queries
    "queries": Rule(needs=_DATA, clinical=True, writes=("query",)),
    "query": Rule(needs=_DATA, clinical=True, writes=("answer", "query")),
    "query-open": Rule(needs=_DATA, clinical=True, writes=("query",)),
    "verification": Rule(needs=("verify", "review"), clinical=True, writes=("verify",)),
    "holds": Rule(needs=("freeze", "lock", "review"), clinical=True, writes=("freeze", "lock")),
    # signing
    "signing": Rule(needs=_DATA, clinical=True),
    "signature": Rule(needs=_DATA, clinical=True),
    "signature-proof": Rule(needs=("sign", "review", "export"), clinical=True),
    "sign": Rule(needs=("sign",), clinical=True),
    # review
    "review": Rule(needs=("review",), clinical=True),
    "finding": Rule(needs=("review",), clinical=True),
    "history": Rule(clinical=True),
    "history-export": Rule(needs=("review", "export"), clinical=True),
    "anchor": Rule(needs=("review", "verify"), clinical=True),
    # supply
    "supply": Rule(needs=("allocate", "dispense", "supply", "pack", "break code", "assess")),
    "allocate": Rule(needs=("allocate",), clinical=True),
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
    # gates of flow cytometry: blinded codes alone, so that no clinical data are asked for
    "gates": Rule(needs=("gate", "review"), writes=("gate",)),
    "gate": Rule(needs=("gate", "review"), writes=("gate",)),
    "gates-import": Rule(needs=("import",), clinical=True),
    "gates-decisions": Rule(needs=("gate", "review", "export", "import")),
    # doors
    "doors": Rule(clinical=True),
    "export": Rule(needs=("export",), clinical=True),
    "import": Rule(needs=("import",), clinical=True),
    "print": Rule(clinical=True),
    "print-crf": Rule(clinical=True),
    "casebooks": Rule(clinical=True),
    "casebook": Rule(clinical=True),
    "tokens": Rule(),
    "api-guide": Rule(),
    "api-openapi": Rule(door="public"),  # which operations there are, nothing of a trial
    "api:study": Rule(door="token"),
    "api:participants": Rule(door="token", clinical=True),
    "api:schedule": Rule(door="token", clinical=True),
    "api:pages": Rule(door="token", clinical=True),
    "api:page": Rule(door="token", clinical=True, writes=("enter",)),
    "api:queries": Rule(door="token", needs=_DATA, clinical=True, writes=("query",)),
    "api:query": Rule(door="token", needs=_DATA, clinical=True),
    "api:query-answer": Rule(door="token", needs=("answer",), clinical=True),
    "api:query-close": Rule(door="token", needs=("query",), clinical=True),
    "api:query-reopen": Rule(door="token", needs=("query",), clinical=True),
    "api:exports": Rule(door="token", needs=("export",), clinical=True),
    "api:ledger": Rule(door="token"),
}
