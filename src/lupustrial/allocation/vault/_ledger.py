"""What an exported ledger tells was allocated, to make a lost journal again."""

from __future__ import annotations

import json
from pathlib import Path

from lupustrial.allocation.vault._decide import Decision
from lupustrial.errors import LedgerError
from lupustrial.ledger import verify_export
from lupustrial.study import Study


def allocations_in(path: Path, study: Study) -> list[Decision]:
    """Return the allocations of a study in the order of a ledger that `randomise ledger` exported.

    Raises:
        LedgerError: LEDGER-005, LEDGER-010 or LEDGER-011, the file is not a whole ledger.
    """
    faults = verify_export(path)
    if faults:
        raise LedgerError(faults)
    lines = path.read_bytes().split(b"\n")
    bodies = [json.loads(json.loads(line)["body"]) for line in lines if line.strip()]
    return [
        Decision(
            participant=body["data"]["participant"],
            profile=tuple(body["data"]["profile"]),
            number=body["data"]["number"],
        )
        for body in bodies
        if body["study"] == study.id and body["kind"] == "allocated"
    ]
