"""What happens to accounts and at the door is on the ledger, like everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lupustrial.capture._trial import Trial
from lupustrial.capture.store import write
from lupustrial.ledger import Actor


def tell(trial: Trial, kind: str, *, by: Actor, data: Mapping[str, Any], why: str = "") -> None:
    """Write an entry on an account in a transaction of its own.

    Call it outside ``transaction.atomic()``: the two connections would wait for each other.
    """
    with trial.writing() as tx:
        write(tx, study=trial.study.id, kind=kind, by=by, data=data, why=why)
