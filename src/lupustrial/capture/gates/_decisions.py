"""What readers decided, as a file from which gating is done again."""

from __future__ import annotations

import json
from typing import Any

from lupustrial.capture.store import HeldGate, HeldTube, decisions_in, tubes_in
from lupustrial.ledger import Transaction


def decisions_text(tx: Transaction, study: str) -> str:
    """Return the decisions that hold now as JSON: of each file and population what is to be done.

    An edited gate carries its region; a rejected one has none, and its population gives no result. Files are
    named by their hash, readers by their account; neither participant nor visit is in it.
    """
    tubes = {tube.code: tube for tube in tubes_in(tx)}
    rows = [_row(gate, tubes[gate.code]) for gate in decisions_in(tx)]
    rows.sort(key=lambda row: (row["file_sha256"], row["strategy"], row["population"]))
    whole = {"format": 1, "study": study, "decisions": rows}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _row(gate: HeldGate, tube: HeldTube) -> dict[str, Any]:
    return {
        "file_sha256": tube.file_sha256,
        "code": gate.code,
        "strategy": gate.strategy,
        "population": gate.population,
        "gating": tube.gating,
        "shown": gate.shown,
        "decision": gate.state,
        "region": json.loads(gate.region) if gate.region else None,
        "why": gate.why,
        "by": gate.by,
        "at": gate.at,
        "entry": gate.entry,
    }
