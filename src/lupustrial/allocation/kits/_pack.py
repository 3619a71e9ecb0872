"""Kits of a new list: what `randomise init` hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lupustrial.allocation.kits._apply import PACKED, packed
from lupustrial.allocation.kits._book import refuse
from lupustrial.allocation.kits._rows import insert_kits
from lupustrial.allocation.kits._scan import check_numbers
from lupustrial.errors import Fault
from lupustrial.ledger import Actor, Transaction, append
from lupustrial.study import Study

_AT_ONCE = 1000  # kits of an entry

#: Number of the kit, number of the slot, type, and which of that type it is.
Row = tuple[int, int, str, int]


def pack(tx: Transaction, study: Study, rows: Sequence[Row], by: Actor) -> int:
    """Write the kits of all slots; nothing in the rows may follow the arms.

    They are written in the order of their numbers, which were drawn by chance.

    Args:
        tx: The transaction in which the list is written.
        study: The study.
        rows: Number of the kit with check digit, number of the slot, type, place among its type from 1.
        by: Who makes the list.

    Returns:
        How many kits were written.

    Raises:
        AllocationError: ALLOC-060 (check digit), ALLOC-062 (twice), ALLOC-088 (not the kits that the study
            declares for each slot).
    """
    refuse(_check(study, rows))
    ordered = sorted(rows)
    for start in range(0, len(ordered), _AT_ONCE):
        data = {"kits": [list(row) for row in ordered[start : start + _AT_ONCE]]}
        entry = append(tx, study=study.id, kind=PACKED, by=by, data=data)
        insert_kits(tx, packed(study.id, data, entry.position))
    return len(ordered)


def _check(study: Study, rows: Sequence[Row]) -> list[Fault]:
    faults = check_numbers(row[0] for row in rows)
    for number, count in Counter(row[0] for row in rows).items():
        if count > 1:
            hint = "numbers of kits are drawn without repetition"
            message = f"kit {number} is packed {count} times"
            faults.append(Fault(id="ALLOC-062", message=message, place=f"kit {number}", hint=hint))
    expected = sorted(
        (kit.id, nth) for kit in study.kits for nth in range(1, len(kit.dispensed) + kit.spare + 1)
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for _, slot, kind, nth in rows:
        found.setdefault(slot, []).append((kind, nth))
    faults += [
        Fault(
            id="ALLOC-088",
            message=f"the kits of slot {slot} are not those that the study declares",
            place=f"slot {slot}",
            hint="each slot has `dispensed` + `spare` kits of each type, counted from 1",
        )
        for slot, kits in found.items()
        if sorted(kits) != expected
    ]
    return faults
