"""Out of use: quarantine, its lifting, and destruction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from lupustrial.allocation.kits._apply import DESTROYED, LIFTED, QUARANTINED
from lupustrial.allocation.kits._book import check_day, fetch, need_reason, record, refuse
from lupustrial.allocation.kits._kit import Kit
from lupustrial.allocation.kits._ship import check_temperatures
from lupustrial.allocation.kits._who import permit
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Study


def quarantine(
    tx: Transaction,
    study: Study,
    numbers: Sequence[int],
    *,
    by: Actor,
    why: str,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> list[Kit]:
    """Put kits of a depot or site into quarantine; none of them can be handed out until it is lifted.

    Args:
        tx: A writing transaction.
        study: The study.
        numbers: The kits.
        by: Who finds the fault.
        why: What happened, e.g. "fridge failed on Sunday".
        low: Lowest temperature that they saw, in degrees Celsius; None: not known, or not about temperature.
        high: Highest temperature.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-069 to ALLOC-071, ALLOC-076, ALLOC-089.
    """
    permit(tx, study, by, "quarantine")
    kits, faults = fetch(tx, study, numbers, "quarantine")
    refuse(faults + need_reason(why, "put kits into quarantine") + check_temperatures(low, high))
    data = {
        "kits": sorted(kits),
        "low": None if low is None else str(low),
        "high": None if high is None else str(high),
    }
    return record(tx, study, QUARANTINED, data, kits, by=by, why=why)


def lift(tx: Transaction, study: Study, numbers: Sequence[int], *, by: Actor, why: str) -> list[Kit]:
    """Let kits out of quarantine, back into the stock of the place where they lie; the sponsor's decision.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-070, ALLOC-071, ALLOC-076.
    """
    permit(tx, study, by, "lift")
    kits, faults = fetch(tx, study, numbers, "lift")
    refuse(faults + need_reason(why, "lift a quarantine"))
    return record(tx, study, LIFTED, {"kits": sorted(kits)}, kits, by=by, why=why)


def destroy(
    tx: Transaction, study: Study, numbers: Sequence[int], *, on: dt.date, by: Actor, why: str
) -> list[Kit]:
    """Record that kits were destroyed: expired, returned, in quarantine or left over.

    Raises:
        AllocationError: ALLOC-060 to ALLOC-064, ALLOC-070, ALLOC-071, ALLOC-076, ALLOC-082.
    """
    permit(tx, study, by, "destroy")
    kits, faults = fetch(tx, study, numbers, "destroy")
    refuse(faults + need_reason(why, "destroy kits") + check_day(on, "the kits were destroyed"))
    data = {"kits": sorted(kits), "on": on.isoformat()}
    return record(tx, study, DESTROYED, data, kits, by=by, why=why)
